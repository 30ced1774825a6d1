/* The sink: everything a statement may say to the outside. lang/ speaks only through it, and so never sees
 * a socket, a message or JSON. Pointers are borrowed for the call. Callbacks run in the session's thread. */
#ifndef LANG_RESULT_H
#define LANG_RESULT_H

#include "lang/value.h"

#include <stdbool.h>
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

/* Pictures in place of the paths that a table holds. */
struct buf;
struct thumbnails {
    void *user;
    int box; /* CSS pixels */
    /* The picture that the path names, its bytes in *bytes (the caller's, empty before). False: there is none such. */
    bool (*load)(void *user, const char *path, struct buf *bytes, struct picture *out);
};

/* How results are to be shown. */
struct result_view {
    size_t max_rows, max_columns;        /* of a table that is shown whole; of a longer one its ends */
    size_t max_width;                    /* characters of a cell */
    const struct thumbnails *thumbnails; /* NULL: paths are shown as text */
    enum progress_style {
        PROGRESS_AUTO, /* what the client can show */
        PROGRESS_LIVE, /* one line that changes in place */
        PROGRESS_TEXT, /* a line of text now and then */
        PROGRESS_OFF,
    } progress;
};

/* Help on one thing: what it is, and parts that follow each other. In an arena, or static. */
struct help_page {
    const char *title;
    struct help_part {
        enum help_kind {
            HELP_WORDS, /* lines of prose */
            HELP_CODE,  /* lines to be typed */
            HELP_TABLE  /* `cells`, row by row, the first of them the columns' names */
        } kind;
        const char *heading; /* NULL: none */
        const char *text;    /* WORDS, CODE */
        size_t columns, rows;
        const char **cells;
        struct help_part *next;
    } * parts;
};

/* What training found out. */
struct training_report {
    const char *summary; /* one line */
    const char *warning; /* one line where something simpler does better, else NULL */
    const struct report_line { const char *name, *text; } * lines;
    size_t line_count;
    const float *losses; /* of epochs 1, 1 + loss_stride, … */
    size_t loss_count, loss_stride;
};

struct sink {
    void *user;
    /* How to show what follows. */
    void (*view)(void *user, const struct result_view *v);
    void (*text)(void *user, const char *utf8, size_t len);    /* stdout */
    void (*warning)(void *user, const char *utf8, size_t len); /* stderr */
    /* A result table: begin, any number of rows, end. When the statement fails midway, end is not called,
     * and the table is dropped. */
    void (*table_begin)(void *user, const struct column *columns, size_t count);
    void (*table_row)(void *user, const struct value *values);
    void (*table_end)(void *user);
    void (*picture)(void *user, const struct picture *p);
    void (*grid)(void *user, const struct picture_grid *g);
    void (*report)(void *user, const struct training_report *r);
    void (*help)(void *user, const struct help_page *page);
    void (*progress)(void *user, const struct progress *p);
    void (*leave)(void *user); /* exit: the user wants to go */
};

#endif
