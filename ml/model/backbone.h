/* SimCLR as the paper has it (Chen et al. 2020): a convolutional network is trained from two views of each picture, and
 * the embedding is read before the projection head. Behind `struct encoder`, beside the default of fixed features. */
#ifndef ML_MODEL_BACKBONE_H
#define ML_MODEL_BACKBONE_H

#include "base/random.h"
#include "ml/image/preset.h"
#include "ml/model/encoder.h"
#include "ml/model/gallery.h"
#include "ml/nn/arch.h"

struct backbone {
    const struct arch *arch;
    struct preset preset; /* how pictures are read (ink or tone) and varied */
    int width, size, channels;
    float mean[3], deviation[3]; /* of a channel; what the network sees is (value - mean) / deviation */
    struct net *net;             /* without head */
    float *centre;               /* (dimension) mean of the gallery's unit vectors */
    int kept;     /* numbers of a vector: the dimension, or fewer: principal components of what is centred */
    float *basis; /* (kept, dimension), orthonormal rows; NULL: all is kept */
};

/* As encoder_train, for options->backbone; options->embedding_size is how many components to keep (0: all numbers).
 * ERR_VALUE names the largest batch that fits into memory where the one asked
 * for does not. With max_epochs 0, weights from elsewhere are used as they are. */
enum err_code backbone_train(const struct encoder_options *options, const struct ml_source *source,
                             const struct ml_watch *watch, struct backbone **out, struct encoder_report *report,
                             struct err *e);

/* As encoder_tune: go on with other pictures from the weights that are there. */
enum err_code backbone_tune(struct backbone *b, const struct encoder_options *options, const struct ml_source *source,
                            const struct ml_watch *watch, struct encoder_report *report, struct err *e);
void backbone_free(struct backbone *b);           /* fine on NULL */
int backbone_dimension(const struct backbone *b); /* numbers that the network gives */

/* As encoder_embed. */
enum err_code backbone_embed(const struct backbone *b, const struct ml_source *source, size_t begin, size_t end,
                             float *out, unsigned char *failed, const struct ml_watch *watch, struct err *e);

/* Tensors and notes into a file that is written elsewhere; and back. */
struct modelfile;
enum err_code backbone_store(const struct backbone *b, struct modelfile *file, struct err *e);
enum err_code backbone_restore(const struct modelfile *file, const char *path, const struct preset *preset,
                               struct backbone **out, struct err *e);

/* --- for backbone*.c alone --- */

/* All zero. */
enum err_code backbone_new(const struct arch *arch, const struct preset *preset, int width, int size, int channels,
                           struct backbone **out, struct err *e);

/* ERR_MODEL where numbers from a file cannot be computed with: a deviation of 0, a variance below 0. */
enum err_code backbone_check(const struct backbone *b, const char *path, struct err *e);

/* What the network sees of a picture, (size, size, channels): as it is, or a view drawn by `r`. */
void backbone_see(const struct backbone *b, const unsigned char *bytes, struct random *r, float *out);

/* Rows of `width` to unit length, less the centre (NULL: not), to unit length again. */
void backbone_finish(float *rows, size_t count, size_t width, const float *centre);

/* Embeddings, not finished, of pictures of a gallery by number. `work` has room for a batch of BACKBONE_CHUNK. */
#define BACKBONE_CHUNK 64
enum err_code backbone_run(const struct backbone *b, struct net_work *work, const struct gallery *g,
                           const uint32_t *ids, size_t count, float *out, unsigned char *failed, bool counted,
                           struct pace *pace, struct err *e);

#endif
