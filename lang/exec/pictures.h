/* Pictures named by paths, as a source for ml, and ml's progress as the sink's. */
#ifndef LANG_EXEC_PICTURES_H
#define LANG_EXEC_PICTURES_H

#include "lang/exec/context.h"
#include "ml/source.h"

/* Paths are absolute; NULL where the column has none: then `instead` says what it has. */
struct pictures {
    struct picture_entry {
        const char *path;
        const char *instead; /* "NULL", "not a text" */
        size_t row;          /* from 1; 0: not from a table */
        int label;           /* as training takes it; -1: none */
    } * entries;
    size_t count, capacity;
};

#define PICTURES_INIT ((struct pictures){.entries = NULL})

void pictures_release(struct pictures *p);

/* Add the picture that `path` (as the cell or the table has it) means. The path's copy is in arena `a`. */
enum err_code pictures_add(struct context *c, struct pictures *p, struct arena *a, const struct value *path, size_t row,
                           struct err *e);

/* Take out what cannot be read, on all cores; *skipped is how many, and *first says what was wrong with the first. */
enum err_code pictures_keep_readable(struct context *c, struct pictures *p, size_t *skipped, struct err *first,
                                     struct err *e);

struct ml_source pictures_source(struct pictures *p);

/* Forwards ml's reports to the sink, and the stop flag back. */
struct picture_watch {
    struct context *context;
    const char *unit;
    double started;
    bool in_parts; /* ml sees one part at a time, of nobody knows how many; `before` are done in earlier ones */
    size_t before;
    struct ml_progress last;
};
void picture_watch_begin(struct picture_watch *w, struct context *c, const char *unit);
struct ml_watch picture_watch_for(struct picture_watch *w);
/* All is done; `end` says what it was. */
void picture_watch_end(struct picture_watch *w, const struct ml_progress *end);

#endif
