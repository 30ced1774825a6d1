/* A walk in the order of names. A link may lead to a folder that is on the way from the top, or that another link led
 * to: such are not entered, so each link adds at most one walk over a tree without links. */
#include "lang/data/folder.h"

#include "base/utf8.h"
#include "lang/data/column_types.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum {
    MOST_NAMED = 5,
    MOST_SHOWN = 120, /* bytes of a path in a message */
    FILES_BETWEEN_CHECKS = 256
};

/* A folder on the way from the top. */
struct ancestor {
    dev_t device;
    ino_t inode;
    const struct ancestor *above;
};

struct walk {
    const struct folder_visit *visit;
    struct folder_report *report;
    struct buf path, shown;  /* of the folder or file at hand: on this machine, and in the table */
    struct ancestor *linked; /* folders that links led to */
    size_t linked_count, linked_room;
    struct err *e;
};

void folder_report_release(struct folder_report *r) {
    buf_release(&r->first_foreign);
    buf_release(&r->unreadable_list);
}

static bool is_picture(const struct folder_visit *v, const char *name) {
    static const char *const endings[] = {".jpg", ".jpeg", ".png"};
    const char *dot = strrchr(name, '.');
    if (v->is_picture) {
        return v->is_picture(v->user, name);
    }
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(dot, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The path at hand; of a long one its end. */
static void add_shown(const struct walk *w, struct buf *out) {
    const char *path = buf_text(&w->shown);
    size_t skip = w->shown.len > MOST_SHOWN ? w->shown.len - MOST_SHOWN : 0;
    while (skip > 0 && ((unsigned char)path[skip] & 0xC0) == 0x80) {
        skip++;
    }
    buf_str(out, skip > 0 ? "…" : "");
    buf_utf8(out, path + skip, w->shown.len - skip);
}

static void note_foreign(struct walk *w) {
    if (w->report->foreign++ == 0) {
        add_shown(w, &w->report->first_foreign);
    }
}

static void note_unreadable(struct walk *w, int error) {
    struct folder_report *r = w->report;
    if (r->unreadable++ < MOST_NAMED) {
        buf_str(&r->unreadable_list, r->unreadable_list.len > 0 ? ", '" : "'");
        add_shown(w, &r->unreadable_list);
        buf_printf(&r->unreadable_list, "' (%s)", strerror(error));
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(char **names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
}

/* The names in the folder that are not hidden, sorted; the caller frees them. */
static bool read_names(struct walk *w, char ***out, size_t *count) {
    DIR *folder = opendir(buf_text(&w->path));
    size_t room = 0;
    struct dirent *entry;
    *out = NULL;
    *count = 0;
    if (!folder) {
        note_unreadable(w, errno);
        return false;
    }
    while (w->e->code == ERR_OK && (errno = 0, entry = readdir(folder))) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (*count == room) {
            room = room ? room * 2 : 64;
            char **grown = realloc(*out, room * sizeof *grown);
            if (!grown) {
                err_nomem(w->e);
                break;
            }
            *out = grown;
        }
        if (!((*out)[*count] = strdup(entry->d_name))) {
            err_nomem(w->e);
        } else if (++*count % FILES_BETWEEN_CHECKS == 0 && stop_requested(w->visit->stop)) {
            err_interrupt(w->e);
        }
    }
    if (w->e->code == ERR_OK && errno != 0) {
        note_unreadable(w, errno);
    }
    closedir(folder);
    if (*count > 1) {
        qsort(*out, *count, sizeof **out, by_name);
    }
    return w->e->code == ERR_OK;
}

static bool is_above(const struct ancestor *here, const struct stat *about) {
    while (here && (here->device != about->st_dev || here->inode != about->st_ino)) {
        here = here->above;
    }
    return here != NULL;
}

/* Whether no link has led to the folder yet; it is noted. */
static bool is_new_link(struct walk *w, const struct stat *about) {
    for (size_t i = 0; i < w->linked_count; i++) {
        if (w->linked[i].device == about->st_dev && w->linked[i].inode == about->st_ino) {
            return false;
        }
    }
    if (w->linked_count == w->linked_room) {
        size_t room = w->linked_room ? w->linked_room * 2 : 16;
        struct ancestor *grown = realloc(w->linked, room * sizeof *grown);
        if (!grown) {
            err_nomem(w->e);
            return false;
        }
        w->linked = grown;
        w->linked_room = room;
    }
    w->linked[w->linked_count++] = (struct ancestor){about->st_dev, about->st_ino, NULL};
    return true;
}

static void add_picture(struct walk *w, const char *name, const char *label) {
    if (!utf8_valid(w->shown.data, w->shown.len)) {
        note_foreign(w); /* the store holds UTF-8 only */
        return;
    }
    w->report->pictures++;
    w->visit->take(w->visit->user, w->shown.data, name, label, w->e);
}

static void walk_folder(struct walk *w, const struct ancestor *here, const char *label);

static void take_entry(struct walk *w, const struct ancestor *here, const char *name, const char *label) {
    struct stat about, link;
    if (!buf_ok(&w->path) || !buf_ok(&w->shown)) {
        err_nomem(w->e);
        return;
    }
    if (lstat(w->path.data, &link) != 0) {
        note_unreadable(w, errno);
        return;
    }
    if (stat(w->path.data, &about) != 0) { /* a link to nowhere */
        note_foreign(w);
        return;
    }
    if (S_ISDIR(about.st_mode)) {
        const struct ancestor next = {about.st_dev, about.st_ino, here};
        if (!is_above(here, &about) && (!S_ISLNK(link.st_mode) || is_new_link(w, &about))) {
            walk_folder(w, &next, name);
        }
    } else if (S_ISREG(about.st_mode) && is_picture(w->visit, name)) {
        add_picture(w, name, label);
    } else {
        note_foreign(w);
    }
    if (stop_requested(w->visit->stop)) {
        err_interrupt(w->e);
    }
}

static void cut(struct buf *b, size_t len) {
    if (buf_ok(b)) {
        b->len = len;
        b->data[len] = '\0';
    }
}

static void walk_folder(struct walk *w, const struct ancestor *here, const char *label) {
    char **names;
    size_t count, path = w->path.len, shown = w->shown.len;
    if (read_names(w, &names, &count)) {
        for (size_t i = 0; i < count && w->e->code == ERR_OK; i++) {
            buf_printf(&w->path, "/%s", names[i]);
            buf_printf(&w->shown, "%s%s", shown > 0 && w->shown.data[shown - 1] == '/' ? "" : "/", names[i]);
            take_entry(w, here, names[i], label);
            cut(&w->path, path);
            cut(&w->shown, shown);
        }
    }
    free_names(names, count);
}

enum err_code folder_walk(const char *path, const char *given, const struct folder_visit *v,
                          struct folder_report *report, struct err *e) {
    struct walk w = {.visit = v, .report = report, .e = e};
    struct stat about;
    if (stat(path, &about) != 0) {
        return err_set(e, ERR_FILE, "the folder '%s' cannot be read: %s", path, strerror(errno));
    }
    const struct ancestor top = {about.st_dev, about.st_ino, NULL};
    buf_str(&w.path, path);
    buf_str(&w.shown, *given ? given : ".");
    if (!buf_ok(&w.path) || !buf_ok(&w.shown)) {
        err_nomem(e);
    } else {
        walk_folder(&w, &top, NULL);
    }
    buf_release(&w.path);
    buf_release(&w.shown);
    free(w.linked);
    return e->code;
}

static struct value text_value(const char *text) {
    return (struct value){.type = text ? VALUE_TEXT : VALUE_NULL, .text = text, .length = text ? strlen(text) : 0};
}

struct loading {
    struct import import;
    long long rows;
};

static enum err_code add_row(void *user, const char *shown, const char *name, const char *label, struct err *e) {
    struct loading *l = user;
    struct value row[] = {text_value(shown), text_value(name), text_value(label)};
    /* A table that is appended to may have labels that are numbers. */
    for (size_t i = 0; i < 3; i++) {
        enum value_type type = l->import.types[i];
        const char *text = row[i].text;
        if (row[i].type == VALUE_TEXT && type != VALUE_TEXT && !column_type_value(type, text, row[i].length, &row[i])) {
            err_set(e, ERR_VALUE, "'%s': '%.60s' is not %s, as the column of the table has", shown, text,
                    import_type_word(type));
            import_hint_misfit(e);
            return e->code;
        }
    }
    if (import_row(&l->import, row, e) != ERR_OK) {
        import_place(e, "'%s'", shown);
    }
    if (++l->rows % FILES_BETWEEN_CHECKS == 0) {
        import_tell(&l->import, (double)l->rows, 0, false);
    }
    return e->code;
}

enum err_code folder_load(const char *path, const char *given, const struct import_target *to,
                          struct folder_report *report, struct err *e) {
    static const char *const names[] = {"image_path", "filename", "label"};
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT, VALUE_TEXT};
    struct loading l = {.rows = 0};
    const struct folder_visit visit = {.take = add_row, .user = &l, .stop = to->stop};
    import_init(&l.import, to, "files");
    if (import_begin(&l.import, names, types, 3, e) == ERR_OK) {
        folder_walk(path, given, &visit, report, e);
    }
    if (e->code == ERR_OK && report->pictures == 0) {
        char others[60] = "";
        if (report->foreign > 0) {
            snprintf(others, sizeof others, ", but %lld other %s", report->foreign,
                     report->foreign == 1 ? "file" : "files");
        }
        err_set(e, ERR_VALUE, "the folder '%s' has no pictures (.jpg, .jpeg or .png)%s%s%s", path, others,
                report->unreadable ? "; these could not be read: " : "", buf_text(&report->unreadable_list));
        err_hint(e, "COPY reads a folder's pictures, also those in folders inside it; a CSV file is read by its name");
    }
    if (e->code == ERR_OK) {
        import_tell(&l.import, (double)l.rows, (double)l.rows, true);
    }
    import_release(&l.import);
    return e->code;
}
