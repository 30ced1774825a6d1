/* What is kept of models beside their registry rows: their files, and which stored vectors they made.
 *
 * A model's file is named by what is in it, models/<name>.<fingerprint>.safetensors, so a new build never writes over
 * an old file; the row, which the transaction guards, says which file counts. Files that no row names are removed when
 * no transaction is open: before that, a ROLLBACK may want them back. */
#ifndef LANG_EXEC_MODELS_H
#define LANG_EXEC_MODELS_H

#include "lang/exec/context.h"
#include "lang/store/registry.h"
#include "ml/model/encoder.h"

/* Write the model; *file is its name for the row, in the arena. The write lock of the store must be held. */
enum err_code models_write(struct context *c, const char *name, const struct encoder *m, const char *const *notes,
                           const char **file, struct err *e);

/* The absolute path of a model's file. NULL with *e set where the row names none that is ours (ERR_MODEL). */
const char *models_path(struct context *c, const struct model_record *model, struct err *e);

/* Files of that model may not be needed any more once the transaction ends. */
void models_note_stale(struct context *c, const char *name);

/* Remove the files noted as stale that no row names, unless a transaction is open. Never fails. */
void models_sweep(struct context *c);

/* The file that the training of that network is kept in, epoch by epoch, until the model is complete,
 * models/<name>.checkpoint. NULL with *e set on failure. */
const char *models_checkpoint(struct context *c, const char *name, struct err *e);

/* Remove it, those of other trainings that it took the place of, and what a killed kernel left of writing. False: there
 * was none. */
bool models_remove_checkpoint(struct context *c, const char *name);

/* The one column of the query that is known to hold vectors of that model; -1: there is none, or there are several. */
int models_find_vectors(struct context *c, const struct model_record *model, const struct store_query *q);

/* Say so where column `index` of the query is known to hold vectors of another model, or of an earlier build. */
void models_check_vectors(struct context *c, const struct model_record *model, const struct store_query *q,
                          size_t index);

#endif
