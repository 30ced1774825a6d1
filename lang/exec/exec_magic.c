/* Magic lines: most of them only say that nothing is to be done. */
#include "lang/exec/exec_int.h"
#include "lang/exec/help.h"
#include "lang/exec/notebook.h"
#include "lang/exec/statements.h"

#include <string.h>

static enum err_code say_token(struct context *c, const struct statement *s, struct err *e) {
    (void)s;
    context_say(c, "API token accepted; none is needed here, and it was not kept.");
    return e->code;
}

static enum err_code say_address(struct context *c, const struct statement *s, struct err *e) {
    (void)s;
    context_say(c, "Cells run on this machine, so the address is not used.");
    return e->code;
}

static enum err_code set_variable(struct context *c, const struct statement *s, struct err *e) {
    return variables_set(&c->notebook->variables, s->into.text, s->name.text, e);
}

const char magic_lines[] =
    "%%thanosql …           the rest of the cell; the same as a cell without it\n"
    "%thanosql STATEMENT    one line; %psql and %%psql are the same\n"
    "x = %thanosql SELECT … keep the result as x: SELECT * FROM x, or x alone, shows it\n"
    "q = 'text'             keep a text; $q in a %thanosql line stands for it\n"
    "_                      the last result, as in SELECT * FROM _\n"
    "name?                  help for a statement, option, setting, table, model, function or variable\n"
    "%who                   the variables there are\n"
    "exit, quit             the end of a console\n"
    "%load_ext thanosql     accepted; it is always loaded\n"
    "SHOW thanosql          the settings, which SET thanosql.name = value changes";

static enum err_code list_magics(struct context *c, const struct statement *s, struct err *e) {
    (void)s;
    context_say(c, magic_lines);
    return e->code;
}

static enum err_code list_variables(struct context *c, const struct statement *s, struct err *e) {
    const struct variable *v = c->notebook->variables.first;
    (void)s;
    if (!v) {
        context_say(c, "There are no variables yet; x = %thanosql SELECT … makes one.");
    }
    for (; v; v = v->next) {
        const char *line =
            v->text ? arena_printf(c->arena, "%s = '%.60s'%s", v->name, v->text, strlen(v->text) > 60 ? "…" : "")
                    : arena_printf(c->arena, "%s, a result", v->name);
        context_say(c, line ? line : v->name);
    }
    return e->code;
}

static enum err_code leave(struct context *c, const struct statement *s, struct err *e) {
    (void)s;
    if (c->out->leave) {
        c->out->leave(c->out->user);
    }
    return e->code;
}

static enum err_code nothing(struct context *c, const struct statement *s, struct err *e) {
    (void)c;
    (void)s;
    return e->code;
}

static const struct {
    const char *word;
    enum err_code (*run)(struct context *c, const struct statement *s, struct err *e);
} rows[] = {
    {"load_ext", nothing},    {"reload_ext", nothing},    {"api_token", say_token},
    {"api_url", say_address}, {"variable", set_variable}, {"lsmagic", list_magics},
    {"who", list_variables},  {"help", help_show},        {"exit", leave},
};

enum err_code run_magic(struct context *c, const struct statement *s, struct err *e) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].word, s->word) == 0) {
            return rows[i].run(c, s, e);
        }
    }
    return e->code;
}
