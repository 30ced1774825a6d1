/* What the exec_*.c files share. */
#ifndef LANG_EXEC_EXEC_INT_H
#define LANG_EXEC_EXEC_INT_H

#include "lang/exec/option_rows.h"
#include "lang/exec/relation.h"
#include "lang/store/registry.h"
#include "ml/model/encoder.h"

/* Look up and load the model a statement names after USING; errors stand at the name. */
enum err_code exec_open_model(struct context *c, const struct name *name, struct model_record *model,
                              struct encoder **out, struct err *e);

/* A new model's name: fit to be a file's, and not taken unless `overwrite`. Errors stand at the name. */
enum err_code exec_check_model(struct context *c, const struct name *name, bool overwrite, struct err *e);

/* Write the model's file and its row; both or none. The file is named here, and record->file is not looked at. */
enum err_code exec_keep_model(struct context *c, const struct name *name, const struct model_record *record,
                              bool overwrite, const struct encoder *m, const char *const *notes, struct err *e);

/* What BUILD's options say of a backbone, into *out; other defaults in *set where there is one. */
enum err_code exec_backbone(struct context *c, const struct statement *s, struct build_settings *set,
                            struct backbone_options *out, struct err *e);

/* The same of FIT from a network: what is not said is as in its training, if that was cut short. */
enum err_code exec_backbone_fit(struct context *c, const struct statement *s, const struct model_record *from,
                                struct build_settings *set, struct backbone_options *out, struct err *e);

/* Say where training began and where it ended, if not as usual; `base`: the network it was to go on from, or NULL. An
 * interrupt that was asked to keep the best epoch has then done its work. */
void exec_backbone_ended(struct context *c, int epochs, const char *base, const struct encoder_report *report);

/* GET THANOSQL MODEL. */
enum err_code exec_get_model(struct context *c, const struct statement *s, struct err *e);

/* The switches as ml takes them. */
struct preset_switches exec_switches(const struct augment_settings *s);

/* Whether a table of that name may be made: ours (thanosql_…) and SQLite's may not. The schema main (or public) before
 * a dot is taken off; there is no other. NULL is fine. */
enum err_code exec_check_table_name(const struct option_table *table, const struct option *given, const char **name,
                                    struct err *e);

/* Whether a table can be made or replaced there: a view is in the way. Warns where a temporary table hides it. */
enum err_code exec_check_target(struct context *c, const char *name, struct span at, struct err *e);

/* The names of the query's columns, no two of them equal (compared without case): id, id.1. NULL: no memory. */
const char *const *exec_column_names(struct context *c, const struct store_query *q);

/* Append the definition of a column: its name, and the type that its table declares. */
void exec_add_column(struct buf *sql, const struct store_query *q, size_t index, const char *name);

/* ERR_UNSUPPORTED for a view (or trigger) over a ThanoSQL statement, whose vectors and rows die with the cell. */
enum err_code exec_refuse_view(struct context *c, const struct statement *s, struct err *e);

/* "<model>_<base>" in lower case: the column that vectors of this model have by default. NULL: no memory. */
const char *exec_model_column(struct context *c, const struct model_record *model);

#endif
