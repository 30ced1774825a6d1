/* PRINT IMAGE: for every row the picture's absolute path as a line, then the picture, the file's own bytes. */
#include "base/file.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/statements.h"
#include "ml/image/image.h"

#include <string.h>

#define LARGEST_FILE (64u << 20)

static enum err_code show_file(struct context *c, const struct print_settings *set, const char *path, size_t row,
                               struct err *e) {
    struct buf bytes = BUF_INIT;
    struct err why = ERR_INIT;
    const char *mime = NULL;
    if (file_read(path, LARGEST_FILE, &bytes, &why) != ERR_OK) {
        err_set(e, why.code, "row %zu: %s", row, why.message);
    } else if (!(mime = image_mime((const unsigned char *)buf_text(&bytes), bytes.len))) {
        err_set(e, ERR_IMAGE, "row %zu: '%s' is not a JPEG or PNG picture", row, path);
    } else {
        struct picture p = {.mime = mime,
                            .bytes = (const unsigned char *)bytes.data,
                            .len = bytes.len,
                            .width = (int)set->width,
                            .height = (int)set->width,
                            .alt = path};
        context_say(c, path);
        c->out->picture(c->out->user, &p);
    }
    buf_release(&bytes);
    return e->code;
}

static enum err_code show_all(struct context *c, const struct print_settings *set, struct store_query *q, int column,
                              struct err *e) {
    struct arena row_arena = ARENA_INIT;
    bool more = false;
    for (size_t row = 1; context_check(c, e) == ERR_OK && store_step(q, &more, e) == ERR_OK && more; row++) {
        struct value v = store_value(q, (size_t)column);
        if (v.type != VALUE_TEXT) {
            err_set(e, ERR_VALUE, "row %zu: the picture's path is %s", row,
                    v.type == VALUE_NULL ? "NULL" : "not a text");
            break;
        }
        const char *path = workspace_resolve(c->workspace, &row_arena, v.text);
        if (!path) {
            err_nomem(e);
        } else if (show_file(c, set, path, row, e) == ERR_OK) {
            arena_release(&row_arena);
            continue;
        }
        break;
    }
    arena_release(&row_arena);
    return e->code;
}

enum err_code run_print(struct context *c, const struct statement *s, struct err *e) {
    struct print_settings set = {.width = 240};
    struct relation r = RELATION_INIT;
    struct store_query *q = NULL;
    int column = 0;
    if (strcmp(s->word, "image") != 0) {
        err_set(e, ERR_UNSUPPORTED, "PRINT IMAGE is available in this version; PRINT %s is not", s->word);
        return context_at(e, s->span);
    }
    if (options_apply(c, &print_options, s->options, &set, e) == ERR_OK &&
        relation_add_query(c, &r, &s->query, e) == ERR_OK && relation_prepare(c, &r, s->query.span, &q, e) == ERR_OK &&
        relation_image_column(q, set.image_col, options_find(&print_options, s->options, "image_col"), s->query.span,
                              &column, e) == ERR_OK) {
        show_all(c, &set, q, column, e);
        context_at(e, s->query.span);
    }
    store_finish(q);
    relation_release(c, &r);
    return e->code;
}
