/* Presets: which features and which augmentations suit which kind of pictures, as rows of one table; and the choice of
 * a row from the pictures themselves, with the reason in words. */
#ifndef ML_IMAGE_PRESET_H
#define ML_IMAGE_PRESET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct preset {
    const char *name;
    /* features */
    int size;           /* side of the canvas in pixels */
    int cells;          /* gradient cells a side */
    bool deskew;        /* straighten by moments; the canvas holds ink */
    bool texture;       /* patch dictionary */
    bool mirror;        /* a mirrored picture is the same picture; half the views are mirrored */
    int embedding_size; /* where the user asks for none */
    float joined;       /* what these features weigh beside a network's vector of length 1 */
    /* augmentation: amounts are half-widths of uniform draws */
    bool augmented;     /* views differ from the picture */
    bool vertical_flip; /* half the views are upside down */
    float rotation;     /* radians */
    float scale;        /* part of the size, both sides alike */
    float area_least;   /* crop: least part of the area, 1 no crop */
    float aspect;       /* of log(width / height) */
    float shear;
    float shift;  /* part of the half-width */
    bool clamped; /* edge pixels go on outside; else 0 */
    float brightness, contrast, saturation;
    float grey; /* share of views without colour */
    float blur; /* of half the views: greatest deviation of the Gaussian, part of the side */
};

/* What the user sets over a preset. Negative: as the preset has it. */
struct preset_switches {
    float horizontal_flip, vertical_flip; /* 0 or 1 */
    float color;          /* strength of the tone changes: 0 none, 1 as "photo" has them, 2 twice that */
    float rotation;       /* degrees, to either side */
    float shear;          /* slant to either side: 1 is 45 degrees */
    float crop_min_scale; /* least part of the area that a crop keeps; 1: no crop */
    float blur;           /* strength: at 1 deviations up to a 16th of the side */
};
#define PRESET_UNSET \
    { -1, -1, -1, -1, -1, -1, -1 }
#define PRESET_COLOR_MOST 2
#define PRESET_ROTATION_MOST 180
#define PRESET_SHEAR_MOST 1
#define PRESET_CROP_LEAST .05
#define PRESET_BLUR_MOST 1

/* Each switch that is set changes its own fields of *p and no other; `augmented` follows. ERR_VALUE out of bounds. */
enum err_code preset_apply(struct preset *p, const struct preset_switches *s, struct err *e);

/* Which switches are set, as "vertical_flip=True, blur=0.5"; empty where none is. */
void preset_describe(const struct preset_switches *s, char text[160]);

/* The row of that name, or NULL. "auto" is no row. */
const struct preset *preset_find(const char *name);

/* As preset_find, but an unknown name is ERR_OPTION with the names there are. "auto" gives NULL and ERR_OK. */
enum err_code preset_parse(const char *name, const struct preset **out, struct err *e);

/* What the choice looks at, one picture. */
struct preset_signs {
    float flat;  /* share of the outermost ring of pixels within .06 of the ring's median */
    float ink;   /* share of all pixels more than .1 from that median */
    bool colour; /* more than a fiftieth of the pixels are clearly coloured */
};

/* rgb: size x size interleaved RGB bytes. */
void preset_measure(const unsigned char *rgb, int size, struct preset_signs *out);

/* Choose from the signs of a sample of pictures (reordered); *colour: whether a tenth of them have colour. */
const struct preset *preset_choose(struct preset_signs *signs, size_t count, bool *colour, char reason[160]);

#endif
