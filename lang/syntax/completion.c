/* Completion: the place of the cursor says what is wanted; words come from here, names from the caller's vocabulary;
 * those that begin with what was typed are kept, sorted, and given without doubles. */
#include "lang/syntax/completion.h"

#include "lang/syntax/completion_place.h"
#include "lang/syntax/magic.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* So many are held at most before sorting: names come from tables of any size. */
#define HELD_MOST 5000

static const char sql_words[] =
    "SELECT FROM WHERE GROUP ORDER BY LIMIT OFFSET HAVING JOIN LEFT INNER CROSS ON AS AND OR NOT IN LIKE IS NULL DESC "
    "ASC DISTINCT UNION ALL CASE WHEN THEN ELSE END BETWEEN VALUES SET INTO EXISTS USING TABLE CAST COUNT SUM AVG MIN "
    "MAX RANDOM";

struct collection {
    struct arena *arena;
    const struct vocabulary *names;
    const char *prefix;
    size_t prefix_len;
    bool lower; /* keywords in small letters */
    struct completion_match *held;
    size_t count, room;
    bool failed;
};

static void hold(void *to, const char *text, const char *type, const char *signature) {
    struct collection *c = to;
    if (c->failed || c->count >= HELD_MOST || strncasecmp(text, c->prefix, c->prefix_len) != 0) {
        return;
    }
    if (c->count == c->room) {
        size_t more = c->room ? c->room * 2 : 64;
        struct completion_match *grown = arena_alloc(c->arena, more * sizeof *grown);
        if (!grown) {
            c->failed = true;
            return;
        }
        if (c->count > 0) {
            memcpy(grown, c->held, c->count * sizeof *grown);
        }
        c->held = grown;
        c->room = more;
    }
    char *copy = arena_strdup(c->arena, text), *more = signature ? arena_strdup(c->arena, signature) : NULL;
    c->failed = !copy || (signature && !more);
    c->held[c->count++] = (struct completion_match){copy, type, more ? more : ""};
}

static void hold_keyword(struct collection *c, const char *word, size_t len) {
    char text[32];
    if (len >= sizeof text) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        bool fold = c->lower && word[i] >= 'A' && word[i] <= 'Z';
        text[i] = fold ? (char)(word[i] | 32) : word[i];
    }
    text[len] = '\0';
    hold(c, text, "keyword", NULL);
}

/* Words separated by blanks. */
static void hold_words(struct collection *c, const char *words) {
    while (*words) {
        size_t len = strcspn(words, " ");
        if (len > 0) {
            hold_keyword(c, words, len);
        }
        words += len + (words[len] == ' ');
    }
}

static void hold_keywords(struct collection *c, unsigned traits) {
    for (int k = WORD_OTHER + 1; k < WORD_COUNT; k++) {
        if (keyword_is((enum keyword)k, traits)) {
            hold_keyword(c, keyword_text((enum keyword)k), strlen(keyword_text((enum keyword)k)));
        }
    }
}

static void hold_list(struct collection *c, const char *const *texts, size_t count, const char *type) {
    for (size_t i = 0; i < count; i++) {
        hold(c, texts[i], type, NULL);
    }
}

static void ask(struct collection *c, enum vocabulary_kind kind, const char *scope) {
    if (c->names && c->names->each) {
        c->names->each(c->names->user, kind, scope, hold, c);
    }
}

static bool same_name(const char *code, struct span a, struct span b) {
    return a.len == b.len && strncasecmp(code + a.at, code + b.at, a.len) == 0;
}

/* A table's name as the engine knows it. */
static char *table_name(struct collection *c, const char *code, const struct token *t) {
    char *name = lexer_text(c->arena, code, t);
    for (char *p = name; p && *p && t->kind == TOKEN_WORD; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
    }
    c->failed = c->failed || !name;
    return name;
}

/* Whether a token is where the name of a table stands: behind FROM, JOIN, INTO or UPDATE, or a comma of FROM's list. */
struct table_places {
    size_t depth;   /* open parentheses */
    uint64_t lists; /* a bit for each depth: a list of FROM is being read there */
    struct token before;
};

static bool table_place(struct table_places *p, const struct token *t) {
    const struct token *b = &p->before;
    bool word = b->kind == TOKEN_WORD, comma = b->kind == TOKEN_SIGN && b->sign == ',';
    bool named = word && (b->keyword == WORD_FROM || b->keyword == WORD_JOIN || b->keyword == WORD_INTO ||
                          b->keyword == WORD_UPDATE);
    uint64_t here = p->depth < 64 ? UINT64_C(1) << p->depth : 0;
    bool listed = comma && (p->lists & here);
    if (t->kind == TOKEN_SIGN && t->sign == '(') {
        p->depth++;
        p->lists &= ~(here << 1);
    } else if (t->kind == TOKEN_SIGN && t->sign == ')') {
        p->depth -= p->depth > 0;
    } else if (t->kind == TOKEN_WORD && t->keyword == WORD_FROM) {
        p->lists |= here;
    } else if (t->kind == TOKEN_WORD && (keyword_is(t->keyword, KEYWORD_ENDS_FROM) || t->keyword == WORD_SELECT)) {
        p->lists &= ~here;
    }
    p->before = *t;
    return named || listed;
}

/* Columns of the tables that the statement names, on either side of the cursor; of one of them alone where its name or
 * alias stands before the dot. And those that its SEARCH and CONVERT add. */
static void hold_columns(struct collection *c, const char *code, const struct place *p) {
    struct lexer x = {.code = code, .at = p->text.at, .end = p->text.at + p->text.len};
    struct err ignored = ERR_INIT;
    struct token t, next;
    struct table_places places = {.before = {.kind = TOKEN_END}};
    enum keyword using = WORD_OTHER;
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        struct token before = places.before;
        bool table = table_place(&places, &t);
        if (table && (t.kind == TOKEN_WORD || t.kind == TOKEN_QUOTED)) {
            struct lexer ahead = x;
            bool alias = lexer_next(&ahead, &next, &ignored) == ERR_OK &&
                         (next.keyword != WORD_AS || lexer_next(&ahead, &next, &ignored) == ERR_OK) &&
                         next.kind == TOKEN_WORD && same_name(code, next.span, p->table);
            char *name = table_name(c, code, &t);
            if (name && (p->table.len == 0 || alias || same_name(code, t.span, p->table))) {
                ask(c, VOCABULARY_COLUMN, name);
            }
        }
        if (t.kind == TOKEN_WORD && (t.keyword == WORD_SEARCH || t.keyword == WORD_CONVERT)) {
            using = t.keyword;
        }
        if (using != WORD_OTHER && before.kind == TOKEN_WORD && before.keyword == WORD_USING && p->table.len == 0) {
            char *model = table_name(c, code, &t);
            char *scope = model ? arena_printf(c->arena, "%s %s", keyword_text(using), model) : NULL;
            if (scope) {
                ask(c, VOCABULARY_RESULT, scope);
            }
            using = WORD_OTHER;
        }
    }
}

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* An option's value: what its name speaks of, and the choices the caller knows. */
static void hold_values(struct collection *c, const char *code, const struct place *p) {
    char *key = arena_strndup(c->arena, code + p->key.at, p->key.len);
    char *scope = key ? arena_printf(c->arena, "%s.%s", p->statement ? p->statement : "", key) : NULL;
    if (!scope) {
        c->failed = true;
        return;
    }
    if (!p->in_quote) {
        ask(c, VOCABULARY_VALUE, scope);
        return;
    }
    if (p->statement) {
        ask(c, VOCABULARY_CHOICE, scope);
    }
    if (ends_with(key, "_col") || ends_with(key, "_column")) {
        hold_columns(c, code, p);
    } else if (ends_with(key, "table_name")) {
        ask(c, VOCABULARY_TABLE, NULL);
    }
}

static void hold_wanted(struct collection *c, const char *code, const struct place *p) {
    static const char *const inputs[] = {"image", "images", "text", "texts", "audio", "audios", "video", "videos"};
    static const struct {
        unsigned wants;
        enum vocabulary_kind kind;
    } plain[] = {
        {PLACE_MODEL, VOCABULARY_MODEL},       {PLACE_BASE, VOCABULARY_BASE},       {PLACE_TABLE, VOCABULARY_TABLE},
        {PLACE_VARIABLE, VOCABULARY_VARIABLE}, {PLACE_SETTING, VOCABULARY_SETTING}, {PLACE_DATASET, VOCABULARY_DATASET},
        {PLACE_READY, VOCABULARY_READY},
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (p->wants & plain[i].wants) {
            ask(c, plain[i].kind, NULL);
        }
    }
    hold_words(c, p->words);
    if (p->wants & PLACE_STATEMENT) {
        hold_keywords(c, KEYWORD_THANOSQL | KEYWORD_SQL);
    }
    if (p->wants & PLACE_QUERY) {
        hold_keywords(c, KEYWORD_QUERY | KEYWORD_NESTS);
    }
    if (p->wants & PLACE_SQL) {
        hold_words(c, sql_words);
        ask(c, VOCABULARY_FUNCTION, NULL);
    }
    if (p->wants & PLACE_INPUT) {
        hold_list(c, inputs, sizeof inputs / sizeof *inputs, "input");
    }
    if ((p->wants & PLACE_OPTION) && p->statement) {
        ask(c, VOCABULARY_OPTION, p->statement);
    }
    if (p->wants & PLACE_VALUE) {
        hold_values(c, code, p);
    }
    if (p->wants & PLACE_COLUMN) {
        hold_columns(c, code, p);
    }
    if (p->wants & PLACE_FILE) {
        char *typed = arena_strndup(c->arena, c->prefix, c->prefix_len);
        c->failed = c->failed || !typed;
        if (typed) {
            ask(c, VOCABULARY_FILE, typed);
        }
    }
}

/* The user's case: of what is being typed, or of the keywords written so far. */
static bool writes_lower(const char *code, const struct place *p) {
    for (size_t i = p->typed.at; i < p->typed.at + p->typed.len; i++) {
        if ((code[i] | 32) >= 'a' && (code[i] | 32) <= 'z') {
            return code[i] >= 'a';
        }
    }
    for (size_t i = 0; i < p->count; i++) {
        if (p->tokens[i].kind == TOKEN_WORD && p->tokens[i].keyword != WORD_OTHER) {
            return code[p->tokens[i].span.at] >= 'a';
        }
    }
    return false;
}

static int by_text(const void *a, const void *b) {
    const struct completion_match *m = a, *n = b;
    int order = strcasecmp(m->text, n->text);
    order = order ? order : strcmp(m->text, n->text);
    return order ? order : strcmp(m->type, n->type);
}

static enum err_code finish(struct collection *c, struct span typed, struct completion *out, struct err *e) {
    size_t kept = 0;
    if (c->failed) {
        return err_nomem(e);
    }
    if (c->count > 1) {
        qsort(c->held, c->count, sizeof *c->held, by_text);
    }
    for (size_t i = 0; i < c->count && kept < COMPLETION_MOST; i++) {
        if (kept == 0 || strcmp(c->held[kept - 1].text, c->held[i].text) != 0) {
            c->held[kept++] = c->held[i];
        }
    }
    *out = (struct completion){typed.at, typed.at + typed.len, kept, c->held};
    return ERR_OK;
}

/* A magic's name, typed at the beginning of a line. */
static bool magic_word(const char *code, size_t cursor, struct span *typed) {
    size_t at = cursor;
    while (at > 0 && !strchr(" \t\r\n", code[at - 1])) {
        at--;
    }
    size_t line = at;
    while (line > 0 && (code[line - 1] == ' ' || code[line - 1] == '\t')) {
        line--;
    }
    *typed = (struct span){at, cursor - at};
    return cursor > at && code[at] == '%' && (line == 0 || code[line - 1] == '\n');
}

/* The statement text around the cursor. False where the cell is no such text (Python, an unknown magic). */
static bool find_text(struct arena *a, const char *code, size_t len, size_t cursor, struct span *out) {
    struct magic_part *part = NULL;
    struct err ignored = ERR_INIT;
    if (magic_split(a, code, cursor, &part, &ignored) != ERR_OK) {
        return false;
    }
    while (part && part->next) {
        part = part->next;
    }
    /* Behind %thanosql with nothing after it yet, a statement begins. */
    bool inside = part && !part->word && (part->line || part->span.at + part->span.len >= cursor);
    *out = inside ? (struct span){part->span.at, len - part->span.at} : (struct span){cursor, len - cursor};
    if (inside && part->line) {
        const char *newline = memchr(code + part->span.at, '\n', len - part->span.at);
        out->len = newline ? (size_t)(newline - code) - part->span.at : out->len;
    }
    return true;
}

enum err_code syntax_complete(const char *code, size_t len, size_t cursor, const struct vocabulary *names,
                              struct arena *a, struct completion *out, struct err *e) {
    static const char *const magics[] = {"%load_ext", "%reload_ext", "%thanosql",  "%psql",
                                         "%lsmagic",  "%who",        "%%thanosql", "%%psql"};
    struct collection c = {.arena = a, .names = names};
    struct place p;
    struct span text, typed;
    cursor = cursor < len ? cursor : len;
    if (magic_word(code, cursor, &typed)) {
        c.prefix = code + typed.at;
        c.prefix_len = typed.len;
        hold_list(&c, magics, sizeof magics / sizeof *magics, "magic");
        return finish(&c, typed, out, e);
    }
    if (!find_text(a, code, len, cursor, &text)) {
        return finish(&c, (struct span){cursor, 0}, out, e);
    }
    if (!place_find(a, code, text.at, text.at + text.len, cursor, &p)) {
        return err_nomem(e);
    }
    c.prefix = code + p.typed.at;
    c.prefix_len = p.typed.len;
    c.lower = writes_lower(code, &p);
    hold_wanted(&c, code, &p);
    return finish(&c, p.typed, out, e);
}

struct span syntax_word_at(const char *code, size_t len, size_t cursor) {
    struct lexer x = {.code = code, .end = len};
    struct err ignored = ERR_INIT;
    struct token t;
    struct span found = {cursor, 0};
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END && t.span.at <= cursor) {
        bool quoted = t.kind == TOKEN_STRING || t.kind == TOKEN_QUOTED;
        if (t.span.at + t.span.len >= cursor && (t.kind == TOKEN_WORD || (quoted && t.span.len >= 2))) {
            bool plain = quoted && (code[t.span.at] == '\'' || code[t.span.at] == '"');
            found = plain ? (struct span){t.span.at + 1, t.span.len - 2} : t.span;
        }
    }
    return found;
}
