/* SET, RESET and SHOW of the kernel's own settings, which are PostgreSQL's statements with a name that begins with
 * thanosql. */
#include "lang/syntax/parse_statement.h"

/* "thanosql" [ "." name ], after the statement's verb */
static enum err_code setting_name(struct parser *p, struct name *out) {
    if (parse_advance(p) != ERR_OK || parse_keyword(p, WORD_THANOSQL, "the statement's verb") != ERR_OK) {
        return p->e->code;
    }
    if (!parse_at_sign(p, '.')) {
        return ERR_OK;
    }
    return parse_advance(p) == ERR_OK ? parse_name(p, "a setting after thanosql.", NAME_FOLDED, false, out)
                                      : p->e->code;
}

/* set = "SET" "thanosql" "." name ( "=" | "TO" ) ( value | "DEFAULT" ) ; */
enum err_code parse_set(struct parser *p, struct statement *out) {
    out->word = "set";
    if (setting_name(p, &out->name) != ERR_OK) {
        return p->e->code;
    }
    if (!out->name.text) {
        return parse_expected(p, ". and a setting after thanosql", NULL);
    }
    if (!parse_at_sign(p, '=') && !lexer_is(p->code, &p->token, "to")) {
        return parse_expected(p, "= or TO after the setting", NULL);
    }
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    if (p->token.kind == TOKEN_WORD && lexer_is(p->code, &p->token, "default")) {
        out->word = "reset";
        return parse_advance(p);
    }
    return parse_value(p, "the setting's value", &out->source);
}

/* reset = "RESET" "thanosql" [ "." name ] ; */
enum err_code parse_reset(struct parser *p, struct statement *out) {
    out->word = "reset";
    return setting_name(p, &out->name);
}

/* show = "SHOW" "thanosql" [ "." name ] ; */
enum err_code parse_show(struct parser *p, struct statement *out) {
    return setting_name(p, &out->name);
}
