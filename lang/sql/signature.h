/* How the tables of operators and functions write types, one letter an argument. */
#ifndef LANG_SQL_SIGNATURE_H
#define LANG_SQL_SIGNATURE_H

#include "lang/sql/lower.h"

/*  b boolean    i any integer   n any number   N numeric (from integers too)   f double (from any number)
 *  t text       d date   s timestamp   z timestamptz   m time   v interval
 *  j json       J jsonb  k json or jsonb   u uuid   x bytea   V vector
 *  A any array  E what the array holds, as text   a anything   o anything, printed   w anything, as JSON
 *  As a result also: I integer, L bigint, 1 and 2 the type of that argument, p the widest number among the arguments,
 *  T text[], Y the array of argument 1, e the element of argument 1. A following * repeats the letter before it. */

/* How far an argument is from what a letter wants: 0 is it itself; below 0: it cannot be. */
int signature_cost(char letter, struct pgtype t);

/* The type behind a letter; `given` is the argument's, where it decides. */
struct pgtype signature_type(char letter, struct pgtype given, struct expr *args, size_t n);

/* The cost of all arguments, or below 0. */
int signature_match(const char *signature, const struct expr *args, size_t n);

/* Convert the arguments to what the signature wants. */
void signature_apply(struct lower *l, const char *signature, struct expr *args, size_t n);

/* A value as its type prints it (booleans t and f), and as JSON. */
struct expr signature_printed(struct lower *l, struct expr x);
struct expr signature_json(struct lower *l, struct expr x);

/* The wider of two numbers. */
struct pgtype signature_wider(struct pgtype a, struct pgtype b);

#endif
