/* LDA and SupCon learn from the rows that teach, the rows kept back choose, and the winner learns from all. SupCon
 * begins where LDA ended, if that is better than the label-free layer, and must beat it by more than chance: measured
 * over 20 epochs on photographs and digits, what it wins over LDA on rows kept back does not come again on others. */
#include "ml/model/discriminant.h"
#include "ml/model/simclr.h"
#include "ml/model/training.h"

#include <stdlib.h>
#include <string.h>

/* What the rows kept back say of a layer. */
struct judging {
    const struct training *t;
    float *vectors;    /* of the gallery */
    float *now, *best; /* average precision of each row kept back: of the layer looked at, of the best closed form */
    bool begun;        /* `best` is filled */
};

static enum err_code look(void *user, const struct dense *layer, float *score, bool *better, struct err *e) {
    struct judging *j = user;
    dense_embed(layer, j->t->x, j->t->gallery.count, j->vectors);
    if (labels_score(&j->t->labels, j->vectors, layer->outputs, score, j->now, e)) {
        return e->code;
    }
    *better = j->begun && labels_better(&j->t->labels, j->best, j->now);
    return ERR_OK;
}

/* From here on, better means better than the layer that was just looked at. */
static void hold_on(struct judging *j) {
    memcpy(j->best, j->now, j->t->labels.judge_count * sizeof *j->best);
    j->begun = true;
}

struct learning {
    struct training *t;
    struct judging judging;
    struct dense lda, supcon;
    bool lda_wins;  /* over the label-free layer */
    uint32_t *left; /* numbers of the pictures kept back */
    float *losses;
};

static enum err_code learning_init(struct learning *l, struct training *t, struct err *e) {
    const struct dense *layer = &t->m->layer;
    *l = (struct learning){.t = t, .judging = {.t = t}};
    l->judging.vectors = malloc(t->gallery.count * layer->outputs * sizeof(float));
    l->left = malloc((t->labels.judge_count + 1) * sizeof *l->left);
    l->losses = malloc((size_t)t->options->max_epochs * sizeof *l->losses);
    l->judging.now = malloc((2 * t->labels.judge_count + 1) * sizeof(float));
    if (!l->judging.now || !l->judging.vectors || !l->left || !l->losses) {
        return err_nomem(e);
    }
    l->judging.best = l->judging.now + t->labels.judge_count;
    for (size_t i = 0; i < t->labels.judge_count; i++) {
        l->left[i] = t->gallery.ids[t->labels.judges[i]];
    }
    if (!dense_init(&l->lda, layer->inputs, layer->outputs, e)) {
        dense_init(&l->supcon, layer->inputs, layer->outputs, e);
    }
    return e->code;
}

static void learning_release(struct learning *l) {
    dense_release(&l->lda);
    dense_release(&l->supcon);
    free(l->judging.vectors);
    free(l->judging.now);
    free(l->left);
    free(l->losses);
}

static enum err_code learn_lda(struct learning *l, const int *classes, struct err *e) {
    struct training *t = l->t;
    return discriminant_layer(&l->lda, t->scatter, t->x, classes, t->gallery.count, t->labels.class_count, &t->pace, e);
}

/* Epochs of SupCon from the start; judged, or as many as were best. */
static enum err_code learn_supcon(struct learning *l, bool judged, int epochs, struct simclr_result *result,
                                  struct err *e) {
    struct training *t = l->t;
    struct simclr_options o = {.epochs = t->options->max_epochs,
                               .batch = training_batch(t),
                               .temperature = t->options->temperature,
                               .rate = training_rate(t, RECIPE_RATE_SUPCON),
                               .seed = t->options->seed,
                               .labels = t->options->labels,
                               .left = judged ? l->left : NULL,
                               .left_count = judged ? t->labels.judge_count : 0,
                               .stop_after = epochs,
                               .judge = {&l->judging, judged ? look : NULL},
                               .losses = l->losses};
    dense_copy(&l->supcon, l->lda_wins ? &l->lda : &t->start);
    return simclr_train(&l->supcon, &t->m->projection, &t->gallery, t->x, &o, result, &t->pace, e);
}

/* All candidates on the rows that teach; what the rows kept back say of them goes into the report. */
static enum err_code learn_candidates(struct learning *l, struct simclr_result *result, struct err *e) {
    struct training *t = l->t;
    struct encoder_report *r = &t->report;
    bool better;
    if (look(&l->judging, &t->start, &r->score_free, &better, e)) {
        return e->code;
    }
    hold_on(&l->judging);
    if (learn_lda(l, t->labels.taught, e) || look(&l->judging, &l->lda, &r->score_lda, &l->lda_wins, e)) {
        return e->code;
    }
    if (l->lda_wins) {
        hold_on(&l->judging);
    }
    if (t->m->projection.stem.preset->augmented && !learn_supcon(l, true, 0, result, e)) {
        appraisal_losses(r, l->losses, result->epochs);
        r->score_supcon = result->after;
    }
    return e->code;
}

enum err_code supervised_learn(struct training *t, struct err *e) {
    struct learning l;
    struct simclr_result result = {0};
    struct encoder_report *r = &t->report;
    r->judges = t->labels.judge_count;
    if (!learning_init(&l, t, e) && !learn_candidates(&l, &result, e)) {
        if (l.lda_wins && !learn_lda(&l, t->labels.classes, e)) {
            dense_copy(&t->m->layer, &l.lda);
            r->chosen = "LDA";
        }
        if (!e->code && result.best && !learn_supcon(&l, false, result.best, &result, e)) {
            dense_copy(&t->m->layer, &l.supcon);
            r->chosen = "SupCon";
            r->kept_training = true;
        }
    }
    learning_release(&l);
    return e->code;
}
