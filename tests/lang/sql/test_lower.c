/* PostgreSQL's SQL rewritten: literals and their types, names and their scopes, and the way back to the cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/sql/sql.h"
#include "lang/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct store *store;
static struct arena arena;
static char folder[] = "/tmp/test_lower.XXXXXX";

static int set_up(void **state) {
    char path[64];
    struct err e = ERR_INIT;
    (void)state;
    snprintf(path, sizeof path, "%s/store.db", mkdtemp(folder) ? folder : "");
    return store_open(path, NULL, &store, &e) == ERR_OK && sql_register(store, &e) == ERR_OK &&
                   store_run(store, "CREATE TABLE t (id INT, name TEXT, score NUMERIC, at TIMESTAMP)", &e) == ERR_OK &&
                   store_run(store, "CREATE TABLE u (id INT, \"Größe\" REAL)", &e) == ERR_OK
               ? 0
               : -1;
}

static int tear_down(void **state) {
    char command[64];
    (void)state;
    store_close(store);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static int forget(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static enum err_code lower(const char *code, struct sql_output *out, struct err *e) {
    const struct sql_input in = {
        .store = store, .arena = &arena, .code = code, .len = strlen(code), .narrow_at = SIZE_MAX};
    *e = ERR_INIT;
    return sql_lower(&in, out, e);
}

/* The statement's value, asked of the store, or the error's message. */
static const char *value_of(const char *code) {
    struct sql_output out;
    struct err e;
    struct store_query *q = NULL;
    bool row = false;
    char number[40];
    const char *text = "no row";
    if (lower(code, &out, &e) != ERR_OK) {
        return arena_strdup(&arena, e.message);
    }
    const char *sql = rope_text(&arena, &out.steps->sql);
    if (store_prepare(store, sql, strlen(sql), &q, &e) != ERR_OK || store_step(q, &row, &e) != ERR_OK) {
        text = arena_strdup(&arena, e.message);
    } else if (row) {
        struct value v = store_value(q, 0);
        snprintf(number, sizeof number, "%lld", (long long)v.integer);
        text = v.type == VALUE_TEXT   ? arena_strndup(&arena, v.text, v.length)
               : v.type == VALUE_REAL ? arena_printf(&arena, "%.15g", v.real)
               : v.type == VALUE_NULL ? "NULL"
                                      : arena_strdup(&arena, number);
    }
    store_finish(q);
    return text;
}

static const char *type_of(const char *code) {
    struct sql_output out;
    struct err e;
    char name[64];
    return lower(code, &out, &e) == ERR_OK ? arena_strdup(&arena, pgtype_name(out.columns[0].type, name))
                                           : arena_strdup(&arena, e.message);
}

static void a_literal_takes_the_type_beside_it(void **state) {
    (void)state;
    assert_string_equal(type_of("SELECT 1"), "integer");
    assert_string_equal(type_of("SELECT 3000000000"), "bigint");
    assert_string_equal(type_of("SELECT 1.50"), "numeric");
    assert_string_equal(type_of("SELECT 'x'"), "text");
    assert_string_equal(type_of("SELECT '1' + 1"), "integer");
    assert_string_equal(type_of("SELECT 1 + 1.5"), "numeric");
    assert_string_equal(type_of("SELECT 1 + 1.5::float8"), "double precision");
    assert_string_equal(type_of("SELECT at - '1 day'::interval FROM t"), "timestamp without time zone");
    assert_string_equal(type_of("SELECT coalesce(NULL, 2)"), "integer");
    assert_string_equal(value_of("SELECT '1' + 1"), "2");
    assert_string_equal(value_of("SELECT 'x' + 1"), "invalid input syntax for type integer: \"x\"");
    assert_string_equal(value_of("SELECT 0.1 + 0.2 = 0.3"), "1");
    assert_string_equal(value_of("SELECT 0.1::float8 + 0.2::float8 = 0.3::float8"), "0");
    assert_string_equal(value_of("SELECT 'it''s'"), "it's");
    assert_string_equal(value_of("SELECT E'a\\tb'"), "a\tb");
    assert_string_equal(value_of("SELECT '5'::int / 2"), "2");
    assert_string_equal(value_of("SELECT -7 / 2"), "-3");
    assert_string_equal(value_of("SELECT (-9223372036854775808)::bigint / -1"), "bigint out of range");
    assert_string_equal(value_of("SELECT date '2024-01-31' + interval '1 month'"), "2024-02-29 00:00:00");
}

static void names_are_found_from_the_inside_out(void **state) {
    (void)state;
    assert_string_equal(value_of("SELECT id FROM t, u"), "column reference \"id\" is ambiguous");
    assert_string_equal(value_of("SELECT count(*) FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)"), "0");
    assert_string_equal(value_of("SELECT count(*) FROM t WHERE id IN (SELECT name::int FROM u)"), "0");
    assert_string_equal(value_of("SELECT count(*) FROM u, (SELECT t.id FROM t WHERE t.id = u.id) AS x"),
                        "invalid reference to FROM-clause entry for table \"u\"");
    assert_string_equal(value_of("SELECT count(*) FROM t JOIN u USING (id) WHERE id = 1"), "0");
    assert_string_equal(value_of("SELECT t.nmae FROM t"), "column t.nmae does not exist");
    assert_string_equal(value_of("SELECT count(*) FROM t a WHERE t.id = 1"),
                        "missing FROM-clause entry for table \"t\"");
    assert_string_equal(value_of("SELECT name FROM t GROUP BY id"),
                        "column \"t.name\" must appear in the GROUP BY clause or be used in an aggregate function");
    assert_string_equal(value_of("WITH t AS (SELECT 5 AS id) SELECT id FROM t"), "5");
}

/* Where errors are said to be: what of the cell. */
static const struct {
    const char *code, *marked;
} places[] = {
    {"SELECT id, nmae FROM t", "nmae"},
    {"SELECT /* 한글 */ nmae FROM t", "nmae"},
    {"SELECT '한글', id FROM tt", "tt"},
    {"SELECT * FROM (SELECT id, 'ä' FROM t) WHERE nmae = 1", "nmae"}, /* behind an alias that was put in */
    {"SELECT \"Größe\", \"Grösse\" FROM u", "\"Grösse\""},
    {"SELECT 1 +\n  'x'", "'x'"},
    {"SELECT lenght(name) FROM t", "lenght"},
    {"SELECT id FROM t WHERE name > 5", ">"},
    {"SELECT id FORM t", "t"},
};

static void errors_are_marked_in_the_cell(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct sql_output out;
        struct err e;
        const char *code = places[i].code;
        if (lower(code, &out, &e) == ERR_OK) {
            fail_msg("%s: no error", code);
        }
        if (!e.has_span || e.len != strlen(places[i].marked) || memcmp(code + e.at, places[i].marked, e.len) != 0) {
            fail_msg("%s: %s, marked at %zu: %.*s", code, e.message, e.at, (int)e.len, code + e.at);
        }
    }
}

/* What is looked up when the store complains of a name. */
static void names_know_their_places(void **state) {
    static const char code[] = "SELECT '한글' AS k, name, t.score FROM t WHERE id = 1";
    static const struct {
        const char *piece, *at;
    } expected[] = {{"\"name\"", "name,"}, {"\"score\"", "t.score"}, {"\"id\"", "id = 1"}};
    struct sql_output out;
    struct err e;
    (void)state;
    assert_int_equal(lower(code, &out, &e), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        size_t seen = 0, len = strlen(expected[i].piece);
        for (const struct rope_piece *p = out.steps->sql.first; p; p = p->next) {
            if (p->place >= 0 && p->len == len && memcmp(p->text, expected[i].piece, len) == 0) {
                assert_ptr_equal(code + p->place, strstr(code, expected[i].at));
                seen++;
            }
        }
        if (seen == 0) {
            fail_msg("%s is no piece", expected[i].piece);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(a_literal_takes_the_type_beside_it, forget),
                                       cmocka_unit_test_teardown(names_are_found_from_the_inside_out, forget),
                                       cmocka_unit_test_teardown(errors_are_marked_in_the_cell, forget),
                                       cmocka_unit_test_teardown(names_know_their_places, forget)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
