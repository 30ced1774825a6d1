/* The ways of PRINT IMAGE, one file each. The rows are open; errors get the query's place where they have none. */
#ifndef LANG_EXEC_EXEC_PRINT_H
#define LANG_EXEC_EXEC_PRINT_H

#include "lang/exec/print_rows.h"

/* What one PRINT is about. */
struct print {
    const struct statement *statement;
    struct print_settings set;
    struct print_rows rows;
};

/* Pictures one below the other, or on a sheet. */
enum err_code print_pictures(struct context *c, struct print *p, struct err *e);

/* Views of the first pictures, as BUILD would draw them. */
enum err_code print_views(struct context *c, struct print *p, struct err *e);

/* The query's picture and each result side by side, with what makes their score. */
enum err_code print_explained(struct context *c, struct print *p, struct err *e);

#endif
