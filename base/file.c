/* Files over POSIX calls; every failure says which path and why. */
#include "base/file.h"

#include "base/draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err_code failed(struct err *e, const char *doing, const char *path) {
    return err_set(e, ERR_FILE, "cannot %s '%s': %s", doing, path, strerror(errno));
}

static enum err_code read_open(int fd, const char *path, size_t most, struct buf *out, struct err *e) {
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return failed(e, "read", path);
    }
    if (!S_ISREG(st.st_mode)) { /* a device or a pipe may never end */
        return err_set(e, ERR_FILE, "cannot read '%s': it is %s", path, S_ISDIR(st.st_mode) ? "a folder" : "no file");
    }
    for (size_t total = 0;;) {
        size_t room = 65536;
        if (st.st_size > 0 && (size_t)st.st_size + 1 > total + room && (size_t)st.st_size <= most) {
            room = (size_t)st.st_size + 1 - total;
        }
        char *at = buf_reserve(out, room);
        if (!at) {
            return err_nomem(e);
        }
        ssize_t n = read(fd, at, room);
        if (n < 0 && errno != EINTR) {
            return failed(e, "read", path);
        }
        if (n == 0) {
            return ERR_OK;
        }
        if (n > 0) {
            total += (size_t)n;
            out->len += (size_t)n;
            out->data[out->len] = '\0';
        }
        if (total > most) {
            return err_set(e, ERR_FILE, "'%s' is larger than %zu bytes", path, most);
        }
    }
}

enum err_code file_read(const char *path, size_t most, struct buf *out, struct err *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return failed(e, "read", path);
    }
    read_open(fd, path, most, out, e);
    close(fd);
    return e->code;
}

static enum err_code write_file(const char *path, const void *bytes, size_t len, bool replace, struct err *e) {
    struct draft d = DRAFT_INIT;
    if (draft_begin(&d, path, e) == ERR_OK && draft_write(&d, bytes, len, e) == ERR_OK) {
        draft_place(&d, replace, e);
    }
    draft_discard(&d);
    return e->code;
}

enum err_code file_replace(const char *path, const void *bytes, size_t len, struct err *e) {
    return write_file(path, bytes, len, true, e);
}

enum err_code file_create(const char *path, const void *bytes, size_t len, struct err *e) {
    return write_file(path, bytes, len, false, e);
}

enum err_code file_make_folders(const char *path, struct err *e) {
    char *copy = strdup(path);
    if (!copy) {
        return err_nomem(e);
    }
    for (char *p = copy + 1; e->code == ERR_OK; p++) {
        if (*p == '/' || *p == '\0') {
            char kept = *p;
            *p = '\0';
            if (mkdir(copy, 0777) != 0 && !(errno == EEXIST && file_is_folder(copy))) {
                failed(e, "make the folder", copy);
            }
            *p = kept;
            if (!kept) {
                break;
            }
        }
    }
    free(copy);
    return e->code;
}

static enum err_code remove_entry(const char *path, struct err *e);

static enum err_code remove_entries(DIR *folder, const char *path, struct err *e) {
    for (struct dirent *entry; e->code == ERR_OK && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        struct buf child = BUF_INIT;
        buf_printf(&child, "%s/%s", path, entry->d_name);
        if (buf_ok(&child)) {
            remove_entry(child.data, e);
        } else {
            err_nomem(e);
        }
        buf_release(&child);
    }
    return e->code;
}

static enum err_code remove_entry(const char *path, struct err *e) {
    struct stat st;
    if (lstat(path, &st) != 0) {
        return errno == ENOENT ? ERR_OK : failed(e, "remove", path);
    }
    if (!S_ISDIR(st.st_mode)) {
        return unlink(path) == 0 || errno == ENOENT ? ERR_OK : failed(e, "remove", path);
    }
    DIR *folder = opendir(path);
    if (!folder) {
        return failed(e, "remove", path);
    }
    remove_entries(folder, path, e);
    closedir(folder);
    if (e->code == ERR_OK && rmdir(path) != 0) {
        failed(e, "remove", path);
    }
    return e->code;
}

enum err_code file_remove_tree(const char *path, struct err *e) {
    return remove_entry(path, e);
}

bool file_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
