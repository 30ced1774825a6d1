/* Finding the workspace, and what paths mean in it. */
#include "lang/data/workspace.h"

#include "base/file.h"

#include <dirent.h>
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
    const char *own = path[0] == '~' && (path[1] == '/' || !path[1]) ? getenv("HOME") : NULL;
    if (own && own[0] == '/') {
        return arena_printf(a, "%s%s", own, path + 1);
    }
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

void workspace_suggest(const char *path, struct suggest *near, struct arena *a) {
    enum { MOST_FILES = 20000 };
    const char *slash = strrchr(path, '/');
    const char *folder = arena_strndup(a, path, slash ? (size_t)(slash - path) + 1 : 0);
    DIR *d = folder && *folder ? opendir(folder) : NULL;
    struct dirent *entry;
    suggest_begin(near, slash ? slash + 1 : path);
    for (int n = 0; d && n < MOST_FILES && (entry = readdir(d)); n++) {
        if (entry->d_name[0] != '.') {
            suggest_offer(near, entry->d_name);
        }
    }
    if (d) {
        closedir(d);
    }
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
