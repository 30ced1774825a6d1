/* The encoder: learns from unlabelled pictures how to turn a picture into a vector, so that vectors of like pictures
 * have a high dot product. Default backbone: a fixed stem of oriented gradients, PCA, view whitening (relevant
 * component analysis with augmented views as chunklets; Bar-Hillel et al. 2005), then SimCLR (Chen et al. 2020). */
#ifndef ML_MODEL_ENCODER_H
#define ML_MODEL_ENCODER_H

#include "base/err.h"
#include "ml/image/preset.h"
#include "ml/source.h"

#include <stdint.h>

struct encoder;

struct encoder_options {
    int max_epochs;      /* 1..100000; passes of SimCLR training over the pictures */
    int batch_size;      /* pictures a step, 2..; more than there are pictures: all of them; at most 4,096 count */
    float temperature;   /* of NT-Xent */
    float learning_rate; /* 0: the default of the loop */
    uint64_t seed;
    int embedding_size;  /* 1..256, never more than the pictures less one; 0: by preset (digits 64, else 128) */
    const char *augment; /* "auto", "digits", "photo", "object", "art", "none" */
    struct preset_switches switches;
};
extern const struct encoder_options encoder_defaults;

/* What training found out. Text is static or lives in the struct. */
struct encoder_report {
    size_t images;
    int epochs; /* run (an early stop counts) */
    double seconds;
    char preset[16];  /* chosen */
    char reason[160]; /* why, in words */
    float first_loss, last_loss;
    float view_pixels, view_stem, view_model; /* share of held-back views that find their own picture, 0..1 */
    bool kept_training;                       /* whether the epochs beat the closed form and were kept */
};

/* Train on all pictures of the source: statistics from at most 4,096 of them (a seeded sample, kept shrunk in memory),
 * epochs over all. ERR_VALUE for fewer than 2 pictures, ERR_MODEL where the loss is no longer a number; preset "none"
 * has no views, so no epochs: principal components, half whitened. Nothing is written to *report on failure. Same
 * options, pictures and seed give the same bytes on any number of threads. */
enum err_code encoder_train(const struct encoder_options *options, const struct ml_source *source,
                            const struct ml_watch *watch, struct encoder **out, struct encoder_report *report,
                            struct err *e);
void encoder_free(struct encoder *m); /* NULL is fine */

int encoder_dimension(const struct encoder *m);

/* Vectors of pictures begin..end of the source into out, (end - begin, dimension) row-major, mean-centred and of unit
 * length (all zeros for a picture that equals the mean). On all cores. A failing picture ends it, and *e names it;
 * where `failed` is not NULL, a picture that fails with ERR_IMAGE or ERR_FILE is marked there instead (1, row zeroed).
 */
enum err_code encoder_embed(const struct encoder *m, const struct ml_source *source, size_t begin, size_t end,
                            float *out, unsigned char *failed, const struct ml_watch *watch, struct err *e);

/* Save as safetensors, atomically; `notes` are further __metadata__ entries, key and value in turn, NULL at the end.
 * Load validates every length before use. */
enum err_code encoder_save(const struct encoder *m, const char *path, const char *const *notes, struct err *e);
enum err_code encoder_load(const char *path, struct encoder **out, struct err *e);

#endif
