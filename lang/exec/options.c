/* Checking options against their rows. */
#include "lang/exec/options.h"

#include "base/buf.h"
#include "base/suggest.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static const struct option_row *find_row(const struct option_table *table, const char *key) {
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, key) == 0) {
            return &table->rows[i];
        }
    }
    return NULL;
}

static const char *real_name(const struct option_row *row) {
    return row->alias_of ? row->alias_of : row->name;
}

const struct option *options_find(const struct option_table *table, const struct option *given, const char *name) {
    for (; given; given = given->next) {
        const struct option_row *row = find_row(table, given->key);
        if (row && strcmp(real_name(row), name) == 0) {
            return given;
        }
    }
    return NULL;
}

static enum err_code wrong(const struct option *o, const char *wanted, struct err *e) {
    err_set(e, ERR_OPTION, "option %s must be %s", o->key, wanted);
    return context_at(e, o->value.span);
}

static enum err_code apply_bool(const struct option *o, bool *out, struct err *e) {
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"false", false}, {"1", true},   {"0", false},
                 {"on", true},   {"off", false},   {"yes", true}, {"no", false}};
    for (size_t i = 0; o->value.text && i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(o->value.text, words[i].word) == 0) {
            *out = words[i].value;
            return ERR_OK;
        }
    }
    return wrong(o, "True or False", e);
}

static enum err_code out_of_bounds(const struct option_row *row, const struct option *o, struct err *e) {
    err_set(e, ERR_OPTION, "option %s must be between %.16g and %.16g, not %s", o->key, row->low, row->high,
            o->value.text);
    return context_at(e, o->value.span);
}

static enum err_code apply_number(const struct option_row *row, const struct option *o, void *at, struct err *e) {
    bool whole = row->type == OPTION_INTEGER;
    double x = o->value.number;
    if (o->value.kind != LITERAL_NUMBER || !isfinite(x) || (whole && x != floor(x))) {
        return wrong(o, whole ? "a whole number" : "a number", e);
    }
    if (x < row->low || x > row->high) {
        return out_of_bounds(row, o, e);
    }
    if (whole) {
        *(long long *)at = (long long)x;
    } else {
        *(double *)at = x;
    }
    return ERR_OK;
}

static enum err_code apply_switch(const struct option_row *row, const struct option *o, double *out, struct err *e) {
    bool numbers = row->high > row->low, on = false;
    if (numbers && o->value.kind == LITERAL_NUMBER) { /* 1 is what the bounds say, and not True */
        return apply_number(row, o, out, e);
    }
    struct err why = ERR_INIT;
    if (apply_bool(o, &on, &why) != ERR_OK) {
        return wrong(o, numbers ? "True, False or a number" : "True or False", e);
    }
    if (numbers && (on < row->low || on > row->high)) {
        return out_of_bounds(row, o, e);
    }
    *out = on;
    return ERR_OK;
}

static enum err_code apply_text(struct context *c, const struct option_row *row, const struct option *o,
                                const char **out, struct err *e) {
    if (!o->value.text) {
        return wrong(o, "a text in quotes", e);
    }
    char *text = arena_strdup(c->arena, o->value.text);
    if (!text) {
        return err_nomem(e);
    }
    for (char *p = text; row->type != OPTION_TEXT && row->type != OPTION_SOURCE && *p; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    if (row->type == OPTION_NAME && !*text) {
        return wrong(o, "a name", e);
    }
    *out = text;
    return ERR_OK;
}

static enum err_code apply_choice(struct context *c, const struct option_row *row, const struct option *o,
                                  const char **out, struct err *e) {
    const char *text = NULL;
    if (apply_text(c, row, o, &text, e) != ERR_OK) {
        return e->code;
    }
    struct suggest near;
    suggest_begin(&near, text);
    struct buf all = BUF_INIT;
    for (size_t i = 0; row->choices[i]; i++) {
        if (strcasecmp(text, row->choices[i]) == 0) {
            buf_release(&all);
            *out = row->choices[i];
            return ERR_OK;
        }
        suggest_offer(&near, row->choices[i]);
        buf_printf(&all, "%s'%s'", i ? ", " : "", row->choices[i]);
    }
    err_set(e, ERR_OPTION, "option %s must be %s%s, not '%s'", o->key, row->choices[1] ? "one of " : "", buf_text(&all),
            o->value.text);
    buf_release(&all);
    if (near.best[0] && strlen(text) > 2) { /* of two letters, one alone says nothing */
        err_hint(e, "did you mean '%s'?", near.best);
    }
    return context_at(e, o->value.span);
}

/* One literal of that kind, or a list of them. */
static enum err_code apply_list(const struct option *o, enum literal_kind kind, const char *wanted, struct literal *out,
                                struct err *e) {
    bool list = o->value.kind == LITERAL_LIST;
    for (const struct literal *item = list ? o->value.items : &o->value; item; item = list ? item->next : NULL) {
        if (item->kind != kind) {
            return wrong(o, wanted, e);
        }
    }
    *out = o->value;
    return ERR_OK;
}

static enum err_code apply_source(struct context *c, const struct option_row *row, const struct option *o,
                                  const char **out, struct err *e) {
    bool on = false;
    if (o->value.kind == LITERAL_STRING && *o->value.text) {
        return apply_text(c, row, o, out, e);
    }
    if (apply_bool(o, &on, &(struct err){.code = ERR_OK}) != ERR_OK) {
        return wrong(o, "True, False or a file's name in quotes", e);
    }
    *out = on ? "" : NULL;
    return ERR_OK;
}

static enum err_code apply_one(struct context *c, const struct option_row *row, const struct option *o, void *settings,
                               struct err *e) {
    void *at = (char *)settings + row->offset;
    if (o->value.kind == LITERAL_NONE) {
        if (row->type == OPTION_INTEGER && row->low <= 0) { /* where 0 stands for none; else None is the default */
            *(long long *)at = 0;
        }
        return ERR_OK;
    }
    switch (row->type) {
    case OPTION_BOOL:
        return apply_bool(o, at, e);
    case OPTION_INTEGER:
    case OPTION_REAL:
        return apply_number(row, o, at, e);
    case OPTION_TEXT:
    case OPTION_NAME:
        return apply_text(c, row, o, at, e);
    case OPTION_CHOICE:
        return apply_choice(c, row, o, at, e);
    case OPTION_TEXTS:
        return apply_list(o, LITERAL_STRING, "a text in quotes, or a list of them", at, e);
    case OPTION_NUMBERS:
        return apply_list(o, LITERAL_NUMBER, "a number, or a list of them", at, e);
    case OPTION_INPUT:
        *(struct literal *)at = o->value;
        return ERR_OK;
    case OPTION_SWITCH:
        return apply_switch(row, o, at, e);
    case OPTION_SOURCE:
        return apply_source(c, row, o, at, e);
    }
    return err_set(e, ERR_INTERNAL, "option %s has no type", row->name);
}

/* Whether two literals say the same; lists are not compared. */
static bool same_value(const struct literal *a, const struct literal *b) {
    return a->kind == b->kind && a->kind != LITERAL_LIST && (!a->text || strcmp(a->text, b->text) == 0);
}

static void warn_unknown(struct context *c, const struct option_table *table, const struct option *o) {
    struct suggest near;
    suggest_begin(&near, o->key);
    for (size_t i = 0; i < table->count; i++) {
        suggest_offer(&near, table->rows[i].name);
    }
    if (near.best[0]) {
        context_warn(c, "Warning: option '%s' is not known here and was ignored; did you mean '%s'?", o->key,
                     near.best);
    } else {
        context_warn(c, "Warning: option '%s' is not known here and was ignored.", o->key);
    }
}

enum err_code options_apply(struct context *c, const struct option_table *table, const struct option *given,
                            void *settings, struct err *e) {
    for (const struct option *o = given; o && e->code == ERR_OK; o = o->next) {
        const struct option_row *row = find_row(table, o->key);
        if (!row) {
            warn_unknown(c, table, o);
            continue;
        }
        const struct option *first = options_find(table, given, real_name(row));
        if (first != o && (strcmp(first->key, o->key) == 0 || !same_value(&first->value, &o->value))) {
            if (strcmp(first->key, o->key) == 0) {
                err_set(e, ERR_OPTION, "option %s is given twice", o->key);
            } else {
                err_set(e, ERR_OPTION, "%s and %s are two spellings of one option, and are given two values",
                        first->key, o->key);
            }
            return context_at(e, o->key_span);
        }
        apply_one(c, row, o, settings, e);
    }
    return e->code;
}
