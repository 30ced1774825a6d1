/* The pictures are looked at even where a preset is asked for: they tell the canvas, and what auto would have chosen.
 */
#include "ml/model/choice.h"

#include <stdio.h>

enum err_code choice_make(const struct gallery *g, const char *augment, const struct preset_switches *switches,
                          struct choice *out, struct pace *pace, struct err *e) {
    const struct preset *asked = NULL;
    struct preset_signs signs[GALLERY_MEASURED];
    size_t count;
    bool large, colour;
    if (preset_parse(augment, &asked, e) || gallery_measure(g, signs, &count, &large, pace, e)) {
        return e->code;
    }
    const struct preset *fitting = preset_choose(signs, count, &colour, out->reason);
    if (asked) {
        snprintf(out->reason, sizeof out->reason, "asked for (auto would choose %s)", fitting->name);
    }
    out->preset = asked ? *asked : *fitting;
    out->size = out->preset.texture && large ? 2 * out->preset.size : out->preset.size;
    out->channels = colour && !out->preset.deskew ? 3 : 1;
    return preset_apply(&out->preset, switches, e);
}
