/* The statement table: what runs each statement of lang/syntax/forms.h, one row a kind. Private to lang/exec and
 * lang/session.c. */
#ifndef LANG_EXEC_STATEMENTS_H
#define LANG_EXEC_STATEMENTS_H

#include "lang/exec/context.h"
#include "lang/exec/relation.h"

/* Run one statement of a cell and show what it gives. */
enum err_code statement_run(struct context *c, const struct statement *s, struct err *e);

/* Append to the relation the SQL (a SELECT) of a statement that stands as a table. */
enum err_code statement_lower(struct context *c, const struct statement *s, struct relation *r, struct err *e);

/* Show all rows of a relation as the result. */
enum err_code statement_show(struct context *c, struct relation *r, struct span span, struct err *e);

/* Whether there is a function behind statements of that kind. */
bool statement_is_built(enum statement_kind kind);

/* ERR_UNSUPPORTED, at the statement's first words. `instead`: what does the work, or NULL for all that is built. */
enum err_code statement_not_built(const struct context *c, const struct statement *s, const char *instead,
                                  struct err *e);

/* The functions behind the rows; one file a family. Effects end in `Success`; lower_… append a SELECT. */
enum err_code run_set(struct context *c, const struct statement *s, struct err *e);
enum err_code lower_show(struct context *c, const struct statement *s, struct relation *r, struct err *e);
enum err_code run_magic(struct context *c, const struct statement *s, struct err *e);
enum err_code run_sql(struct context *c, const struct statement *s, struct err *e);
enum err_code run_build(struct context *c, const struct statement *s, struct err *e);
enum err_code run_fit(struct context *c, const struct statement *s, struct err *e);
enum err_code run_copy_model(struct context *c, const struct statement *s, struct err *e);
enum err_code run_upload(struct context *c, const struct statement *s, struct err *e);
enum err_code run_delete_model(struct context *c, const struct statement *s, struct err *e);
enum err_code run_create_using(struct context *c, const struct statement *s, struct err *e);
enum err_code run_print(struct context *c, const struct statement *s, struct err *e);
enum err_code run_copy(struct context *c, const struct statement *s, struct err *e);
enum err_code run_explain(struct context *c, const struct statement *s, struct err *e);
enum err_code run_get(struct context *c, const struct statement *s, struct err *e);
enum err_code lower_convert(struct context *c, const struct statement *s, struct relation *r, struct err *e);
enum err_code lower_search(struct context *c, const struct statement *s, struct relation *r, struct err *e);
enum err_code lower_function(struct context *c, const struct statement *s, struct relation *r, struct err *e);
enum err_code lower_list(struct context *c, const struct statement *s, struct relation *r, struct err *e);

#endif
