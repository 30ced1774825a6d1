/* [identities…] <IDS|MSG> signature header parent metadata content [buffers…]; the signature is the HMAC of exactly the
 * four frames between it and the buffers, in hexadecimal. */
#include "kernel/transport/wire.h"

#include "base/digest.h"

#include <string.h>

static const char delimiter[] = "<IDS|MSG>";

static enum err_code sign(const struct connection *c, const struct digest_part parts[4], char hex[DIGEST_HEX],
                          struct err *e) {
    hex[0] = '\0';
    return *c->key ? digest_hmac(c->digest, c->key, strlen(c->key), parts, 4, hex, e) : ERR_OK;
}

static struct digest_part part(struct slice s) {
    return (struct digest_part){s.bytes, s.len};
}

enum err_code wire_read(const struct connection *c, const struct frames *f, struct wire_message *out, struct err *e) {
    size_t at = 0;
    while (at < f->count && !(frames_at(f, at).len == sizeof delimiter - 1 &&
                              memcmp(frames_at(f, at).bytes, delimiter, sizeof delimiter - 1) == 0)) {
        at++;
    }
    if (f->overflow) {
        return err_set(e, ERR_VALUE, "it has too many frames or bytes");
    }
    if (at == f->count || f->count - at < 6) {
        return err_set(e, ERR_VALUE, "it has %zu frames and %s delimiter", f->count, at == f->count ? "no" : "a");
    }
    struct slice given = frames_at(f, at + 1);
    struct wire_message m = {at, frames_at(f, at + 2), frames_at(f, at + 3), frames_at(f, at + 4),
                             frames_at(f, at + 5)};
    char wanted[DIGEST_HEX];
    const struct digest_part parts[4] = {part(m.header), part(m.parent), part(m.metadata), part(m.content)};
    if (sign(c, parts, wanted, e) != ERR_OK) {
        return e->code;
    }
    if (*c->key && !digest_equal(wanted, given.bytes, given.len)) {
        return err_set(e, ERR_VALUE, "its signature is wrong");
    }
    *out = m;
    return ERR_OK;
}

enum err_code wire_write(const struct connection *c, struct slice header, struct slice parent, struct slice metadata,
                         struct slice content, struct frames *out, struct err *e) {
    char hex[DIGEST_HEX];
    const struct digest_part parts[4] = {part(header), part(parent), part(metadata), part(content)};
    if (sign(c, parts, hex, e) != ERR_OK) {
        return e->code;
    }
    frames_add(out, delimiter, sizeof delimiter - 1);
    frames_add(out, hex, strlen(hex));
    for (int i = 0; i < 4; i++) {
        frames_add(out, parts[i].bytes, parts[i].len);
    }
    return out->overflow ? err_nomem(e) : ERR_OK;
}
