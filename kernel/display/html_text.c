/* Escaping by a table of the three characters that matter between tags. */
#include "kernel/display/html_text.h"

void html_text_add(struct buf *out, const char *text, size_t len) {
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}};
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; k < sizeof entities / sizeof *entities; k++) {
            if (text[i] == entities[k].c) {
                buf_utf8(out, text + from, i - from);
                buf_str(out, entities[k].entity);
                from = i + 1;
            }
        }
    }
    buf_utf8(out, text + from, len - from);
}
