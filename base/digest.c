/* Digests over OpenSSL's EVP interface: a context a running digest, EVP_MAC for the keyed ones. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct digest {
    EVP_MD_CTX *context;
    bool failed;
};

static void write_hex(const unsigned char *bytes, size_t len, char hex[DIGEST_HEX]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * len] = '\0';
}

struct digest *digest_new(void) {
    struct digest *d = calloc(1, sizeof *d);
    if (!d) {
        return NULL;
    }
    d->context = EVP_MD_CTX_new();
    if (!d->context || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1) {
        digest_free(d);
        return NULL;
    }
    return d;
}

void digest_free(struct digest *d) {
    if (d) {
        EVP_MD_CTX_free(d->context);
        free(d);
    }
}

void digest_add(struct digest *d, const void *bytes, size_t len) {
    if (EVP_DigestUpdate(d->context, bytes, len) != 1) {
        d->failed = true;
    }
}

void digest_end(struct digest *d, char hex[DIGEST_HEX]) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (EVP_DigestFinal_ex(d->context, bytes, &len) != 1 || d->failed) {
        len = 0;
    }
    write_hex(bytes, len, hex);
}

static enum err_code digest_once(const EVP_MD *kind, const void *bytes, size_t len, char hex[DIGEST_HEX],
                                 struct err *e) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned out_len = 0;
    if (EVP_Digest(bytes, len, out, &out_len, kind, NULL) != 1) {
        return err_set(e, ERR_INTERNAL, "the cryptographic library refuses this digest");
    }
    write_hex(out, out_len, hex);
    return ERR_OK;
}

enum err_code digest_sha256(const void *bytes, size_t len, char hex[DIGEST_HEX], struct err *e) {
    return digest_once(EVP_sha256(), bytes, len, hex, e);
}

enum err_code digest_md5(const void *bytes, size_t len, char hex[DIGEST_HEX], struct err *e) {
    return digest_once(EVP_md5(), bytes, len, hex, e);
}

static bool run_hmac(EVP_MAC_CTX *context, const char *name, const void *key, size_t key_len,
                     const struct digest_part *parts, size_t count, char hex[DIGEST_HEX]) {
    char digest[32];
    size_t name_len = strlen(name);
    if (name_len >= sizeof digest) {
        return false;
    }
    memcpy(digest, name, name_len + 1);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    /* EVP_MAC_init takes a NULL key for "the key set before": an empty key needs an address. */
    if (EVP_MAC_init(context, key_len > 0 ? key : (const void *)"", key_len, params) != 1) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0 && EVP_MAC_update(context, parts[i].bytes, parts[i].len) != 1) {
            return false;
        }
    }
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t out_len = 0;
    if (EVP_MAC_final(context, out, &out_len, sizeof out) != 1) {
        return false;
    }
    write_hex(out, out_len, hex);
    return true;
}

enum err_code digest_hmac(const char *name, const void *key, size_t key_len, const struct digest_part *parts,
                          size_t count, char hex[DIGEST_HEX], struct err *e) {
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    if (!context) {
        err_nomem(e);
    } else if (!run_hmac(context, name, key, key_len, parts, count, hex)) {
        err_set(e, ERR_UNSUPPORTED, "there is no keyed digest 'hmac-%s' here", name);
        err_hint(e, "use hmac-sha256");
    }
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(hmac);
    return e->code;
}

bool digest_equal(const char *wanted, const char *given, size_t len) {
    return strlen(wanted) == len && CRYPTO_memcmp(wanted, given, len) == 0;
}
