/* What a session remembers from cell to cell, beside the workspace: settings and variables. */
#ifndef LANG_EXEC_NOTEBOOK_H
#define LANG_EXEC_NOTEBOOK_H

#include "lang/data/workspace.h"
#include "lang/exec/settings.h"
#include "lang/exec/variables.h"

struct notebook {
    const struct workspace *workspace;
    struct settings settings;
    struct variables variables;
    struct result_view view; /* what the settings say */
    struct thumbnails thumbnails;
};

/* The workspace is borrowed, and the notebook must stay where it is. */
void notebook_init(struct notebook *n, const struct workspace *w);
void notebook_release(struct notebook *n);

/* Tell the sink how to show what follows: before a cell, and after a change. */
void notebook_show_view(struct notebook *n, const struct sink *out);

#endif
