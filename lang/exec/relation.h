/* A relation: whatever returns a table, not yet read. SQL text for the store, its bound parameters, and the temporary
 * tables it owns. A nested ThanoSQL statement becomes SQL in the place where it stood, so joins, WHERE, ORDER BY and
 * LIMIT around it are the store's business, and exact. */
#ifndef LANG_EXEC_RELATION_H
#define LANG_EXEC_RELATION_H

#include "base/buf.h"
#include "lang/exec/context.h"
#include "lang/sql/sql.h"

struct relation_piece; /* where in the cell a stretch of the SQL comes from */
struct relation_parameter;
struct relation_types; /* what the columns of the queries in it hold, outermost first */

struct relation {
    struct buf sql;
    struct relation_piece *pieces; /* these chains are in the cell's arena */
    struct relation_parameter *parameters;
    int parameter_count;
    struct relation_types *types;
    struct relation_table {
        const char *name;
        struct relation_table *next;
    } * temporaries;
    bool snapshot; /* the store is held as it is, until the release */
    bool ours;     /* what stands around the user's text, which was looked at before, may touch our tables */
};

#define RELATION_INIT ((struct relation){.sql = {.data = NULL}})

/* Drops the temporary tables and ends the snapshot. Every query over the relation must be finished before. */
void relation_release(struct context *c, struct relation *r);

/* Append the SQL of a query of the cell, nested statements lowered in place. It must be one that returns rows and
 * changes nothing. */
enum err_code relation_add_query(struct context *c, struct relation *r, const struct query *q, struct err *e);

/* SQL of the cell in the store's words, with the statements of ours that stand in it. */
struct relation_sql {
    struct sql_output out;
    struct relation *nested;
    size_t count;
};

/* What is known of a query before it is lowered. */
struct relation_given {
    struct relation *nested; /* the one statement that is nested in it, built already; it becomes part of the query */
    size_t narrow_at;        /* with `narrow`: a table's name in the cell, and the SQL that stands for the table */
    const char *narrow;
};

/* Lower the SQL of a statement; what is nested counts its parameters on from those of `r`. `given` may be NULL. Release
 * it in any case. */
enum err_code relation_lower(struct context *c, const struct relation *r, const struct query *q,
                             const struct relation_given *given, struct relation_sql *out, struct err *e);

/* As relation_add_query(), with what is known. */
enum err_code relation_add_given(struct context *c, struct relation *r, const struct query *q,
                                 const struct relation_given *given, struct err *e);
enum err_code relation_add_step(struct context *c, struct relation *r, struct relation_sql *sql,
                                const struct sql_step *step, struct err *e);
void relation_sql_release(struct context *c, struct relation_sql *sql);

/* Keep a copy of a vector as a parameter; *number is what stands for it in the SQL, as in ?3. */
enum err_code relation_add_vector(struct context *c, struct relation *r, const float *vector, size_t length,
                                  int *number, struct err *e);

/* The same for any value, whose memory is not copied and must live as long as the relation. */
enum err_code relation_add_value(struct context *c, struct relation *r, struct value v, int *number, struct err *e);

/* Name a new temporary table that the relation owns: "temp.thanosql_3". NULL: no memory (*e set). */
const char *relation_new_table(struct context *c, struct relation *r, struct err *e);

/* Prepare the SQL and bind the parameters. The store's error places are mapped to the cell's text; an error in SQL
 * that the user did not write is placed at `otherwise`. */
enum err_code relation_prepare(struct context *c, struct relation *r, struct span otherwise, struct store_query **out,
                               struct err *e);

/* A relation to be built apart, and looked at, before it becomes part of `outer`: its parameters count on from there.
 */
struct relation relation_inside(const struct relation *outer);

/* Append what was built apart; `inner` is empty afterwards. */
enum err_code relation_append(struct context *c, struct relation *outer, struct relation *inner, struct err *e);

/* The same, but the text of `inner` stays, to be appended once more; its temporary tables are the outer's. */
enum err_code relation_add_copy(struct context *c, struct relation *outer, struct relation *inner, struct err *e);

/* Append SQL that comes from a word at `place` of the cell (below 0: from nowhere in it). */
enum err_code relation_add_text(struct context *c, struct relation *r, const char *text, size_t len, long place,
                                struct err *e);

/* Say what the columns of the query appended now hold. They must live as long as the cell. */
enum err_code relation_add_types(struct context *c, struct relation *r, const struct sql_column *columns, size_t count,
                                 struct err *e);

/* Prepare only, to see the columns: nothing is bound, and the query must not be stepped. */
enum err_code relation_describe(struct context *c, struct relation *r, struct span otherwise, struct store_query **out,
                                struct err *e);

/* The type of a column of the relation's query; where none is known, what the store says of it. */
struct pgtype relation_column_type(const struct relation *r, const struct store_query *q, size_t index);

/* The number of the column of that name (compared without case), or -1. */
int relation_find_column(const struct store_query *q, const char *name);

/* The column that an option names. ERR_NOT_FOUND, at the option, lists what there is. */
enum err_code relation_named_column(const struct store_query *q, const char *name, const struct option *given,
                                    int *column, struct err *e);
/* ERR_NOT_FOUND for a column of that name, with those there are and the nearest of them. Of the table of that name, or
 * NULL: of the query. */
enum err_code relation_no_column(const struct store_query *q, const char *table, const char *name, struct err *e);

/* The column wanted, or the first of the usual names where `wanted` is NULL. ERR_NOT_FOUND lists what there is. */
enum err_code relation_image_column(const struct store_query *q, const char *wanted, const struct option *given,
                                    struct span otherwise, int *column, struct err *e);

#endif
