/* The store on real files: types, errors and their places, locks, interrupts, files that cannot be written. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "lang/store/store.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[64], path[96];
static struct stop stop;
static struct store *store;

static int set_up(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/a %%23?#.db", folder);
    stop_clear(&stop);
    return store_open(path, &stop, &store, &e);
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    store_close(store);
    store = NULL;
    return file_remove_tree(folder, &e);
}

static void run(const char *sql) {
    struct err e = ERR_INIT;
    if (store_run(store, sql, &e) != ERR_OK) {
        fail_msg("%s: %s", sql, e.message);
    }
}

static struct store_query *prepare(const char *sql) {
    struct err e = ERR_INIT;
    struct store_query *q = NULL;
    if (store_prepare(store, sql, strlen(sql), &q, &e) != ERR_OK) {
        fail_msg("%s: %s", sql, e.message);
    }
    return q;
}

static bool step(struct store_query *q) {
    struct err e = ERR_INIT;
    bool row = false;
    assert_int_equal(store_step(q, &row, &e), ERR_OK);
    return row;
}

static long long number(const char *sql) {
    struct store_query *q = prepare(sql);
    assert_true(step(q));
    long long n = store_value(q, 0).integer;
    store_finish(q);
    return n;
}

static void pause_for(double seconds) {
    nanosleep(
        &(struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)},
        NULL);
}

static void values_keep_their_types(void **state) {
    (void)state;
    static const float floats[3] = {1.5f, -2, 0.25f};
    static const struct value in[] = {
        {.type = VALUE_BOOLEAN, .integer = 1},
        {.type = VALUE_INTEGER, .integer = INT64_MIN},
        {.type = VALUE_REAL, .real = 3},
        {.type = VALUE_TEXT, .text = "caf\xC3\xA9\0x", .length = 7},
        {.type = VALUE_BLOB, .text = "\0\1\2", .length = 3},
        {.type = VALUE_VECTOR, .vector = floats, .length = 3},
        {.type = VALUE_TEXT, .text = NULL, .length = 0},
        {.type = VALUE_NULL},
    };
    enum { COUNT = sizeof in / sizeof *in };
    static const enum value_type declared[COUNT] = {VALUE_BOOLEAN, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT,
                                                    VALUE_BLOB,    VALUE_VECTOR,  VALUE_TEXT, VALUE_REAL};
    run("CREATE TABLE t (a BOOLEAN, b BIGINT, c DOUBLE PRECISION, d VARCHAR(10), e bytea, f vector(3), g JSON, h "
        "NUMERIC);"
        "CREATE VIEW v AS SELECT * FROM t");
    struct err e = ERR_INIT;
    struct store_query *q = prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    assert_int_equal(store_column_count(q), 0);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(store_bind(q, i + 1, &in[i], &e), ERR_OK);
    }
    assert_int_equal(store_bind(q, COUNT + 1, &in[0], &e), ERR_QUERY);
    for (int times = 0; times < 2; times++) {
        assert_false(step(q));
        assert_false(step(q)); /* the end stays the end */
        assert_int_equal(store_reset(q, &e), ERR_OK);
        assert_int_equal(store_changes(store), 1);
    }
    store_finish(q);
    q = prepare("SELECT * FROM (SELECT * FROM v LIMIT 10) AS x ORDER BY b;  -- and a comment;\n /* or two */ ; ");
    assert_int_equal(store_column_count(q), COUNT);
    assert_string_equal(store_column(q, 5).name, "f");
    assert_true(step(q));
    for (size_t i = 0; i < COUNT; i++) {
        struct value v = store_value(q, i);
        assert_int_equal(store_column(q, i).type, declared[i]);
        assert_int_equal(v.type, in[i].type);
        assert_int_equal(v.length, in[i].length);
        assert_int_equal(v.integer, in[i].integer);
        assert_true(v.real == in[i].real);
        if (v.type == VALUE_VECTOR) {
            assert_int_equal((uintptr_t)v.vector % sizeof(float), 0);
            assert_memory_equal(v.vector, floats, sizeof floats);
        } else if (v.length) {
            assert_memory_equal(v.text, in[i].text, v.length);
        }
    }
    assert_int_equal(store_value(q, COUNT).type, VALUE_NULL);
    assert_true(step(q));
    assert_false(step(q));
    store_finish(q);
}

static void names_of_types(void **state) {
    (void)state;
    char name[32];
    store_type_name(VALUE_VECTOR, 128, name);
    assert_string_equal(name, "VECTOR(128)");
    store_type_name(VALUE_REAL, 0, name);
    assert_string_equal(name, "DOUBLE PRECISION");
    struct buf sql = BUF_INIT;
    store_add_identifier(&sql, "a \"b\"");
    assert_string_equal(buf_text(&sql), "\"a \"\"b\"\"\"");
    buf_release(&sql);
}

/* The span is written as the text it covers; NULL: no span. */
static void errors_have_a_place(void **state) {
    (void)state;
    static const struct {
        const char *sql, *message, *hint, *span;
        enum err_code code;
    } cases[] = {
        {"SELECT * FORM mnist", "near \"FORM\": syntax error", "did you mean FROM?", "FORM", ERR_QUERY},
        {" SELECT lable FROM mnist", "no such column: lable", "did you mean 'label'?", "lable", ERR_QUERY},
        {"SELECT m.lable FROM mnist m", "no such column: m.lable", "did you mean 'label'?", "m.lable", ERR_QUERY},
        {"SELECT mnits FROM /* mnits */ mnits", "no such table: mnits", "did you mean 'mnist'?", NULL, ERR_QUERY},
        {"SELECT 'mnits' FROM \"mnits\"", "no such table: mnits", "did you mean 'mnist'?", "\"mnits\"", ERR_QUERY},
        {"SELECT \"text\" FROM mnist", "no such column: text", "single quotes", "\"text\"", ERR_QUERY},
        {"SELECT 1; SELECT 2", "a second SQL statement", "cell of its own", "SELECT", ERR_QUERY},
        {" -- nothing\n;", "no SQL statement", "", NULL, ERR_QUERY},
        {"", "no SQL statement", "", NULL, ERR_QUERY},
        {"ATTACH '/tmp/x.db' AS x", "ATTACH", "COPY", NULL, ERR_UNSUPPORTED},
        {"DETACH x", "DETACH", "", NULL, ERR_UNSUPPORTED},
        {"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode", "", NULL, ERR_UNSUPPORTED},
        {"SELECT load_extension('x')", "not authorized", "", "load_extension", ERR_QUERY},
    };
    /* The view is stale: to look at its columns for a suggestion fails as well. */
    run("CREATE TABLE mnist (image_path TEXT, label INTEGER); CREATE TABLE thanosql_models (lables TEXT); "
        "CREATE VIEW lables AS SELECT lable2 FROM mnist");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        struct store_query *q = NULL;
        bool row;
        if (store_prepare(store, cases[i].sql, strlen(cases[i].sql), &q, &e) == ERR_OK) {
            store_step(q, &row, &e);
            store_finish(q);
        }
        const char *span = cases[i].span;
        if (e.code != cases[i].code || !strstr(e.message, cases[i].message) || !strstr(e.hint, cases[i].hint) ||
            (span && (!e.has_span || e.len != strlen(span) || strncmp(cases[i].sql + e.at, span, e.len) != 0))) {
            fail_msg("%s: %d %s (%s) at %zu, %zu", cases[i].sql, (int)e.code, e.message, e.hint, e.at, e.len);
        }
    }
    struct err e = ERR_INIT;
    const char *two = "CREATE TABLE x (a);\nINSERT INTO y VALUES (1)";
    assert_int_equal(store_run(store, two, &e), ERR_QUERY);
    assert_int_equal(e.at, strstr(two, "y VALUES") - two);
    assert_int_equal(e.len, 1);
    struct store_query *q = NULL;
    struct err nul = ERR_INIT;
    assert_int_equal(store_prepare(store, "SELECT 1\0", 9, &q, &nul), ERR_QUERY);
    run("VACUUM");
    assert_int_equal(number("PRAGMA foreign_keys"), 1);
    assert_int_equal(number("PRAGMA synchronous"), 1);
}

/* What is the kernel's own is out of a user's reach, but not out of ours. */
static void users_cannot_change_our_tables(void **state) {
    (void)state;
    static const char *const refused[] = {
        "DROP TABLE thanosql_models",
        "DROP TABLE main.\"THANOSQL_Models\"",
        "UPDATE thanosql_models SET file = 'x'",
        "DELETE FROM thanosql_models",
        "INSERT INTO thanosql_models VALUES (1)",
        "CREATE TEMP TABLE thanosql_5 (a)",
        "CREATE TABLE Thanosql_other AS SELECT 1",
        "CREATE VIEW thanosql_view AS SELECT 1",
        "CREATE INDEX i ON thanosql_models (file)",
        "CREATE TRIGGER i AFTER INSERT ON thanosql_models BEGIN SELECT 1; END",
        "ALTER TABLE thanosql_models RENAME TO x",
        "ALTER TABLE t RENAME TO \"Thanosql_x\"",
        "SAVEPOINT thanosql_0",
    };
    run("CREATE TABLE thanosql_models (file); INSERT INTO thanosql_models VALUES ('a'); CREATE TABLE t (a)");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct err e = ERR_INIT;
        struct store_query *q = NULL;
        if (store_prepare_user(store, refused[i], strlen(refused[i]), &q, &e) != ERR_UNSUPPORTED ||
            !strstr(e.hint, "kernel's own")) {
            fail_msg("%s: %d %s (%s)", refused[i], (int)e.code, e.message, e.hint);
        }
    }
    static const char *const allowed[] = {"SELECT file FROM thanosql_models", "ALTER TABLE t RENAME TO thanosql",
                                          "INSERT INTO thanosql VALUES ('thanosql_models')", "SAVEPOINT a"};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        struct err e = ERR_INIT;
        struct store_query *q = NULL;
        assert_int_equal(store_prepare_user(store, allowed[i], strlen(allowed[i]), &q, &e), ERR_OK);
        step(q);
        store_finish(q);
    }
    run("UPDATE thanosql_models SET file = 'b'");
}

static void collect(void *user, const char *name) {
    buf_printf(user, "%s,", name);
}

static void collect_column(void *user, const struct column *c) {
    buf_printf(user, "%s %d,", c->name, (int)c->type);
}

static void catalogue(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf names = BUF_INIT;
    bool found = false;
    run("CREATE TABLE b (x INTEGER PRIMARY KEY AUTOINCREMENT, \"Y y\" VECTOR(2)); CREATE VIEW a AS SELECT x, x + 1 AS "
        "z "
        "FROM b; CREATE TEMP TABLE c (q); CREATE TABLE thanosql_models (n); CREATE TABLE thanosqlx (n)");
    assert_int_equal(store_each_table(store, collect, &names, &e), ERR_OK);
    assert_string_equal(buf_text(&names), "a,b,thanosqlx,");
    buf_clear(&names);
    assert_int_equal(store_each_column(store, "B", collect_column, &names, &e), ERR_OK);
    assert_string_equal(buf_text(&names), "x 2,Y y 6,");
    buf_release(&names);
    assert_int_equal(store_has_table(store, "THANOSQL_models", &found, &e), ERR_OK);
    assert_true(found);
    assert_int_equal(store_has_table(store, "bb", &found, &e), ERR_OK);
    assert_false(found);
    assert_int_equal(store_each_column(store, "thanosqlxy", collect_column, &names, &e), ERR_NOT_FOUND);
    assert_string_equal(e.hint, "did you mean 'thanosqlx'?");
}

static void transactions_nest(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    run("CREATE TABLE t (a)");
    store_begin(store, &e);
    run("INSERT INTO t VALUES (1)");
    store_begin(store, &e);
    run("INSERT INTO t VALUES (2)");
    store_rollback(store);
    store_begin(store, &e);
    run("INSERT INTO t VALUES (3)");
    assert_int_equal(store_commit(store, &e), ERR_OK);
    assert_int_equal(store_commit(store, &e), ERR_OK);
    assert_int_equal(number("SELECT sum(a) FROM t"), 4);
    store_begin(store, &e);
    run("DELETE FROM t");
    assert_int_equal(store_changes(store), 2);
    stop_request(&stop); /* taking back works under the flag too */
    store_rollback(store);
    stop_clear(&stop);
    store_rollback(store); /* one too many does nothing */
    assert_int_equal(number("SELECT sum(a) FROM t"), 4);
    run("BEGIN; DELETE FROM t"); /* the user's own */
    assert_int_equal(store_begin(store, &e), ERR_OK);
    run("INSERT INTO t VALUES (9)");
    assert_int_equal(store_commit(store, &e), ERR_OK);
    run("ROLLBACK");
    assert_int_equal(number("SELECT sum(a) FROM t"), 4);
    assert_int_equal(store_commit(store, &e), ERR_QUERY);
}

static void *request_soon(void *user) {
    (void)user;
    pause_for(0.3);
    stop_request(&stop);
    return NULL;
}

static void stop_interrupts_a_query(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    pthread_t thread;
    bool row;
    struct store_query *q =
        prepare("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r");
    double began = clock_now();
    assert_int_equal(pthread_create(&thread, NULL, request_soon, NULL), 0);
    assert_int_equal(store_step(q, &row, &e), ERR_INTERRUPT);
    double took = clock_now() - began;
    pthread_join(thread, NULL);
    store_finish(q);
    stop_clear(&stop);
    assert_true(took > 0.2 && took < 0.5);
    assert_int_equal(number("SELECT 5"), 5);
}

/* SQLite undoes the whole transaction when a change in it is interrupted. */
static void an_undone_transaction_is_told(void **state) {
    (void)state;
    static const char endless[] = "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) "
                                  "SELECT i FROM r";
    struct err e = ERR_INIT, alone = ERR_INIT;
    bool row;
    run("CREATE TABLE t (a)");
    for (int in_transaction = 1; in_transaction >= 0; in_transaction--) {
        struct err *error = in_transaction ? &e : &alone;
        run(in_transaction ? "BEGIN; INSERT INTO t VALUES (1)" : "SELECT 1");
        struct store_query *q = prepare(endless);
        stop_request(&stop);
        assert_int_equal(store_step(q, &row, error), ERR_INTERRUPT);
        stop_clear(&stop);
        store_finish(q);
        assert_false(store_in_transaction(store));
    }
    assert_string_equal(e.hint, "the whole transaction was undone");
    assert_string_equal(alone.hint, "");
    assert_int_equal(number("SELECT count(*) FROM t"), 0);
}

/* One function over one value cannot be interrupted, so values have a limit. */
static void values_have_a_limit(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(number("SELECT length(hex(zeroblob(1000000)))"), 2000000);
    assert_int_equal(store_run(store, "SELECT hex(zeroblob(100000000))", &e), ERR_QUERY);
    assert_non_null(strstr(e.message, "too big"));
    struct err like = ERR_INIT;
    assert_int_equal(store_run(store, "SELECT 'a' LIKE hex(zeroblob(600))", &like), ERR_QUERY);
    assert_non_null(strstr(like.message, "pattern too complex"));
}

static void writers_wait_and_give_way(void **state) {
    (void)state;
    struct store *other = NULL;
    struct err e = ERR_INIT;
    pthread_t thread;
    run("CREATE TABLE t (a)");
    assert_int_equal(store_open(path, NULL, &other, &e), ERR_OK);
    assert_int_equal(store_begin(other, &e), ERR_OK);
    assert_int_equal(store_run(other, "INSERT INTO t VALUES (1)", &e), ERR_OK);
    assert_int_equal(number("SELECT count(*) FROM t"), 0); /* readers do not wait */
    double began = clock_now();
    assert_int_equal(pthread_create(&thread, NULL, request_soon, NULL), 0);
    assert_int_equal(store_begin(store, &e), ERR_INTERRUPT);
    assert_true(clock_now() - began < 0.5);
    pthread_join(thread, NULL);
    stop_clear(&stop);
    struct err locked = ERR_INIT;
    began = clock_now();
    assert_int_equal(store_run(store, "INSERT INTO t VALUES (2)", &locked), ERR_LOCKED);
    double took = clock_now() - began;
    assert_true(took > 9 && took < 11.5);
    assert_non_null(strstr(locked.hint, "another kernel"));
    e = ERR_INIT;
    assert_int_equal(store_commit(other, &e), ERR_OK);
    run("INSERT INTO t VALUES (2)");
    assert_int_equal(number("SELECT count(*) FROM t"), 2);
    store_close(other);
}

/* Many kernels making the same store at once. */
static void opens_from_many_processes(void **state) {
    (void)state;
    char fresh[128];
    snprintf(fresh, sizeof fresh, "%s/fresh.db", folder);
    pid_t children[8];
    for (int i = 0; i < 8; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct store *s = NULL;
            struct err e = ERR_INIT;
            int bad = store_open(fresh, NULL, &s, &e) != ERR_OK ||
                      store_run(s, "CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1)", &e) != ERR_OK;
            store_close(s);
            _exit(bad);
        }
    }
    for (int i = 0; i < 8; i++) {
        int status = 1;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
}

static void files_that_are_no_store(void **state) {
    (void)state;
    struct store *s = NULL;
    struct err e = ERR_INIT;
    char name[128];
    snprintf(name, sizeof name, "%s/below/store.db", path); /* below a file */
    assert_int_equal(store_open(name, NULL, &s, &e), ERR_FILE);
    assert_non_null(strstr(e.message, name));
    assert_non_null(strstr(e.hint, "cannot be written"));
    snprintf(name, sizeof name, "%s/text.db", folder);
    FILE *f = fopen(name, "w");
    for (int i = 0; i < 1000; i++) {
        fputs("this is no database at all\n", f);
    }
    fclose(f);
    e = ERR_INIT;
    assert_int_equal(store_open(name, NULL, &s, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "not a database"));
    assert_non_null(strstr(e.hint, "move the file away"));
    assert_null(s);
}

/* In a child, since root may write everywhere and must become nobody first. */
static int read_only_child(void) {
    struct store *s = NULL;
    struct store_query *q = NULL;
    struct err e = ERR_INIT;
    bool row = false;
    if (geteuid() == 0 && seteuid(65534) != 0) {
        return 1;
    }
    if (store_open(path, NULL, &s, &e) != ERR_OK || store_prepare(s, "SELECT a FROM t", 15, &q, &e) != ERR_OK ||
        store_step(q, &row, &e) != ERR_OK || !row || store_value(q, 0).integer != 7) {
        fprintf(stderr, "%s\n", e.message);
        return 2;
    }
    store_finish(q);
    if (store_run(s, "INSERT INTO t VALUES (8)", &e) != ERR_FILE || !strstr(e.hint, "cannot be written")) {
        return 3;
    }
    store_close(s);
    char fresh[128];
    snprintf(fresh, sizeof fresh, "%s/fresh.db", folder);
    struct err none = ERR_INIT;
    return store_open(fresh, NULL, &s, &none) == ERR_FILE && strstr(none.hint, "cannot be written") ? 0 : 4;
}

static void reads_where_it_cannot_write(void **state) {
    (void)state;
    int status = -1;
    run("CREATE TABLE t (a); INSERT INTO t VALUES (7)");
    store_close(store);
    store = NULL;
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        _exit(read_only_child());
    }
    waitpid(child, &status, 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

/* No room on the disk: the child may not make files larger than 200 kB. */
static int full_child(void) {
    struct store *s = NULL;
    struct err e = ERR_INIT;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){200000, 200000}) != 0 || store_open(path, NULL, &s, &e) != ERR_OK ||
        store_begin(s, &e) != ERR_OK) {
        return 1;
    }
    if (store_run(s, "INSERT INTO t VALUES (8); UPDATE t SET a = zeroblob(100000000)", &e) == ERR_OK &&
        store_commit(s, &e) == ERR_OK) {
        return 2;
    }
    store_rollback(s);
    if (e.code != ERR_FILE || !e.hint[0]) {
        return 3;
    }
    store_close(s);
    return 0;
}

static void full_disk_changes_nothing(void **state) {
    (void)state;
    int status = -1;
    run("CREATE TABLE t (a); INSERT INTO t VALUES (7)");
    store_close(store);
    pid_t child = fork();
    if (child == 0) {
        _exit(full_child());
    }
    waitpid(child, &status, 0);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
    struct err e = ERR_INIT;
    assert_int_equal(store_open(path, &stop, &store, &e), ERR_OK);
    assert_int_equal(number("SELECT sum(a) FROM t"), 7);
}

static enum err_code twice(void *user, const struct value *arguments, size_t count, struct value *result,
                           struct err *e) {
    *(size_t *)user += count;
    if (arguments[0].type == VALUE_BLOB) {
        result->type = VALUE_INTEGER;
        result->integer = (uintptr_t)arguments[0].text % sizeof(float) == 0;
        return ERR_OK;
    }
    if (arguments[0].type != VALUE_INTEGER) {
        err_set(e, ERR_VALUE, "twice() wants a number");
        return err_hint(e, "give it one");
    }
    result->type = VALUE_INTEGER;
    result->integer = 2 * arguments[0].integer;
    return ERR_OK;
}

static void functions_of_ours(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    size_t calls = 0;
    assert_int_equal(store_register(store, "twice", 1, twice, &calls, &e), ERR_OK);
    run("CREATE TABLE t (a); INSERT INTO t VALUES (21); CREATE VIEW v AS SELECT twice(a) AS b FROM t");
    assert_int_equal(number("SELECT b FROM v"), 42);
    assert_int_equal(calls, 1);
    for (int odd = 0; odd < 8; odd++) { /* blobs at all addresses */
        char sql[128];
        snprintf(sql, sizeof sql, "DELETE FROM t; INSERT INTO t VALUES (zeroblob(%d)), (x'00010203')", 1 + odd);
        run(sql);
        assert_int_equal(number("SELECT min(twice(a)) FROM t"), 1);
    }
    assert_int_equal(store_run(store, "SELECT twice('x')", &e), ERR_VALUE);
    assert_string_equal(e.message, "twice() wants a number");
    assert_string_equal(e.hint, "give it one");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_keep_their_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_have_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(users_cannot_change_our_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(catalogue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(transactions_nest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stop_interrupts_a_query, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_undone_transaction_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_have_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writers_wait_and_give_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opens_from_many_processes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_that_are_no_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_where_it_cannot_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_disk_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(functions_of_ours, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
