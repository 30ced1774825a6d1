/* The sink: everything a statement may say to the outside. lang/ speaks only through it, and so never sees
 * a socket, a message or JSON. Pointers are borrowed for the call. Callbacks run in the session's thread. */
#ifndef LANG_RESULT_H
#define LANG_RESULT_H

#include "lang/value.h"

#include <stddef.h>

/* A picture to be shown: the file's own bytes. */
struct picture {
    const char *mime; /* "image/jpeg", "image/png" */
    const unsigned char *bytes;
    size_t len;
    int width, height; /* size on the page, in CSS pixels; 0: natural */
    const char *alt;   /* words for those who cannot see it: the path */
};

/* Pictures that belong together, on one sheet. Each has its own size on the page, within `box` x `box`. */
struct picture_grid {
    const struct grid_item {
        struct picture picture;
        const char *caption; /* lines under it, parted by newlines */
    } * items;
    size_t count;
    int columns; /* a row, where the page is wide enough; 0: as many as it holds */
    int box;     /* CSS pixels */
};

/* How far something long has come. One progress line a statement; `done == total` (and total > 0) ends it. */
struct progress {
    const char *what;    /* "Training", "Embedding", "Downloading train-images" */
    const char *unit;    /* "images", "rows", "bytes" */
    double done, total;  /* total 0: not known */
    double seconds;      /* since it began */
    int epoch, epochs;   /* 0 where there are none */
    const float *losses; /* one an epoch (or step) so far */
    size_t loss_count;
};

struct sink {
    void *user;
    void (*text)(void *user, const char *utf8, size_t len);    /* stdout */
    void (*warning)(void *user, const char *utf8, size_t len); /* stderr */
    /* A result table: begin, any number of rows, end. When the statement fails midway, end is not called,
     * and the table is dropped. */
    void (*table_begin)(void *user, const struct column *columns, size_t count);
    void (*table_row)(void *user, const struct value *values);
    void (*table_end)(void *user);
    void (*picture)(void *user, const struct picture *p);
    void (*grid)(void *user, const struct picture_grid *g);
    void (*progress)(void *user, const struct progress *p);
};

#endif
