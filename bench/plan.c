/* plan: from the text of a cell to a statement that is ready to run, without running it: the cell parsed, its query
 * read by PostgreSQL's parser, typed and written again, and prepared by the store. The best of many, in microseconds.
 */
#include "base/clock.h"
#include "base/file.h"
#include "lang/exec/functions.h"
#include "lang/sql/sql.h"
#include "lang/store/store.h"
#include "lang/syntax/magic.h"
#include "lang/syntax/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMES = 2000 };

static const char *const cells[] = {
    "SELECT * FROM mnist_test WHERE label = 8 LIMIT 4",
    "SELECT label, count(*) AS n, round(avg(score), 2) AS mean FROM mnist_test WHERE image_path LIKE 'thanosql%' "
    "GROUP BY label HAVING count(*) > 10 ORDER BY mean DESC, label LIMIT 10",
    "SELECT a.image_path, b.label FROM mnist_test AS a JOIN mnist_test AS b ON a.image_path = b.image_path "
    "WHERE a.label <> b.label ORDER BY similarity(a.m_simclr, b.m_simclr) DESC LIMIT 10",
};

struct times {
    double parse, lower, prepare;
};

static void fail(const struct err *e) {
    fprintf(stderr, "plan: %s\n", e->message);
    exit(EXIT_FAILURE);
}

static void best(double *least, double now) {
    *least = now < *least ? now : *least;
}

static void plan_once(struct store *store, const char *code, struct times *t) {
    struct arena arena = ARENA_INIT;
    struct err e = ERR_INIT;
    struct magic_part *parts = NULL;
    struct statement *first = NULL;
    struct store_query *q = NULL;
    struct sql_output out;
    double began = clock_now();
    if (magic_split(&arena, code, strlen(code), &parts, &e) != ERR_OK ||
        parse_parts(&arena, code, parts, &first, &e) != ERR_OK) {
        fail(&e);
    }
    double parsed = clock_now();
    const struct sql_input in = {.store = store,
                                 .arena = &arena,
                                 .code = code,
                                 .at = first->query.span.at,
                                 .len = first->query.span.len,
                                 .narrow_at = SIZE_MAX};
    if (sql_lower(&in, &out, &e) != ERR_OK) {
        fail(&e);
    }
    const char *sql = rope_text(&arena, &out.steps->sql);
    double lowered = clock_now();
    if (!sql || store_prepare(store, sql, strlen(sql), &q, &e) != ERR_OK) {
        fail(&e);
    }
    best(&t->parse, parsed - began);
    best(&t->lower, lowered - parsed);
    best(&t->prepare, clock_now() - lowered);
    store_finish(q);
    arena_release(&arena);
}

int main(void) {
    char folder[] = "/tmp/plan.XXXXXX", path[64];
    struct err e = ERR_INIT;
    struct store *store = NULL;
    struct functions *functions = NULL;
    snprintf(path, sizeof path, "%s/store.db", mkdtemp(folder) ? folder : "");
    if (store_open(path, NULL, &store, &e) != ERR_OK || functions_register(store, &functions, &e) != ERR_OK ||
        sql_register(store, &e) != ERR_OK ||
        store_run(store, "CREATE TABLE mnist_test (image_path TEXT, label INTEGER, score REAL, m_simclr VECTOR(64))",
                  &e) != ERR_OK) {
        fail(&e);
    }
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct times t = {1e9, 1e9, 1e9};
        for (int k = 0; k < TIMES; k++) {
            plan_once(store, cells[i], &t);
        }
        printf("  %.60s…\n    parsed %.1f, typed and rewritten %.1f, prepared %.1f: %.1f microseconds\n", cells[i],
               t.parse * 1e6, t.lower * 1e6, t.prepare * 1e6, (t.parse + t.lower + t.prepare) * 1e6);
    }
    store_close(store);
    functions_free(functions);
    return file_remove_tree(folder, &e) == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
