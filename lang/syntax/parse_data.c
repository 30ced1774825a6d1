/* Statements that bring data in and list what there is. */
#include "lang/syntax/parse_statement.h"

/* copy = "COPY" name [ options ] "FROM" ( path | jsonstring ) ; */
enum err_code parse_copy(struct parser *p, struct statement *out) {
    if (parse_advance(p) != ERR_OK ||
        parse_name(p, "the table's name after COPY", NAME_FOLDED, true, &out->name) != ERR_OK ||
        parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    return parse_from_path(p, out->options ? "the options" : "the table's name", &out->source);
}

/* get = "GET" "THANOSQL" ( "MODEL" name [ options ] [ "AS" name ] | "DATASET" name [ options ] ) ; */
enum err_code parse_get(struct parser *p, struct statement *out) {
    static const enum keyword kinds[] = {WORD_DATASET, WORD_MODEL, WORD_OTHER};
    enum keyword kind;
    if (parse_advance(p) != ERR_OK || parse_keyword(p, WORD_THANOSQL, "GET") != ERR_OK ||
        parse_one_of(p, kinds, "DATASET or MODEL after GET THANOSQL", &kind) != ERR_OK) {
        return p->e->code;
    }
    bool model = kind == WORD_MODEL;
    out->word = model ? "model" : "dataset";
    if (parse_name(p, model ? "the model's name" : "the data set's name", NAME_FOLDED, false, &out->name) != ERR_OK) {
        return p->e->code;
    }
    /* The new name came before the options or after them. */
    for (int turn = 0; turn < 2; turn++) {
        if (!out->options && parse_options(p, &out->options) != ERR_OK) {
            return p->e->code;
        }
        if (model && !out->alias.text && parse_at(p, WORD_AS) &&
            (parse_advance(p) != ERR_OK ||
             parse_name(p, "the new name after AS", NAME_FOLDED, false, &out->alias) != ERR_OK)) {
            return p->e->code;
        }
    }
    return ERR_OK;
}

/* list = "LIST" ( "MODEL" | "TABLE" | "THANOSQL" ( "MODEL" | "DATASET" | "TUTORIAL" ) ) ; */
enum err_code parse_list(struct parser *p, struct statement *out) {
    static const enum keyword own[] = {WORD_MODEL, WORD_TABLE, WORD_THANOSQL, WORD_OTHER};
    static const enum keyword offered[] = {WORD_MODEL, WORD_DATASET, WORD_TUTORIAL, WORD_OTHER};
    enum keyword what;
    if (parse_advance(p) != ERR_OK || parse_one_of(p, own, "MODEL, TABLE or THANOSQL after LIST", &what) != ERR_OK) {
        return p->e->code;
    }
    out->word = what == WORD_MODEL ? "model" : "table";
    if (what == WORD_THANOSQL) {
        if (parse_one_of(p, offered, "MODEL, DATASET or TUTORIAL after LIST THANOSQL", &what) != ERR_OK) {
            return p->e->code;
        }
        out->word = what == WORD_MODEL     ? "thanosql model"
                    : what == WORD_DATASET ? "thanosql dataset"
                                           : "thanosql tutorial";
    }
    return ERR_OK;
}

/* embtable = "CREATE" "TABLE" name "USING" name [ options ] "FROM" path ; */
enum err_code parse_create_using(struct parser *p, struct statement *out) {
    if (parse_advance(p) != ERR_OK || parse_keyword(p, WORD_TABLE, "CREATE") != ERR_OK ||
        parse_name(p, "the table's name", NAME_FOLDED, true, &out->name) != ERR_OK ||
        parse_keyword(p, WORD_USING, "the table's name") != ERR_OK ||
        parse_name(p, "a model after USING", NAME_FOLDED, false, &out->base) != ERR_OK ||
        parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    return parse_from_path(p, out->options ? "the options" : "the model", &out->source);
}
