/* Tables that a statement leaves behind (OPTIONS (table_name=…)): filled while it runs, and put in their place when it
 * has succeeded, since a SELECT around a CONVERT may fail after it, and EXPLAIN changes nothing. */
#ifndef LANG_EXEC_KEEPS_H
#define LANG_EXEC_KEEPS_H

#include "lang/exec/relation.h"
#include "lang/store/registry.h"

struct kept {
    const char *name;               /* of the table, which is replaced */
    const char *from, *definitions; /* one of keeps_new_table(), whose rows it gets in the order they were written */
    const char *more;               /* SQL for the same transaction, or NULL */
    struct vectors_record vectors;  /* what made its vectors; .column NULL: nothing is noted */
};

struct keeps {
    struct relation tables; /* owns the temporary tables until the statement is over */
    struct kept_row {
        struct kept what;
        struct kept_row *next;
    } * first, **last;
};

void keeps_init(struct keeps *k);

/* The relation whose temporary tables live until the statement is over. */
struct relation *keeps_tables(struct context *c);

/* Put a table in its place later. The strings must live as long as the cell. */
enum err_code keeps_add(struct context *c, const struct kept *what, struct err *e);

/* The end of a statement: with no error in *e, and if `wanted`, the tables are written, in one transaction. Drops the
 * temporary ones in any case. */
enum err_code keeps_finish(struct context *c, bool wanted, struct err *e);

#endif
