/* Values between the centres of cells are bilinear; the outer half cells keep their own. */
#include "ml/image/heat.h"

#include "ml/image/augment.h"

#include <math.h>
#include <stdlib.h>

#define STRONGEST .7F /* share of colour at the strongest, so that the picture stays seen */

static const float warm[3] = {255, 120, 0}, cold[3] = {30, 110, 255};

static float grey_at(const struct image *m, size_t i) {
    const unsigned char *p = m->pixels + i * (size_t)m->channels;
    return m->channels == 1 ? p[0] : .299F * p[0] + .587F * p[1] + .114F * p[2];
}

enum err_code heat_draw(const struct image *m, const float *cells, int side, float most, struct image *out,
                        struct err *e) {
    size_t area = (size_t)m->width * (size_t)m->height;
    unsigned char *pixels = malloc(3 * area + 1);
    if (!pixels) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < area; i++) {
        float x = ((float)(i % (size_t)m->width) + .5F) * (float)side / (float)m->width - .5F;
        float y = ((float)(i / (size_t)m->width) + .5F) * (float)side / (float)m->height - .5F;
        float heat = most > 0 ? augment_sample(cells, side, x, y, true) / most : 0, share = fabsf(heat);
        const float *colour = heat > 0 ? warm : cold;
        share = STRONGEST * (share > 1 ? 1 : share);
        for (size_t k = 0; k < 3; k++) {
            pixels[3 * i + k] = (unsigned char)(grey_at(m, i) * (1 - share) + colour[k] * share + .5F);
        }
    }
    *out = (struct image){m->width, m->height, 3, pixels};
    return ERR_OK;
}
