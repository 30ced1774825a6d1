/* From the end: the end record, the central directory, and from each of its rows the entry. */
#include "ml/model/zip.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define END_LEN 22
#define ROW_LEN 46
#define LOCAL_LEN 30
#define COMMENT_MOST 65535
#define ENTRIES_MOST 100000

struct reader {
    const unsigned char *bytes;
    size_t len;
};

/* Little-endian; the caller knows that it lies within. */
static uint64_t number(const unsigned char *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v |= (uint64_t)p[i] << 8 * i;
    }
    return v;
}

static bool within(const struct reader *r, uint64_t at, uint64_t len) {
    return at <= r->len && len <= r->len - at;
}

static enum err_code damaged(struct err *e, const char *why) {
    return err_set(e, ERR_MODEL, "the zip archive is damaged: %s", why);
}

static uint32_t crc_of(const unsigned char *bytes, size_t len) {
    static const uint32_t nibbles[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                         0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                         0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t crc = ~(uint32_t)0;
    for (size_t i = 0; i < len; i++) {
        crc = crc >> 4 ^ nibbles[(crc ^ bytes[i]) & 15];
        crc = crc >> 4 ^ nibbles[(crc ^ (uint32_t)(bytes[i] >> 4)) & 15];
    }
    return ~crc;
}

/* Where the central directory begins and how many rows it has; of the 64-bit end record where there is one. */
static enum err_code find_directory(const struct reader *r, uint64_t *at, uint64_t *count, struct err *e) {
    for (size_t back = END_LEN; back <= r->len && back <= END_LEN + COMMENT_MOST; back++) {
        const unsigned char *p = r->bytes + r->len - back;
        if (memcmp(p, "PK\5\6", 4) != 0) {
            continue;
        }
        *count = number(p + 10, 2);
        *at = number(p + 16, 4);
        if (back + 20 <= r->len && !memcmp(p - 20, "PK\6\7", 4)) {
            uint64_t end = number(p - 20 + 8, 8);
            if (!within(r, end, 56) || memcmp(r->bytes + end, "PK\6\6", 4) != 0) {
                return damaged(e, "its 64-bit end record is not where it should be");
            }
            *count = number(r->bytes + end + 32, 8);
            *at = number(r->bytes + end + 48, 8);
        }
        return ERR_OK;
    }
    return damaged(e, "it has no end record");
}

/* Sizes and place of an entry that do not fit into 32 bits stand in an extra field. */
static void read_wide(const unsigned char *extra, size_t len, uint64_t *packed, uint64_t *size, uint64_t *place) {
    uint64_t *wide[] = {size, packed, place};
    while (len >= 4) {
        size_t id = (size_t)number(extra, 2), field = (size_t)number(extra + 2, 2), at = 4;
        if (field > len - 4) {
            return;
        }
        for (size_t i = 0; id == 1 && i < 3; i++) {
            if (*wide[i] == UINT32_MAX && at + 8 <= 4 + field) {
                *wide[i] = number(extra + at, 8);
                at += 8;
            }
        }
        extra += 4 + field;
        len -= 4 + field;
    }
}

/* One row of the directory at *at, which moves behind it. */
static enum err_code read_row(const struct reader *r, uint64_t *at, struct zip_entry *out, struct err *e) {
    if (!within(r, *at, ROW_LEN) || memcmp(r->bytes + *at, "PK\1\2", 4) != 0) {
        return damaged(e, "its directory ends too early");
    }
    const unsigned char *p = r->bytes + *at;
    size_t name = (size_t)number(p + 28, 2), extra = (size_t)number(p + 30, 2), comment = (size_t)number(p + 32, 2);
    uint64_t packed = number(p + 20, 4), size = number(p + 24, 4), place = number(p + 42, 4);
    if (!within(r, *at + ROW_LEN, name + extra + comment)) {
        return damaged(e, "its directory ends too early");
    }
    read_wide(p + ROW_LEN + name, extra, &packed, &size, &place);
    if (number(p + 8, 2) & 1 || number(p + 10, 2) != 0 || packed != size) {
        return damaged(e, "an entry is compressed or encrypted, which saved weights never are");
    }
    if (!within(r, place, LOCAL_LEN) || memcmp(r->bytes + place, "PK\3\4", 4) != 0) {
        return damaged(e, "an entry is not where its directory says");
    }
    const unsigned char *local = r->bytes + place;
    uint64_t data = place + LOCAL_LEN + number(local + 26, 2) + number(local + 28, 2);
    if (!within(r, data, size)) {
        return damaged(e, "an entry is longer than the archive");
    }
    if (number(local + 26, 2) != name || memcmp(local + LOCAL_LEN, p + ROW_LEN, name) != 0) {
        return damaged(e, "an entry has two names");
    }
    *out = (struct zip_entry){(const char *)p + ROW_LEN, name, r->bytes + data, (size_t)size};
    *at += ROW_LEN + name + extra + comment;
    return crc_of(out->bytes, out->len) == number(p + 16, 4) ? ERR_OK : damaged(e, "the checksum of an entry is wrong");
}

enum err_code zip_open(const unsigned char *bytes, size_t len, struct zip *out, struct err *e) {
    struct reader r = {bytes, len};
    uint64_t at = 0, count = 0, total = 0;
    if (find_directory(&r, &at, &count, e)) {
        return e->code;
    }
    if (count > ENTRIES_MOST || count * ROW_LEN > len) {
        return damaged(e, "it has more entries than bytes for them");
    }
    *out = (struct zip){calloc((size_t)count + 1, sizeof *out->entries), (size_t)count};
    if (!out->entries) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < count && !e->code; i++) {
        read_row(&r, &at, &out->entries[i], e);
        total += out->entries[i].len;
        if (total > len) {
            damaged(e, "its entries lie over each other");
        }
    }
    if (e->code) {
        zip_release(out);
    }
    return e->code;
}

void zip_release(struct zip *z) {
    free(z->entries);
    *z = (struct zip){0};
}

const struct zip_entry *zip_find(const struct zip *z, const char *end) {
    size_t len = strlen(end);
    const struct zip_entry *found = NULL;
    for (size_t i = 0; i < z->count; i++) {
        const struct zip_entry *entry = &z->entries[i];
        if (entry->name_len >= len && !memcmp(entry->name + entry->name_len - len, end, len)) {
            if (found) {
                return NULL;
            }
            found = entry;
        }
    }
    return found;
}
