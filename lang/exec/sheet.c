/* A page with hundreds of pictures must stay small: files above some KiB are shrunk to twice the box, for fine screens.
 */
#include "lang/exec/sheet.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MOST (64u << 20)
#define PHOTO_QUALITY 90
#define SMALL_FILE (16u << 10)       /* shown as it is */
#define FOREIGN_FILE_MOST (1u << 20) /* of a kind that a browser reads and we do not */

enum err_code sheet_init(struct context *c, struct sheet *s, size_t count, struct err *e) {
    struct tile *tiles = arena_alloc(c->arena, (count + 1) * sizeof *tiles);
    *s = (struct sheet){.tiles = tiles, .count = tiles ? count : 0};
    return tiles ? ERR_OK : err_nomem(e);
}

void sheet_release(struct sheet *s) {
    for (size_t i = 0; i < s->count; i++) {
        buf_release(&s->tiles[i].bytes);
    }
    *s = (struct sheet){.tiles = NULL};
}

static bool shows_anyway(const char *mime, size_t len) {
    static const char *const known[] = {"image/gif", "image/webp", "image/avif", "image/svg+xml", "image/bmp"};
    for (size_t i = 0; mime && len <= FOREIGN_FILE_MOST && i < sizeof known / sizeof *known; i++) {
        if (strcmp(mime, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

enum err_code tile_load(struct tile *t, const char *path, size_t row, int box, struct err *e) {
    struct buf file = BUF_INIT, small = BUF_INIT;
    struct err why = ERR_INIT;
    const unsigned char *bytes = NULL;
    if (file_read(path, FILE_MOST, &file, &why) == ERR_OK) {
        bytes = (const unsigned char *)buf_text(&file);
        t->mime = image_mime(bytes, file.len);
        if (shows_anyway(t->mime, file.len)) {
            t->width = t->height = 1;
        } else if (image_thumbnail(bytes, file.len, 2 * box, SMALL_FILE, &small, &t->width, &t->height, &why) ==
                       ERR_OK &&
                   small.len > 0) {
            t->mime = "image/jpeg";
        }
    }
    if (why.code != ERR_OK) {
        const char *in = bytes ? path : "";
        err_set(e, why.code, "row %zu: %s%s%s", row, in, bytes ? ": " : "", why.message);
        err_hint(e, "%s", why.hint);
    }
    t->bytes = small.len > 0 ? small : file;
    buf_release(small.len > 0 ? &file : &small);
    return e->code;
}

static void set_shape(struct tile *t, const char *mime, const struct image *m) {
    t->mime = mime;
    t->width = m->width;
    t->height = m->height;
}

enum err_code tile_draw(struct tile *t, const struct image *m, struct err *e) {
    set_shape(t, "image/png", m);
    return image_encode_png(m, &t->bytes, e);
}

enum err_code tile_photo(struct tile *t, const struct image *m, struct err *e) {
    set_shape(t, "image/jpeg", m);
    return image_encode_jpeg(m, PHOTO_QUALITY, &t->bytes, e);
}

enum err_code sheet_show(struct context *c, const struct sheet *s, struct err *e) {
    struct grid_item *items = calloc(s->count + 1, sizeof *items);
    if (!items) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < s->count; i++) {
        const struct tile *t = &s->tiles[i];
        struct picture *p = &items[i].picture;
        *p = (struct picture){t->mime, (const unsigned char *)buf_text(&t->bytes), t->bytes.len, 0, 0, t->words};
        image_fit(t->width, t->height, s->box, &p->width, &p->height);
        items[i].caption = t->caption;
    }
    const struct picture_grid grid = {items, s->count, s->columns, s->box};
    c->out->grid(c->out->user, &grid);
    free(items);
    return ERR_OK;
}
