/* Rules as tables: PRAGMAs that only read, and what changes a table. */
#include "lang/store/authorize.h"

#include "lang/store/sqlite_int.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define OWN "thanosql_"

static int refuse(struct authority *a, const char *doing, const char *what, const char *hint) {
    snprintf(a->refused, sizeof a->refused, "%s%s", doing, what);
    a->hint = hint;
    return SQLITE_DENY;
}

/* PRAGMAs that take an argument and only read. All others with an argument would change how we use the file. */
static const char *const reading_pragmas[] = {
    "table_info",       "table_xinfo",       "table_list",      "index_list",  "index_info", "index_xinfo",
    "foreign_key_list", "foreign_key_check", "integrity_check", "quick_check", "cache_size",
};

/* What makes, changes or drops something, and which argument names it, or the table that it hangs on. */
static const struct change {
    int action, argument;
} changes[] = {
    {SQLITE_INSERT, 1},          {SQLITE_UPDATE, 1},         {SQLITE_DELETE, 1},
    {SQLITE_CREATE_TABLE, 1},    {SQLITE_CREATE_VIEW, 1},    {SQLITE_CREATE_VTABLE, 1},
    {SQLITE_DROP_TABLE, 1},      {SQLITE_ALTER_TABLE, 2},    {SQLITE_CREATE_TEMP_TABLE, 1},
    {SQLITE_DROP_TEMP_TABLE, 1}, {SQLITE_CREATE_INDEX, 2},   {SQLITE_CREATE_TEMP_VIEW, 1},
    {SQLITE_DROP_INDEX, 2},      {SQLITE_CREATE_TRIGGER, 2}, {SQLITE_CREATE_TEMP_TRIGGER, 2},
    {SQLITE_SAVEPOINT, 2},
};

static int check_pragma(struct authority *a, const char *name) {
    for (size_t i = 0; i < sizeof reading_pragmas / sizeof *reading_pragmas; i++) {
        if (strcasecmp(name, reading_pragmas[i]) == 0) {
            return SQLITE_OK;
        }
    }
    return refuse(a, "changing PRAGMA ", name, "a workspace is one store, and the kernel sets how it is used");
}

/* The tables (and savepoints) that the kernel keeps for itself. */
static int check_own(struct authority *a, int action, const char *first, const char *second) {
    static const char hint[] = "names that begin with thanosql_ are the kernel's own; choose another name";
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *name = changes[i].argument == 1 ? first : second;
        if (changes[i].action == action && name && strncasecmp(name, OWN, strlen(OWN)) == 0) {
            return refuse(a, "making or changing ", name, hint);
        }
    }
    /* What a table is renamed to stands nowhere but in the words. */
    for (size_t i = 0; action == SQLITE_ALTER_TABLE && i + strlen(OWN) <= a->theirs_len; i++) {
        if (strncasecmp(a->theirs + i, OWN, strlen(OWN)) == 0) {
            return refuse(a, "making or changing ", OWN "…", hint);
        }
    }
    return SQLITE_OK;
}

int authorize(void *user, int action, const char *first, const char *second, const char *database,
              const char *trigger) {
    struct authority *a = user;
    (void)database;
    (void)trigger;
    if (action == SQLITE_PRAGMA && second) {
        return check_pragma(a, first);
    }
    if (action == SQLITE_FUNCTION && second && strcasecmp(second, "load_extension") == 0) {
        return SQLITE_DENY; /* SQLite has words for this one */
    }
    /* VACUUM attaches a nameless temporary file, which is harmless. */
    if (action == SQLITE_DETACH || (action == SQLITE_ATTACH && !(first && !*first))) {
        return refuse(a, action == SQLITE_ATTACH ? "ATTACH (or VACUUM INTO)" : "DETACH", "",
                      "a workspace is one store; COPY brings other data into it");
    }
    return a->theirs ? check_own(a, action, first, second) : SQLITE_OK;
}
