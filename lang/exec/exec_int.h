/* What the exec_*.c files share about models. */
#ifndef LANG_EXEC_EXEC_INT_H
#define LANG_EXEC_EXEC_INT_H

#include "lang/exec/context.h"
#include "lang/exec/option_rows.h"
#include "lang/store/registry.h"
#include "ml/model/encoder.h"

/* Look up and load the model a statement names after USING; errors stand at the name. */
enum err_code exec_open_model(struct context *c, const struct name *name, struct model_record *model,
                              struct encoder **out, struct err *e);

/* The switches as ml takes them. */
struct preset_switches exec_switches(const struct augment_settings *s);

/* Whether a table of that name may be made: ours (thanosql_…) and SQLite's may not. NULL is fine. */
enum err_code exec_check_table_name(const struct option_table *table, const struct option *given, const char *name,
                                    struct err *e);

/* "<model>_<base>" in lower case: the column that vectors of this model have by default. NULL: no memory. */
const char *exec_model_column(struct context *c, const struct model_record *model);

#endif
