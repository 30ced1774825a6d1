/* Statements that make, use and remove models. */
#include "lang/syntax/parse_statement.h"

/* "MODEL" name, after the statement's verb */
static enum err_code model_name(struct parser *p, struct name *out) {
    enum keyword verb = p->token.keyword;
    if (parse_advance(p) != ERR_OK || parse_keyword(p, WORD_MODEL, keyword_text(verb)) != ERR_OK) {
        return p->e->code;
    }
    return parse_name(p, "the model's name", NAME_FOLDED, false, out);
}

/* "USING" name */
static enum err_code using_model(struct parser *p, const char *after, enum name_case c, struct name *out) {
    if (parse_keyword(p, WORD_USING, after) != ERR_OK) {
        return p->e->code;
    }
    return parse_name(p, c == NAME_KEPT ? "a base model after USING" : "a model after USING", c, false, out);
}

/* [ options ] "AS" query */
static enum err_code options_and_query(struct parser *p, const char *after, struct statement *out) {
    bool given = parse_at(p, WORD_OPTIONS);
    if (parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    if (!given && !parse_at(p, WORD_AS)) {
        static const enum keyword near[] = {WORD_OPTIONS, WORD_AS, WORD_OTHER};
        return parse_expected(p, after, near);
    }
    return parse_as_query(p, "the options", &out->query);
}

/* build = "BUILD" "MODEL" name "USING" BaseModel [ options ] "AS" query ; */
enum err_code parse_build(struct parser *p, struct statement *out) {
    if (model_name(p, &out->name) != ERR_OK || using_model(p, "the model's name", NAME_KEPT, &out->base) != ERR_OK) {
        return p->e->code;
    }
    return options_and_query(p, "OPTIONS or AS after the base model", out);
}

/* fit = "FIT" "MODEL" name "USING" ( name | BaseModel ) [ options ] "AS" query ; */
enum err_code parse_fit(struct parser *p, struct statement *out) {
    if (model_name(p, &out->name) != ERR_OK || using_model(p, "the model's name", NAME_FOLDED, &out->base) != ERR_OK) {
        return p->e->code;
    }
    return options_and_query(p, "OPTIONS or AS after the model", out);
}

/* upload = "UPLOAD" "MODEL" name [ options ] "FROM" path ; */
enum err_code parse_upload(struct parser *p, struct statement *out) {
    if (model_name(p, &out->name) != ERR_OK || parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    return parse_from_path(p, "UPLOAD MODEL", &out->source);
}

/* copymodel = "COPY" "MODEL" name [ options ] "TO" path [ options ] ; */
enum err_code parse_copy_model(struct parser *p, struct statement *out) {
    if (model_name(p, &out->name) != ERR_OK || parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    if (parse_at(p, WORD_FROM)) {
        p->syntax = "UPLOAD MODEL name FROM 'file' takes a model in; COPY MODEL name TO 'file' gives one out";
    }
    if (parse_to_path(p, out->options ? "the options" : "the model's name", &out->source) != ERR_OK) {
        return p->e->code;
    }
    return out->options ? ERR_OK : parse_options(p, &out->options);
}

/* delete = "DELETE" "MODEL" name ; */
enum err_code parse_delete_model(struct parser *p, struct statement *out) {
    return model_name(p, &out->name);
}

/* predict, evaluate, convert = verb "USING" name [ options ] "AS" query ; transform has no options, but may */
enum err_code parse_use_model(struct parser *p, struct statement *out) {
    enum keyword verb = p->token.keyword;
    if (parse_advance(p) != ERR_OK || using_model(p, keyword_text(verb), NAME_FOLDED, &out->base) != ERR_OK) {
        return p->e->code;
    }
    return options_and_query(p, "OPTIONS or AS after the model", out);
}

/* generate = "GENERATE" "USING" "GPT" options "AS" query ; */
enum err_code parse_generate(struct parser *p, struct statement *out) {
    if (parse_advance(p) != ERR_OK || using_model(p, "GENERATE", NAME_KEPT, &out->base) != ERR_OK) {
        return p->e->code;
    }
    return options_and_query(p, "OPTIONS or AS after the base model", out);
}

/* function = "FUNCTION" name "." name [ options ] ( "AS" query | "FROM" path ) ; */
enum err_code parse_function(struct parser *p, struct statement *out) {
    static const enum keyword near[] = {WORD_OPTIONS, WORD_AS, WORD_FROM, WORD_OTHER};
    if (parse_advance(p) != ERR_OK ||
        parse_name(p, "a function such as compute.similarity", NAME_FOLDED, true, &out->name) != ERR_OK ||
        parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    if (parse_at(p, WORD_FROM)) {
        return parse_from_path(p, "the function", &out->source);
    }
    if (parse_at(p, WORD_AS)) {
        return parse_as_query(p, "the function", &out->query);
    }
    return parse_expected(p, out->options ? "AS or FROM after the options" : "OPTIONS, AS or FROM after the function",
                          near);
}
