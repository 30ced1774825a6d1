/* Finding the workspace, and what paths mean in it. */
#include "lang/data/workspace.h"

#include "base/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char hosted_home[] = "/home/jovyan";

/* The nearest folder upwards from `from` with .thanosql/ in it; `from` itself if there is none. */
static char *nearest_parent(const char *from) {
    char *found = NULL, *at = strdup(from);
    while (at && !found) {
        struct buf mark = BUF_INIT;
        buf_printf(&mark, "%s/.thanosql", at);
        if (buf_ok(&mark) && file_is_folder(mark.data)) {
            found = strdup(at);
        }
        buf_release(&mark);
        char *slash = strrchr(at, '/');
        if (!slash || slash == at) {
            break;
        }
        *slash = '\0';
    }
    free(at);
    return found ? found : strdup(from);
}

enum err_code workspace_init(struct workspace *w, const char *given, struct err *e) {
    const char *wanted = given ? given : getenv("THANOSQL_WORKSPACE");
    char here[PATH_MAX];
    if (wanted && *wanted) {
        struct err ignored = ERR_INIT;
        file_make_folders(wanted, &ignored);
        if (!realpath(wanted, here)) {
            return err_set(e, ERR_FILE, "the workspace folder '%s' cannot be used", wanted);
        }
        w->root = strdup(here);
    } else {
        if (!getcwd(here, sizeof here)) {
            return err_set(e, ERR_FILE, "the current folder is gone, so there is no workspace");
        }
        w->root = nearest_parent(here);
    }
    return w->root ? ERR_OK : err_nomem(e);
}

void workspace_release(struct workspace *w) {
    free(w->root);
    w->root = NULL;
}

const char *workspace_resolve(const struct workspace *w, struct arena *a, const char *path) {
    size_t home = sizeof hosted_home - 1;
    if (strncmp(path, hosted_home, home) == 0 && (path[home] == '/' || !path[home]) && !file_exists(path)) {
        path += home;
        path += strspn(path, "/");
        path = *path ? path : ".";
    } else if (path[0] == '/') {
        return arena_strdup(a, path);
    }
    while (path[0] == '.' && path[1] == '/') {
        path += 2;
    }
    return arena_printf(a, "%s/%s", strcmp(w->root, "/") == 0 ? "" : w->root, path);
}

const char *workspace_private(const struct workspace *w, struct arena *a, const char *name, struct err *e) {
    char *path = arena_printf(a, "%s/.thanosql/%s", strcmp(w->root, "/") == 0 ? "" : w->root, name);
    char *folder = path ? arena_strndup(a, path, (size_t)(strrchr(path, '/') - path)) : NULL;
    if (!folder) {
        err_nomem(e);
        return NULL;
    }
    if (file_make_folders(folder, e) != ERR_OK) {
        err_hint(e, "the workspace must be writable; set THANOSQL_WORKSPACE to a folder that is");
        return NULL;
    }
    return path;
}
