/* Operators: a table by operand types, and the shapes that are written with words (IN, BETWEEN, LIKE, ANY). */
#include "lang/sql/signature.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static const struct operator_row {
    const char *name, *signature;
    char result;
    const char *pattern;
} rows[] = {
    {"+", "di", 'd', "pg_date_plus($1, $2)"},
    {"+", "id", 'd', "pg_date_plus($2, $1)"},
    {"-", "di", 'd', "pg_date_plus($1, -$2)"},
    {"-", "dd", 'I', "pg_date_minus($1, $2)"},
    {"+", "dm", 's', "($1 || ' ' || $2)"},
    {"+", "md", 's', "($2 || ' ' || $1)"},
    {"+", "sv", 's', "pg_time_plus($1, $2, 1)"},
    {"+", "vs", 's', "pg_time_plus($2, $1, 1)"},
    {"-", "sv", 's', "pg_time_plus($1, $2, -1)"},
    {"+", "zv", 'z', "pg_time_plus($1, $2, 1)"},
    {"+", "vz", 'z', "pg_time_plus($2, $1, 1)"},
    {"-", "zv", 'z', "pg_time_plus($1, $2, -1)"},
    {"-", "ss", 'v', "pg_time_minus($1, $2)"},
    {"-", "zz", 'v', "pg_time_minus($1, $2)"},
    {"+", "mv", 'm', "pg_clock_plus($1, $2, 1)"},
    {"+", "vm", 'm', "pg_clock_plus($2, $1, 1)"},
    {"-", "mv", 'm', "pg_clock_plus($1, $2, -1)"},
    {"-", "mm", 'v', "pg_clock_minus($1, $2)"},
    {"+", "vv", 'v', "pg_interval_plus($1, $2, 1)"},
    {"-", "vv", 'v', "pg_interval_plus($1, $2, -1)"},
    {"*", "vf", 'v', "pg_interval_times($1, $2)"},
    {"*", "fv", 'v', "pg_interval_times($2, $1)"},
    {"/", "vf", 'v', "pg_interval_divide($1, $2)"},
    {"+", "VV", 'V', "vector_add($1, $2)"},
    {"-", "VV", 'V', "vector_subtract($1, $2)"},
    {"*", "VV", 'V', "vector_multiply($1, $2)"},
    {"*", "Vf", 'V', "vector_multiply($1, $2)"}, /* kinder than pgvector, which has it for vectors only */
    {"*", "fV", 'V', "vector_multiply($2, $1)"},
    {"<+>", "VV", 'f', "l1_distance($1, $2)"},
    {"<->", "VV", 'f', "l2_distance($1, $2)"},
    {"<=>", "VV", 'f', "cosine_distance($1, $2)"},
    {"<#>", "VV", 'f', "negative_inner_product($1, $2)"},
    {"^", "NN", 'N', "pg_dec(pg_power($1, $2))"},
    {"^", "ff", 'f', "pg_power($1, $2)"},
    {"&", "ii", 'p', "($1 & $2)"},
    {"|", "ii", 'p', "($1 | $2)"},
    {"#", "ii", 'p', "(($1 | $2) - ($1 & $2))"},
    {"<<", "ii", '1', "pg_shift32($1, $2)"},
    {">>", "ii", '1', "($1 >> $2)"},
    {"||", "AA", '1', "pg_array_cat($1, $2)"},
    {"||", "AE", '1', "pg_array_append($1, $2)"},
    {"||", "EA", '2', "pg_array_prepend($1, $2)"},
    {"||", "JJ", 'J', "pg_json_concat($1, $2)"},
    {"||", "VV", 'V', "CAST($1 || $2 AS BLOB)"},
    {"||", "xx", 'x', "CAST($1 || $2 AS BLOB)"},
    {"||", "tt", 't', "($1 || $2)"},
    {"~", "tt", 'b', "pg_regex($1, $2, 0)"},
    {"~*", "tt", 'b', "pg_regex($1, $2, 1)"},
    {"!~", "tt", 'b', "(NOT pg_regex($1, $2, 0))"},
    {"!~*", "tt", 'b', "(NOT pg_regex($1, $2, 1))"},
    {"~~", "tt", 'b', "pg_like($1, $2)"},
    {"!~~", "tt", 'b', "(NOT pg_like($1, $2))"},
    {"~~*", "tt", 'b', "pg_ilike($1, $2)"},
    {"!~~*", "tt", 'b', "(NOT pg_ilike($1, $2))"},
    {"^@", "tt", 'b', "(substr($1, 1, length($2)) = $2)"},
    {"->", "ki", '1', "pg_json_get($1, $2, 'json')"},
    {"->", "kt", '1', "pg_json_get($1, $2, 'json')"},
    {"->>", "ki", 't', "pg_json_get($1, $2, 'text')"},
    {"->>", "kt", 't', "pg_json_get($1, $2, 'text')"},
    {"#>", "kA", '1', "pg_json_path($1, $2, 'json')"},
    {"#>>", "kA", 't', "pg_json_path($1, $2, 'text')"},
    {"@>", "JJ", 'b', "pg_json_contains($1, $2)"},
    {"<@", "JJ", 'b', "pg_json_contains($2, $1)"},
    {"?", "Jt", 'b', "pg_json_has($1, $2)"},
    {"?|", "JA", 'b', "pg_json_has_any($1, $2)"},
    {"?&", "JA", 'b', "pg_json_has_all($1, $2)"},
    {"-", "Jt", 'J', "pg_json_remove($1, $2)"},
    {"-", "Ji", 'J', "pg_json_remove($1, $2)"},
    {"-", "JA", 'J', "pg_json_remove_all($1, $2)"},
    {"#-", "JA", 'J', "pg_json_remove_path($1, $2)"},
    {"@>", "AA", 'b', "pg_array_contains($1, $2)"},
    {"<@", "AA", 'b', "pg_array_contains($2, $1)"},
    {"&&", "AA", 'b', "pg_array_overlaps($1, $2)"},
};

static const struct operator_row unary_rows[] = {
    {"-", "n", '1', "(-$1)"},        {"-", "v", 'v', "pg_interval_times($1, -1)"},
    {"+", "n", '1', "$1"},           {"@", "n", '1', "abs($1)"},
    {"|/", "f", 'f', "pg_sqrt($1)"}, {"||/", "f", 'f', "pg_cbrt($1)"},
    {"~", "i", '1', "(~$1)"},
};

static struct expr no_operator(struct lower *l, const char *name, const struct expr *left, const struct expr *right,
                               long place) {
    char a[64], b[64];
    lower_fail(l, ERR_NOT_FOUND, place, "operator does not exist: %s%s%s %s", left ? pgtype_name(left->type, a) : "",
               left ? " " : "", name, pgtype_name(right->type, b));
    err_hint(l->e, "No operator matches the given name and argument types. You might need to add explicit type casts.");
    return expr_make(PGTYPE(PG_ANY), place);
}

static bool is_comparison(const char *name) {
    static const char *const names[] = {"=", "<>", "!=", "<", ">", "<=", ">="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* What both sides of a comparison are brought to; PG_VOID: they cannot be compared. */
static struct pgtype comparable(struct pgtype a, struct pgtype b, bool equality) {
    bool numbers = pgtype_is_number(a) && pgtype_is_number(b), texts = pgtype_is_text(a) && pgtype_is_text(b);
    if (a.base == PG_ANY || b.base == PG_ANY || numbers) {
        return PGTYPE(PG_ANY);
    }
    if (texts) {
        return PGTYPE(PG_TEXT);
    }
    if (pgtype_is(a, PG_JSON) || pgtype_is(b, PG_JSON) || (!equality && pgtype_is(a, PG_JSONB))) {
        return PGTYPE(PG_VOID);
    }
    if (pgtype_same(a, b) || cast_possible(a, b, CAST_IMPLICIT)) {
        return b;
    }
    return cast_possible(b, a, CAST_IMPLICIT) ? a : PGTYPE(PG_VOID);
}

static struct expr compare(struct lower *l, const char *name, struct expr left, struct expr right, long place) {
    bool equality = strchr("=!", name[0]) || strcmp(name, "<>") == 0;
    if (left.type.base == PG_UNKNOWN && right.type.base == PG_UNKNOWN) {
        left = cast_to(l, left, PGTYPE(PG_TEXT), CAST_IMPLICIT);
    }
    if (left.type.base == PG_UNKNOWN) {
        left = cast_to(l, left, right.type, CAST_IMPLICIT);
    } else if (right.type.base == PG_UNKNOWN) {
        struct pgtype to = left.type;
        to.precision = pgtype_is_text(to) ? 0 : to.precision;
        to.scaled = false;
        right = cast_to(l, right, to, CAST_IMPLICIT);
    }
    struct pgtype common = comparable(left.type, right.type, equality);
    if (common.base == PG_VOID) {
        return no_operator(l, name, &left, &right, place);
    }
    struct expr both[2] = {left, right};
    const char *wrap = "$";
    if (common.base != PG_ANY && common.base != PG_TEXT) {
        both[0] = cast_to(l, left, common, CAST_IMPLICIT);
        both[1] = cast_to(l, right, common, CAST_IMPLICIT);
        bool order = common.array && !equality;
        wrap = pgtype_is(common, PG_INTERVAL)              ? "pg_interval_key($"
               : order                                     ? "pg_array_key($"
               : !equality && pgtype_is(common, PG_VECTOR) ? "pg_vector_key($"
                                                           : wrap;
    } else if (pgtype_is(left.type, PG_CHAR) || pgtype_is(right.type, PG_CHAR)) {
        wrap = "rtrim($";
    }
    const char *close = wrap[1] ? ")" : "";
    const char *sign = strcmp(name, "!=") == 0 ? "<>" : name;
    char *pattern = arena_printf(l->a, "(%s1%s %s %s2%s)", wrap, close, sign, wrap, close);
    return expr_fill(l, PGTYPE(PG_BOOL), place, pattern ? pattern : "", both, 2);
}

enum { LONGEST_CHAIN = 40 }; /* terms; SQLite's functions take 127 arguments */

/* left joint right, between `before` and `after`. SQLite's parser is as deep as its text nests (100), so the terms of a
 * chain stand side by side. */
static struct expr chained(struct lower *l, char kind, struct expr left, const char *joint, struct expr right,
                           struct pgtype t, const char *before, const char *after, long place) {
    struct expr out = expr_make(t, place);
    bool goes_on = left.chain.kind == kind && left.chain.base == t.base && left.chain.count < LONGEST_CHAIN;
    out.chain.terms = rope_copy(l->a, goes_on ? &left.chain.terms : &left.sql);
    out.chain.count = goes_on ? left.chain.count + 1 : 2;
    out.chain.kind = kind;
    out.chain.base = t.base;
    rope_add(l->a, &out.chain.terms, joint, place);
    rope_join(&out.chain.terms, rope_copy(l->a, &right.sql));
    lower_add(l, &out.sql, before);
    rope_join(&out.sql, rope_copy(l->a, &out.chain.terms));
    lower_add(l, &out.sql, after);
    return out;
}

static struct expr sum(struct lower *l, char sign, struct expr *both, struct pgtype t, long place) {
    int bytes = t.base == PG_INT2 ? 2 : t.base == PG_INT4 ? 4 : 8;
    if (pgtype_is_integer(t)) {
        char *before = arena_printf(l->a, "pg_sum(%d, ", bytes);
        return chained(l, '+', both[0], sign == '+' ? ", '+', " : ", '-', ", both[1], t, before ? before : "", ")",
                       place);
    }
    return chained(l, '+', both[0], sign == '+' ? " + " : " - ", both[1], t,
                   t.base == PG_NUMERIC  ? "pg_dec("
                   : t.base == PG_FLOAT4 ? "pg_float4("
                                         : "(",
                   ")", place);
}

/* + - * / % of numbers. Integers keep SQLite's own operators where they agree. */
static struct expr arithmetic(struct lower *l, char sign, struct expr left, struct expr right, long place) {
    struct expr both[2] = {left, right};
    if (both[0].type.base == PG_UNKNOWN) {
        both[0] = cast_to(l, left, right.type.base == PG_ANY ? PGTYPE(PG_FLOAT8) : right.type, CAST_IMPLICIT);
    } else if (both[1].type.base == PG_UNKNOWN) {
        both[1] = cast_to(l, right, left.type.base == PG_ANY ? PGTYPE(PG_FLOAT8) : left.type, CAST_IMPLICIT);
    }
    struct pgtype t = signature_type('p', both[0].type, both, 2);
    if (both[0].type.base == PG_ANY || both[1].type.base == PG_ANY) {
        t = PGTYPE(PG_ANY);
    }
    struct pgtype a = both[0].type, b = both[1].type;
    if (t.base == PG_NUMERIC && (sign == '+' || sign == '-' || sign == '*' || sign == '%')) {
        int sa = a.base == PG_NUMERIC ? a.scale : 0, sb = b.base == PG_NUMERIC ? b.scale : 0;
        t.scaled = (a.base != PG_NUMERIC || a.scaled) && (b.base != PG_NUMERIC || b.scaled);
        t.scale = sign == '*' ? sa + sb : sa > sb ? sa : sb;
    }
    bool whole = pgtype_is_integer(t), exact = t.base == PG_NUMERIC;
    const char *pattern;
    switch (sign) {
    case '/':
        pattern = whole && both[1].constant ? "($1 / $2)"
                  : exact                   ? "pg_dec(pg_divide($1, $2, 1))"
                  : t.base == PG_FLOAT4     ? "pg_float4(pg_divide($1, $2, 1))"
                                        : (whole || t.base == PG_ANY ? "pg_divide($1, $2, 0)" : "pg_divide($1, $2, 1)");
        break;
    case '%':
        pattern = whole && both[1].constant ? "($1 % $2)" : exact ? "pg_dec(pg_mod($1, $2))" : "pg_mod($1, $2)";
        break;
    case '+':
    case '-':
        return sum(l, sign, both, t, place);
    default: {
        char *plain = arena_printf(l->a, exact ? "pg_dec($1 %c $2)" : "($1 %c $2)", sign);
        int bytes = t.base == PG_INT2 ? 2 : t.base == PG_INT4 ? 4 : 8;
        pattern = whole                 ? arena_printf(l->a, "pg_int($1, $2, '%c', %d)", sign, bytes)
                  : t.base == PG_FLOAT4 ? arena_printf(l->a, "pg_float4($1 %c $2)", sign)
                                        : plain;
    }
    }
    return expr_fill(l, t, place, pattern ? pattern : "", both, 2);
}

static const struct operator_row *best_row(const struct operator_row *table, size_t count, const char *name,
                                           const struct expr *args, size_t n) {
    const struct operator_row *best = NULL;
    int least = 0;
    for (size_t i = 0; i < count; i++) {
        int cost = strcmp(table[i].name, name) == 0 ? signature_match(table[i].signature, args, n) : -1;
        if (cost >= 0 && (!best || cost < least)) {
            best = &table[i];
            least = cost;
        }
    }
    return best;
}

static bool numberlike(struct pgtype t) {
    return pgtype_is_number(t) || t.base == PG_ANY || t.base == PG_UNKNOWN;
}

/* || takes anything beside a text, but two that are no text. */
static bool concatenates(struct expr *args) {
    struct pgtype a = args[0].type, b = args[1].type;
    bool text = pgtype_is_text(a) || pgtype_is_text(b) || a.base == PG_UNKNOWN || b.base == PG_UNKNOWN ||
                a.base == PG_ANY || b.base == PG_ANY;
    return text && !a.array && !b.array && a.base != PG_JSONB && b.base != PG_JSONB;
}

struct expr operator_lower(struct lower *l, const char *name, struct expr left, struct expr right, long place) {
    struct expr args[2] = {left, right};
    if (is_comparison(name)) {
        return compare(l, name, left, right, place);
    }
    bool known = left.type.base != PG_UNKNOWN || right.type.base != PG_UNKNOWN;
    bool numbers = (pgtype_is_number(left.type) && numberlike(right.type)) ||
                   (pgtype_is_number(right.type) && numberlike(left.type)) ||
                   (left.type.base == PG_ANY && numberlike(right.type)) ||
                   (right.type.base == PG_ANY && numberlike(left.type));
    if (strlen(name) == 1 && strchr("+-*/%", name[0]) && numbers && known) {
        return arithmetic(l, name[0], left, right, place);
    }
    if (strcmp(name, "||") == 0 && concatenates(args)) {
        for (int i = 0; i < 2; i++) {
            args[i] = cast_to(l, args[i], PGTYPE(PG_TEXT), CAST_EXPLICIT);
        }
        return chained(l, '|', args[0], " || ", args[1], PGTYPE(PG_TEXT), "(", ")", place);
    }
    /* A literal beside a type is of that type first, where the operator takes two of a kind. */
    for (int i = 0; i < 2; i++) {
        struct expr same[2] = {args[0], args[1]};
        if (args[i].type.base == PG_UNKNOWN && args[!i].type.base != PG_UNKNOWN) {
            same[i].type = args[!i].type;
            const struct operator_row *row = best_row(rows, sizeof rows / sizeof *rows, name, same, 2);
            if (row && row->signature[0] == row->signature[1]) {
                args[i] = cast_to(l, args[i], args[!i].type, CAST_IMPLICIT);
            } else if (row && signature_match(row->signature, same, 2) == 0 && args[!i].type.base == PG_DATE) {
                args[i] = cast_to(l, args[i], args[!i].type, CAST_IMPLICIT);
            }
        }
    }
    const struct operator_row *row = best_row(rows, sizeof rows / sizeof *rows, name, args, 2);
    bool day = strcmp(name, "+") == 0 && (pgtype_is(left.type, PG_DATE) || pgtype_is(right.type, PG_DATE));
    bool open = left.type.base == PG_UNKNOWN || right.type.base == PG_UNKNOWN;
    bool null = left.null || right.null;
    if ((!row || (strcmp(row->signature, "tt") != 0 && !known) || (day && open)) && (!known || (day && open)) &&
        !null) {
        char a[64], b[64];
        lower_fail(l, ERR_QUERY, place, "operator is not unique: %s %s %s", pgtype_name(left.type, a), name,
                   pgtype_name(right.type, b));
        err_hint(l->e, "Could not choose a best candidate operator. You might need to add explicit type casts.");
        return expr_make(PGTYPE(PG_ANY), place);
    }
    if (!row) {
        return no_operator(l, name, &left, &right, place);
    }
    signature_apply(l, row->signature, args, 2);
    const char *pattern = row->pattern;
    if (strcmp(name, "<<") == 0 && left.type.base == PG_INT8) {
        pattern = "($1 << $2)";
    }
    return expr_fill(l, signature_type(row->result, left.type, args, 2), place, pattern, args, 2);
}

struct expr operator_unary(struct lower *l, const char *name, struct expr x, long place) {
    const struct operator_row *row = best_row(unary_rows, sizeof unary_rows / sizeof *unary_rows, name, &x, 1);
    if (!row) {
        return no_operator(l, name, NULL, &x, place);
    }
    if (x.type.base == PG_UNKNOWN && !x.null && name[0] == '-') {
        lower_fail(l, ERR_QUERY, place, "operator is not unique: %s unknown", name);
        err_hint(l->e, "Could not choose a best candidate operator. You might need to add explicit type casts.");
    }
    bool constant = x.constant && name[0] != '-';
    struct pgtype before = x.type;
    signature_apply(l, row->signature, &x, 1);
    struct expr out = expr_fill(l, signature_type(row->result, x.type, &x, 1), place, row->pattern, &x, 1);
    out.constant = constant;
    if (pgtype_same(before, out.type)) {
        out.type = before;
    }
    return out;
}

/* LIKE with a known beginning is GLOB, which is SQLite's own and may use an index. Of others it may take the product of
 * both lengths, and cannot be stopped. False: it is another, or no pattern. */
static bool glob_pattern(struct lower *l, const char *like, struct rope *out) {
    char *glob = arena_alloc(l->a, 3 * strlen(like) + 1), *to = glob;
    for (const char *c = like; glob && *c; c++) {
        bool escaped = *c == '\\';
        if (escaped && !*++c) {
            return false;
        }
        if (!escaped && *c == '%') {
            if (c[1]) {
                return false;
            }
            *to++ = '*';
        } else if (!escaped && *c == '_') {
            *to++ = '?';
        } else if (strchr("*?[", *c)) {
            *to++ = '[';
            *to++ = *c;
            *to++ = ']';
        } else {
            *to++ = *c;
        }
    }
    if (glob) {
        rope_add_string(l->a, out, glob, (size_t)(to - glob), ROPE_NOWHERE);
    }
    return glob != NULL;
}

static struct expr like(struct lower *l, const PgQuery__AExpr *x, const char *name, long place) {
    struct expr args[3] = {expr_lower(l, x->lexpr)};
    size_t n = 2;
    const PgQuery__Node *r = x->rexpr;
    bool not = name[0] == '!', insensitive = strchr(name, '*') != NULL;
    bool escape = NODE_IS(r, FUNC_CALL) && r->func_call->n_args == 2 &&
                  strcmp(lower_string(r->func_call->funcname[r->func_call->n_funcname - 1]), "like_escape") == 0;
    args[1] = expr_lower(l, escape ? r->func_call->args[0] : r);
    if (escape) {
        args[n++] = cast_to(l, expr_lower(l, r->func_call->args[1]), PGTYPE(PG_TEXT), CAST_IMPLICIT);
    }
    char left[64], right[64];
    for (size_t i = 0; i < 2; i++) {
        if (signature_cost('t', args[i].type) < 0) {
            lower_fail(l, ERR_NOT_FOUND, place, "operator does not exist: %s %s %s", pgtype_name(args[0].type, left),
                       name, pgtype_name(args[1].type, right));
            err_hint(l->e, "No operator matches the given name and argument types. You might need to add explicit type "
                           "casts.");
        }
    }
    const char *literal = args[1].literal;
    args[0] = cast_to(l, args[0], PGTYPE(PG_TEXT), CAST_IMPLICIT);
    args[1] = cast_to(l, args[1], PGTYPE(PG_TEXT), CAST_IMPLICIT);
    struct rope glob = ROPE_INIT;
    if (literal && !escape && !insensitive && args[0].type.base != PG_ANY && glob_pattern(l, literal, &glob)) {
        args[1].sql = glob;
        return expr_fill(l, PGTYPE(PG_BOOL), place, not ? "($1 NOT GLOB $2)" : "($1 GLOB $2)", args, 2);
    }
    char *pattern = arena_printf(l->a, "(%spg_%slike($*))", not ? "NOT " : "", insensitive ? "i" : "");
    return expr_fill(l, PGTYPE(PG_BOOL), place, pattern ? pattern : "", args, n);
}

static struct expr similar(struct lower *l, const PgQuery__AExpr *x, const char *name, long place) {
    struct expr args[2] = {expr_lower(l, x->lexpr)};
    const PgQuery__Node *r = x->rexpr; /* similar_to_escape(pattern) */
    if (NODE_IS(r, FUNC_CALL) && r->func_call->n_args != 1) {
        lower_refuse(l, place, "SIMILAR TO with ESCAPE");
    }
    args[1] = expr_lower(l, NODE_IS(r, FUNC_CALL) ? r->func_call->args[0] : r);
    args[0] = cast_to(l, args[0], PGTYPE(PG_TEXT), CAST_IMPLICIT);
    args[1] = cast_to(l, args[1], PGTYPE(PG_TEXT), CAST_IMPLICIT);
    return expr_fill(l, PGTYPE(PG_BOOL), place, name[0] == '!' ? "(NOT pg_similar($1, $2))" : "pg_similar($1, $2)",
                     args, 2);
}

/* (a, b) = (c, d), (a, b) < (c, d) */
static struct expr rows_compared(struct lower *l, const PgQuery__AExpr *x, const char *name, long place) {
    const PgQuery__RowExpr *a = x->lexpr->row_expr, *b = x->rexpr->row_expr;
    struct expr out = expr_make(PGTYPE(PG_BOOL), place);
    struct rope right = ROPE_INIT;
    if (a->n_args != b->n_args) {
        lower_fail(l, ERR_SYNTAX, place, "unequal number of entries in row expressions");
        return out;
    }
    lower_add(l, &out.sql, "((");
    for (size_t i = 0; i < a->n_args; i++) {
        struct expr p = expr_lower(l, a->args[i]), q = expr_lower(l, b->args[i]);
        struct expr both[] = {p, q};
        compare(l, name, p, q, place); /* for its checks */
        struct pgtype t = expr_common_type(l, both, 2, "row");
        lower_add(l, &out.sql, i ? ", " : "");
        lower_add(l, &right, i ? ", " : "");
        rope_join(&out.sql, cast_to(l, p, t, CAST_IMPLICIT).sql);
        rope_join(&right, cast_to(l, q, t, CAST_IMPLICIT).sql);
    }
    lower_add(l, &out.sql, arena_printf(l->a, ") %s (", name));
    rope_join(&out.sql, right);
    lower_add(l, &out.sql, "))");
    return out;
}

static struct expr in_list(struct lower *l, const PgQuery__AExpr *x, bool not, long place) {
    const PgQuery__List *list = x->rexpr->list;
    struct expr *args = arena_alloc(l->a, (list->n_items + 1) * sizeof *args);
    struct expr out = expr_make(PGTYPE(PG_BOOL), place);
    if (!args || NODE_IS(x->lexpr, ROW_EXPR)) {
        lower_refuse(l, place, "IN with rows and a list");
        return out;
    }
    args[0] = expr_lower(l, x->lexpr);
    for (size_t i = 0; i < list->n_items; i++) {
        args[i + 1] = expr_lower(l, list->items[i]);
        if (args[i + 1].type.base != PG_UNKNOWN && args[0].type.base != PG_UNKNOWN) {
            compare(l, "=", args[0], args[i + 1], args[i + 1].place);
        }
    }
    struct pgtype t = expr_common_type(l, args, list->n_items + 1, "IN");
    bool key = pgtype_is(t, PG_INTERVAL);
    t.precision = 0;
    t.scaled = false;
    for (size_t i = 0; i <= list->n_items; i++) {
        struct expr v = cast_to(l, args[i], t, CAST_IMPLICIT);
        v = key ? expr_fill(l, t, v.place, "pg_interval_key($1)", &v, 1) : v;
        lower_add(l, &out.sql, i == 0 ? "(" : i > 1 ? ", " : "");
        rope_join(&out.sql, v.sql);
        lower_add(l, &out.sql, i ? "" : not ? " NOT IN (" : " IN (");
    }
    lower_add(l, &out.sql, "))");
    return out;
}

static struct expr between(struct lower *l, const PgQuery__AExpr *x, long place) {
    const PgQuery__List *ends = x->rexpr->list;
    bool symmetric = x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM ||
                     x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
    bool not = x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN ||
               x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
    struct expr parts[4];
    for (int i = 0; i < (symmetric ? 4 : 2); i++) {
        struct expr value = expr_lower(l, x->lexpr), end = expr_lower(l, ends->items[i < 2 ? i : 3 - i]);
        parts[i] = operator_lower(l, i % 2 ? "<=" : ">=", value, end, place);
    }
    const char *pattern = symmetric ? "(($1 AND $2) OR ($3 AND $4))" : "($1 AND $2)";
    struct expr out = expr_fill(l, PGTYPE(PG_BOOL), place, pattern, parts, symmetric ? 4 : 2);
    return not ? expr_fill(l, PGTYPE(PG_BOOL), place, "(NOT $1)", &out, 1) : out;
}

struct expr operator_node(struct lower *l, const PgQuery__AExpr *x) {
    const char *name = lower_string(x->name[x->n_name - 1]);
    long place = lower_place(l, x->location);
    switch (x->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
        if (!x->lexpr) {
            return operator_unary(l, name, expr_lower(l, x->rexpr), place);
        }
        if (NODE_IS(x->lexpr, ROW_EXPR) && NODE_IS(x->rexpr, ROW_EXPR) && is_comparison(name)) {
            return rows_compared(l, x, name, place);
        }
        break;
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        return operator_any_array(l, x, name, x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY, place);
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        return in_list(l, x, strcmp(name, "<>") == 0, place);
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
        return like(l, x, name, place);
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
        return similar(l, x, name, place);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
        return between(l, x, place);
    default:
        break;
    }
    struct expr left = expr_lower(l, x->lexpr), right = expr_lower(l, x->rexpr);
    struct expr test = operator_lower(l, name, left, right, place);
    struct expr both[] = {left, right};
    if (x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
        return test;
    }
    struct pgtype t = expr_common_type(l, both, 2, x->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF ? "NULLIF" : "IS");
    struct pgtype first = left.type.base == PG_UNKNOWN ? t : left.type;
    both[0] = cast_to(l, left, t, CAST_IMPLICIT);
    both[1] = cast_to(l, right, t, CAST_IMPLICIT);
    switch (x->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
        return expr_fill(l, PGTYPE(PG_BOOL), place, "($1 IS NOT $2)", both, 2);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
        return expr_fill(l, PGTYPE(PG_BOOL), place, "($1 IS $2)", both, 2);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
        return expr_fill(l, first, place, "nullif($1, $2)", both, 2);
    default:
        lower_refuse(l, place, "the operator %s", name);
        return test;
    }
}
