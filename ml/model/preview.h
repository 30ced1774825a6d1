/* What training would see: views of a few pictures, drawn as encoder_train draws those of its scatter, from the same
 * seed. */
#ifndef ML_MODEL_PREVIEW_H
#define ML_MODEL_PREVIEW_H

#include "ml/model/choice.h"

/* Called with view v of picture i, pixels borrowed for the call. A failure ends the preview. */
struct preview_sink {
    void *user;
    enum err_code (*show)(void *user, size_t picture, size_t view, const struct image *m, struct err *e);
};

/* The first `pictures` of the source, `views` of each; the preset is chosen from all of it. *out: that choice. */
enum err_code preview_views(const char *augment, const struct preset_switches *switches, const struct ml_source *source,
                            size_t pictures, size_t views, uint64_t seed, const struct preview_sink *sink,
                            struct choice *out, const struct ml_watch *watch, struct err *e);

#endif
