/* The pictures that training looks at, shrunk and waiting as bytes: all of them up to a limit, else a seeded sample.
 * Any other picture of the source is fetched when it is asked for. So memory does not grow with the table. */
#ifndef ML_MODEL_GALLERY_H
#define ML_MODEL_GALLERY_H

#include "ml/image/canvas.h"
#include "ml/image/preset.h"
#include "ml/pace.h"
#include "ml/source.h"

#include <stdbool.h>
#include <stdint.h>

#define GALLERY_MOST 4096 /* pictures kept: enough for 256 components, 48 MiB at the most */

struct gallery {
    const struct ml_source *source;
    int size, channels;
    size_t count;         /* pictures kept */
    uint32_t *ids;        /* their numbers in the source, rising */
    unsigned char *bytes; /* count * canvas_bytes(size, channels) */
};

/* Choose the sample; nothing is read yet. ERR_VALUE for a source of more than 2^32 pictures. */
enum err_code gallery_init(struct gallery *g, const struct ml_source *source, uint64_t seed, struct err *e);
void gallery_release(struct gallery *g);

/* Signs of up to 128 of the pictures, for preset_choose; *large: whether most are at least 64 pixels a side. */
enum err_code gallery_measure(const struct gallery *g, struct preset_signs *signs, size_t *count, bool *large,
                              struct pace *pace, struct err *e);
#define GALLERY_MEASURED 128

/* Read them all, shrunk to this shape. */
enum err_code gallery_read(struct gallery *g, int size, int channels, struct pace *pace, struct err *e);

/* Shrunk bytes of any pictures of the source, by number, kept or not, one after the other into `bytes`. Where `failed`
 * is not NULL, pictures that fail with ERR_IMAGE or ERR_FILE are marked there and left black. */
enum err_code gallery_fetch(const struct gallery *g, const uint32_t *ids, size_t count, unsigned char *bytes,
                            unsigned char *failed, bool counted, struct pace *pace, struct err *e);

#endif
