/* The error that a failing call leaves behind: code, message, hint, and the place in the cell's text.
 *
 * A caller puts a `struct err` on its stack, zero-initialised (ERR_INIT), and passes it down. The first
 * failure wins: later err_set() calls on the same struct change nothing, so cleanup code may fail freely.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* One row a code: enum name, and the `ename` that Jupyter clients see. */
#define ERR_LIST(X)                            \
    X(OK, "")                                  \
    X(SYNTAX, "ThanoSQLSyntaxError")           \
    X(OPTION, "ThanoSQLOptionError")           \
    X(NOT_FOUND, "ThanoSQLNotFoundError")      \
    X(EXISTS, "ThanoSQLExistsError")           \
    X(VALUE, "ThanoSQLValueError")             \
    X(QUERY, "ThanoSQLQueryError")             \
    X(FILE, "ThanoSQLFileError")               \
    X(IMAGE, "ThanoSQLImageError")             \
    X(MODEL, "ThanoSQLModelError")             \
    X(CONNECTION, "ThanoSQLConnectionError")   \
    X(LOCKED, "ThanoSQLBusyError")             \
    X(UNSUPPORTED, "ThanoSQLUnsupportedError") \
    X(NOMEM, "ThanoSQLMemoryError")            \
    X(INTERRUPT, "KeyboardInterrupt")          \
    X(INTERNAL, "ThanoSQLInternalError")

enum err_code {
#define X(name, ename) ERR_##name,
    ERR_LIST(X)
#undef X
};

struct err {
    enum err_code code;
    int has_span;      /* whether at and len are set */
    size_t at, len;    /* bytes into the cell's text */
    char message[512]; /* one line of UTF-8, no full stop needed */
    char hint[256];    /* the way out; empty if none */
};

#define ERR_INIT ((struct err){.code = ERR_OK})

#if defined(__GNUC__)
#define ERR_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define ERR_PRINTF(text, first)
#endif

/* Record a failure, unless one is recorded already. Returns the code that stands in *e. */
enum err_code err_set(struct err *e, enum err_code code, const char *format, ...) ERR_PRINTF(3, 4);

/* Add the way out, unless there is one. Only on a failure; returns e->code. */
enum err_code err_hint(struct err *e, const char *format, ...) ERR_PRINTF(2, 3);

/* Add the place, unless there is one. Returns e->code. */
enum err_code err_at(struct err *e, size_t at, size_t len);

/* Shorthands for the two failures that need no words of their own. */
enum err_code err_nomem(struct err *e);
enum err_code err_interrupt(struct err *e);

/* The `ename` of a code: "KeyboardInterrupt", "ThanoSQLSyntaxError", … */
const char *err_ename(enum err_code code);

#endif
