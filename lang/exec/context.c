/* Small things every statement does with its context. */
#include "lang/exec/context.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void context_say(struct context *c, const char *line) {
    struct buf text = BUF_INIT; /* one call for text and newline, so that they are never parted on the way */
    buf_str(&text, line);
    buf_char(&text, '\n');
    c->out->text(c->out->user, buf_text(&text), text.len);
    buf_release(&text);
}

void context_warn(struct context *c, const char *format, ...) {
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (n >= 0) {
        size_t len = strlen(line);
        line[len] = '\n';
        c->out->warning(c->out->user, line, len + 1);
    }
}

enum err_code context_at(struct err *e, struct span span) {
    return err_at(e, span.at, span.len);
}

enum err_code context_check(struct context *c, struct err *e) {
    return stop_requested(c->stop) ? err_interrupt(e) : ERR_OK;
}

enum err_code context_hint_file(struct context *c, const char *path, const char *typed, struct err *e) {
    struct suggest near = {.word = ""};
    const char *slash = strrchr(typed, '/');
    if (e->code != ERR_OK && path && !file_exists(path)) {
        workspace_suggest(path, &near, c->arena);
    }
    return near.best[0] ? err_hint(e, "did you mean '%.*s%s'?", slash ? (int)(slash - typed) + 1 : 0, typed, near.best)
                        : e->code;
}
