/* SEARCH and PRINT: statements about pictures, sounds, videos and texts. (CONVERT reads like PREDICT: parse_model.c.)
 */
#include "lang/syntax/parse_statement.h"

/* What is searched or shown, as the tree spells it. */
static const char *medium(enum keyword k) {
    switch (k) {
    case WORD_TEXT:
        return "text";
    case WORD_AUDIO:
        return "audio";
    case WORD_VIDEO:
        return "video";
    case WORD_KEYWORD:
        return "keyword";
    default:
        return "image";
    }
}

/* What the statement is about, behind its verb. */
static void set_medium(const struct parser *p, enum keyword what, struct statement *out) {
    out->word = medium(what);
    out->verb.len = p->before.span.at + p->before.span.len - out->verb.at;
}

/* search = "SEARCH" what [ input { input } ] "USING" name [ options ] "AS" query ;
 * what = "IMAGE" | "TEXT" | "AUDIO" | "VIDEO" | "KEYWORD" ; */
enum err_code parse_search(struct parser *p, struct statement *out) {
    static const enum keyword media[] = {WORD_IMAGE, WORD_TEXT, WORD_AUDIO, WORD_VIDEO, WORD_KEYWORD, WORD_OTHER};
    static const enum keyword near[] = {WORD_OPTIONS, WORD_AS, WORD_OTHER};
    enum keyword what;
    if (parse_advance(p) != ERR_OK ||
        parse_one_of(p, media, "IMAGE, TEXT, AUDIO, VIDEO or KEYWORD after SEARCH", &what) != ERR_OK) {
        return p->e->code;
    }
    set_medium(p, what, out);
    if (parse_inputs(p, &out->inputs) != ERR_OK ||
        parse_keyword(p, WORD_USING, out->inputs ? "what is searched for" : "SEARCH and what to search") != ERR_OK ||
        parse_name(p, "a model after USING", NAME_FOLDED, false, &out->base) != ERR_OK) {
        return p->e->code;
    }
    bool given = parse_at(p, WORD_OPTIONS);
    if (parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    if (!given && !parse_at(p, WORD_AS)) {
        return parse_expected(p, "OPTIONS or AS after the model", near);
    }
    return parse_as_query(p, "the options", &out->query);
}

/* explain = "EXPLAIN" query ; */
enum err_code parse_explain(struct parser *p, struct statement *out) {
    return parse_advance(p) == ERR_OK ? parse_query(p, &out->query) : p->e->code;
}

/* print = "PRINT" ( "IMAGE" | "AUDIO" | "VIDEO" ) [ options ] "AS" query ; */
enum err_code parse_print(struct parser *p, struct statement *out) {
    static const enum keyword media[] = {WORD_IMAGE, WORD_AUDIO, WORD_VIDEO, WORD_OTHER};
    enum keyword what;
    if (parse_advance(p) != ERR_OK || parse_one_of(p, media, "IMAGE, AUDIO or VIDEO after PRINT", &what) != ERR_OK) {
        return p->e->code;
    }
    set_medium(p, what, out);
    if (parse_options(p, &out->options) != ERR_OK) {
        return p->e->code;
    }
    return parse_as_query(p, out->options ? "the options" : "PRINT and what to show", &out->query);
}
