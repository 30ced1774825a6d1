/* Errors: the first cause wins, and text never overflows or ends in half a character. */
#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Format into out, cut at a whole UTF-8 character. */
ERR_PRINTF(3, 0)
static void format_cut(char *out, size_t size, const char *format, va_list args) {
    int n = vsnprintf(out, size, format, args);
    if (n < 0) {
        out[0] = '\0';
    } else if ((size_t)n >= size) {
        out[utf8_cut(out, size - 1)] = '\0';
    }
}

enum err_code err_set(struct err *e, enum err_code code, const char *format, ...) {
    if (e->code != ERR_OK) {
        return e->code;
    }
    e->code = code;
    va_list args;
    va_start(args, format);
    format_cut(e->message, sizeof e->message, format, args);
    va_end(args);
    return code;
}

enum err_code err_hint(struct err *e, const char *format, ...) {
    if (e->code == ERR_OK || e->hint[0]) {
        return e->code;
    }
    va_list args;
    va_start(args, format);
    format_cut(e->hint, sizeof e->hint, format, args);
    va_end(args);
    return e->code;
}

enum err_code err_at(struct err *e, size_t at, size_t len) {
    if (e->code != ERR_OK && !e->has_span) {
        e->has_span = 1;
        e->at = at;
        e->len = len;
    }
    return e->code;
}

enum err_code err_nomem(struct err *e) {
    return err_set(e, ERR_NOMEM, "out of memory");
}

enum err_code err_interrupt(struct err *e) {
    return err_set(e, ERR_INTERRUPT, "%s", "");
}

const char *err_ename(enum err_code code) {
    static const char *const names[] = {
#define X(name, ename) ename,
        ERR_LIST(X)
#undef X
    };
    return (size_t)code < sizeof names / sizeof *names ? names[code] : "ThanoSQLInternalError";
}
