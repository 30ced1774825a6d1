/* Weights from elsewhere for a backbone: a safetensors file, or what PyTorch saved, with the names of torchvision or
 * timm (ResNet-18 and -50), of lukemelas (EfficientNet-Lite0), or our own (cnn). */
#ifndef ML_MODEL_WEIGHTS_H
#define ML_MODEL_WEIGHTS_H

#include "ml/model/backbone.h"
#include "ml/model/modelfile.h"

struct weights {
    struct modelfile *file;
    float *values;      /* behind it, or NULL */
    const char *prefix; /* before every name: "", "module.", "backbone.", … */
};

enum err_code weights_open(const char *path, struct weights *w, struct err *e);
void weights_close(struct weights *w);

/* The architecture whose first convolution the file names, or NULL. */
const struct arch *weights_arch(const struct weights *w);

/* A backbone of this architecture (NULL: the file's) with the file's weights: width, channels and stem as the file has
 * them; size 0: what such networks were trained on. ERR_MODEL lists what is missing or of another shape. */
enum err_code weights_backbone(const char *path, const struct arch *arch, const struct preset *preset, int size,
                               struct backbone **out, struct err *e);

#endif
