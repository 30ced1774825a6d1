/* A network as an ONNX file, which other programs run (https://onnx.ai): operators of set 13. In: "pictures", float32
 * (n, channels, size, size), RGB or grey, 0..1, each brought to that size as image_resize does. Out: "vectors", float32
 * (n, dimension), as encoder_embed gives them: ink, scale, mean, components and unit length are in the graph. */
#ifndef ML_MODEL_ONNXFILE_H
#define ML_MODEL_ONNXFILE_H

#include "ml/model/encoder.h"

/* Atomically; without `replace`, a file that is there is ERR_EXISTS. ERR_UNSUPPORTED for an encoder of the default
 * features, which are no network. */
enum err_code onnxfile_write(const struct encoder *m, const char *path, bool replace, struct err *e);

#endif
