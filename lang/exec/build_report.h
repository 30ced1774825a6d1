/* What training found out, as rows of names and texts: for the model's file, and for whoever shows them. */
#ifndef LANG_EXEC_BUILD_REPORT_H
#define LANG_EXEC_BUILD_REPORT_H

#include "lang/exec/context.h"
#include "ml/model/encoder.h"

struct report_row {
    const char *name, *text; /* "report.effective_rank", "53.9"; in the arena, or static */
    bool timed;              /* differs from run to run, so it has no place in a model's file */
};

/* Every figure that was taken. NULL: no memory (*e set). */
const struct report_row *build_report_rows(const struct encoder_report *r, struct arena *a, size_t *count,
                                           struct err *e);

/* Show it, in words. */
void build_report_show(struct context *c, const struct encoder_report *r, const char *model, int dimension);

/* In words, that raw pixels find more than the model does. NULL where they do not (or memory is out). */
const char *build_report_trouble(const struct encoder_report *r, struct arena *a);

/* Warnings: labels that could not be used, pixels that find more than the model does. */
void build_report_warn(struct context *c, const struct encoder_report *r, const char *label_col);

#endif
