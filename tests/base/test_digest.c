/* Digests against the test vectors of FIPS 180-4, RFC 4231 and RFC 2202. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/digest.h"

#include <string.h>

static const struct {
    const char *message, *hex;
} sums[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void sha256_of_one_piece(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        struct err e = ERR_INIT;
        char hex[DIGEST_HEX];
        assert_int_equal(digest_sha256(sums[i].message, strlen(sums[i].message), hex, &e), ERR_OK);
        assert_string_equal(hex, sums[i].hex);
    }
}

static void sha256_in_pieces(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        char hex[DIGEST_HEX];
        struct digest *d = digest_new();
        assert_non_null(d);
        for (const char *p = sums[i].message; *p; p++) {
            digest_add(d, p, 1);
        }
        digest_end(d, hex);
        digest_free(d);
        assert_string_equal(hex, sums[i].hex);
    }
}

static const struct {
    const char *name, *key, *first, *second, *hex;
} keyed[] = {
    {"sha256", "Jefe", "what do ya want ", "for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"SHA256", "Jefe", "", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"sha512", "Jefe", "what do ya want for nothing?", "",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    {"md5", "Jefe", "what do ya want ", "for nothing?", "750c783e6ab0b503eaa86e310a5db738"},
    {"sha256", "", "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

static void hmac_of_parts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof keyed / sizeof keyed[0]; i++) {
        struct err e = ERR_INIT;
        char hex[DIGEST_HEX];
        const struct digest_part parts[] = {{keyed[i].first, strlen(keyed[i].first)},
                                            {keyed[i].second, strlen(keyed[i].second)}};
        assert_int_equal(digest_hmac(keyed[i].name, keyed[i].key, strlen(keyed[i].key), parts, 2, hex, &e), ERR_OK);
        assert_string_equal(hex, keyed[i].hex);
    }
}

static void hmac_of_unknown_name(void **state) {
    (void)state;
    static const char *const names[] = {"sha257", "", "a name that is longer than any name of a digest is"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct err e = ERR_INIT;
        char hex[DIGEST_HEX] = "untouched";
        assert_int_equal(digest_hmac(names[i], "key", 3, NULL, 0, hex, &e), ERR_UNSUPPORTED);
        assert_string_equal(hex, "untouched");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_one_piece),
        cmocka_unit_test(sha256_in_pieces),
        cmocka_unit_test(hmac_of_parts),
        cmocka_unit_test(hmac_of_unknown_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
