/* Escaping by a table of the characters that matter: the first three between tags, all in attributes. */
#include "kernel/display/html_text.h"

static const struct {
    char c;
    const char *entity;
} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
enum { BETWEEN_TAGS = 3, IN_ATTRIBUTES = sizeof entities / sizeof *entities };

static void add_escaped(struct buf *out, const char *text, size_t len, size_t escaped) {
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; k < escaped; k++) {
            if (text[i] == entities[k].c) {
                buf_utf8(out, text + from, i - from);
                buf_str(out, entities[k].entity);
                from = i + 1;
            }
        }
    }
    buf_utf8(out, text + from, len - from);
}

void html_text_add(struct buf *out, const char *text, size_t len) {
    add_escaped(out, text, len, BETWEEN_TAGS);
}

void html_attribute_add(struct buf *out, const char *text, size_t len) {
    add_escaped(out, text, len, IN_ATTRIBUTES);
}
