/* Text to the values of a type, as PostgreSQL reads it. Used for literals while a statement is lowered, and by the
 * casts of the running query. */
#ifndef LANG_SQL_CONVERT_H
#define LANG_SQL_CONVERT_H

#include "base/buf.h"
#include "base/err.h"
#include "lang/sql/pgtype.h"
#include "lang/value.h"

/* `now` is what 'now' and 'today' mean. *out may point into `memory`. ERR_VALUE with PostgreSQL's words. */
enum err_code convert_text(const struct value *text, struct pgtype to, const char *now, struct buf *memory,
                           struct value *out, struct err *e);

/* A value of a type as PostgreSQL prints it; NULL adds nothing. */
void convert_print(const struct value *v, struct pgtype type, struct buf *out);

/* The shortest text that reads as the same number, as PostgreSQL prints doubles (and reals). */
void convert_shortest(double x, bool single, struct buf *out);

/* The time, as `now` above wants it. */
void convert_now(char out[48]);

/* Round half away from zero, in decimal as numbers are written (2.675 to 2.68). */
double convert_round(double x, int digits);

/* The nearest number of 15 significant digits. */
double convert_decimal(double x);

#endif
