/* What the exec_*.c files share. */
#ifndef LANG_EXEC_EXEC_INT_H
#define LANG_EXEC_EXEC_INT_H

#include "lang/exec/option_rows.h"
#include "lang/exec/relation.h"
#include "lang/store/registry.h"
#include "ml/model/encoder.h"

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

/* Say where training begins, if not as usual, and what becomes of checkpoints: for backbone_options' `begins`. */
struct backbone_start {
    struct context *context;
    int epochs;
    const char *name, *base; /* the model; the network it is to go on from, or NULL */
};
void exec_backbone_begins(void *user, const struct encoder_report *report);

/* Say where training ended, if not as usual. An interrupt that was asked to keep the best epoch has then done its work.
 */
void exec_backbone_ended(struct context *c, int epochs, const struct encoder_report *report);

/* COPY … TO; of COPY's options those that its two ways share: whether what is there is replaced, or (*append) added to;
 * and the delimiter, \0 where none is given. */
enum err_code exec_copy_to(struct context *c, const struct statement *s, struct err *e);
enum err_code exec_copy_mode(const struct statement *s, const struct copy_settings *set, bool *replace, bool *append,
                             struct err *e);
enum err_code exec_copy_delimiter(const struct statement *s, const struct copy_settings *set, char *out, struct err *e);

/* Say what was left out of a folder. */
struct folder_report;
void exec_tell_folder(struct context *c, const struct folder_report *report);

/* Warn that an option of COPY was given which means nothing for this kind of file. */
void exec_copy_unused(struct context *c, const struct statement *s, const char *option, const char *where);

/* What a line of a cell may be besides a statement: %lsmagic. */
extern const char magic_lines[];

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

/* The same for the table that option table_name asks for, if it was given. */
enum err_code exec_check_new_table(struct context *c, const struct option_table *table, const struct option *given,
                                   const char **name, struct err *e);

/* Write the rows of `made` to table `name`, replacing what is there; *r becomes a SELECT of them. */
enum err_code exec_keep_rows(struct context *c, struct relation *made, const char *name, struct span at,
                             struct relation *r, struct err *e);

/* CONVERT the rows of the statement's query or, where it has none, those of `inner`; *r becomes a SELECT of the result.
 */
enum err_code exec_convert(struct context *c, const struct statement *s, const struct convert_settings *set,
                           struct relation *inner, struct relation *r, struct err *e);

/* The names of the query's columns, no two of them equal (compared without case): id, id.1. NULL: no memory. */
const char *const *exec_column_names(struct context *c, const struct store_query *q);

/* Append the definition of a column: its name, and the type that its table declares. */
void exec_add_column(struct buf *sql, const struct store_query *q, size_t index, const char *name);

/* ERR_UNSUPPORTED for a view (or trigger) over a ThanoSQL statement, whose vectors and rows die with the cell. */
enum err_code exec_refuse_view(struct context *c, const struct statement *s, struct err *e);

#endif
