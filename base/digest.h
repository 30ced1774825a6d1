/* Cryptographic digests and keyed digests (HMAC, RFC 2104), as lower-case hexadecimal text. OpenSSL's one room. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for the text of the longest digest (512 bits) and its NUL. */
#define DIGEST_HEX 129

/* SHA-256 of bytes that come in pieces. NULL when memory is out. digest_end() writes 64 digits, and a piece that
 * failed to be taken in shows as an empty text, which equals no digest. */
struct digest;
struct digest *digest_new(void);
void digest_free(struct digest *d); /* fine on NULL */
void digest_add(struct digest *d, const void *bytes, size_t len);
void digest_end(struct digest *d, char hex[DIGEST_HEX]);

/* SHA-256 of one piece. ERR_INTERNAL where the library refuses. */
enum err_code digest_sha256(const void *bytes, size_t len, char hex[DIGEST_HEX], struct err *e);

/* MD5 of one piece: SQL's md5(), no protection of anything. */
enum err_code digest_md5(const void *bytes, size_t len, char hex[DIGEST_HEX], struct err *e);

/* One piece of a message that is not in one place. */
struct digest_part {
    const void *bytes;
    size_t len;
};

/* HMAC of the parts, one after the other, with digest `name` ("sha256", "sha512", "md5", …; case is ignored).
 * A name that is not known is ERR_UNSUPPORTED. */
enum err_code digest_hmac(const char *name, const void *key, size_t key_len, const struct digest_part *parts,
                          size_t count, char hex[DIGEST_HEX], struct err *e);

/* Whether given[0..len) is the text `wanted`, in a time that does not tell where they differ. */
bool digest_equal(const char *wanted, const char *given, size_t len);

#endif
