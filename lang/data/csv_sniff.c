/* Each candidate walks over the sample as if it were the delimiter, and its rows are counted. */
#include "lang/data/csv_sniff.h"

struct walk {
    size_t first;       /* fields of the first row; 0: it has not ended */
    size_t rows, equal; /* rows after it; those of as many fields */
    size_t spaced;      /* delimiters in the first row with a space behind them, as commas have in a text */
};

static void end_row(struct walk *w, size_t fields, bool blank) {
    if (blank) {
        return;
    }
    if (w->first == 0) {
        w->first = fields;
    } else {
        w->rows++;
        w->equal += fields == w->first;
    }
}

static struct walk walk(const char *text, size_t len, bool whole, char delimiter) {
    struct walk w = {.first = 0};
    size_t fields = 1;
    bool quoted = false, begins = true, blank = true;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (quoted) {
            quoted = c != '"'; /* a doubled quote opens again */
        } else if (c == '\n' || c == '\r') {
            end_row(&w, fields, blank);
            fields = 1;
            begins = blank = true;
        } else if (c == delimiter) {
            fields++;
            w.spaced += w.first == 0 && i + 1 < len && text[i + 1] == ' ';
            begins = true;
            blank = false;
        } else {
            quoted = c == '"' && (begins || (i > 0 && text[i - 1] == '"'));
            blank = blank && (c == ' ' || c == '\t');
            begins = false;
        }
    }
    if (whole || w.first == 0) {
        end_row(&w, fields, blank);
    }
    return w;
}

/* Of rows that agree with the first, in thousandths; a header alone agrees with itself. */
static size_t agreement(const struct walk *w) {
    return w->first < 2 ? 0 : w->rows == 0 ? 1000 : w->equal * 1000 / w->rows;
}

static bool better(const struct walk *a, const struct walk *b) {
    size_t x = agreement(a), y = agreement(b);
    return x != y ? x > y : a->spaced != b->spaced ? a->spaced < b->spaced : a->rows == 0 && a->first > b->first;
}

char csv_sniff(const char *sample, size_t len, bool whole, char likely) {
    static const char candidates[] = {',', '\t', ';', '|'};
    struct walk best = walk(sample, len, whole, likely);
    char found = likely;
    for (size_t i = 0; i < sizeof candidates; i++) {
        struct walk w = walk(sample, len, whole, candidates[i]);
        if (agreement(&w) >= 500 && better(&w, &best)) {
            best = w;
            found = candidates[i];
        }
    }
    return found;
}
