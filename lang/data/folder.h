/* Folders of pictures into tables. */
#ifndef LANG_DATA_FOLDER_H
#define LANG_DATA_FOLDER_H

#include "base/buf.h"
#include "base/err.h"
#include "lang/data/import.h"

#include <stdbool.h>

/* What was left out on the way. */
struct folder_report {
    long long pictures;
    long long foreign;          /* files that are no pictures */
    struct buf first_foreign;   /* the first of them, as the table would have its path */
    long long unreadable;       /* folders and files */
    struct buf unreadable_list; /* the first of them, each with why: 'a/b' (Permission denied), … */
};

void folder_report_release(struct folder_report *r);

/* What becomes of a folder's pictures, one at a time. */
struct folder_visit {
    bool (*is_picture)(void *user, const char *name); /* told by the name; NULL: JPEG and PNG by their endings */
    enum err_code (*take)(void *user, const char *shown, const char *name, const char *label, struct err *e);
    void *user;
    struct stop *stop;
};

/* Call v->take for each picture in the folder at `path` and below it, in the order of names: with its path as a table
 * would have it (`given` and the way from there), its name, and the name of the folder that it is in, NULL for those at
 * the top. Hidden files and folders are left out. Links are followed, but to no folder that is being read already, nor
 * twice to the same. *report is filled in any case. */
enum err_code folder_walk(const char *path, const char *given, const struct folder_visit *v,
                          struct folder_report *report, struct err *e);

/* One row for each JPEG and PNG file of a walk: image_path, filename and label. ERR_VALUE if there is none. */
enum err_code folder_load(const char *path, const char *given, const struct import_target *to,
                          struct folder_report *report, struct err *e);

#endif
