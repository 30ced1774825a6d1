/* The names that completion may offer: models, tables, columns, datasets, options, files. */
#ifndef LANG_EXEC_NAMES_H
#define LANG_EXEC_NAMES_H

#include "base/arena.h"
#include "lang/data/workspace.h"
#include "lang/exec/notebook.h"
#include "lang/store/store.h"
#include "lang/syntax/completion.h"

struct names {
    struct store *store; /* NULL: there is none yet, so no models, tables and columns */
    const struct workspace *workspace;
    const struct notebook *notebook;
    struct arena *arena;
};

/* The vocabulary that reads from *names, which must outlive it. */
struct vocabulary names_vocabulary(struct names *names);

#endif
