/* A sheet of pictures in the making: tiles, from files or from ml, that the sink then shows as one grid. */
#ifndef LANG_EXEC_SHEET_H
#define LANG_EXEC_SHEET_H

#include "base/buf.h"
#include "lang/exec/context.h"
#include "ml/image/image.h"

struct tile {
    const char *words;   /* for those who do not see it */
    const char *caption; /* lines */
    const char *mime;    /* static text */
    struct buf bytes;    /* of the picture as it is shown */
    int width, height;   /* of the picture; only their ratio counts */
};

struct sheet {
    struct tile *tiles; /* in the arena, but for the bytes */
    size_t count;
    int columns, box;
};

enum err_code sheet_init(struct context *c, struct sheet *s, size_t count, struct err *e);
void sheet_release(struct sheet *s);

/* Fill the tile from its file, as it is where that is small, else shrunk for a box of `box`. The row's number is for
 * errors. Safe from several threads. */
enum err_code tile_load(struct tile *t, const char *path, size_t row, int box, struct err *e);

/* Fill the tile from pixels: few of them, to the letter (a PNG), or many and smooth (a JPEG). */
enum err_code tile_draw(struct tile *t, const struct image *m, struct err *e);
enum err_code tile_photo(struct tile *t, const struct image *m, struct err *e);

enum err_code sheet_show(struct context *c, const struct sheet *s, struct err *e);

#endif
