/* Optimal string alignment distance over bytes, case folded for ASCII. */
#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LONGEST 127

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

static int same(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b);
    size_t rows[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST) {
        return LONGEST;
    }
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = smallest(before[j] + 1, now[j - 1] + 1, before[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) &&
                two_before[j - 2] + 1 < now[j]) {
                now[j] = two_before[j - 2] + 1;
            }
        }
    }
    return rows[n % 3][m];
}

/* The distance that is too great. */
static size_t too_far(const char *word) {
    size_t len = strlen(word), third = len / 3, most = third ? third : 1;
    return most < len ? most + 1 : len;
}

/* mnist for mnist_data: the word is the candidate's first part. */
static bool is_first_part(const char *word, const char *candidate) {
    size_t len = strlen(word);
    return len >= 3 && strncasecmp(word, candidate, len) == 0 && candidate[len] == '_';
}

void suggest_begin(struct suggest *s, const char *word) {
    *s = (struct suggest){.word = word, .distance = too_far(word)};
}

void suggest_offer(struct suggest *s, const char *candidate) {
    size_t d = is_first_part(s->word, candidate) ? too_far(s->word) - 1 : distance(s->word, candidate);
    if (d < s->distance && strlen(candidate) < sizeof s->best) {
        s->distance = d;
        memcpy(s->best, candidate, strlen(candidate) + 1);
    }
}
