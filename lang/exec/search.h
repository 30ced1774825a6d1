/* One SEARCH on its way: what exec_search.c, search_input.c, search_rows.c and shortcut.c share. */
#ifndef LANG_EXEC_SEARCH_H
#define LANG_EXEC_SEARCH_H

#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/relation.h"

struct search {
    const struct statement *statement;
    struct search_settings set;
    const struct literal *input; /* NULL: searched with the rows themselves ('each', 'duplicates') */
    bool by_clause;              /* images='…' rather than OPTIONS (search_by=…) */
    struct model_record model;
    bool distance;          /* Color_Descriptor: scores are distances, and less is nearer */
    const char *own_column; /* that vectors of the model have by default */
    const char *vectors;    /* the column of vectors in the query */
    const char *path;       /* the column of paths, where it is needed, or NULL */
    const char **columns;   /* (column_count): of the query */
    size_t column_count;
    float *queries; /* (count, dimension) */
    size_t count, dimension;
    const char **names;  /* (count): columns of the result */
    const float *sample; /* scores of random pairs, rising; NULL without percentile */
    size_t sample_count;
    long long top; /* rows to keep; 0: all */
    bool ordered;  /* best first; else in the order of the query */
};

/* What a search did, for EXPLAIN. */
struct trace {
    const char *plan;
    bool narrowed;                   /* answered from a matrix in memory */
    size_t scanned, scored, fetched; /* rows looked at; scored exactly; read from the store */
};

/* Check the statement, read its inputs, and lower its query into `inner`, an empty relation from relation_inside().
 * After a success only the SQL is to be written. */
enum err_code search_open(struct context *c, const struct statement *s, struct search *x, struct relation *inner,
                          struct err *e);

/* Append SELECT and the query's columns, as those of q, without those that a search before this one has called as this
 * one calls its results (and the `others`, which NULL ends): they would be two, and the old ones come first. */
void search_add_columns(const struct search *x, const char *const *others, struct buf *sql);

/* Append the SQL of the search over `inner`, which is empty afterwards. */
enum err_code search_write(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                           struct err *e);

/* The same, by the matrix in memory where that is possible. */
enum err_code search_lower(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                           struct err *e);

/* search_input.c: the query vectors, from pictures and numbers; then what has to be read from the query's rows. */
enum err_code search_read_inputs(struct context *c, struct search *x, struct err *e);
enum err_code search_read_rows(struct context *c, struct search *x, const struct relation *inner, struct err *e);

/* A query over the rows of `inner`: before, its SQL, after. */
enum err_code search_query(struct context *c, const struct search *x, const struct relation *inner, const char *before,
                           const char *after, const struct value *first, struct store_query **out, struct err *e);

/* search_rows.c: searches whose result is made, not computed row by row. */
bool search_makes_rows(const struct search *x);
enum err_code search_make_rows(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                               struct err *e);

#endif
