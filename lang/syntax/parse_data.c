/* Statements that bring data in and list what there is. */
#include "lang/syntax/parse_statement.h"

/* OPTIONS may stand before FROM or TO, and at the end. */
static enum err_code copy_options(struct parser *p, struct statement *out) {
    if (out->options && parse_at(p, WORD_OPTIONS)) {
        err_set(p->e, ERR_SYNTAX, "OPTIONS are given twice");
        err_hint(p->e, "write them in one: OPTIONS (name=value, name=value)");
        return err_at(p->e, p->token.span.at, p->token.span.len);
    }
    return out->options ? ERR_OK : parse_options(p, &out->options);
}

/* copy = "COPY" name [ options ] "FROM" ( path | jsonstring ) [ options ]
 *      | "COPY" ( name | "(" query ")" ) [ options ] "TO" path [ options ] ; */
enum err_code parse_copy(struct parser *p, struct statement *out) {
    static const enum keyword ways[] = {WORD_FROM, WORD_TO, WORD_OPTIONS, WORD_OTHER};
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    bool query = parse_at_sign(p, '(');
    if ((query ? parse_parenthesised_query(p, &out->query)
               : parse_name(p, "the table's name after COPY", NAME_FOLDED, true, &out->name)) != ERR_OK ||
        copy_options(p, out) != ERR_OK) {
        return p->e->code;
    }
    if (!parse_at(p, WORD_TO) && (query || !parse_at(p, WORD_FROM))) {
        return parse_expected(p,
                              query          ? "TO after the query"
                              : out->options ? "FROM or TO after the options"
                                             : "FROM or TO after the table's name",
                              query ? ways + 1 : ways);
    }
    out->word = parse_at(p, WORD_TO) ? "to" : "from";
    return parse_path(p, &out->source) == ERR_OK ? copy_options(p, out) : p->e->code;
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
