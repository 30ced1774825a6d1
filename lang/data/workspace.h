/* The workspace: the folder that a notebook's paths, datasets, tables and models live in. */
#ifndef LANG_DATA_WORKSPACE_H
#define LANG_DATA_WORKSPACE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/suggest.h"

#include <stddef.h>

struct workspace {
    char *root; /* absolute, no slash at the end (but "/" itself) */
};

/* `given`, else $THANOSQL_WORKSPACE, else the nearest parent folder that has .thanosql/, else the current folder. */
enum err_code workspace_init(struct workspace *w, const char *given, struct err *e);
void workspace_release(struct workspace *w);

/* The absolute path that a path of a cell or table means: relative ones are relative to the root, and the hosted
 * service's home, /home/jovyan/, is the root (unless this machine has such a file); ~ and ~/… are in $HOME. In the
 * arena; NULL: no memory. */
const char *workspace_resolve(const struct workspace *w, struct arena *a, const char *path);

/* Begin *near with the last part of an absolute path that is not there, and offer what its folder has. */
void workspace_suggest(const char *path, struct suggest *near, struct arena *a);

/* <root>/.thanosql/<name>, its folder made. NULL with *e set on failure. */
const char *workspace_private(const struct workspace *w, struct arena *a, const char *name, struct err *e);

#endif
