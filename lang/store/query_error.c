/* Places and suggestions. The database says "no such table: x"; the names there are come from the store. */
#include "lang/store/query_error.h"

#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_NAME = 127 };

static bool in_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

size_t query_error_token(const char *sql, size_t len) {
    size_t n = 0;
    if (len == 0) {
        return 0;
    }
    if (*sql == '\'' || *sql == '"' || *sql == '`' || *sql == '[') {
        char close = *sql == '[' ? ']' : *sql;
        for (n = 1; n < len; n++) {
            if (sql[n] == close && (n + 1 == len || sql[n + 1] != close || close == ']')) {
                return n + 1;
            }
            n += sql[n] == close;
        }
        return len;
    }
    while (n < len && in_word(sql[n])) {
        n++;
    }
    return n ? n : 1;
}

/* Length of the comment at the start of sql, or 0. */
static size_t comment(const char *sql, size_t len) {
    bool line = len >= 2 && sql[0] == '-' && sql[1] == '-';
    bool block = len >= 2 && sql[0] == '/' && sql[1] == '*';
    size_t n = 2;
    if (line) {
        while (n < len && sql[n] != '\n') {
            n++;
        }
        return n;
    }
    if (block) {
        while (n + 1 < len && !(sql[n] == '*' && sql[n + 1] == '/')) {
            n++;
        }
        return n + 1 < len ? n + 2 : len;
    }
    return 0;
}

size_t query_error_skip(const char *sql, size_t len) {
    size_t at = 0, n;
    while (at < len) {
        if (isspace((unsigned char)sql[at]) || sql[at] == ';') {
            at++;
        } else if ((n = comment(sql + at, len - at)) > 0) {
            at += n;
        } else {
            break;
        }
    }
    return at;
}

static bool same_name(const char *token, size_t len, const char *name) {
    if (len >= 2 && strchr("\"`[", *token)) {
        token++;
        len -= 2;
    }
    return strlen(name) == len && strncasecmp(token, name, len) == 0;
}

static bool before_table(const char *token, size_t len) {
    static const char *const before[] = {"from", "join", "into", "update", "table", "view", ",", ".", "on", "exists"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (same_name(token, len, before[i])) {
            return true;
        }
    }
    return false;
}

/* The first place of `name` in sql; for a table, best after a word that a table stands after. Below 0: none. */
static long find_name(const char *sql, size_t len, const char *name, bool table) {
    const char *before = "";
    size_t before_len = 0, n;
    long first = -1;
    for (size_t at = query_error_skip(sql, len); at < len; at += n, at += query_error_skip(sql + at, len - at)) {
        n = query_error_token(sql + at, len - at);
        if (sql[at] != '\'' && same_name(sql + at, n, name)) {
            if (!table || before_table(before, before_len)) {
                return (long)at;
            }
            first = first < 0 ? (long)at : first;
        }
        before = sql + at;
        before_len = n;
    }
    return first;
}

struct offers {
    struct store *store;
    struct suggest near;
};

static void offer_column(void *user, const struct column *c) {
    struct offers *offers = user;
    suggest_offer(&offers->near, c->name);
}

static void offer_table(void *user, const char *name) {
    struct offers *offers = user;
    suggest_offer(&offers->near, name);
}

static void offer_columns_of(void *user, const char *table) {
    struct offers *offers = user;
    struct err ignored = ERR_INIT;
    store_each_column(offers->store, table, offer_column, offers, &ignored);
}

/* Messages that end in a name; `each` offers what it may have been. */
static const struct naming {
    const char *begin;
    void (*each)(void *user, const char *table);
} namings[] = {
    {"no such table: ", offer_table},
    {"no such view: ", offer_table},
    {"no such column: ", offer_columns_of},
};

static const struct naming *naming_of(const char *message, char name[LONGEST_NAME + 1]) {
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++) {
        size_t begin = strlen(namings[i].begin);
        if (strncmp(message, namings[i].begin, begin) == 0) {
            const char *dot = strrchr(message + begin, '.');
            snprintf(name, LONGEST_NAME + 1, "%s", dot ? dot + 1 : message + begin);
            return &namings[i];
        }
    }
    return NULL;
}

/* SQLite names the whole of t.x and its place is that of t: mark all of it. */
static size_t span_at(const char *sql, size_t len, size_t offset, bool column) {
    size_t n = query_error_token(sql + offset, len - offset);
    while (column && offset + n + 1 < len && sql[offset + n] == '.') {
        n += 1 + query_error_token(sql + offset + n + 1, len - offset - n - 1);
    }
    return n;
}

/* A word that SQL does not expect, for one that it may have been. */
static void suggest_keyword(const char *message, struct err *e) {
    static const char *const keywords[] = {
        "SELECT", "FROM",   "WHERE",   "GROUP", "ORDER",  "HAVING", "LIMIT",  "OFFSET", "JOIN",  "LEFT",   "INNER",
        "UNION",  "INSERT", "INTO",    "SET",   "DELETE", "CREATE", "VALUES", "DROP",   "ALTER", "TABLE",  "DISTINCT",
        "UPDATE", "EXCEPT", "BETWEEN", "WITH",  "CASE",   "WHEN",   "THEN",   "ELSE",   "LIKE",  "EXISTS", "INTERSECT",
    };
    char word[LONGEST_NAME + 1];
    struct suggest near;
    if (sscanf(message, "near \"%127[^\"]\": syntax error", word) != 1) {
        return;
    }
    suggest_begin(&near, word);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        suggest_offer(&near, keywords[i]);
    }
    if (near.best[0] && strlen(word) > 2 && strcasecmp(near.best, word) != 0) {
        err_hint(e, "did you mean %s?", near.best);
    }
}

enum err_code query_error_set(struct store *s, const char *message, const char *sql, size_t len, long offset,
                              struct err *e) {
    char name[LONGEST_NAME + 1];
    const struct naming *naming = naming_of(message, name);
    bool column = naming && naming->each == offer_columns_of;
    err_set(e, ERR_QUERY, "%s", message);
    if (offset < 0 && naming) {
        offset = find_name(sql, len, name, !column);
    }
    if (offset >= 0 && (size_t)offset <= len) {
        err_at(e, (size_t)offset, span_at(sql, len, (size_t)offset, column));
    }
    suggest_keyword(message, e);
    if (naming) {
        struct err ignored = ERR_INIT;
        struct offers offers = {.store = s};
        suggest_begin(&offers.near, name);
        store_each_table(s, naming->each, &offers, &ignored);
        if (offers.near.best[0]) {
            err_hint(e, "did you mean '%s'?", offers.near.best);
        } else if (!column) {
            err_hint(e, "COPY table_name FROM 'file.csv' makes a table");
        } else {
            err_hint(e, "text is written in single quotes: 'so'; a name in double quotes is a column");
        }
    }
    return e->code;
}
