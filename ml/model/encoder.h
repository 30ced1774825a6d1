/* The encoder: learns from unlabelled pictures how to turn a picture into a vector, so that vectors of like pictures
 * have a high dot product. Default backbone: a fixed stem of oriented gradients, PCA, view whitening (relevant
 * component analysis with augmented views as chunklets; Bar-Hillel et al. 2005), then SimCLR (Chen et al. 2020). */
#ifndef ML_MODEL_ENCODER_H
#define ML_MODEL_ENCODER_H

#include "base/err.h"
#include "ml/image/preset.h"
#include "ml/source.h"

#include <stdbool.h>
#include <stdint.h>

struct encoder;
struct encoder_report;

/* A convolutional network instead of the default features, and how it is trained. */
struct backbone_options {
    const char *name;      /* "cnn", "resnet18", …; NULL: the default features */
    int width;             /* channels of the first stage; 0: as published */
    const char *weights;   /* file of weights to start from, or NULL */
    const char *optimizer; /* "adam", "sgd", "lars"; NULL: adam */
    const char *loss;      /* "ntxent", "dcl"; NULL: ntxent. With labels either becomes supervised */
    double time_limit;     /* seconds of training; 0: none */
    bool joined;           /* the default features too: vectors of both, side by side */
    bool keep;             /* an interrupt ends training, and the best epoch so far is kept */
    size_t memory;         /* bytes that may be used; 0: what the machine has left */
    /* File that epochs are kept in as they end, and gone on from where it is of this very training, or NULL. One of
     * another training is renamed before that, <checkpoint>.<16 hexadecimal digits>, from where that training goes on.
     * Nothing is removed here. When a model is tuned also `earlier`, that of the model, where its pictures and options
     * are the same. */
    const char *checkpoint, *earlier;
    /* Told before the first epoch, from the calling thread, what became of the checkpoints, or NULL. */
    void (*begins)(void *user, const struct encoder_report *so_far);
    void *user;
};

struct encoder_options {
    int max_epochs;      /* 1..100000; passes of SimCLR training over the pictures. 0 with weights from elsewhere */
    int batch_size;      /* pictures a step, 2..; more than there are pictures: all of them; at most 4,096 count */
    float temperature;   /* of NT-Xent */
    float learning_rate; /* 0: the default of the loop */
    uint64_t seed;
    int embedding_size;  /* 1..256, never more than the pictures less one; 0: by preset (digits 64, else 128), of a */
                         /* backbone all numbers, or 128 where it is joined. Of joined ones each gives half */
    const char *augment; /* "auto", "digits", "photo", "object", "art", "none" */
    struct preset_switches switches;
    int image_size;    /* side that pictures are brought to: one the preset knows; 0: chosen from the pictures */
    const int *labels; /* one a picture of the source, 0 and up in order of appearance, below 0 for none; or NULL */
    struct backbone_options backbone;
};
extern const struct encoder_options encoder_defaults;

#define ENCODER_NETWORK_EPOCHS 20
#define ENCODER_LOSSES 100 /* of a loss curve: longer ones are thinned out */

/* What became of a checkpoint: there was none; it was gone on from; it is of another training; it cannot be used at
 * all.
 */
enum checkpoint_state { CHECKPOINT_NONE, CHECKPOINT_TAKEN, CHECKPOINT_OTHER, CHECKPOINT_DAMAGED };

/* What training found out. Text is static or lives in the struct; a figure that was not taken is NAN. */
struct encoder_report {
    size_t images;
    int epochs;                                   /* run (an early stop counts) */
    double seconds, reading, preparing, training; /* all; and of its stages */
    char preset[16];                              /* chosen */
    char reason[160];                             /* why, in words */
    float first_loss, last_loss;
    float losses[ENCODER_LOSSES]; /* of epochs 1, 1 + loss_stride, … */
    size_t loss_count, loss_stride;
    float rank;         /* effective rank of the gallery's vectors (RankMe: Garrido et al. 2023), 1..dimension */
    float view_pixels;  /* share of held-back views that find their own picture, 0..1: by raw pixels, */
    float view_stem;    /* by principal components of the stem, */
    float view_closed;  /* by the layer that epochs began from (closed form, or the model that was tuned), */
    float view_epochs;  /* by the best epoch, whether it was kept or not, */
    float view_model;   /* and by the encoder as it is */
    bool kept_training; /* whether epochs beat the start and were kept */
    bool interrupted;   /* training ended before its time, and what it had was kept */
    int patience;       /* epochs without a better one that ended it; 0: they did not */
    int resumed;        /* epochs that a checkpoint had */
    enum checkpoint_state checkpoint, earlier; /* as the options name them */
    char identity[65]; /* a digest of pictures and options, where there may be a checkpoint; else empty */
    char unkept[200];  /* why the last checkpoint could not be written, or empty */
    double network;    /* seconds that backbone 'cnn' would take here for ENCODER_NETWORK_EPOCHS; 0: not estimated */

    /* With labels. `chosen`: "label-free", "LDA" or "SupCon", by the mean average precision of `judges` rows kept back
     * from all three: SupCon begins at the better of the others, and each must win beyond chance. The winner then
     * learns from all rows. */
    size_t labelled, classes, judges; /* of the gallery */
    const char *chosen, *trouble;     /* trouble: why labels could not be used, or NULL */
    float score_free, score_lda, score_supcon;
    /* Leave-one-out precision at 1 among `sample` labelled pictures of the gallery. That of the model is of rows it
     * learnt from, so it flatters where `chosen` is not "label-free"; the scores above do not. */
    size_t sample;
    float first_pixels, first_stem, first_closed, first_model;
};

/* Train on all pictures of the source: statistics from at most 4,096 of them (a seeded sample, kept shrunk in memory),
 * epochs over all. ERR_VALUE for fewer than 2 pictures, ERR_MODEL where the loss is no longer a number; preset "none"
 * has no views, so no epochs: principal components, half whitened. Nothing is written to *report on failure. Same
 * options, pictures and seed give the same bytes on any number of threads. Labels of one class, or no two alike, teach
 * nothing: report->trouble says so, and training goes on without them. */
enum err_code encoder_train(const struct encoder_options *options, const struct ml_source *source,
                            const struct ml_watch *watch, struct encoder **out, struct encoder_report *report,
                            struct err *e);
void encoder_free(struct encoder *m); /* NULL is fine */

/* The options of the training that a model file comes from and that this checkpoint is of, in place of those in *out.
 * False: there is no such checkpoint, or it is of another training: the file's notes tell, of which the one named here
 * is to be the report's `identity`. */
#define ENCODER_NOTE_TRAINING "report.training"
bool checkpoint_options(const char *path, const char *model, struct encoder_options *out);

/* An encoder of weights from elsewhere alone (see weights.h), with no pictures to take a mean from; size 0: what such
 * networks were trained on. A file that encoder_save wrote is loaded as it is, and has its size. ERR_MODEL where the
 * numbers are such that a picture's vector is none. */
enum err_code encoder_from_weights(const char *path, int size, struct encoder **out, struct err *e);

/* Go on from an encoder with other pictures: its stem and components stay, its layer is tuned, by labels or by SimCLR,
 * and stays as it was where held-back pictures are not found better. Of a joined one the network stays too. Options
 * that shape an encoder (embedding_size, augment, image_size) are not looked at. On failure m may only be freed. */
enum err_code encoder_tune(struct encoder *m, const struct encoder_options *options, const struct ml_source *source,
                           const struct ml_watch *watch, struct encoder_report *report, struct err *e);

int encoder_dimension(const struct encoder *m);
bool encoder_is_network(const struct encoder *m);

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
