/* Keyword lookup: bisection over the rows of KEYWORD_LIST, which stand in the order of the alphabet. */
#include "lang/syntax/keywords.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *text;
    unsigned traits;
} rows[WORD_COUNT] = {{"", 0},
#define X(word, traits) {#word, traits},
                      KEYWORD_LIST(X)
#undef X
};

static int compare(const char *text, size_t len, const char *word) {
    int order = strncasecmp(text, word, len);
    return order ? order : -(word[len] != '\0');
}

enum keyword keyword_find(const char *text, size_t len) {
    int low = WORD_OTHER + 1, high = WORD_COUNT;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = compare(text, len, rows[middle].text);
        if (order == 0) {
            return (enum keyword)middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return WORD_OTHER;
}

const char *keyword_text(enum keyword k) {
    return k > WORD_OTHER && k < WORD_COUNT ? rows[k].text : "";
}

bool keyword_is(enum keyword k, unsigned traits) {
    return k > WORD_OTHER && k < WORD_COUNT && (rows[k].traits & traits) != 0;
}
