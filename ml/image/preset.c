/* The table and the rule. The numbers of the rows were found on handwritten digits, photographs and pictures of
 * clothes: see each column's comment. */
#include "ml/image/preset.h"

#include "base/suggest.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits: native 28 pixels, 7 cells (4 pixels each, as wide as a stroke), no mirror (it costs 3 to 6 points), affine
 * views as handwriting varies. Photographs: crops of .35 of the area or more (smaller ones lose the subject at this
 * size), tone of SimCLR at half strength. Objects on a ground: milder crops, no grey. Artworks: the same work
 * photographed again, so little of anything; colour and direction (signatures, writing, who looks which way) are the
 * work's own, and views that change them would teach the vectors to ignore them (no set of artworks was at hand to
 * measure this row on). None: features of objects. Beside a network's vectors the features of digits weigh more than
 * it, those of photographs less: by 1-NN and precision at 10 on MNIST and CIFAR-10; the other rows go with photographs.
 */
static const struct preset presets[] = {
    {.name = "digits",
     .size = 28,
     .cells = 7,
     .deskew = true,
     .embedding_size = 64,
     .joined = 1.5F,
     .augmented = true,
     .rotation = .35F,
     .scale = .2F,
     .area_least = 1,
     .shear = .3F,
     .shift = .15F,
     .contrast = .3F},
    {.name = "photo",
     .size = 32,
     .cells = 8,
     .texture = true,
     .mirror = true,
     .embedding_size = 128,
     .joined = .7F,
     .augmented = true,
     .rotation = .1F,
     .area_least = .35F,
     .aspect = .15F,
     .shear = .05F,
     .clamped = true,
     .brightness = .3F,
     .contrast = .3F,
     .saturation = .4F,
     .grey = .1F},
    {.name = "object",
     .size = 32,
     .cells = 8,
     .texture = true,
     .mirror = true,
     .embedding_size = 128,
     .joined = .7F,
     .augmented = true,
     .rotation = .15F,
     .area_least = .64F,
     .aspect = .1F,
     .shear = .1F,
     .shift = .1F,
     .clamped = true,
     .brightness = .3F,
     .contrast = .3F,
     .saturation = .4F},
    {.name = "art",
     .size = 32,
     .cells = 8,
     .texture = true,
     .embedding_size = 128,
     .joined = .7F,
     .augmented = true,
     .rotation = .05F,
     .area_least = .6F,
     .aspect = .1F,
     .shear = .03F,
     .clamped = true,
     .brightness = .15F,
     .contrast = .15F,
     .saturation = .1F},
    {.name = "none",
     .size = 32,
     .cells = 8,
     .texture = true,
     .embedding_size = 128,
     .joined = .7F,
     .area_least = 1,
     .clamped = true},
};
#define PRESETS (sizeof presets / sizeof *presets)

/* The rule separates, as (flat, ink): MNIST (1.00, .17) from Fashion-MNIST (.88, .48), CIFAR-10 (.35, .59) and
 * photographs of clothes (.47, .57). */
#define FLAT_DISTANCE .06F /* from the median of the border */
#define INK_DISTANCE .1F
#define FLAT_LEAST .9F /* of the median picture */
#define INK_MOST .3F
#define COLOUR_DISTANCE .1F /* between the greatest and least channel of a pixel */
#define COLOUR_PIXELS .02F
#define COLOUR_PICTURES .1F
#define RING_MOST 256 /* pixels of the outermost ring */

const struct preset *preset_find(const char *name) {
    for (size_t i = 0; i < PRESETS; i++) {
        if (!strcmp(presets[i].name, name)) {
            return &presets[i];
        }
    }
    return NULL;
}

enum err_code preset_parse(const char *name, const struct preset **out, struct err *e) {
    if (!name || !strcmp(name, "auto")) {
        *out = NULL;
        return ERR_OK;
    }
    const struct preset *found = preset_find(name);
    if (found) {
        *out = found;
        return ERR_OK;
    }
    struct suggest s;
    suggest_begin(&s, name);
    suggest_offer(&s, "auto");
    for (size_t i = 0; i < PRESETS; i++) {
        suggest_offer(&s, presets[i].name);
    }
    err_set(e, ERR_OPTION, "there is no augment preset \"%.60s\"", name);
    return s.best[0] ? err_hint(e, "did you mean \"%s\"?", s.best)
                     : err_hint(e, "choose auto, digits, photo, object, art or none");
}

/* At strength 1 of `color`: what "photo" has, half of SimCLR's. */
#define COLOR_TONE .3F
#define COLOR_SATURATION .4F
#define COLOR_GREY .1F
#define BLUR_PART (1 / 16.0F)
#define RADIANS .0174532925F

static const struct preset_switch {
    const char *name;
    size_t at;
    double least, most;
    bool is_flag;
} switches[] = {
    {"horizontal_flip", offsetof(struct preset_switches, horizontal_flip), 0, 1, true},
    {"vertical_flip", offsetof(struct preset_switches, vertical_flip), 0, 1, true},
    {"color", offsetof(struct preset_switches, color), 0, PRESET_COLOR_MOST, false},
    {"rotation", offsetof(struct preset_switches, rotation), 0, PRESET_ROTATION_MOST, false},
    {"shear", offsetof(struct preset_switches, shear), 0, PRESET_SHEAR_MOST, false},
    {"crop_min_scale", offsetof(struct preset_switches, crop_min_scale), PRESET_CROP_LEAST, 1, false},
    {"blur", offsetof(struct preset_switches, blur), 0, PRESET_BLUR_MOST, false},
};
#define SWITCHES (sizeof switches / sizeof *switches)

static float switch_value(const struct preset_switches *s, size_t i) {
    return *(const float *)((const char *)s + switches[i].at);
}

static bool is_augmented(const struct preset *p) {
    return p->mirror || p->vertical_flip || p->area_least < 1 || p->rotation > 0 || p->scale > 0 || p->aspect > 0 ||
           p->shear > 0 || p->shift > 0 || p->brightness > 0 || p->contrast > 0 || p->saturation > 0 || p->grey > 0 ||
           p->blur > 0;
}

enum err_code preset_apply(struct preset *p, const struct preset_switches *s, struct err *e) {
    for (size_t i = 0; i < SWITCHES; i++) {
        float v = switch_value(s, i);
        /* Compared as floats: the bound of a crop, .05, is no double of that float. */
        if (!(v < 0) && !(v >= (float)switches[i].least && v <= (float)switches[i].most)) {
            return err_set(e, ERR_VALUE, "%s is %g; it must be %g to %g", switches[i].name, (double)v,
                           switches[i].least, switches[i].most);
        }
    }
    p->mirror = s->horizontal_flip < 0 ? p->mirror : s->horizontal_flip > 0;
    p->vertical_flip = s->vertical_flip < 0 ? p->vertical_flip : s->vertical_flip > 0;
    p->rotation = s->rotation < 0 ? p->rotation : s->rotation * RADIANS;
    p->shear = s->shear < 0 ? p->shear : s->shear;
    p->area_least = s->crop_min_scale < 0 ? p->area_least : s->crop_min_scale;
    p->blur = s->blur < 0 ? p->blur : s->blur * BLUR_PART;
    if (s->color >= 0) {
        p->brightness = p->contrast = COLOR_TONE * s->color;
        p->saturation = COLOR_SATURATION * s->color;
        p->grey = COLOR_GREY * s->color;
    }
    p->augmented = is_augmented(p);
    return ERR_OK;
}

void preset_describe(const struct preset_switches *s, char text[160]) {
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < SWITCHES; i++) {
        float v = switch_value(s, i);
        if (v >= 0 && switches[i].is_flag) {
            len += (size_t)snprintf(text + len, 160 - len, "%s%s=%s", len ? ", " : "", switches[i].name,
                                    v > 0 ? "True" : "False");
        } else if (v >= 0) {
            len += (size_t)snprintf(text + len, 160 - len, "%s%s=%g", len ? ", " : "", switches[i].name, (double)v);
        }
    }
}

static int compare_floats(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float grey_of(const unsigned char *p) {
    return (.299F * p[0] + .587F * p[1] + .114F * p[2]) / 255;
}

static float ring_median(const unsigned char *rgb, int size, float *ring, int *count) {
    int n = 0;
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x += y == 0 || y == size - 1 || size == 1 ? 1 : size - 1) {
            if (n < RING_MOST) {
                ring[n++] = grey_of(rgb + 3 * (y * size + x));
            }
        }
    }
    qsort(ring, (size_t)n, sizeof *ring, compare_floats);
    *count = n;
    return ring[n / 2];
}

void preset_measure(const unsigned char *rgb, int size, struct preset_signs *out) {
    float ring[RING_MOST];
    int count, flat = 0, ink = 0, coloured = 0, all = size * size;
    float ground = ring_median(rgb, size, ring, &count);
    for (int i = 0; i < count; i++) {
        flat += fabsf(ring[i] - ground) <= FLAT_DISTANCE;
    }
    for (int i = 0; i < all; i++) {
        const unsigned char *p = rgb + 3 * i;
        int high = p[0] > p[1] ? p[0] : p[1], low = p[0] < p[1] ? p[0] : p[1];
        high = p[2] > high ? p[2] : high;
        low = p[2] < low ? p[2] : low;
        coloured += (float)(high - low) > COLOUR_DISTANCE * 255;
        ink += fabsf(grey_of(p) - ground) > INK_DISTANCE;
    }
    *out = (struct preset_signs){(float)flat / (float)count, (float)ink / (float)all,
                                 (float)coloured > COLOUR_PIXELS * (float)all};
}

static int compare_flat(const void *a, const void *b) {
    return compare_floats(&((const struct preset_signs *)a)->flat, &((const struct preset_signs *)b)->flat);
}

static int compare_ink(const void *a, const void *b) {
    return compare_floats(&((const struct preset_signs *)a)->ink, &((const struct preset_signs *)b)->ink);
}

const struct preset *preset_choose(struct preset_signs *signs, size_t count, bool *colour, char reason[160]) {
    size_t coloured = 0;
    for (size_t i = 0; i < count; i++) {
        coloured += signs[i].colour;
    }
    *colour = count && (float)coloured >= COLOUR_PICTURES * (float)count;
    if (!count) {
        snprintf(reason, 160, "there is no picture to look at");
        return preset_find("object");
    }
    qsort(signs, count, sizeof *signs, compare_flat);
    float flat = signs[count / 2].flat;
    qsort(signs, count, sizeof *signs, compare_ink);
    float ink = signs[count / 2].ink;
    double share = 100.0 * (double)coloured / (double)count;
    if (*colour) {
        snprintf(reason, 160, "%.0f %% of the pictures have colour", share);
        return preset_find("photo");
    }
    bool digits = flat >= FLAT_LEAST && ink < INK_MOST;
    snprintf(reason, 160, "no colour; in the median picture %.0f %% of the border is even and ink covers %.0f %%: %s",
             100.0 * (double)flat, 100.0 * (double)ink,
             digits ? "strokes on an even ground" : "not strokes on an even ground");
    return preset_find(digits ? "digits" : "object");
}
