/* What is kept of a result table while its rows stream by: the rows and columns that pandas would show, and for
 * each column which types it held over all rows. Ten million rows take the memory of sixty.
 *
 * By default, as pandas: all of at most 60 rows, else the first and last 5; all of at most 20 columns, else the first
 * and last 10 (pandas.options.display: max_rows, min_rows, max_columns, max_colwidth). "Shown" numbers below count what
 * is left. */
#ifndef KERNEL_DISPLAY_FRAME_H
#define KERNEL_DISPLAY_FRAME_H

#include "base/buf.h"
#include "lang/value.h"

enum {
    FRAME_MIN_ROWS = 10,      /* at most this many rows of a table that is too long, half of them at either end */
    FRAME_NAME_POINTS = 200,  /* longer names of columns are cut: an expression's name is its whole text */
    FRAME_PATH_POINTS = 1024, /* kept of a text that may name a picture */
};

/* All at least 2. */
struct frame_limits {
    size_t max_rows, max_columns; /* of a table that is shown whole */
    size_t max_width;             /* code points of a cell's text, its leading blank included */
    bool paths;                   /* texts are kept long enough to name files, though they are shown cut */
};
#define FRAME_LIMITS ((struct frame_limits){60, 20, 50, false})

/* The dtype that pandas would give the column. */
enum frame_kind {
    FRAME_INTEGER, /* int64 */
    FRAME_FLOAT,   /* float64: reals, and integers with NULL among them */
    FRAME_BOOLEAN, /* bool */
    FRAME_OBJECT,  /* all else */
};

/* A value of its own: the beginning of a long text, blob or vector. */
struct frame_cell {
    enum value_type type;
    int64_t integer;
    double real;
    struct buf bytes;   /* text, blob, or floats */
    bool whole;         /* whether bytes hold all of it */
    bool double_quotes; /* blob: Python would quote it by " since it holds ' and no " */
};

struct frame_column {
    struct buf name; /* valid UTF-8 */
    unsigned seen;   /* bit t is set when a value of type t came by */
};

struct frame {
    struct frame_limits limits;
    struct frame_column *columns;
    size_t column_count, row_count;
    struct frame_cell *cells; /* `slots` rows of the shown columns */
    size_t slots;
};

/* An empty frame. Copies what it needs. Fails with ERR_NOMEM only, and then needs no release. */
enum err_code frame_init(struct frame *f, const struct frame_limits *limits, const struct column *columns, size_t count,
                         struct err *e);
void frame_release(struct frame *f);

/* One more row of column_count values. Fails with ERR_NOMEM only. */
enum err_code frame_add(struct frame *f, const struct value *values, struct err *e);

bool frame_rows_cut(const struct frame *f); /* whether rows are left out */
bool frame_columns_cut(const struct frame *f);
size_t frame_edge_rows(const struct frame *f);    /* shown at either end of a table that is too long */
size_t frame_edge_columns(const struct frame *f); /* the same of one that is too wide */
size_t frame_shown_rows(const struct frame *f);
size_t frame_shown_columns(const struct frame *f);
size_t frame_row_number(const struct frame *f, size_t shown); /* the index at the left */
const struct frame_column *frame_column_shown(const struct frame *f, size_t shown);
const struct frame_cell *frame_cell_shown(const struct frame *f, size_t row, size_t column);
enum frame_kind frame_column_kind(const struct frame_column *column);

#endif
