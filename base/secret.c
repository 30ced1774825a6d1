/* Line by line, word by word. */
#include "base/secret.h"

#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool in_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool contains(const char *word, size_t len, const char *part) {
    for (size_t i = 0; i + strlen(part) <= len; i++) {
        if (strncasecmp(word + i, part, strlen(part)) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_secret(const char *word, size_t len, bool magic) {
    char copy[32] = "";
    struct suggest near;
    if (contains(word, len, "API_TOKEN") || (magic && contains(word, len, "TOKEN"))) {
        return true;
    }
    if (len < sizeof copy) {
        memcpy(copy, word, len);
    }
    suggest_begin(&near, copy);
    suggest_offer(&near, "API_TOKEN");
    return near.best[0] != '\0';
}

static void hide_in_line(char *line, size_t len) {
    size_t n = 0;
    bool magic = false;
    for (size_t at = 0; at < len; at += n ? n : 1) {
        for (n = 0; at + n < len && in_word(line[at + n]); n++) {
        }
        magic = magic || line[at] == '%';
        size_t after = at + n;
        while (after < len && (line[after] == ' ' || line[after] == '\t')) {
            after++;
        }
        bool assigned = after < len && (line[after] == '=' || line[after] == ':');
        bool blank = after > at + n && (magic || at == 0);
        if (n > 0 && after < len && (assigned || blank) && names_secret(line + at, n, magic)) {
            memset(line + after + assigned, '*', len - after - assigned);
            return;
        }
    }
}

void secret_hide(char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(text + at, '\n', len - at);
        size_t end = newline ? (size_t)(newline - text) : len;
        hide_in_line(text + at, end - at);
        at = end + 1;
    }
}
