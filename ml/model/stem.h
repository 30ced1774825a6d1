/* The stem: fixed features of a picture, in blocks (gradients; for photographs patches and colour), joined so that each
 * block counts by its weight and not by its length. Nothing in it is trained but means and the patch dictionary. */
#ifndef ML_MODEL_STEM_H
#define ML_MODEL_STEM_H

#include "ml/image/gradient.h"
#include "ml/image/preset.h"
#include "ml/model/dictionary.h"

#define STEM_BLOCKS 4

struct stem {
    const struct preset *preset; /* outlives the stem */
    int size, channels;          /* of the canvas it reads */
    struct gradient gradient;
    struct dictionary dictionary; /* where the preset has texture */
    struct stem_block {
        const char *name;
        int length; /* 0: not in use */
        float weight;
    } blocks[STEM_BLOCKS]; /* gradient, texture, colour cells, colour histogram */
    int length;            /* of all blocks together */
    float *mean;           /* (length), of the gallery, before the join */
};

/* Memory for one picture in work, about 350 KiB: one a thread. */
struct stem_scratch {
    struct canvas original, view, grey, small;
    struct dictionary_scratch dictionary;
};

/* Shapes of a preset; the mean is 0. */
enum err_code stem_init(struct stem *s, const struct preset *preset, int size, int channels, struct err *e);
void stem_release(struct stem *s);

/* One look at a picture. */
struct view {
    uint32_t picture; /* number in the source */
    uint32_t kind;
};
/* VIEW_DRAWN and above: augmented, the number names the draw; some of them are shifts (ml/image/shift.h) instead. */
enum { VIEW_ORIGINAL, VIEW_MIRRORED, VIEW_DRAWN, VIEW_SHIFTED = VIEW_DRAWN + 8, VIEW_SHIFTED_END = VIEW_DRAWN + 16 };

/* A picture's view, from its shrunk bytes, as the blocks will see it: into scratch->view. */
void stem_view(const struct stem *s, const struct view *view, const unsigned char *bytes, uint64_t seed,
               struct stem_scratch *scratch);

/* The blocks of scratch->view (which may be overwritten) one after the other, as they are. */
void stem_compute(const struct stem *s, struct stem_scratch *scratch, float *out);

/* In place: each block less its mean, of unit length times its weight; a block equal to the mean becomes 0. */
void stem_join(const struct stem *s, float *features);

/* Features of views, (count, length): raw, or joined. `bytes` are the pictures' shrunk bytes, one a view. */
enum err_code stem_views(const struct stem *s, const struct view *views, const unsigned char *bytes, size_t count,
                         uint64_t seed, bool joined, float *out, struct pace *pace, struct err *e);

#endif
