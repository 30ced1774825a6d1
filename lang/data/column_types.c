/* Every value is of one kind; the kinds seen in a column decide. The words and number forms are those of pandas
 * (pandas/_libs/parsers.pyx: STR_NA_VALUES; src/parser/tokenizer.c: precise_xstrtod, str_to_int64). */
#include "lang/data/column_types.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind {
    KIND_MISSING = 1,
    KIND_BOOLEAN = 2,
    KIND_INTEGER = 4,  /* of 64 bits */
    KIND_UNSIGNED = 8, /* of 64 bits without a sign */
    KIND_LONG = 16,    /* of more digits than that */
    KIND_REAL = 32,
    KIND_TEXT = 64,
};

static bool is_missing(const char *field, size_t len) {
    static const char *const words[] = {"NA",       "NaN",  "null", "NULL",   "N/A",     "n/a",
                                        "nan",      "None", "#N/A", "#NA",    "<NA>",    "-1.#IND",
                                        "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "#N/A N/A"};
    if (len == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words && len <= 8; i++) {
        if (strlen(words[i]) == len && memcmp(words[i], field, len) == 0) {
            return true;
        }
    }
    return false;
}

static size_t spaces(const char *text) {
    size_t n = 0;
    while (isspace((unsigned char)text[n])) {
        n++;
    }
    return n;
}

static size_t digits(const char *text) {
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9') {
        n++;
    }
    return n;
}

static enum kind integer_kind(const char *number) {
    char *end;
    errno = 0;
    (void)strtoll(number, &end, 10);
    if (errno != ERANGE) {
        return KIND_INTEGER;
    }
    errno = 0;
    (void)strtoull(number, &end, 10);
    return errno != ERANGE && *number != '-' ? KIND_UNSIGNED : KIND_LONG;
}

/* Spaces, a sign, digits with or without a point, an exponent, spaces. */
static enum kind number_kind(const char *field, size_t len) {
    const char *number = field + spaces(field);
    const char *c = number + (*number == '+' || *number == '-');
    size_t whole = digits(c), fraction = 0;
    bool real = false;
    c += whole;
    if (*c == '.') {
        real = true;
        fraction = digits(++c);
        c += fraction;
    }
    if (whole + fraction == 0) {
        return KIND_TEXT;
    }
    if (*c == 'e' || *c == 'E') {
        real = true;
        c++;
        c += *c == '+' || *c == '-';
        size_t exponent = digits(c);
        if (exponent == 0) {
            return KIND_TEXT;
        }
        c += exponent;
    }
    c += spaces(c);
    if (c != field + len) {
        return KIND_TEXT;
    }
    return real ? KIND_REAL : integer_kind(number);
}

static bool is_infinity(const char *field) {
    field += *field == '+' || *field == '-';
    return strcasecmp(field, "inf") == 0 || strcasecmp(field, "infinity") == 0;
}

static enum kind kind_of(const char *field, size_t len) {
    if (is_missing(field, len)) {
        return KIND_MISSING;
    }
    if (strcasecmp(field, "true") == 0 || strcasecmp(field, "false") == 0) {
        return KIND_BOOLEAN;
    }
    return is_infinity(field) ? KIND_REAL : number_kind(field, len);
}

void column_type_see(struct column_type *t, const char *field, size_t len) {
    if (!(t->kinds & KIND_TEXT)) { /* nothing changes a text */
        t->kinds |= kind_of(field, len);
    }
}

void column_type_see_number(struct column_type *t, const char *number, size_t len) {
    t->kinds |= number_kind(number, len);
}

void column_type_see_boolean(struct column_type *t) {
    t->kinds |= KIND_BOOLEAN;
}

void column_type_see_text(struct column_type *t) {
    t->kinds |= KIND_TEXT;
}

enum value_type column_type_of(const struct column_type *t) {
    const unsigned numbers = KIND_INTEGER | KIND_UNSIGNED | KIND_LONG | KIND_REAL;
    unsigned kinds = t->kinds & ~(unsigned)KIND_MISSING;
    if (t->kinds == 0) {
        return VALUE_TEXT;
    }
    if (kinds == 0 || (kinds & KIND_REAL && !(kinds & ~numbers))) {
        return VALUE_REAL;
    }
    if (kinds == KIND_BOOLEAN) {
        return VALUE_BOOLEAN;
    }
    if (kinds == KIND_INTEGER) {
        return VALUE_INTEGER;
    }
    return kinds & ~(unsigned)(KIND_INTEGER | KIND_UNSIGNED) ? VALUE_TEXT : VALUE_REAL;
}

/* 3.0 and 1e3 are integers where integers are wanted. */
static bool whole_number(const char *field, struct value *out) {
    double x = strtod(field, NULL);
    if (!(fabs(x) <= 9007199254740992.0) || x != floor(x)) {
        return false;
    }
    *out = (struct value){.type = VALUE_INTEGER, .integer = (int64_t)x};
    return true;
}

bool column_type_value(enum value_type type, const char *field, size_t len, struct value *out) {
    enum kind kind = kind_of(field, len);
    *out = (struct value){.type = VALUE_NULL};
    if (kind == KIND_MISSING) {
        return true;
    }
    if (type == VALUE_TEXT) {
        *out = (struct value){.type = VALUE_TEXT, .text = field, .length = len};
    } else if (type == VALUE_BOOLEAN && kind == KIND_BOOLEAN) {
        *out = (struct value){.type = VALUE_BOOLEAN, .integer = *field == 't' || *field == 'T'};
    } else if (type == VALUE_INTEGER && kind == KIND_INTEGER) {
        *out = (struct value){.type = VALUE_INTEGER, .integer = strtoll(field, NULL, 10)};
    } else if (type == VALUE_INTEGER && kind == KIND_REAL) {
        return whole_number(field, out);
    } else if (type == VALUE_REAL && kind != KIND_TEXT && kind != KIND_BOOLEAN) {
        *out = (struct value){.type = VALUE_REAL, .real = strtod(field, NULL)};
    }
    return out->type != VALUE_NULL;
}
