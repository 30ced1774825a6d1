/* The text before the cursor is read into tokens; the last statement's are kept. Those inside the innermost open
 * parenthesis are the level that counts. A ThanoSQL statement on that level is walked along its pattern, the items of
 * its row in forms.c; after AS, and everywhere else, the text is SQL, whose last clause word tells what may come. */
#include "lang/syntax/completion_place.h"

#include "lang/syntax/forms.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *item;
    unsigned wants;
} item_kinds[] = {
    {"model", PLACE_MODEL},  {"base", PLACE_BASE},       {"table", PLACE_TABLE}, {"dataset", PLACE_DATASET},
    {"input?", PLACE_INPUT}, {"setting", PLACE_SETTING}, {"value", PLACE_VALUE},
};

struct item {
    const char *text;
    size_t len;
    bool optional;
};

static struct item next_item(const char **pattern) {
    const char *text = *pattern;
    size_t len = strcspn(text, " ");
    *pattern = text + len + strspn(text + len, " ");
    return (struct item){text, len, len > 0 && text[len - 1] == '?'};
}

static bool is_keyword_item(const struct item *i) {
    return i->text[0] >= 'A' && i->text[0] <= 'Z';
}

/* Whether the token is one of the item's words. */
static bool item_has(const struct item *i, const struct token *t) {
    const char *word = t->kind == TOKEN_WORD ? keyword_text(t->keyword) : "";
    size_t len = strlen(word), at = 0, end = i->len - i->optional;
    while (len > 0 && at < end) {
        size_t n = strcspn(i->text + at, "| ?");
        if (n == len && memcmp(i->text + at, word, n) == 0) {
            return true;
        }
        at += n + 1;
    }
    return false;
}

/* The statement that begins at the first of the tokens, if it has a pattern. */
static const struct form *find_form(const struct token *t, size_t count) {
    enum keyword second = count > 1 && t[1].kind == TOKEN_WORD ? t[1].keyword : WORD_OTHER;
    const struct form *f = t->kind == TOKEN_WORD ? form_begun(t->keyword, second) : NULL;
    return f && f->items ? f : NULL;
}

static void want_item(struct arena *a, const struct item *i, struct place *out) {
    if (is_keyword_item(i)) {
        char *more = arena_printf(a, "%s %.*s", out->words, (int)i->len, i->text);
        for (char *c = more; c && *c; c++) {
            *c = *c == '|' || *c == '?' ? ' ' : *c;
        }
        out->words = more ? more : "";
    }
    for (size_t k = 0; k < sizeof item_kinds / sizeof *item_kinds; k++) {
        if (strncmp(i->text, item_kinds[k].item, i->len) == 0 && item_kinds[k].item[i->len] == '\0') {
            out->wants |= item_kinds[k].wants;
        }
    }
}

static bool is_sign(const struct token *t, char sign) {
    return t->kind == TOKEN_SIGN && t->sign == sign;
}

/* Walk along the pattern over tokens [*at, count) of one level. True when the walk ended behind AS or in SQL, which
 * begins at *at; false when what may come next is in *out. */
static bool walk_pattern(struct arena *a, const struct form *p, const struct token *t, size_t count, size_t *at,
                         struct place *out) {
    const char *rest = p->items;
    struct item item = next_item(&rest);
    for (size_t i = *at + 1; i < count; i++) {
        if (is_sign(&t[i], ')') && p->first == WORD_COPY && item.text == p->items) {
            rest = "OPTIONS? TO new OPTIONS?"; /* a query stands in place of the table */
            item = next_item(&rest);
        }
        if (is_sign(&t[i], '(') || is_sign(&t[i], ')') || is_sign(&t[i], '.')) {
            continue;
        }
        while (item.optional && is_keyword_item(&item) && !item_has(&item, &t[i])) {
            item = next_item(&rest);
        }
        if (strncmp(item.text, "input?", item.len) == 0 && item.len > 0) {
            if (t[i].kind != TOKEN_WORD || t[i].keyword != WORD_USING) {
                continue;
            }
            item = next_item(&rest);
        }
        if (item.len == 0 || (is_keyword_item(&item) && !item_has(&item, &t[i]))) {
            return false;
        }
        bool sql = t[i].keyword == WORD_AS || (p->first == WORD_DELETE && t[i].keyword == WORD_FROM);
        if (is_keyword_item(&item) && sql) {
            *at = t[i].keyword == WORD_AS ? i + 1 : *at;
            return true;
        }
        item = next_item(&rest);
    }
    /* LIST THANOSQL … and GET THANOSQL MODEL … branch, which the patterns do not say. */
    const struct token *last = &t[count - 1];
    if (p->first == WORD_LIST && last->keyword == WORD_THANOSQL) {
        out->words = "MODEL DATASET TUTORIAL";
        return false;
    }
    if (p->first == WORD_GET && count == *at + 3 && last->keyword == WORD_MODEL) {
        out->wants = PLACE_READY;
        return false;
    }
    out->statement = p->words;
    out->key = count > 1 ? t[count - 2].span : (struct span){0, 0}; /* what stands before = */
    for (bool more = item.len > 0; more; item = next_item(&rest)) {
        want_item(a, &item, out);
        more = item.optional && *rest;
    }
    return false;
}

/* What SQL wants, by the last word of the level that opens a clause. */
static void want_sql(const char *code, const struct token *t, size_t count, struct place *out) {
    static const enum keyword tables[] = {WORD_FROM, WORD_JOIN, WORD_INTO, WORD_UPDATE, WORD_TABLE};
    static const char *const ends[] = {"where", "on", "by", "having", "set", "select", "limit", "offset", "values"};
    const struct token *last = &t[count - 1];
    bool from = false;
    for (size_t i = 0; i < count; i++) {
        bool opens = false;
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            opens = opens || lexer_is(code, &t[i], ends[k]);
        }
        from = opens ? false : from || (t[i].kind == TOKEN_WORD && t[i].keyword == WORD_FROM);
    }
    if (is_sign(last, '.')) {
        out->wants = PLACE_COLUMN;
        out->table = count > 1 ? t[count - 2].span : (struct span){0, 0};
        return;
    }
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        if ((last->kind == TOKEN_WORD && last->keyword == tables[k]) || (from && is_sign(last, ','))) {
            bool reads = last->kind != TOKEN_WORD || last->keyword == WORD_FROM || last->keyword == WORD_JOIN;
            out->wants = PLACE_TABLE | (reads ? PLACE_VARIABLE : 0);
            return;
        }
    }
    if (last->kind == TOKEN_WORD && last->keyword == WORD_AS && out->wants == 0 && count > 1) {
        out->wants = PLACE_QUERY; /* CREATE TABLE x AS, WITH x AS */
        return;
    }
    out->wants = PLACE_SQL | (from ? 0 : PLACE_COLUMN);
}

/* Inside OPTIONS (…), whose statement is on the level around it. */
static void want_option(const struct token *t, size_t outer, size_t opened, size_t count, struct place *out) {
    for (size_t i = opened - 1; i-- > outer;) {
        const struct form *p = find_form(&t[i], count - i);
        if (p && (i == outer || t[i - 1].keyword == WORD_AS)) {
            out->statement = p->words;
            break;
        }
        if (t[i].kind == TOKEN_WORD && t[i].keyword == WORD_CREATE) {
            out->statement = form_of(STATEMENT_CREATE_USING)->words;
            break;
        }
    }
    const struct token *last = &t[count - 1];
    if (!out->statement) {
        return;
    }
    if (is_sign(last, '(') || (is_sign(last, ',') && count - 1 > opened)) {
        out->wants = PLACE_OPTION;
    } else if (is_sign(last, '=') && count >= 2) {
        out->wants = PLACE_VALUE;
        out->key = t[count - 2].span;
    }
}

/* The level that token number `count` is on: tokens behind the innermost open parenthesis, with what is in closed ones
 * left out. *opened: the parenthesis, or SIZE_MAX; *outer: where the level around it begins. */
static size_t innermost_level(const struct token *t, size_t count, size_t *opened, size_t *outer) {
    size_t depth = 0;
    *opened = SIZE_MAX;
    *outer = 0;
    for (size_t i = count; i-- > 0;) {
        bool closes = is_sign(&t[i], ')') || is_sign(&t[i], ']');
        bool opens = is_sign(&t[i], '(') || is_sign(&t[i], '[');
        depth += closes;
        if (opens && depth > 0) {
            depth--;
        } else if (opens && *opened == SIZE_MAX) {
            *opened = i;
        } else if (opens) {
            *outer = i + 1;
            break;
        }
    }
    return *opened == SIZE_MAX ? 0 : *opened + 1;
}

/* The level's own tokens, without what stands in parentheses that are closed again. */
static struct token *flatten(struct arena *a, const struct token *t, size_t from, size_t count, size_t *out_count) {
    struct token *out = arena_alloc(a, (count - from + 1) * sizeof *out);
    size_t n = 0, depth = 0;
    for (size_t i = from; out && i < count; i++) {
        bool opens = is_sign(&t[i], '('), closes = is_sign(&t[i], ')');
        depth -= closes && depth > 0;
        if (depth == 0) {
            out[n++] = t[i];
        }
        depth += opens;
    }
    *out_count = n;
    return out;
}

/* Whether a table, and so a nested statement, may stand in the parenthesis. */
static bool table_parenthesis(const struct token *t, size_t opened) {
    while (opened > 0 && is_sign(&t[opened - 1], '(')) {
        opened--;
    }
    const struct token *before = opened > 0 ? &t[opened - 1] : NULL;
    return before && before->kind == TOKEN_WORD &&
           (before->keyword == WORD_FROM || before->keyword == WORD_JOIN || before->keyword == WORD_AS ||
            before->keyword == WORD_COPY);
}

static bool decide(struct arena *a, const char *code, struct place *out) {
    size_t opened, outer, count, at = 0;
    size_t level = innermost_level(out->tokens, out->count, &opened, &outer);
    bool top = opened == SIZE_MAX;
    if (!top && opened > 0 && out->tokens[opened - 1].keyword == WORD_OPTIONS) {
        want_option(out->tokens, outer, opened, out->count, out);
        return true;
    }
    if (!top && is_sign(&out->tokens[opened], '[')) {
        return true;
    }
    struct token *t = flatten(a, out->tokens, level, out->count, &count);
    if (!t) {
        return false;
    }
    bool query_begins = !top && table_parenthesis(out->tokens, opened);
    while (at < count) {
        const struct form *p = (at > 0 || top || query_begins) ? find_form(&t[at], count - at) : NULL;
        size_t before = at;
        if (!p) {
            break;
        }
        if (!walk_pattern(a, p, t, count, &at, out)) {
            return true;
        }
        if (at == before) {
            break; /* DELETE FROM: SQL */
        }
        query_begins = true;
    }
    if (at < count) {
        want_sql(code, t + at, count - at, out);
    } else {
        out->wants = at > 0 || query_begins ? PLACE_QUERY : top ? PLACE_STATEMENT : PLACE_COLUMN | PLACE_SQL;
    }
    return true;
}

/* Inside quotes: files in a path or an input, and what the option's name says. */
static void decide_in_quote(const struct token *t, size_t count, struct place *out) {
    size_t i = count;
    while (i > 0 && (is_sign(&t[i - 1], '[') || is_sign(&t[i - 1], ',') || t[i - 1].kind == TOKEN_STRING ||
                     t[i - 1].kind == TOKEN_QUOTED)) {
        i--;
    }
    if (i >= 2 && is_sign(&t[i - 1], '=')) {
        out->key = t[i - 2].span;
        out->wants |= PLACE_VALUE | PLACE_FILE;
    } else {
        out->wants = PLACE_FILE;
    }
}

static bool add_token(struct arena *a, struct place *out, size_t *room, const struct token *t) {
    if (out->count == *room) {
        size_t more = *room ? *room * 2 : 64;
        struct token *grown = arena_alloc(a, more * sizeof *grown);
        if (!grown) {
            return false;
        }
        if (out->count > 0) {
            memcpy(grown, out->tokens, out->count * sizeof *grown);
        }
        out->tokens = grown;
        *room = more;
    }
    out->tokens[out->count++] = *t;
    return true;
}

/* The end of the statement that goes on behind the cursor. */
static size_t statement_end(const char *code, size_t from, size_t end) {
    struct lexer x = {.code = code, .at = from, .end = end};
    struct err ignored = ERR_INIT;
    struct token t;
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        if (is_sign(&t, ';')) {
            return t.span.at;
        }
    }
    return end;
}

bool place_find(struct arena *a, const char *code, size_t start, size_t end, size_t cursor, struct place *out) {
    struct lexer x = {.code = code, .at = start, .end = cursor};
    struct err e = ERR_INIT;
    struct token t = {.kind = TOKEN_END};
    size_t room = 0, begins = start;
    *out = (struct place){.words = "", .typed = {cursor, 0}};
    while (lexer_next(&x, &t, &e) == ERR_OK && t.kind != TOKEN_END) {
        bool typing = (t.kind == TOKEN_WORD || t.kind == TOKEN_NUMBER) && t.span.at + t.span.len == cursor;
        if (typing) {
            out->typed = t.span;
        } else if (is_sign(&t, ';')) {
            out->count = 0;
            begins = cursor > t.span.at ? t.span.at + 1 : begins;
        } else if (!add_token(a, out, &room, &t)) {
            return false;
        }
    }
    out->text = (struct span){begins, statement_end(code, cursor, end) - begins};
    if (x.open == LEXER_OPEN_STRING || x.open == LEXER_OPEN_QUOTED) {
        size_t inside = e.at + 1 + (code[e.at] == 'E' || code[e.at] == 'e');
        out->in_quote = true;
        out->typed = (struct span){inside, cursor - inside};
        if (!decide(a, code, out)) {
            return false;
        }
        out->wants = 0;
        out->words = "";
        decide_in_quote(out->tokens, out->count, out);
        return true;
    }
    return e.code != ERR_OK || x.open == LEXER_OPEN_LINE || decide(a, code, out);
}
