/* One row of a table for each figure. */
#include "lang/exec/build_report.h"

#include "base/buf.h"

#include <math.h>
#include <string.h>

enum kind { COUNT, EPOCHS, SECONDS, FIGURE, WORDS, POINTER };

static const struct figure {
    const char *name;
    enum kind kind;
    size_t at;
} figures[] = {
#define FIGURE_AT(name, kind, field) \
    { "report." name, kind, offsetof(struct encoder_report, field) }
    FIGURE_AT("images", COUNT, images),
    FIGURE_AT("seconds", SECONDS, seconds),
    FIGURE_AT("seconds_reading", SECONDS, reading),
    FIGURE_AT("seconds_preparing", SECONDS, preparing),
    FIGURE_AT("seconds_training", SECONDS, training),
    FIGURE_AT("training", WORDS, identity), /* ENCODER_NOTE_TRAINING */
    FIGURE_AT("preset", WORDS, preset),
    FIGURE_AT("preset_reason", WORDS, reason),
    FIGURE_AT("epochs", EPOCHS, epochs),
    FIGURE_AT("effective_rank", FIGURE, rank),
    FIGURE_AT("views_pixels", FIGURE, view_pixels),
    FIGURE_AT("views_stem", FIGURE, view_stem),
    FIGURE_AT("views_start", FIGURE, view_closed),
    FIGURE_AT("views_epochs", FIGURE, view_epochs),
    FIGURE_AT("views_model", FIGURE, view_model),
    FIGURE_AT("labels", COUNT, labelled),
    FIGURE_AT("labels_classes", COUNT, classes),
    FIGURE_AT("labels_judges", COUNT, judges),
    FIGURE_AT("labels_chosen", POINTER, chosen),
    FIGURE_AT("labels_trouble", POINTER, trouble),
    FIGURE_AT("labels_score_label_free", FIGURE, score_free),
    FIGURE_AT("labels_score_lda", FIGURE, score_lda),
    FIGURE_AT("labels_score_supcon", FIGURE, score_supcon),
    FIGURE_AT("first_sample", COUNT, sample),
    FIGURE_AT("first_pixels", FIGURE, first_pixels),
    FIGURE_AT("first_stem", FIGURE, first_stem),
    FIGURE_AT("first_start", FIGURE, first_closed),
    FIGURE_AT("first_model", FIGURE, first_model),
#undef FIGURE_AT
};
#define WITHOUT_LABELS "label-free" /* what report.chosen says then */
#define FIGURES (sizeof figures / sizeof *figures)
#define CURVE "report.losses" /* as epoch:loss, parted by blanks */

/* The text of a figure; NULL where it was not taken, or memory is out. */
static const char *figure_text(const struct encoder_report *r, const struct figure *f, struct arena *a) {
    const char *at = (const char *)r + f->at;
    switch (f->kind) {
    case COUNT:
        return arena_printf(a, "%zu", *(const size_t *)at);
    case EPOCHS:
        return arena_printf(a, "%d", *(const int *)at);
    case SECONDS:
        return arena_printf(a, "%.3f", *(const double *)at);
    case FIGURE:
        return isnan(*(const float *)at) ? NULL : arena_printf(a, "%.4f", (double)*(const float *)at);
    case WORDS:
        return *at ? arena_strdup(a, at) : NULL;
    default:
        return *(const char *const *)at;
    }
}

static const char *curve_text(const struct encoder_report *r, struct arena *a) {
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < r->loss_count; i++) {
        buf_printf(&text, "%s%zu:%.4f", i ? " " : "", 1 + i * r->loss_stride, (double)r->losses[i]);
    }
    const char *copy = buf_ok(&text) ? arena_strdup(a, buf_text(&text)) : NULL;
    buf_release(&text);
    return copy;
}

const struct report_row *build_report_rows(const struct encoder_report *r, struct arena *a, size_t *count,
                                           struct err *e) {
    struct report_row *rows = arena_alloc(a, (FIGURES + 1) * sizeof *rows);
    const char *curve = curve_text(r, a);
    if (!rows || !curve) {
        err_nomem(e);
        return NULL;
    }
    *count = 0;
    for (size_t i = 0; i < FIGURES; i++) {
        const char *text = figure_text(r, &figures[i], a);
        if (text) {
            rows[(*count)++] = (struct report_row){figures[i].name, text, figures[i].kind == SECONDS};
        }
    }
    rows[(*count)++] = (struct report_row){CURVE, curve, false};
    if (arena_failed(a)) {
        err_nomem(e);
        return NULL;
    }
    return rows;
}

const char *build_report_trouble(const struct encoder_report *r, struct arena *a) {
    if (r->sample && r->first_pixels > r->first_model) {
        return arena_printf(a,
                            "raw pixels find a picture of the same label first more often (%.1f %%) than this model "
                            "does (%.1f %%)",
                            100 * (double)r->first_pixels, 100 * (double)r->first_model);
    }
    if (!r->sample && r->view_pixels > r->view_model) {
        return arena_printf(a,
                            "raw pixels find a picture by a changed view of it more often (%.1f %%) than this model "
                            "does (%.1f %%); another OPTIONS (augment='…') may suit these pictures better",
                            100 * (double)r->view_pixels, 100 * (double)r->view_model);
    }
    return NULL;
}

void build_report_warn(struct context *c, const struct encoder_report *r, const char *label_col) {
    const char *trouble = build_report_trouble(r, c->arena);
    if (r->trouble) {
        context_warn(c, "Warning: label_col '%s' was not used: %s", label_col, r->trouble);
    }
    if (trouble) {
        context_warn(c, "Warning: %s", trouble);
    }
    if (!r->trouble && r->labelled > 0 && r->chosen && strcmp(r->chosen, WITHOUT_LABELS) == 0) {
        const char *line = arena_printf(
            c->arena,
            "The labels of column %s did not help: rows kept back are found as well without them (mean average "
            "precision %.1f %%), so the model is the one without labels.",
            label_col, 100 * (double)r->score_free);
        context_say(c, line ? line : "The labels did not help.");
    }
}
