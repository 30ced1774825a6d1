/* Cells cut into magic lines and text; tokens kept nowhere; Python, shell and unknown magic refused with words. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/syntax/magic.h"
#include "lang/syntax/parser.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *code, *parts;
} good[] = {
    {"", ""},
    {"\n\n", "<\n\n>"},
    {"SELECT 1", "<SELECT 1>"},
    {"%load_ext thanosql", "load_ext(thanosql)"},
    {"%load_ext thanosql -- always there", "load_ext(thanosql)"},
    {"%load_ext thanosql # API_TOKEN=1", "load_ext(thanosql)"},
    {"%reload_ext thanosql --", "reload_ext(thanosql)"},
    {"%load_ext thanosql\n%thanosql API_TOKEN=<Issued_API_TOKEN>", "load_ext(thanosql)api_token"},
    {"  %reload_ext thanosql_magic  \r\n%load_ext thanosql.magic",
     "reload_ext(thanosql_magic)load_ext(thanosql.magic)"},
    {"%thanosql api_token = 'sesame'", "api_token"},
    {"%thanosql ws://host:8000/ws/v1/query?api_token=sesame", "api_url(ws://host:8000/ws/v1/query)"},
    {"%thanosql https://me:sesame@host/x", "api_url(https://host/x)"},
    {"%%thanosql\nSELECT 1\nFROM t", "<\nSELECT 1\nFROM t>"},
    {"%%thanosql  \n\nSELECT 1", "<\n\nSELECT 1>"},
    {"%%thanosql SELECT 1,\n2", "<SELECT 1,\n2>"},
    {"%%THANOSQL\nSELECT 1", "<\nSELECT 1>"},
    {"%%psql\nSELECT 1", "<\nSELECT 1>"},
    {"%psql SELECT 1", "<SELECT 1>"},
    {"%thanosql", ""},
    {"SELECT 1;\n%thanosql SELECT 2  \nSELECT 3", "<SELECT 1;\n><SELECT 2><\nSELECT 3>"},
    {"%load_ext thanosql\n%%thanosql\nSELECT 1", "load_ext(thanosql)<\nSELECT 1>"},
    {"SELECT '\n%thanosql x' -- \n/*\n!ls\n*/", "<SELECT '\n%thanosql x' -- \n/*\n!ls\n*/>"},
    {"SELECT 7\n%b FROM t", "<SELECT 7\n%b FROM t>"},
    {"SELECT (7\n% 2)", "<SELECT (7\n% 2)>"},
    {"SELECT * FROM t WHERE a LIKE '%%gun%%'", "<SELECT * FROM t WHERE a LIKE '%%gun%%'>"},
    {"df = %thanosql SELECT 1", "df=<SELECT 1>"},
    {"  df  =  %psql SELECT 1  \nSELECT 2", "df=<SELECT 1><\nSELECT 2>"},
    {"SELECT 1;\ndf = %thanosql SELECT 2", "<SELECT 1;\n>df=<SELECT 2>"},
    {"UPDATE t SET\na = 'x'\nWHERE b = 2", "<UPDATE t SET\na = 'x'\nWHERE b = 2>"},
    {"q = 'it\\'s'", "q=variable(it's)"},
    {"q = \"\"\"SELECT \"a\",\n 'b' FROM t\"\"\"\nSELECT 2", "q=variable(SELECT \"a\",\n 'b' FROM t)<\nSELECT 2>"},
    {"q = 'a' # why", "q=variable(a)"},
    {"x = -1.5", "x=variable(-1.5)"},
    {"mnist_test?", "help(mnist_test)"},
    {"?BUILD MODEL", "help(BUILD MODEL)"},
    {"%thanosql??", "help(%thanosql)"},
    {"?", "help()"},
    {"SELECT 1;\nm?", "<SELECT 1;\n>help(m)"},
    {"SELECT a\nFROM t?", "<SELECT a\nFROM t?>"},
    {"%lsmagic\n%who", "lsmagicwho"},
    {"exit", "exit"},
    {"quit() # go", "exit"},
    {"SELECT 1;\nexit;", "<SELECT 1;\n>exit"},
    {"SELECT 1 AS\nexit", "<SELECT 1 AS\nexit>"},
    {"exit = 'a'", "exit=variable(a)"},
    {"exits", "<exits>"},
    {"exit status", "<exit status>"},
    /* none of these is Python */
    {"WITH a AS (SELECT 1) SELECT * FROM a", "<WITH a AS (SELECT 1) SELECT * FROM a>"},
    {"VALUES(1)", "<VALUES(1)>"},
    {"select(1)", "<select(1)>"},
    {"print image as select 1", "<print image as select 1>"},
    {"SET x = 1", "<SET x = 1>"},
    {"delete model import", "<delete model import>"},
    {"EXPLAIN(COSTS) SELECT 1", "<EXPLAIN(COSTS) SELECT 1>"},
    {"with a as (select x::int from t) select * from a", "<with a as (select x::int from t) select * from a>"},
    {"table_name\n, b", "<table_name\n, b>"},
    {"SELECT ? FROM t", "<SELECT ? FROM t>"},
    {"\xEF\xBB\xBF%load_ext thanosql", "load_ext(thanosql)"},
    {"\xEF\xBB\xBF\n %%thanosql\nSELECT 1", "<\nSELECT 1>"},
    {"\xEF\xBB\xBFSELECT 1", "<SELECT 1>"},
};

static void test_split(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct magic_part *part = NULL;
        struct buf b = BUF_INIT;
        magic_split(&a, good[i].code, strlen(good[i].code), &part, &e);
        if (e.code != ERR_OK) {
            print_message("%s: %s\n", good[i].code, e.message);
        }
        assert_int_equal(e.code, ERR_OK);
        for (; part; part = part->next) {
            if (part->into.len > 0) {
                buf_printf(&b, "%.*s=", (int)part->into.len, good[i].code + part->into.at);
            }
            if (part->word) {
                buf_printf(&b, part->detail ? "%s(%s)" : "%s", part->word, part->detail);
            } else {
                buf_printf(&b, "<%.*s>", (int)part->span.len, good[i].code + part->span.at);
            }
        }
        assert_string_equal(buf_text(&b), good[i].parts);
        buf_release(&b);
        arena_release(&a);
    }
}

static const struct {
    const char *code;
    enum err_code error;
    const char *message;
} bad[] = {
    {"%thanosq SELECT 1", ERR_SYNTAX, "did you mean %thanosql?"},
    {"%%thanosl\nSELECT 1", ERR_SYNTAX, "did you mean %%thanosql?"},
    {"%laod_ext thanosql", ERR_SYNTAX, "did you mean %load_ext?"},
    {"%wibble", ERR_SYNTAX, "There is no magic %wibble"},
    {"%", ERR_SYNTAX, "There is no magic %"},
    {"%load_ext", ERR_SYNTAX, "needs the name"},
    {"%load_ext -- thanosql", ERR_UNSUPPORTED, "There is no extension -- in"},
    {"%load_ext thanosql autoreload", ERR_SYNTAX, "nothing behind it"},
    {"%load_ext thanosql--x", ERR_UNSUPPORTED, "There is no extension thanosql--x"},
    {"%load_ext autoreload", ERR_UNSUPPORTED, "only thanosql"},
    {"%matplotlib inline", ERR_UNSUPPORTED, "Python notebooks"},
    {"%%bash\nls", ERR_UNSUPPORTED, "%%bash belongs to Python notebooks"},
    {"%thanosql API_TOKEN sesame", ERR_SYNTAX, "expected ="},
    {"API_TOKEN=sesame", ERR_SYNTAX, "line of its own"},
    {"%load_ext thanos API_TOKEN=sesame", ERR_UNSUPPORTED, "There is no extension thanos in"},
    {"%thanosqlAPI_TOKEN=sesame", ERR_SYNTAX, "There is no magic %thanosqlAPI_TOKEN"},
    {"%API_TOKEN:sesame", ERR_SYNTAX, "There is no magic %API_TOKEN"},
    {"!wget http://x/y.zip", ERR_UNSUPPORTED, "not shell commands"},
    {"SELECT 1;\n!pip install x", ERR_UNSUPPORTED, "not shell commands"},
    {"my_token = 'sesame'", ERR_UNSUPPORTED, "Python"},
    {"# read\nimport pandas as pd", ERR_UNSUPPORTED, "Python"},
    {"from pathlib import Path", ERR_UNSUPPORTED, "Python"},
    {"print('don't')", ERR_UNSUPPORTED, "Python"},
    {"print(\"a\")", ERR_UNSUPPORTED, "Python"},
    {"x = [5]", ERR_UNSUPPORTED, "Python"},
    {"x = 'a' + 'b'", ERR_UNSUPPORTED, "Python"},
    {"x = f'a'", ERR_UNSUPPORTED, "Python"},
    {"x = %wibble", ERR_SYNTAX, "There is no magic %wibble"},
    {"search = 'a", ERR_UNSUPPORTED, "Python"},
    {"x += 5", ERR_UNSUPPORTED, "Python"},
    {"a, b = 1, 2", ERR_UNSUPPORTED, "Python"},
    {"df['a'] = 1", ERR_UNSUPPORTED, "Python"},
    {"df.head()", ERR_UNSUPPORTED, "Python"},
    {"display(df)", ERR_UNSUPPORTED, "Python"},
    {"def f(x):\n    return x", ERR_UNSUPPORTED, "Python"},
    {"class A:", ERR_UNSUPPORTED, "Python"},
    {"for i in x:", ERR_UNSUPPORTED, "Python"},
    {"with open('a') as f:", ERR_UNSUPPORTED, "Python"},
    {"@decorator", ERR_UNSUPPORTED, "Python"},
    {"\"\"\"text\"\"\"", ERR_UNSUPPORTED, "Python"},
    {"%thanosql import x", ERR_UNSUPPORTED, "Python"},
    {"for i in x: pass", ERR_UNSUPPORTED, "Python"},
    {"async def f()", ERR_UNSUPPORTED, "Python"},
    {"x: int = 5", ERR_UNSUPPORTED, "Python"},
    {"return 5", ERR_UNSUPPORTED, "Python"},
    {"[1,2]", ERR_UNSUPPORTED, "Python"},
    {"{'a': 1}", ERR_UNSUPPORTED, "Python"},
    {"API_TOKEN: sesame", ERR_SYNTAX, "line of its own"},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct magic_part *part = NULL;
        magic_split(&a, bad[i].code, strlen(bad[i].code), &part, &e);
        if (e.code != bad[i].error || !strstr(e.message, bad[i].message)) {
            print_message("%s: %s\n", bad[i].code, e.message);
        }
        assert_int_equal(e.code, bad[i].error);
        assert_non_null(strstr(e.message, bad[i].message));
        assert_null(strstr(e.message, "sesame"));
        assert_null(strstr(e.hint, "sesame"));
        assert_true(e.hint[0] != '\0' && e.has_span && e.at + e.len <= strlen(bad[i].code));
        assert_null(memmem(bad[i].code + e.at, e.len, "sesame", 6));
        assert_null(part);
        arena_release(&a);
    }
}

/* The token is in no field of the tree. */
static void test_token_is_not_kept(void **state) {
    (void)state;
    static const char *const cells[] = {"%thanosql API_TOKEN=sesame",
                                        "%thanosql ws://me:sesame@h/p?api_token=sesame#sesame"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct statement *s = NULL;
        assert_int_equal(parse_cell(&a, cells[i], strlen(cells[i]), &s, &e), ERR_OK);
        assert_int_equal(s->kind, STATEMENT_MAGIC);
        assert_true(!s->name.text || !strstr(s->name.text, "sesame"));
        assert_null(s->next);
        arena_release(&a);
    }
}

static void test_prefixes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good + sizeof bad / sizeof *bad; i++) {
        size_t goods = sizeof good / sizeof *good;
        const char *code = i < goods ? good[i].code : bad[i - goods].code;
        for (size_t len = 0; len <= strlen(code); len++) {
            char *exact = malloc(len + !len);
            assert_non_null(exact);
            memcpy(exact, code, len);
            struct arena a = ARENA_INIT;
            struct err e = ERR_INIT;
            struct magic_part *part = NULL;
            magic_split(&a, exact, len, &part, &e);
            assert_true(e.code == ERR_OK || (e.has_span && e.at + e.len <= len));
            arena_release(&a);
            free(exact);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_token_is_not_kept),
        cmocka_unit_test(test_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
