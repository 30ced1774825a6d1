/* The report in words: what was chosen and why, what it cost, and whether it finds more than simpler ways do. */
#include "lang/exec/build_report.h"

#include "base/buf.h"

#include <math.h>
#include <string.h>

enum { LINES_MOST = 12 };

struct lines {
    struct arena *arena;
    struct report_line lines[LINES_MOST];
    size_t count;
};

/* Takes the buffer's text; nothing where it is empty. */
static void add_line(struct lines *l, const char *name, struct buf *text) {
    const char *copy = text->len > 0 && buf_ok(text) ? arena_strdup(l->arena, buf_text(text)) : NULL;
    if (copy && l->count < LINES_MOST) {
        l->lines[l->count++] = (struct report_line){name, copy};
    }
    buf_release(text);
}

/* "raw pixels 61.0 %, …": those shares that were taken. */
static void add_shares(struct lines *l, const char *name, const char *const *words, const float *shares, size_t count) {
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(shares[i])) {
            buf_printf(&text, "%s%s %.1f %%", text.len > 0 ? ", " : "", words[i], 100 * (double)shares[i]);
        }
    }
    add_line(l, name, &text);
}

static void add_cost(struct lines *l, const struct encoder_report *r) {
    struct buf text = BUF_INIT;
    buf_printf(&text, "%.1f s: reading %.1f s, preparing %.1f s, training %.1f s", r->seconds, r->reading, r->preparing,
               r->training);
    add_line(l, "time", &text);
}

static void add_choice(struct lines *l, const struct encoder_report *r) {
    struct buf text = BUF_INIT;
    if (r->preset[0]) {
        buf_printf(&text, "%s%s%s", r->preset, r->reason[0] ? ": " : "", r->reason);
    }
    add_line(l, "augmentation", &text);
}

static void add_epochs(struct lines *l, const struct encoder_report *r) {
    struct buf text = BUF_INIT;
    buf_printf(&text, "%d", r->epochs);
    if (r->loss_count > 0) {
        buf_printf(&text, ", loss %.3g to %.3g", (double)r->first_loss, (double)r->last_loss);
    }
    if (r->patience > 0) {
        buf_printf(&text, "; ended early, since %d epochs found no more views", r->patience);
    }
    if (r->resumed > 0) {
        buf_printf(&text, "; %d of them from the checkpoint", r->resumed);
    }
    if (r->epochs > 0) {
        buf_str(&text, r->kept_training
                           ? "; what they learnt was kept"
                           : "; what they learnt was not kept: held-back pictures are found as well without");
    }
    add_line(l, "epochs", &text);
}

/* What is known of networks on pictures of a kind: bench/backbones.py. */
static const struct {
    const char *preset, *found;
} networks[] = {{"digits",
                 "on MNIST it found less: 1-NN 93 % against 98.1 % with 1,000 pictures, 97.5 % against 98.6 % with "
                 "10,000"},
                {"photo", "on 1,000 photographs of CIFAR-10 it found less: 1-NN 31 % against 49 %"}};

static void add_network(struct lines *l, const struct encoder_report *r) {
    const char *found = "nobody has measured what it finds in such pictures";
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        found = strcmp(networks[i].preset, r->preset) == 0 ? networks[i].found : found;
    }
    if (r->network > 0) {
        buf_printf(&text, "backbone='cnn' would take about %.0f s for %d epochs; %s", fmax(r->network, 1),
                   ENCODER_NETWORK_EPOCHS, found);
    }
    add_line(l, "a network instead", &text);
}

static void add_labels(struct lines *l, const struct encoder_report *r) {
    static const char *const ways[] = {"without labels", "LDA", "SupCon"};
    const float scores[] = {r->score_free, r->score_lda, r->score_supcon};
    struct buf text = BUF_INIT;
    if (r->labelled == 0) {
        return;
    }
    buf_printf(&text, "%zu pictures of %zu classes", r->labelled, r->classes);
    if (r->chosen) {
        buf_printf(&text, "; chosen: %s, by mean average precision among %zu rows kept back", r->chosen, r->judges);
    }
    add_line(l, "labels", &text);
    if (r->chosen) {
        add_shares(l, "precision by way", ways, scores, 3);
    }
}

static bool learnt_labels(const struct encoder_report *r) {
    return r->sample > 0 && r->chosen && strcmp(r->chosen, "label-free") != 0;
}

static void add_found(struct lines *l, const struct encoder_report *r) {
    const char *start = isnan(r->view_stem) ? "before training" : "closed form"; /* of a network, which has no stem */
    const char *const ways[] = {"raw pixels", "untrained stem", start, "epochs", "this model"};
    static const char *const first[] = {"raw pixels", "untrained stem", "closed form", "this model"};
    const float views[] = {r->view_pixels, r->view_stem, r->view_closed, r->view_epochs, r->view_model};
    const float labels[] = {r->first_pixels, r->first_stem, r->first_closed, r->first_model};
    add_shares(l, "found by a changed view of them", ways, views, 5);
    if (r->sample > 0) {
        add_shares(l,
                   learnt_labels(r) ? "nearest has the same label (learnt from these)" : "nearest has the same label",
                   first, labels, 4);
    }
}

static const char *summary_text(const struct encoder_report *r, const char *model, struct arena *a) {
    struct buf text = BUF_INIT;
    buf_printf(&text, "%s: %zu images, %d epoch%s, %.1f s", model, r->images, r->epochs, r->epochs == 1 ? "" : "s",
               r->seconds);
    bool labels = r->sample > 0;
    float pixels = labels ? r->first_pixels : r->view_pixels, own = labels ? r->first_model : r->view_model;
    if (learnt_labels(r)) { /* what is found among the rows it learnt from says little */
        float chosen = strcmp(r->chosen, "LDA") == 0 ? r->score_lda : r->score_supcon;
        buf_printf(&text, "; mean average precision on rows kept back: %s %.1f %%, without labels %.1f %%", r->chosen,
                   100 * (double)chosen, 100 * (double)r->score_free);
    } else if (!isnan(pixels) && !isnan(own)) {
        buf_printf(&text, "; %s: this model %.1f %%, raw pixels %.1f %%",
                   labels ? "the nearest has the same label" : "a changed view finds its picture", 100 * (double)own,
                   100 * (double)pixels);
    }
    const char *copy = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return copy;
}

void build_report_show(struct context *c, const struct encoder_report *r, const char *model, int dimension) {
    struct lines l = {.arena = c->arena};
    struct buf size = BUF_INIT;
    add_cost(&l, r);
    add_choice(&l, r);
    add_epochs(&l, r);
    add_labels(&l, r);
    add_found(&l, r);
    buf_printf(&size, "%d numbers", dimension);
    if (!isnan(r->rank)) {
        buf_printf(&size, ", of which %.0f count (effective rank)", (double)r->rank);
    }
    add_line(&l, "vectors", &size);
    add_network(&l, r);
    const struct training_report report = {.summary = summary_text(r, model, c->arena),
                                           .warning = build_report_trouble(r, c->arena),
                                           .lines = l.lines,
                                           .line_count = l.count,
                                           .losses = r->losses,
                                           .loss_count = r->loss_count,
                                           .loss_stride = r->loss_stride};
    if (report.summary && c->out->report) {
        c->out->report(c->out->user, &report);
    }
}
