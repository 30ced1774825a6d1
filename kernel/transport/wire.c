/* [identities…] <IDS|MSG> signature header parent metadata content [buffers…]; the signature is the HMAC of exactly the
 * four frames between it and the buffers, in hexadecimal. */
#include "kernel/transport/wire.h"

#include "base/digest.h"

#include <string.h>

static const char delimiter[] = "<IDS|MSG>";

static enum err_code sign(const struct connection *c, const struct digest_part *parts, size_t count,
                          char hex[DIGEST_HEX], struct err *e) {
    hex[0] = '\0';
    return *c->key ? digest_hmac(c->digest, c->key, strlen(c->key), parts, count, hex, e) : ERR_OK;
}

static struct digest_part part(struct slice s) {
    return (struct digest_part){s.bytes, s.len};
}

/* Find the delimiter and verify the signature behind it, over the `count` (at most 4) frames that follow. */
static enum err_code verify(const struct connection *c, const struct frames *f, size_t count, size_t *delimiter_at,
                            struct err *e) {
    size_t at = 0;
    while (at < f->count && !(frames_at(f, at).len == sizeof delimiter - 1 &&
                              memcmp(frames_at(f, at).bytes, delimiter, sizeof delimiter - 1) == 0)) {
        at++;
    }
    if (f->overflow) {
        return err_set(e, ERR_VALUE, "it has too many frames or bytes");
    }
    if (at == f->count || f->count - at < count + 2) {
        return err_set(e, ERR_VALUE, "it has %zu frames and %s delimiter", f->count, at == f->count ? "no" : "a");
    }
    struct digest_part parts[4];
    char wanted[DIGEST_HEX];
    for (size_t i = 0; i < count; i++) {
        parts[i] = part(frames_at(f, at + 2 + i));
    }
    if (sign(c, parts, count, wanted, e) != ERR_OK) {
        return e->code;
    }
    struct slice given = frames_at(f, at + 1);
    if (*c->key && !digest_equal(wanted, given.bytes, given.len)) {
        return err_set(e, ERR_VALUE, "its signature is wrong");
    }
    *delimiter_at = at;
    return ERR_OK;
}

enum err_code wire_read(const struct connection *c, const struct frames *f, struct wire_message *out, struct err *e) {
    size_t at;
    if (verify(c, f, 4, &at, e) != ERR_OK) {
        return e->code;
    }
    *out = (struct wire_message){at,
                                 frames_at(f, at + 1),
                                 frames_at(f, at + 2),
                                 frames_at(f, at + 3),
                                 frames_at(f, at + 4),
                                 frames_at(f, at + 5)};
    return ERR_OK;
}

enum err_code wire_read_single(const struct connection *c, const struct frames *f, struct slice *content,
                               struct err *e) {
    size_t at;
    if (verify(c, f, 1, &at, e) == ERR_OK) {
        *content = frames_at(f, at + 2);
    }
    return e->code;
}

static enum err_code write_signed(const struct connection *c, const struct digest_part *parts, size_t count,
                                  struct frames *out, struct err *e) {
    char hex[DIGEST_HEX];
    if (sign(c, parts, count, hex, e) != ERR_OK) {
        return e->code;
    }
    frames_add(out, delimiter, sizeof delimiter - 1);
    frames_add(out, hex, strlen(hex));
    for (size_t i = 0; i < count; i++) {
        frames_add(out, parts[i].bytes, parts[i].len);
    }
    return out->overflow ? err_nomem(e) : ERR_OK;
}

enum err_code wire_write(const struct connection *c, struct slice header, struct slice parent, struct slice metadata,
                         struct slice content, struct frames *out, struct err *e) {
    const struct digest_part parts[4] = {part(header), part(parent), part(metadata), part(content)};
    return write_signed(c, parts, 4, out, e);
}

enum err_code wire_write_single(const struct connection *c, struct slice content, struct frames *out, struct err *e) {
    const struct digest_part one = part(content);
    return write_signed(c, &one, 1, out, e);
}
