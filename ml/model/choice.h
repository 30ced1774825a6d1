/* What kind of pictures these are: the preset, asked for or chosen from the pictures themselves, with the user's
 * switches over it, and the canvas that goes with it. Training and the preview of its views choose alike. */
#ifndef ML_MODEL_CHOICE_H
#define ML_MODEL_CHOICE_H

#include "ml/model/gallery.h"

struct choice {
    struct preset preset;
    int size, channels; /* of the canvas */
    char reason[160];   /* why this preset, in words */
};

/* `augment`: a preset's name, or "auto". Reads up to 128 pictures of the gallery. ERR_OPTION for an unknown name,
 * ERR_VALUE for a switch out of its bounds. */
enum err_code choice_make(const struct gallery *g, const char *augment, const struct preset_switches *switches,
                          struct choice *out, struct pace *pace, struct err *e);

#endif
