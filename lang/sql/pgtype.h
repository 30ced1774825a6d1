/* PostgreSQL's types as far as they are known here: names, families, and how their values lie in SQLite.
 *
 *   boolean          INTEGER 0 or 1
 *   integers         INTEGER
 *   real, double     REAL
 *   numeric          REAL or INTEGER: 15 significant digits; sums and products are rounded to them, so 0.1 + 0.2 = 0.3
 *   date, time, …    TEXT as PostgreSQL prints them in ISO style; the order of the text is the order of time
 *   interval         TEXT as PostgreSQL prints it
 *   json, jsonb      TEXT; jsonb in PostgreSQL's own form
 *   arrays           TEXT as PostgreSQL prints them: {1,2,NULL}
 *   bytea, vector    BLOB; a vector is float32, little-endian */
#ifndef LANG_SQL_PGTYPE_H
#define LANG_SQL_PGTYPE_H

#include "lang/value.h"

#include <stdbool.h>

enum pg_base {
    PG_UNKNOWN, /* a quoted literal or NULL that takes its type from what is around it */
    PG_ANY,     /* not known before the value is: a column of a statement of ours, a function that SQLite has */
    PG_BOOL,
    PG_INT2,
    PG_INT4,
    PG_INT8,
    PG_NUMERIC,
    PG_FLOAT4,
    PG_FLOAT8,
    PG_TEXT,
    PG_VARCHAR,
    PG_CHAR,
    PG_NAME,
    PG_DATE,
    PG_TIME,
    PG_TIMESTAMP,
    PG_TIMESTAMPTZ,
    PG_INTERVAL,
    PG_JSON,
    PG_JSONB,
    PG_UUID,
    PG_BYTEA,
    PG_VECTOR,
    PG_VOID,
    PG_BASE_COUNT,
};

/* What may stand for what: within a family types convert by themselves. */
enum pg_family { FAMILY_NONE, FAMILY_BOOL, FAMILY_NUMBER, FAMILY_TEXT, FAMILY_TIME, FAMILY_SPAN, FAMILY_OTHER };

struct pgtype {
    enum pg_base base;
    bool array;
    int precision, scale; /* numeric(p,s); varchar(n), char(n) and vector(n): precision; 0: not given */
    bool scaled;          /* scale is known */
};

#define PGTYPE(b) ((struct pgtype){.base = (b)})

enum pg_family pgtype_family(struct pgtype t);
bool pgtype_is_number(struct pgtype t);
bool pgtype_is_integer(struct pgtype t);
bool pgtype_is_text(struct pgtype t); /* text, varchar, char, name; not an array */
bool pgtype_is(struct pgtype t, enum pg_base base);
bool pgtype_same(struct pgtype a, struct pgtype b); /* lengths and scales do not matter */

/* "timestamp without time zone", "integer[]", as messages write them; out has room for 64 bytes. */
const char *pgtype_name(struct pgtype t, char out[64]);

/* What to declare for a column in SQLite, so that pgtype_parse() gives the type back, and its affinity leaves the
 * values alone; out has room for 64 bytes. */
const char *pgtype_declaration(struct pgtype t, char out[64]);

/* The type behind a name of it (int4, "double precision", character varying(10), text[]). False: not known. */
bool pgtype_parse(const char *name, struct pgtype *out);

/* The type of a stored column. INTEGER is what files are read into: 64 bits; int4 is declared INT, or INTEGER where it
 * is the key that counts by itself. */
bool pgtype_of_declaration(const char *declared, bool key, struct pgtype *out);

/* The type of the nth column (from 0) that CREATE VIEW noted in the view's text. False: there is no note. */
bool pgtype_noted(const char *view, size_t n, struct pgtype *out);

/* What the rest of the kernel calls it. */
enum value_type pgtype_value(struct pgtype t);
struct pgtype pgtype_of_value(enum value_type v);

#endif
