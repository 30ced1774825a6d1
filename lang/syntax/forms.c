/* SQL shares the first word of some statements: then a second word, or a look at what follows, tells. */
#include "lang/syntax/forms.h"

#include "lang/syntax/parse_statement.h"

/* CREATE TABLE name USING model …, and not SQL's CREATE TABLE name (…) or CREATE TABLE name AS …. */
static bool is_create_using(const struct parser *p) {
    struct lexer ahead = p->lexer;
    struct err ignored = ERR_INIT;
    struct token t;
    bool dot = true; /* a part of the name comes next */
    if (lexer_next(&ahead, &t, &ignored) != ERR_OK) {
        return false;
    }
    while (lexer_next(&ahead, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        bool is_dot = t.kind == TOKEN_SIGN && t.sign == '.';
        if (!dot && !is_dot) {
            return t.kind == TOKEN_WORD && t.keyword == WORD_USING;
        }
        dot = is_dot;
    }
    return false;
}

/* EXPLAIN of a SEARCH, or of a query with one in it; all other EXPLAINs are SQL. */
static bool explains_search(const struct parser *p) {
    struct lexer ahead = p->lexer;
    struct err ignored = ERR_INIT;
    struct token t, before = p->token;
    while (lexer_next(&ahead, &t, &ignored) == ERR_OK && t.kind != TOKEN_END && t.sign != ';') {
        if (before.kind == TOKEN_WORD && before.keyword == WORD_SEARCH && t.kind == TOKEN_WORD &&
            t.keyword == WORD_IMAGE) {
            return true;
        }
        before = t;
    }
    return false;
}

/* COPY MODEL name …, and not COPY of a table that is called model: COPY model FROM …. */
static bool copies_model(const struct parser *p) {
    struct lexer ahead = p->lexer;
    struct err ignored = ERR_INIT;
    struct token t;
    if (lexer_next(&ahead, &t, &ignored) != ERR_OK || lexer_next(&ahead, &t, &ignored) != ERR_OK) {
        return false;
    }
    bool clause = t.kind == TOKEN_WORD && (t.keyword == WORD_FROM || t.keyword == WORD_OPTIONS);
    return t.kind == TOKEN_QUOTED || t.kind == TOKEN_NUMBER ||
           (t.kind == TOKEN_WORD && !clause && t.keyword != WORD_TO);
}

static const struct form rows[] = {
    {WORD_BUILD, WORD_OTHER, STATEMENT_BUILD_MODEL, parse_build, NULL, "BUILD MODEL",
     "BUILD MODEL name USING base [OPTIONS (name=value, …)] AS SELECT …", "MODEL new USING base OPTIONS? AS",
     "Trains a model on the pictures that the query's rows name, and stores it.",
     "BUILD MODEL my_model USING SimCLR OPTIONS (image_col='image_path', max_epochs=1) AS SELECT * FROM mnist_train"},
    {WORD_FIT, WORD_OTHER, STATEMENT_FIT_MODEL, parse_fit, NULL, "FIT MODEL",
     "FIT MODEL name USING model [OPTIONS (name=value, …)] AS SELECT …", "MODEL new USING model OPTIONS? AS",
     "Goes on training a stored model with other pictures, and stores the result as a new one.",
     "FIT MODEL better USING my_model AS SELECT * FROM more_pictures"},
    {WORD_UPLOAD, WORD_OTHER, STATEMENT_UPLOAD_MODEL, parse_upload, NULL, "UPLOAD MODEL",
     "UPLOAD MODEL name [OPTIONS (name=value, …)] FROM 'file'", "MODEL new OPTIONS? FROM new",
     "Makes a model from a file: one that COPY MODEL wrote, or weights learnt elsewhere (safetensors, PyTorch).",
     "UPLOAD MODEL my_model FROM 'my_model.safetensors'"},
    {WORD_DELETE, WORD_MODEL, STATEMENT_DELETE_MODEL, parse_delete_model, NULL, "DELETE MODEL", "DELETE MODEL name",
     "MODEL|FROM model", "Removes a stored model.", "DELETE MODEL my_model"},
    {WORD_PREDICT, WORD_OTHER, STATEMENT_PREDICT, parse_use_model, NULL, "PREDICT",
     "PREDICT USING model [OPTIONS (name=value, …)] AS SELECT …", "USING model OPTIONS? AS",
     "Tells a class or number for each of the query's rows.", "PREDICT USING my_model AS SELECT * FROM mnist_test"},
    {WORD_EVALUATE, WORD_OTHER, STATEMENT_EVALUATE, parse_use_model, NULL, "EVALUATE",
     "EVALUATE USING model [OPTIONS (name=value, …)] AS SELECT …", "USING model OPTIONS? AS",
     "Measures a model's predictions against what is known.",
     "EVALUATE USING my_model OPTIONS (target_col='label') AS SELECT * FROM mnist_test"},
    {WORD_TRANSFORM, WORD_OTHER, STATEMENT_TRANSFORM, parse_use_model, NULL, "TRANSFORM",
     "TRANSFORM USING model AS SELECT …", "USING model OPTIONS? AS",
     "Prepares the query's rows as a model's training did.", "TRANSFORM USING my_model AS SELECT * FROM my_table"},
    {WORD_CONVERT, WORD_OTHER, STATEMENT_CONVERT, parse_use_model, NULL, "CONVERT",
     "CONVERT USING model [OPTIONS (name=value, …)] AS SELECT …", "USING model OPTIONS? AS",
     "Turns the pictures that the query's rows name into vectors, a column beside the others.",
     "CONVERT USING my_model OPTIONS (table_name='mnist_test') AS SELECT * FROM mnist_test"},
    {WORD_SEARCH, WORD_OTHER, STATEMENT_SEARCH, parse_search, NULL, "SEARCH",
     "SEARCH IMAGE images='file' USING model [OPTIONS (name=value, …)] AS SELECT …",
     "IMAGE|TEXT|AUDIO|VIDEO|KEYWORD input? USING model OPTIONS? AS",
     "Scores the query's rows by how like their pictures are to the one searched with: 1 is the same.",
     "SELECT * FROM (SEARCH IMAGE images='my.jpg' USING my_model AS SELECT * FROM mnist_test)\n"
     "ORDER BY my_model_simclr_similarity1 DESC LIMIT 4"},
    {WORD_GENERATE, WORD_OTHER, STATEMENT_GENERATE, parse_generate, NULL, "GENERATE",
     "GENERATE USING GPT OPTIONS (name=value, …) AS SELECT …", "USING base OPTIONS? AS",
     "Writes a text for each of the query's rows.",
     "GENERATE USING GPT OPTIONS (task='summary', text_col='text') AS SELECT * FROM my_table"},
    {WORD_FUNCTION, WORD_OTHER, STATEMENT_FUNCTION, parse_function, NULL, "FUNCTION",
     "FUNCTION module.name [OPTIONS (name=value, …)] AS SELECT …, or … FROM 'file'", "new OPTIONS? AS|FROM",
     "compute.groupby_emb_mean: the mean vector of each label. compute.similarity: the labels of the nearest rows of "
     "another table.",
     "FUNCTION compute.similarity OPTIONS (emb_col='convert_result', src_table='known', "
     "src_emb_col='convert_result', src_label_col='label') AS SELECT * FROM unknown"},
    {WORD_PRINT, WORD_OTHER, STATEMENT_PRINT, parse_print, NULL, "PRINT",
     "PRINT IMAGE|AUDIO|VIDEO [OPTIONS (name=value, …)] AS SELECT …", "IMAGE|AUDIO|VIDEO OPTIONS? AS",
     "Shows the pictures that the query's rows name.",
     "PRINT IMAGE OPTIONS (layout='grid') AS SELECT image_path FROM mnist_test LIMIT 25"},
    {WORD_COPY, WORD_MODEL, STATEMENT_COPY_MODEL, parse_copy_model, copies_model, "COPY MODEL",
     "COPY MODEL name TO 'file.safetensors' [OPTIONS (overwrite=True)]", "MODEL model OPTIONS? TO new OPTIONS?",
     "Writes a stored model to a file, which UPLOAD MODEL takes in again, here or elsewhere.",
     "COPY MODEL my_model TO 'my_model.safetensors'"},
    {WORD_COPY, WORD_OTHER, STATEMENT_COPY, parse_copy, NULL, "COPY",
     "COPY table [OPTIONS (name=value, …)] FROM 'file or folder', or COPY table|(SELECT …) TO 'file' [OPTIONS (…)]",
     "MODEL? table OPTIONS? FROM|TO new OPTIONS?",
     "Makes a table from a CSV file (.csv, .tsv, .txt), JSON records (.json, .jsonl, or in quotes in place of a file), "
     "or a folder of pictures; or writes a table or query to a file: .csv, .tsv, .json, .jsonl, or the vectors of a "
     "column as .npy. Files of text may be gzip (.gz).",
     "COPY mnist_test FROM 'thanosql-dataset/mnist_data/mnist_test.csv';\n"
     "COPY my_pictures FROM 'my/folder';\n"
     "COPY (SELECT * FROM mnist_test WHERE label = 8) TO 'eights.csv'"},
    {WORD_LIST, WORD_OTHER, STATEMENT_LIST, parse_list, NULL, "LIST",
     "LIST MODEL, LIST TABLE, LIST THANOSQL MODEL, LIST THANOSQL DATASET", "MODEL|TABLE|THANOSQL",
     "Lists models, tables or data sets, as a table.", "SELECT * FROM (LIST MODEL) WHERE name LIKE 'my%'"},
    {WORD_GET, WORD_OTHER, STATEMENT_GET, parse_get, NULL, "GET",
     "GET THANOSQL DATASET name [OPTIONS (…)], or GET THANOSQL MODEL name [OPTIONS (…)] [AS name]",
     "THANOSQL DATASET|MODEL dataset OPTIONS?", "Fetches a data set, or a model's weights, into the workspace.",
     "GET THANOSQL DATASET mnist_data OPTIONS (overwrite=True)"},
    {WORD_EXPLAIN, WORD_OTHER, STATEMENT_EXPLAIN, parse_explain, explains_search, "EXPLAIN",
     "EXPLAIN SEARCH IMAGE …, or EXPLAIN SELECT … FROM (SEARCH IMAGE …)", NULL,
     "Runs a search and tells how its rows were found, and in what time.",
     "EXPLAIN SEARCH IMAGE images='my.jpg' USING my_model AS SELECT * FROM mnist_test"},
    {WORD_CREATE, WORD_TABLE, STATEMENT_CREATE_USING, parse_create_using, is_create_using, "CREATE TABLE … USING",
     "CREATE TABLE name USING model [OPTIONS (name=value, …)] FROM 'folder'", NULL,
     "Makes a table of the pictures in a folder, with their vectors.",
     "CREATE TABLE my_pictures USING my_model FROM 'pictures/'"},
    {WORD_SET, WORD_THANOSQL, STATEMENT_SET, parse_set, NULL, "SET", "SET thanosql.name = value",
     "THANOSQL setting to value", "Changes a setting of this session.", "SET thanosql.thumbnails = on"},
    {WORD_RESET, WORD_THANOSQL, STATEMENT_SET, parse_reset, NULL, "RESET", "RESET thanosql.name", "THANOSQL setting",
     "Puts a setting, or all of them, back.", "RESET thanosql.thumbnails"},
    {WORD_SHOW, WORD_THANOSQL, STATEMENT_SHOW, parse_show, NULL, "SHOW", "SHOW thanosql, or SHOW thanosql.name",
     "THANOSQL setting", "Shows the settings of this session.", "SHOW thanosql"},
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct form *form_at(size_t index) {
    return index < ROWS ? &rows[index] : NULL;
}

const struct form *form_of(enum statement_kind kind) {
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].kind == kind) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct form *form_begun(enum keyword first, enum keyword second) {
    const struct form *found = NULL;
    for (size_t i = 0; first != WORD_OTHER && i < ROWS; i++) {
        if (rows[i].first == first && rows[i].second != WORD_OTHER && rows[i].second == second) {
            return &rows[i];
        }
        if (rows[i].first == first && (!found || rows[i].second == WORD_OTHER)) {
            found = &rows[i];
        }
    }
    return found;
}
