/* Models as files: named tensors of float32 and notes (text by key), in the safetensors format, which other tools read:
 * https://github.com/huggingface/safetensors#format. Eight bytes of header length (little-endian), a JSON header padded
 * with spaces to a multiple of eight bytes, then the tensors without gaps. Of the format's types only F32 is known.
 * What is written depends on the content alone, not on the order of the calls: the same content is the same file. */
#ifndef ML_MODEL_MODELFILE_H
#define ML_MODEL_MODELFILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define MODELFILE_RANK_MOST 8
#define MODELFILE_HEADER_MOST ((size_t)16 << 20)
#define MODELFILE_MOST ((size_t)2 << 30) /* bytes of a file */

struct modelfile;

/* sizes[0..rank), row-major: the last one is next to itself in memory. Rank 0 is a single number. */
struct modelfile_shape {
    int rank;
    size_t sizes[MODELFILE_RANK_MOST];
};

/* --- writing --- */

struct modelfile *modelfile_new(void);    /* NULL when memory is out */
void modelfile_free(struct modelfile *m); /* fine on NULL */

/* The values are not copied: they must stay until the file is written. ERR_MODEL for a name that is taken, empty,
 * "__metadata__" or not UTF-8, a rank above MODELFILE_RANK_MOST, or a shape of more bytes than a file may have. */
enum err_code modelfile_add_tensor(struct modelfile *m, const char *name, const size_t *shape, int rank,
                                   const float *values, struct err *e);

/* Copied; replaces an earlier note of the key. ERR_MODEL for text that is not UTF-8. */
enum err_code modelfile_set_note(struct modelfile *m, const char *key, const char *value, struct err *e);

/* Atomically: a reader sees the old file or the new. ERR_MODEL names a tensor that holds a value that is not finite. */
enum err_code modelfile_write(struct modelfile *m, const char *path, struct err *e);

/* --- reading --- */

/* Everything is checked before anything is believed: lengths, types, shapes, offsets (no gap, no overlap), UTF-8, names
 * that come twice, values that are not finite. ERR_MODEL names the path and the tensor; ERR_FILE where there is no
 * file. */
enum err_code modelfile_open(const char *path, struct modelfile **out, struct err *e);

/* Values of a tensor (aligned to 4 bytes, at least; owned by m) and its shape (NULL: not asked for), or NULL. */
const float *modelfile_tensor(const struct modelfile *m, const char *name, struct modelfile_shape *shape);

/* The same where the shape must be this one (a size of 0 stands for any, and is filled in). ERR_MODEL says what is
 * missing or what shape there is instead; then neither *values nor sizes change. */
enum err_code modelfile_require(const struct modelfile *m, const char *name, size_t *sizes, int rank,
                                const float **values, struct err *e);

/* Note number `index` (owned by m). False past the last. */
bool modelfile_note_at(const struct modelfile *m, size_t index, const char **key, const char **value);

/* Text of a note (owned by m), or NULL. */
const char *modelfile_note(const struct modelfile *m, const char *key);

#endif
