/* "Did you mean …": the candidate nearest to a misspelt word. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* Feed candidates one at a time; `best` is the nearest so far, copied, or empty where none is near enough
 * (a third of the word's length in edits, at least 1 but never the whole word; swapping neighbours is one edit; case is
 * ignored). A candidate whose first part, up to a _, is the word (of 3 letters or more) is just near enough. */
struct suggest {
    const char *word;
    size_t distance;
    char best[128];
};

void suggest_begin(struct suggest *s, const char *word);
void suggest_offer(struct suggest *s, const char *candidate);

#endif
