/* Zip archives of stored (not compressed) entries in memory: what torch.save writes. libarchive, which the datasets are
 * unpacked with, belongs to another layer and reads entries in their order; weights are looked up by name, and there is
 * nothing to decompress. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
#ifndef ML_MODEL_ZIP_H
#define ML_MODEL_ZIP_H

#include "base/err.h"

#include <stddef.h>

struct zip_entry {
    const char *name; /* not NUL-terminated */
    size_t name_len;
    const unsigned char *bytes;
    size_t len;
};

struct zip {
    struct zip_entry *entries;
    size_t count;
};

/* Entries point into bytes. Checked: that each lies within the archive, is stored, not encrypted, and that its CRC-32
 * is right. ERR_MODEL says what is wrong. */
enum err_code zip_open(const unsigned char *bytes, size_t len, struct zip *out, struct err *e);
void zip_release(struct zip *z);

/* The only entry whose name ends so, or NULL. */
const struct zip_entry *zip_find(const struct zip *z, const char *end);

#endif
