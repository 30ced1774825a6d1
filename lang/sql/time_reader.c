/* Characters one by one. */
#include "lang/sql/time_reader.h"

#include "base/letter.h"

#include <string.h>

void time_skip_blanks(struct time_reader *r) {
    while (r->at < r->end && letter_among(*r->at, " \t\n,")) {
        r->at++;
    }
}

bool time_is_digit(const struct time_reader *r, size_t ahead) {
    return r->end - r->at > (long)ahead && r->at[ahead] >= '0' && r->at[ahead] <= '9';
}

size_t time_digits(struct time_reader *r, int *out) {
    size_t n = 0;
    *out = 0;
    while (time_is_digit(r, 0) && n < 9) {
        *out = *out * 10 + (*r->at++ - '0');
        n++;
    }
    return n;
}

bool time_accept(struct time_reader *r, char c) {
    if (r->at < r->end && *r->at == c) {
        r->at++;
        return true;
    }
    return false;
}

size_t time_word(struct time_reader *r, char out[16]) {
    size_t n = 0;
    while (r->at < r->end && ((*r->at | 32) >= 'a' && (*r->at | 32) <= 'z') && n < 15) {
        out[n++] = *r->at++;
    }
    out[n] = '\0';
    time_accept(r, '.');
    return n;
}

/* .5, in microseconds. */
int time_fraction(struct time_reader *r) {
    int micros = 0, scale = 100000;
    if (!time_accept(r, '.')) {
        return 0;
    }
    while (time_is_digit(r, 0)) {
        micros += (*r->at++ - '0') * scale;
        scale /= 10;
    }
    return micros;
}
