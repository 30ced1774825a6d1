/* Every form of the grammar, every cell of the first tutorial as it stands there, the errors with their places and
 * hints, and all prefixes of all of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/random.h"
#include "lang/syntax/parser.h"
#include "syntax_dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct good {
    const char *code, *tree;
};

/* The code cells of "Search Image by Image", verbatim. */
static const struct good tutorial[] = {
    {"%load_ext thanosql\n%thanosql API_TOKEN=<Issued_API_TOKEN>", "MAGIC:load_ext thanosql ; MAGIC:api_token"},
    {"%%thanosql\nGET THANOSQL DATASET mnist_data\nOPTIONS (overwrite=True)",
     "GET:dataset mnist_data {overwrite=b:True}"},
    {"%%thanosql\nCOPY mnist_train \nOPTIONS (overwrite=True)\nFROM \"thanosql-dataset/mnist_data/mnist_train.csv\"",
     "COPY:from mnist_train {overwrite=b:True} from s:thanosql-dataset/mnist_data/mnist_train.csv"},
    {"%%thanosql\nCOPY mnist_test \nOPTIONS (overwrite=True)\nFROM \"thanosql-dataset/mnist_data/mnist_test.csv\"",
     "COPY:from mnist_test {overwrite=b:True} from s:thanosql-dataset/mnist_data/mnist_test.csv"},
    {"%%thanosql\nSELECT * \nFROM mnist_train \nLIMIT 5", "SQL <SELECT * \nFROM mnist_train \nLIMIT 5>"},
    {"%%thanosql\nBUILD MODEL my_image_search_model\nUSING SimCLR\nOPTIONS (\n    image_col=\"image_path\",\n"
     "    max_epochs=1,\n    overwrite=True\n    )\nAS \nSELECT * \nFROM mnist_train",
     "BUILD my_image_search_model ^SimCLR {image_col=s:image_path, max_epochs=n:1, overwrite=b:True} "
     "<SELECT * \nFROM mnist_train>"},
    {"%%thanosql\nCONVERT USING my_image_search_model\nOPTIONS (\n    table_name= \"mnist_test\",\n"
     "    image_col=\"image_path\"\n    )\nAS \nSELECT * \nFROM mnist_test",
     "CONVERT ^my_image_search_model {table_name=s:mnist_test, image_col=s:image_path} <SELECT * \nFROM mnist_test>"},
    {"%%thanosql\nSEARCH IMAGE images='thanosql-dataset/mnist_data/test/923.jpg' \nUSING my_image_search_model \n"
     "AS\nSELECT * \nFROM mnist_test",
     "SEARCH:image ^my_image_search_model [images=s:thanosql-dataset/mnist_data/test/923.jpg] "
     "<SELECT * \nFROM mnist_test>"},
    {"%%thanosql\nPRINT IMAGE \nAS (\n    SELECT image_path, my_image_search_model_simclr_similarity1 \n    FROM (\n"
     "        SEARCH IMAGE images='thanosql-dataset/mnist_data/test/923.jpg' \n"
     "        USING my_image_search_model \n        AS \n        SELECT * \n        FROM mnist_test\n        )\n"
     "    ORDER BY my_image_search_model_simclr_similarity1 DESC \n    LIMIT 4\n    )",
     "PRINT:image <SELECT image_path, my_image_search_model_simclr_similarity1 \n    FROM (\n"
     "        «SEARCH:image ^my_image_search_model [images=s:thanosql-dataset/mnist_data/test/923.jpg] "
     "<SELECT * \n        FROM mnist_test>»\n        )\n"
     "    ORDER BY my_image_search_model_simclr_similarity1 DESC \n    LIMIT 4>"},
};

static const struct good forms[] = {
    {"", ""},
    {" ; ;; \n", ""},
    {"-- nothing\n# here\n/* at /* all */ */", ""},
    /* statements */
    {"build model M using ConvNeXt_Tiny as select 1", "BUILD m ^ConvNeXt_Tiny <select 1>"},
    {"FIT MODEL New USING Old OPTIONS(max_epochs=2) AS SELECT 1", "FIT new ^old {max_epochs=n:2} <SELECT 1>"},
    {"UPLOAD MODEL m OPTIONS(framework='pytorch') FROM 'a.pth'", "UPLOAD m {framework=s:pytorch} from s:a.pth"},
    {"UPLOAD MODEL m FROM \"a.pth\"", "UPLOAD m from s:a.pth"},
    {"copy model M to 'a.onnx' OPTIONS(overwrite=True)", "COPY_MODEL m {overwrite=b:True} from s:a.onnx"},
    {"COPY MODEL \"To\" OPTIONS() TO 'a'; COPY Model OPTIONS() FROM 'f'; COPY model.t FROM 'f'",
     "COPY_MODEL To from s:a ; COPY:from model from s:f ; COPY:from model.t from s:f"},
    {"delete model X;", "DELETE x"},
    {"EXPLAIN SEARCH IMAGE images='a' USING m AS SELECT 1", "EXPLAIN <«SEARCH:image ^m [images=s:a] <SELECT 1>»>"},
    {"EXPLAIN SELECT x FROM (SEARCH IMAGE images='a' USING m AS SELECT 1) LIMIT 1",
     "EXPLAIN <SELECT x FROM («SEARCH:image ^m [images=s:a] <SELECT 1>») LIMIT 1>"},
    {"EXPLAIN SELECT 1", "SQL <EXPLAIN SELECT 1>"},
    {"EXPLAIN SELECT 1; SEARCH IMAGE images='a' USING m AS SELECT 1",
     "SQL <EXPLAIN SELECT 1> ; SEARCH:image ^m [images=s:a] <SELECT 1>"},
    {"DELETE FROM model WHERE model = 1", "SQL <DELETE FROM model WHERE model = 1>"},
    {"PREDICT\nUSING m AS (SELECT 1)", "PREDICT ^m <SELECT 1>"},
    {"EVALUATE USING m OPTIONS(target='a') AS SELECT 1", "EVALUATE ^m {target=s:a} <SELECT 1>"},
    {"TRANSFORM USING m AS SELECT 1", "TRANSFORM ^m <SELECT 1>"},
    {"CONVERT USING \"My Model\" AS SELECT 1", "CONVERT ^My Model <SELECT 1>"},
    {"SEARCH TEXT texts=['a', \"b\"] USING m AS SELECT 1", "SEARCH:text ^m [texts=[s:a s:b]] <SELECT 1>"},
    {"SEARCH AUDIO audio='a' video='b' USING m AS SELECT 1", "SEARCH:audio ^m [audio=s:a, video=s:b] <SELECT 1>"},
    {"SEARCH VIDEO USING m OPTIONS(search_by='text', search_input='x', top_k=None) AS SELECT 1",
     "SEARCH:video ^m {search_by=s:text, search_input=s:x, top_k=none} <SELECT 1>"},
    {"SEARCH KEYWORD USING m OPTIONS(ngram_range=[1,2], threshold=0.5) AS SELECT * FROM t LIMIT 10",
     "SEARCH:keyword ^m {ngram_range=[n:1 n:2], threshold=n:0.5} <SELECT * FROM t LIMIT 10>"},
    {"GENERATE USING GPT OPTIONS(task='summary') AS SELECT 1", "GENERATE ^GPT {task=s:summary} <SELECT 1>"},
    {"FUNCTION compute.similarity OPTIONS(top_k=1) AS SELECT 1", "FUNCTION compute.similarity {top_k=n:1} <SELECT 1>"},
    {"FUNCTION preprocess.video_to_df FROM 'a.mp4'", "FUNCTION preprocess.video_to_df from s:a.mp4"},
    {"PRINT AUDIO OPTIONS(audio_col='a') AS(SELECT 1)", "PRINT:audio {audio_col=s:a} <SELECT 1>"},
    {"PRINT VIDEO AS SELECT 1", "PRINT:video <SELECT 1>"},
    {"COPY public.T FROM '[{\"a\": \"b\\\"c\"}]'", "COPY:from public.t from s:[{\"a\": \"b\\\"c\"}]"},
    {"COPY 2022_sales FROM 'a.csv'", "COPY:from 2022_sales from s:a.csv"},
    {"COPY t TO 'a.csv'; COPY to TO 'b'", "COPY:to t from s:a.csv ; COPY:to to from s:b"},
    {"COPY t FROM 'f' OPTIONS (a=1)", "COPY:from t {a=n:1} from s:f"},
    {"copy T options (a=1) to \"x\\\"y.csv\";", "COPY:to t {a=n:1} from s:x\"y.csv"},
    {"COPY (SELECT ')' FROM t) TO 'a.csv' OPTIONS (a=1)", "COPY:to {a=n:1} from s:a.csv <SELECT ')' FROM t>"},
    {"COPY (SEARCH IMAGE images='a' USING m AS SELECT (1)) TO 'f'",
     "COPY:to from s:f <«SEARCH:image ^m [images=s:a] <SELECT (1)>»>"},
    {"COPY ((SELECT * FROM (LIST MODEL) WHERE name = 'to')) TO 'f'",
     "COPY:to from s:f <SELECT * FROM («LIST:model») WHERE name = 'to'>"},
    {"LIST MODEL; LIST TABLE; LIST THANOSQL MODEL; LIST THANOSQL DATASET; list thanosql tutorial",
     "LIST:model ; LIST:table ; LIST:thanosql model ; LIST:thanosql dataset ; LIST:thanosql tutorial"},
    {"GET THANOSQL MODEL tutorial OPTIONS(overwrite=True) AS Mine", "GET:model tutorial as mine {overwrite=b:True}"},
    {"GET THANOSQL MODEL clip AS mine OPTIONS(overwrite=False)", "GET:model clip as mine {overwrite=b:False}"},
    {"CREATE TABLE t USING Color_Descriptor OPTIONS(file_type=['.jpg']) FROM 'a/'",
     "CREATE_USING t ^color_descriptor {file_type=[s:.jpg]} from s:a/"},
    {"CREATE TABLE t (model text, using_it int)", "SQL <CREATE TABLE t (model text, using_it int)>"},
    /* values, names, spacing */
    {"COPY t OPTIONS(a=1e-4, b=-1, c=True, d=null, e=word.x, f='it''s', g='it\\'s', h=\"x\\\"y\", i=.5,) FROM 'f'",
     "COPY:from t {a=n:1e-4, b=n:-1, c=b:True, d=none, e=w:word.x, f=s:it's, g=s:it's, h=s:x\"y, i=n:.5} from s:f"},
    {"COPY t OPTIONS() FROM 'f'", "COPY:from t from s:f"},
    {"COPY t OPTIONS(l=[], m=['a', [1, 2,]]) FROM 'f'", "COPY:from t {l=[], m=[s:a [n:1 n:2]]} from s:f"},
    {"COPY t OPTIONS(Overwrite = TRUE) FROM 'a\\\\b'", "COPY:from t {overwrite=b:TRUE} from s:a\\b"},
    {"COPY t FROM 'a\\''", "COPY:from t from s:a'"},
    {"COPY 식단Ä FROM '식단/표.csv'", "COPY:from 식단Ä from s:식단/표.csv"},
    {"COPY image FROM 'f'; COPY text FROM 'f'; COPY model FROM 'f'",
     "COPY:from image from s:f ; COPY:from text from s:f ; COPY:from model from s:f"},
    {"SELECT image, text, keyword, model, search, list FROM options",
     "SQL <SELECT image, text, keyword, model, search, list FROM options>"},
    {"BUILD MODEL as USING SimCLR AS SELECT 1", "BUILD as ^SimCLR <SELECT 1>"},
    /* queries */
    {"PRINT IMAGE AS ((SELECT 1))", "PRINT:image <SELECT 1>"},
    {"PRINT IMAGE AS ((SELECT 1) UNION (SELECT 2))", "PRINT:image <(SELECT 1) UNION (SELECT 2)>"},
    {"PRINT IMAGE AS (SELECT 1) UNION (SELECT 2)", "PRINT:image <(SELECT 1) UNION (SELECT 2)>"},
    {"PRINT IMAGE AS (((SELECT 1) UNION SELECT 2))", "PRINT:image <(SELECT 1) UNION SELECT 2>"},
    {"PRINT IMAGE AS ( -- c\n (SELECT ';)' /* ) */) # d\n )", "PRINT:image <SELECT ';)'>"},
    {"PRINT IMAGE AS WITH a AS (SELECT 1) SELECT * FROM a", "PRINT:image <WITH a AS (SELECT 1) SELECT * FROM a>"},
    {"PRINT IMAGE AS SEARCH IMAGE image='a' USING m AS SELECT 1",
     "PRINT:image <«SEARCH:image ^m [image=s:a] <SELECT 1>»>"},
    {"PRINT IMAGE AS (SEARCH IMAGE image='a' USING m AS (SELECT 1))",
     "PRINT:image <«SEARCH:image ^m [image=s:a] <SELECT 1>»>"},
    {"SEARCH KEYWORD USING k AS SELECT * FROM (SEARCH TEXT text='x' USING m AS SELECT * FROM t WHERE a LIKE '%%gun%%')",
     "SEARCH:keyword ^k <SELECT * FROM («SEARCH:text ^m [text=s:x] <SELECT * FROM t WHERE a LIKE '%%gun%%'>»)>"},
    {"SELECT * FROM (LIST THANOSQL MODEL) WHERE name = 'x' LIMIT 2",
     "SQL <SELECT * FROM («LIST:thanosql model») WHERE name = 'x' LIMIT 2>"},
    {"SELECT * FROM t A LEFT JOIN (SELECT * FROM (PREDICT USING m AS SELECT 1)) B ON A.i = B.i",
     "SQL <SELECT * FROM t A LEFT JOIN (SELECT * FROM («PREDICT ^m <SELECT 1>»)) B ON A.i = B.i>"},
    {"SELECT * FROM (PREDICT USING m AS SELECT 1) AS a, (CONVERT USING n AS SELECT 2) b JOIN (LIST MODEL) USING (x)",
     "SQL <SELECT * FROM («PREDICT ^m <SELECT 1>»!) AS a, («CONVERT ^n <SELECT 2>»!) b JOIN («LIST:model») USING (x)>"},
    {"CREATE TABLE x AS SELECT * FROM (CONVERT USING m AS SELECT * FROM t)",
     "SQL <CREATE TABLE x AS SELECT * FROM («CONVERT ^m <SELECT * FROM t>»)>"},
    {"CREATE TABLE x AS CONVERT USING m AS SELECT 1; SELECT 2",
     "SQL <CREATE TABLE x AS «CONVERT ^m <SELECT 1>»> ; SQL <SELECT 2>"},
    {"CREATE TABLE x AS (CONVERT USING m AS SELECT 1)", "SQL <CREATE TABLE x AS («CONVERT ^m <SELECT 1>»)>"},
    {"WITH c AS (SEARCH IMAGE image='a' USING m AS SELECT 1) SELECT * FROM c",
     "SQL <WITH c AS («SEARCH:image ^m [image=s:a] <SELECT 1>») SELECT * FROM c>"},
    {"SELECT * FROM (search JOIN list ON 1=1), (search AS s)",
     "SQL <SELECT * FROM (search JOIN list ON 1=1), (search AS s)>"},
    {"CREATE TABLE t (search text, list model)", "SQL <CREATE TABLE t (search text, list model)>"},
    {"SELECT a AS search, list FROM t WHERE b IN (search, 1)",
     "SQL <SELECT a AS search, list FROM t WHERE b IN (search, 1)>"},
    {"SELECT j #> '{a}', j #- 'b' FROM t # the end", "SQL <SELECT j #> '{a}', j #- 'b' FROM t>"},
    {"SELECT '\\', \"a;b\", $$;'$$, $t$ $$ ; $t$, E'\\';', $1",
     "SQL <SELECT '\\', \"a;b\", $$;'$$, $t$ $$ ; $t$, E'\\';', $1>"},
    {"SELECT 1; SELECT 2 ;;", "SQL <SELECT 1> ; SQL <SELECT 2>"},
    {"(SELECT 1) UNION SELECT 2", "SQL <(SELECT 1) UNION SELECT 2>"},
    {"VALUES(1)", "SQL <VALUES(1)>"},
    {"CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; SELECT 1; END; SELECT 3",
     "SQL <CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; SELECT 1; END> ; SQL "
     "<SELECT 3>"},
    /* magic */
    {"%%thanosql \nSELECT 1", "SQL <SELECT 1>"},
    {"%%thanosql SELECT 1,\n2", "SQL <SELECT 1,\n2>"},
    {"%%psql\nSELECT 1", "SQL <SELECT 1>"},
    {"%thanosql SELECT 1\nLIST MODEL;\n%psql SELECT 2", "SQL <SELECT 1> ; LIST:model ; SQL <SELECT 2>"},
    {"%thanosql", ""},
    {"DF = %thanosql SELECT 1; SELECT 2", "SQL <SELECT 1> ; df = SQL <SELECT 2>"},
    {"name", "NAME name"},
    {"SELECT 1; Name;", "SQL <SELECT 1> ; NAME name"},
    {"SET thanosql.Max_Rows = 100", "SET:set max_rows from n:100"},
    {"set thanosql.thumbnails to on; reset thanosql.max_rows", "SET:set thumbnails from w:on ; SET:reset max_rows"},
    {"SET thanosql.max_rows = DEFAULT; RESET thanosql", "SET:reset max_rows ; SET:reset"},
    {"SHOW thanosql; SHOW thanosql.max_rows", "SHOW ; SHOW max_rows"},
    {"SET search_path = main", "SQL <SET search_path = main>"},
};

static struct err parse(const char *code, size_t len, char **tree) {
    struct arena a = ARENA_INIT;
    struct statement *s = NULL;
    struct err e = ERR_INIT;
    struct buf b = BUF_INIT;
    char *exact = malloc(len + 1); /* no byte more, so that a sanitizer sees reading past the end */
    assert_non_null(exact);
    char *copy = realloc(exact, len ? len : 1);
    memcpy(copy, code, len);
    enum err_code c = parse_cell(&a, copy, len, &s, &e);
    assert_int_equal(c, e.code);
    if (c == ERR_OK) {
        dump_cell(&b, copy, s);
        assert_true(buf_ok(&b));
    } else {
        assert_null(s);
        assert_true(!e.has_span || (e.at <= len && e.len <= len - e.at));
        assert_true(e.message[0] != '\0');
    }
    *tree = strdup(buf_text(&b));
    buf_release(&b);
    arena_release(&a);
    free(copy);
    return e;
}

static void check_good(const struct good *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *tree;
        struct err e = parse(rows[i].code, strlen(rows[i].code), &tree);
        if (e.code != ERR_OK) {
            print_message("%s\n%s (%s)\n", rows[i].code, e.message, e.hint);
        }
        assert_int_equal(e.code, ERR_OK);
        assert_string_equal(tree, rows[i].tree);
        free(tree);
    }
}

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void test_tutorial(void **state) {
    (void)state;
    check_good(tutorial, COUNT(tutorial));
}

static void test_forms(void **state) {
    (void)state;
    check_good(forms, COUNT(forms));
}

static const struct bad {
    const char *code;
    enum err_code error;
    const char *at;      /* what the error points at */
    const char *message; /* a part of it */
    const char *hint;    /* a part of it */
} bad[] = {
    {"BULD MODEL m USING SimCLR AS SELECT 1", ERR_SYNTAX, "BULD", "did you mean BUILD?", "statements:"},
    {"SELCT 1", ERR_SYNTAX, "SELCT", "did you mean SELECT?", ""},
    {"SELCT(1)", ERR_SYNTAX, "SELCT", "did you mean SELECT?", ""},
    {"wibble 1", ERR_SYNTAX, "wibble", "begins no statement", "statements:"},
    {"BUILD m USING SimCLR AS SELECT 1", ERR_SYNTAX, "m", "expected MODEL after BUILD, found m", "BUILD MODEL name"},
    {"BUILD MODEL m USNG SimCLR AS SELECT 1", ERR_SYNTAX, "USNG", "(did you mean USING?)", "BUILD MODEL name USING"},
    {"BUILD MODEL USING SimCLR AS SELECT 1", ERR_SYNTAX, "USING", "expected the model's name", "BUILD MODEL name"},
    {"BUILD MODEL m USING SimCLR", ERR_SYNTAX, "SimCLR", "expected OPTIONS or AS after the base model, found the end",
     "BUILD MODEL"},
    {"BUILD MODEL m USING SimCLR OPTION (a=1) AS SELECT 1", ERR_SYNTAX, "OPTION", "did you mean OPTIONS?", ""},
    {"BUILD MODEL m USING SimCLR OPTIONS (a=1) SELECT 1", ERR_SYNTAX, "SELECT", "expected AS after the options", ""},
    {"BUILD MODEL m USING SimCLR AS", ERR_SYNTAX, "AS", "expected a query", "BUILD MODEL"},
    {"BUILD MODEL m USING SimCLR AS ()", ERR_SYNTAX, ")", "expected a query", "BUILD MODEL"},
    {"BUILD MODEL m USING SimCLR AS SELCT 1", ERR_SYNTAX, "SELCT", "did you mean SELECT?", "BUILD MODEL"},
    {"BUILD MODEL m USING SimCLR AS (mnist)", ERR_SYNTAX, "mnist", "expected a query", "BUILD MODEL"},
    {"BUILD MODEL 'm' USING SimCLR AS SELECT 1", ERR_SYNTAX, "'m'", "expected the model's name", "BUILD MODEL"},
    {"COPY t OPTIONS (a=1 b=2) FROM 'f'", ERR_SYNTAX, "b", "a comma is missing between the options, before b",
     "name=value"},
    {"COPY t OPTIONS (a 1) FROM 'f'", ERR_SYNTAX, "1", "expected = after a", "COPY table"},
    {"COPY t OPTIONS (a=) FROM 'f'", ERR_SYNTAX, ")", "expected a value for a", "COPY table"},
    {"COPY t OPTIONS (a=1 FROM 'f'", ERR_SYNTAX, "FROM", "expected a comma or ) after the option", ""},
    {"COPY t OPTIONS a=1 FROM 'f'", ERR_SYNTAX, "a", "expected ( after OPTIONS", ""},
    {"COPY t OPTIONS (a=1e999) FROM 'f'", ERR_SYNTAX, "1e999", "too large", ""},
    {"COPY t OPTIONS (a=-x) FROM 'f'", ERR_SYNTAX, "x", "expected a number after the sign", ""},
    {"COPY MODEL m FROM 'f'", ERR_SYNTAX, "FROM", "expected TO after the model's name, found FROM", "UPLOAD MODEL"},
    {"COPY t FROM dir/f.csv", ERR_SYNTAX, "dir", "expected a path in quotes after FROM", ""},
    {"COPY t FROM 'f.csv", ERR_SYNTAX, "'f.csv", "no closing '", "twice"},
    {"COPY t OPTIONS (a=1) FROM 'f' OPTIONS (b=1)", ERR_SYNTAX, "OPTIONS", "OPTIONS are given twice", "in one"},
    {"COPY t FROM 'f' LIMIT 3", ERR_SYNTAX, "LIMIT", "expected ; or the end of the statement, found LIMIT",
     "COPY table [OPTIONS"},
    {"COPY t INTO 'f'", ERR_SYNTAX, "INTO", "expected FROM or TO after the table's name, found INTO", "COPY table"},
    {"COPY t TO f.csv", ERR_SYNTAX, "f", "expected a path in quotes after TO", "COPY table"},
    {"COPY (SELECT 1) FROM 'f'", ERR_SYNTAX, "FROM", "expected TO after the query, found FROM", "COPY table"},
    {"COPY (SELECT 1 TO 'f'", ERR_SYNTAX, "(", "this ( is not closed", ""},
    {"GET DATASET x", ERR_SYNTAX, "DATASET", "expected THANOSQL after GET", "GET THANOSQL"},
    {"GET THANOSQL DATSET x", ERR_SYNTAX, "DATSET", "did you mean DATASET?", ""},
    {"SEARCH IMAG images='x' USING m AS SELECT 1", ERR_SYNTAX, "IMAG", "did you mean IMAGE?", "SEARCH IMAGE"},
    {"SEARCH IMAGE imges='x' USING m AS SELECT 1", ERR_SYNTAX, "imges", "did you mean images?", "inputs are"},
    {"SEARCH IMAGE images=5 USING m AS SELECT 1", ERR_SYNTAX, "5", "wants a text in quotes", "images='…'"},
    {"SEARCH IMAGE images=[] USING m AS SELECT 1", ERR_SYNTAX, "[]", "wants a text in quotes", ""},
    {"LIST MODELS", ERR_SYNTAX, "MODELS", "did you mean MODEL?", "LIST MODEL"},
    {"DELETE MODLE x", ERR_SYNTAX, "MODLE", "did you mean MODEL?", "DELETE MODEL"},
    {"DELETE MODEL x y", ERR_SYNTAX, "y", "expected ; or the end", "DELETE MODEL name"},
    {"DROP MODEL x", ERR_SYNTAX, "DROP MODEL", "DROP MODEL is no statement of ThanoSQL", "DELETE MODEL"},
    {"SHOW TABLES", ERR_SYNTAX, "SHOW TABLES", "is no statement", "LIST TABLE"},
    {"SELECT (1", ERR_SYNTAX, "(", "not closed", "add"},
    {"SELECT 1)", ERR_SYNTAX, ")", "closes nothing", "delete it"},
    {") SELECT", ERR_SYNTAX, ")", "closes nothing", ""},
    {"SELECT * FROM (SEARCH IMAG images='x' USING m AS SELECT 1)", ERR_SYNTAX, "IMAG", "did you mean IMAGE?",
     "SEARCH IMAGE"},
    {"SELECT * FROM (SEARCH IMAGE images='x' USING m AS SELECT 1", ERR_SYNTAX, "(", "not closed", ""},
    {"SELECT * FROM (BUILD MODEL m USING SimCLR AS SELECT 1)", ERR_SYNTAX, "BUILD", "BUILD returns no table", ""},
    {"PRINT IMAGE AS PRINT IMAGE AS SELECT 1", ERR_SYNTAX, "PRINT", "PRINT returns no table", ""},
    {"SELECT a FROM t WHERE a IN (SEARCH IMAGE image='x' USING m AS SELECT 1)", ERR_SYNTAX, "SEARCH",
     "cannot stand here", "FROM (SEARCH"},
    {"SELECT 'abc", ERR_SYNTAX, "'abc", "no closing '", "twice"},
    {"SELECT \"abc", ERR_SYNTAX, "\"abc", "no closing \"", "twice"},
    {"SELECT /* x /* y */", ERR_SYNTAX, "/* x /* y */", "this comment has no end", "*/"},
    {"SELECT $a$ x $$", ERR_SYNTAX, "$a$ x $$", "has no end", "$a$"},
    {"SELECT ‘a’", ERR_SYNTAX, "‘", "curly quote", "straight"},
    {"SELECT 1\x01", ERR_SYNTAX, "\x01", "control character", ""},
    {"SELECT 1; import os", ERR_UNSUPPORTED, "import os", "Python", "Python notebook"},
};

static void test_errors(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char *tree;
        const struct bad *b = &bad[i];
        struct err e = parse(b->code, strlen(b->code), &tree);
        free(tree);
        if (e.code != b->error || !strstr(e.message, b->message) || !strstr(e.hint, b->hint) || !e.has_span ||
            e.len != strlen(b->at) || memcmp(b->code + e.at, b->at, e.len) != 0) {
            print_message("%s\n  message: %s\n  hint: %s\n  at: %.*s\n", b->code, e.message, e.hint, (int)e.len,
                          b->code + e.at);
        }
        assert_int_equal(e.code, b->error);
        assert_non_null(strstr(e.message, b->message));
        assert_non_null(strstr(e.hint, b->hint));
        assert_int_equal(e.len, strlen(b->at));
        assert_memory_equal(b->code + e.at, b->at, e.len);
    }
}

/* Whatever the text breaks off at, it parses, or the error says what, where and how else. */
static void every_prefix_of(const char *code, size_t whole) {
    for (size_t len = 0; len <= whole; len++) {
        char *tree;
        struct err e = parse(code, len, &tree);
        bool half_a_character = strstr(e.message, "not valid text") != NULL;
        if (e.code != ERR_OK &&
            !(e.has_span && e.at + e.len <= len && e.message[0] && (e.hint[0] || half_a_character))) {
            print_message("%.*s: %s\n", (int)len, code, e.message);
            fail();
        }
        free(tree);
    }
}

static void every_prefix(const struct good *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        every_prefix_of(rows[i].code, strlen(rows[i].code));
    }
}

/* The statements of all dialects, as the golden tests have them. */
static void test_dialects(void **state) {
    (void)state;
    static const char *const names[] = {"dialect_d0", "dialect_d1", "dialect_d2", "dialect_d3",
                                        "dialect_d4", "dialect_d5", "rulings"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct buf text = BUF_INIT;
        struct err e = ERR_INIT;
        char path[64];
        snprintf(path, sizeof path, "tests/golden/%s.test", names[i]);
        assert_int_equal(file_read(path, 1 << 20, &text, &e), ERR_OK);
        size_t cells = 0;
        for (const char *at = buf_text(&text); *at; cells++) {
            const char *end = strstr(at, "\n---\n");
            size_t len = end ? (size_t)(end - at) : strlen(at);
            every_prefix_of(at, len);
            at += end ? len + 5 : len;
        }
        assert_true(cells > 15);
        buf_release(&text);
    }
}

static void test_prefixes(void **state) {
    (void)state;
    every_prefix(tutorial, COUNT(tutorial));
    every_prefix(forms, COUNT(forms));
}

/* Depth is refused with words, whatever nests. */
static void test_depth(void **state) {
    (void)state;
    static const char *const openings[] = {"SELECT * FROM (", "CONVERT USING m AS (", "(", "CONVERT USING m AS "};
    for (size_t i = 0; i <= COUNT(openings); i++) {
        struct buf b = BUF_INIT;
        const char *opening = i < COUNT(openings) ? openings[i] : "[";
        buf_str(&b, i < COUNT(openings) ? "SELECT * FROM (" : "COPY t OPTIONS(a=");
        for (int n = 0; n < 100000; n++) {
            buf_str(&b, opening);
        }
        char *tree;
        struct err e = parse(b.data, b.len, &tree);
        assert_int_equal(e.code, ERR_SYNTAX);
        assert_non_null(strstr(e.message, "nests deeper than 200"));
        free(tree);
        buf_release(&b);
    }
}

/* A cell of many statements and many nested ones takes time in proportion. */
static void test_length(void **state) {
    (void)state;
    struct buf b = BUF_INIT;
    buf_str(&b, "SELECT * FROM (LIST MODEL)");
    for (int n = 0; n < 20000; n++) {
        buf_str(&b, ", (LIST TABLE) t");
    }
    for (int n = 0; n < 20000; n++) {
        buf_str(&b, "; SELECT (1)");
    }
    char *tree;
    struct err e = parse(b.data, b.len, &tree);
    assert_int_equal(e.code, ERR_OK);
    free(tree);
    buf_release(&b);
}

/* The language's pieces in any order: an error with a place, or statements, and never a byte outside. */
static void test_soup(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "SELECT", "FROM",    "(",          ")",     "(",       "AS",    "SEARCH",    "IMAGE",      "images",   "=",
        "'a'",    "\"b\"",   "USING",      "m",     "OPTIONS", ",",     ";",         "CONVERT",    "BUILD",    "MODEL",
        "[",      "]",       "1",          "-",     ".",       "\n",    "%thanosql", "%%thanosql", "LIST",     "TABLE",
        "CREATE", "TRIGGER", "BEGIN",      "END",   "COPY",    "PRINT", "JOIN",      "'",          "\"",       "--",
        "/*",     "*/",      "$$",         "#",     "!",       "GET",   "THANOSQL",  "DATASET",    "FUNCTION", "DELETE",
        "\\",     "식",      "API_TOKEN=", "ws://", "LATERAL"};
    struct random r = random_stream(11, 0, 0);
    for (int turn = 0; turn < 30000; turn++) {
        struct buf b = BUF_INIT;
        for (uint32_t n = random_below(&r, 16); n > 0; n--) {
            buf_str(&b, pieces[random_below(&r, COUNT(pieces))]);
            buf_str(&b, random_below(&r, 4) ? " " : "");
        }
        char *tree;
        struct err e = parse(buf_text(&b), b.len, &tree);
        assert_true(e.code == ERR_OK || e.has_span);
        free(tree);
        buf_release(&b);
    }
}

static void test_spans(void **state) {
    (void)state;
    const char *code = "%%thanosql\n  PRINT IMAGE OPTIONS(image_col='a') AS (SELECT 1) ; ";
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct statement *s;
    assert_int_equal(parse_cell(&a, code, strlen(code), &s, &e), ERR_OK);
    assert_int_equal(s->span.at, 13);
    assert_memory_equal(code + s->span.at + s->span.len - 1, ") ;", 3);
    assert_memory_equal(code + s->options->key_span.at, "image_col=", 10);
    assert_int_equal(s->options->key_span.len, 9);
    assert_memory_equal(code + s->options->value.span.at, "'a')", 4);
    assert_int_equal(s->options->value.span.len, 3);
    arena_release(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tutorial), cmocka_unit_test(test_forms),    cmocka_unit_test(test_errors),
        cmocka_unit_test(test_prefixes), cmocka_unit_test(test_dialects), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_length),   cmocka_unit_test(test_spans),    cmocka_unit_test(test_soup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
