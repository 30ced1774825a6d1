/* Folders of pictures into tables. */
#ifndef LANG_DATA_FOLDER_H
#define LANG_DATA_FOLDER_H

#include "base/buf.h"
#include "base/err.h"
#include "lang/data/import.h"

/* What was left out on the way. */
struct folder_report {
    long long pictures;
    long long foreign;          /* files that are no pictures */
    struct buf first_foreign;   /* the first of them, as the table would have its path */
    long long unreadable;       /* folders */
    struct buf unreadable_list; /* the first of them, each with why: 'a/b' (Permission denied), … */
};

void folder_report_release(struct folder_report *r);

/* One row for each JPEG and PNG file (by its name's ending) in the folder at `path` and below it, in the order of
 * names: image_path (`given` and the way from there), filename, and label, the name of the folder that it is in, NULL
 * for those at the top. Hidden files and folders are left out. Links are followed, but to no folder that is being read
 * already, nor twice to the same. ERR_VALUE if there is no picture; *report is filled in any case. */
enum err_code folder_load(const char *path, const char *given, const struct import_target *to,
                          struct folder_report *report, struct err *e);

#endif
