/* Bilinear, by the sampler that augmented views use. */
#include "ml/image/shift.h"

#include "ml/image/augment.h"
#include "ml/recipe.h"

void shift_view(const struct canvas *from, struct canvas *to, struct random *r) {
    int n = from->size;
    float right = random_uniform(r, -RECIPE_SHIFT_MOST, RECIPE_SHIFT_MOST) * (float)n,
          down = random_uniform(r, -RECIPE_SHIFT_MOST, RECIPE_SHIFT_MOST) * (float)n;
    to->size = n;
    to->channels = from->channels;
    for (int k = 0; k < from->channels; k++) {
        const float *plane = from->values + k * n * n;
        float *out = to->values + k * n * n;
        for (int y = 0; y < n; y++) {
            for (int x = 0; x < n; x++) {
                out[y * n + x] = augment_sample(plane, n, (float)x - right, (float)y - down, false);
            }
        }
    }
}
