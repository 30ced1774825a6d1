/* x' = x + slant * y with slant = cov(x, y) / var(y) of the ink, in one bilinear resample. */
#include "ml/image/deskew.h"

#include "ml/image/augment.h"

#include <math.h>

#define SLANT_MOST 2.0F    /* beyond it a lone horizontal stroke would be torn apart */
#define VARIANCE_LEAST .1F /* of y in pixels squared: lower ink has no slant to speak of */

void deskew(const struct canvas *from, struct canvas *to) {
    int n = from->size;
    double mass = 0, sum_x = 0, sum_y = 0, sum_xy = 0, sum_yy = 0;
    for (int y = 0; y < n; y++) {
        float row = 0, row_x = 0;
        for (int x = 0; x < n; x++) {
            float v = from->values[y * n + x];
            row += v;
            row_x += v * (float)x;
        }
        mass += row;
        sum_x += row_x;
        sum_y += (double)row * y;
        sum_xy += (double)row_x * y;
        sum_yy += (double)row * y * y;
    }
    to->size = n;
    to->channels = 1;
    float middle = .5F * (float)(n - 1), cx = middle, cy = middle, slant = 0;
    if (mass > 1e-3) {
        cx = (float)(sum_x / mass);
        cy = (float)(sum_y / mass);
        float variance = (float)(sum_yy / mass) - cy * cy, covariance = (float)(sum_xy / mass) - cx * cy;
        slant = variance > VARIANCE_LEAST ? covariance / variance : 0;
        slant = slant < -SLANT_MOST ? -SLANT_MOST : slant > SLANT_MOST ? SLANT_MOST : slant;
    }
    for (int y = 0; y < n; y++) {
        float v = (float)y - middle, from_x = cx - middle + slant * v;
        for (int x = 0; x < n; x++) {
            to->values[y * n + x] = augment_sample(from->values, n, from_x + (float)x, cy + v, false);
        }
    }
}
