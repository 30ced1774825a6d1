/* ASCII needs no table. */
#include "base/letter.h"

#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <string.h>

static locale_t unicode; /* kept until the process ends; 0: the C library has none, and only ASCII has case */

static void find_unicode(void) {
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static locale_t tables(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_unicode);
    return unicode;
}

uint32_t letter_lower(uint32_t point) {
    if (point < 128) {
        return (uint32_t)tolower((int)point);
    }
    return tables() ? (uint32_t)towlower_l((wint_t)point, tables()) : point;
}

uint32_t letter_upper(uint32_t point) {
    if (point < 128) {
        return (uint32_t)toupper((int)point);
    }
    return tables() ? (uint32_t)towupper_l((wint_t)point, tables()) : point;
}

wctype_t letter_class(const char *name) {
    return tables() ? wctype_l(name, tables()) : wctype(name);
}

bool letter_among(char c, const char *signs) {
    return c && strchr(signs, c);
}

bool letter_is_alnum(uint32_t point) {
    bool letter = (point | 32) >= 'a' && (point | 32) <= 'z';
    return point < 128 ? letter || (point >= '0' && point <= '9') : letter_is(point, letter_class("alnum"));
}

bool letter_is(uint32_t point, wctype_t class) {
    return tables() ? iswctype_l((wint_t)point, class, tables()) : iswctype((wint_t)point, class);
}
