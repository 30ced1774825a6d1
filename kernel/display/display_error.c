/* An `error` message's content. The console prints the traceback alone, so its last line says it all. */
#include "kernel/display/display.h"

#include "base/buf.h"
#include "kernel/display/error_text.h"

#include <string.h>

#define RED "\x1b[0;31m"
#define PLAIN "\x1b[0m"

/* Each line of the text becomes an entry. */
static void lines_append(json_t *traceback, const struct buf *text) {
    const char *line = buf_text(text);
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        json_array_append_new(traceback, json_stringn(line, (size_t)(end - line)));
    }
}

json_t *display_error(const struct err *e, const char *code, size_t len) {
    struct buf text = BUF_INIT, evalue = BUF_INIT;
    bool interrupted = e->code == ERR_INTERRUPT;
    const char *ename = err_ename(e->code == ERR_OK ? ERR_INTERNAL : e->code);
    if (!interrupted) {
        buf_utf8(&evalue, e->message, strlen(e->message));
        if (e->has_span && code && len > 0) {
            error_text_place(&text, code, len, e->at, e->len);
        }
    }
    if (e->hint[0]) {
        buf_str(&text, "hint: ");
        buf_utf8(&text, e->hint, strlen(e->hint));
        buf_char(&text, '\n');
    }
    json_t *traceback = json_array();
    lines_append(traceback, &text);
    buf_clear(&text);
    buf_printf(&text, RED "%s" PLAIN "%s%s", ename, evalue.len > 0 ? ": " : "", buf_text(&evalue));
    /* The last entry is whole, even when a store's message has several lines, and there even without memory. */
    json_array_append_new(traceback, json_string(buf_ok(&text) ? buf_text(&text) : ename));
    json_t *content = json_pack("{s:s, s:s, s:o}", "ename", ename, "evalue", buf_text(&evalue), "traceback", traceback);
    buf_release(&text);
    buf_release(&evalue);
    return content;
}
