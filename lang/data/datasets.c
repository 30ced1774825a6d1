/* The catalogue, and the one way a dataset comes into the workspace: it is made in a temporary folder beside its place
 * and moved there when it is whole. A failure at any point leaves the old one as it was, and nothing else. */
#include "lang/data/datasets.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/suggest.h"
#include "lang/data/digits.h"
#include "lang/data/hosted.h"
#include "lang/data/mnist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "thanosql-dataset"
#define MIRROR "THANOSQL_DATASET_MIRROR"
enum { MOST_NAME = 64 };

/* What a recipe needs. */
struct making {
    const char *name, *mirror; /* mirror: NULL where none is set; without a slash at its end */
    const char *work;          /* an empty folder for what is only needed meanwhile */
    const char *made;          /* where the dataset is to be; not there yet */
    struct stop *stop;
    const struct sink *out;
};

static enum err_code make_mnist(const struct making *m, struct err *e) {
    struct mnist_source sources[1 + MNIST_PUBLIC_SOURCES];
    size_t count = 0;
    struct buf base = BUF_INIT;
    if (m->mirror) {
        buf_printf(&base, "%s/mnist", m->mirror);
        sources[count++] = (struct mnist_source){.base = buf_text(&base), .told = true};
    }
    memcpy(sources + count, mnist_public_sources, sizeof mnist_public_sources);
    count += MNIST_PUBLIC_SOURCES;
    if (!buf_ok(&base)) {
        err_nomem(e);
    } else if (file_make_folders(m->made, e) == ERR_OK) {
        mnist_make(sources, count, m->work, m->made, m->stop, m->out, e);
    }
    buf_release(&base);
    return e->code;
}

static enum err_code make_digits(const struct making *m, struct err *e) {
    return file_make_folders(m->made, e) == ERR_OK ? digits_make(m->made, m->stop, e) : e->code;
}

static const struct entry {
    struct dataset dataset;
    enum err_code (*make)(const struct making *m, struct err *e);
    const char *note; /* said when it is made; NULL: nothing */
} catalogue[] = {
    {{"mnist_data", "image", "1,000 + 200 handwritten digits out of MNIST, 28 x 28 grey"}, make_mnist, NULL},
    {{"digits_data", "image", "1,000 + 200 digits drawn by this program (not MNIST), 28 x 28 grey; needs no network"},
     make_digits,
     "digits_data holds digits drawn by this program. It is not MNIST: use it to try things out, not to compare.\n"},
};
enum { CATALOGUE = sizeof catalogue / sizeof catalogue[0] };

const struct dataset *dataset_at(size_t index) {
    return index < CATALOGUE ? &catalogue[index].dataset : NULL;
}

static const struct entry *find_entry(const char *name) {
    for (size_t i = 0; i < CATALOGUE; i++) {
        if (strcmp(catalogue[i].dataset.name, name) == 0) {
            return &catalogue[i];
        }
    }
    return NULL;
}

static bool is_hosted(const char *name) {
    const char *known = NULL;
    for (size_t i = 0; (known = hosted_at(i)) && strcmp(known, name) != 0; i++) {
    }
    return known != NULL;
}

/* A name becomes part of paths and addresses. */
static bool is_plain(const char *name) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t len = strlen(name);
    return len > 0 && len <= MOST_NAME && strspn(name, allowed) == len;
}

static enum err_code unknown(const char *name, bool mirrored, struct err *e) {
    struct suggest near;
    suggest_begin(&near, name);
    for (size_t i = 0; i < CATALOGUE; i++) {
        suggest_offer(&near, catalogue[i].dataset.name);
    }
    const char *known = NULL;
    for (size_t i = 0; (known = hosted_at(i)); i++) {
        suggest_offer(&near, known);
    }
    err_set(e, ERR_NOT_FOUND, "there is no dataset '%.*s'%s", MOST_NAME, name,
            mirrored ? ", neither here nor in " MIRROR : "");
    return near.best[0] ? err_hint(e, "did you mean %s?", near.best)
                        : err_hint(e, "LIST THANOSQL DATASET shows what there is");
}

/* Everything that is not in the catalogue. */
static enum err_code make_hosted(const struct making *m, struct err *e) {
    struct err why = ERR_INIT;
    bool asked = m->mirror && is_plain(m->name);
    if (asked && hosted_make(m->mirror, m->name, m->work, m->made, m->stop, m->out, &why) == ERR_OK) {
        return ERR_OK;
    }
    if (asked && why.code != ERR_NOT_FOUND) {
        *e = why;
        return e->code;
    }
    if (!is_hosted(m->name)) {
        return unknown(m->name, asked, e);
    }
    err_set(e, ERR_NOT_FOUND, "the dataset %s is known, but %s", m->name,
            asked ? MIRROR " does not have it" : "no public source has it");
    return err_hint(e,
                    "set " MIRROR " to a folder or address that holds %s.tar.gz (or .tgz, .zip) with a folder of "
                    "that name inside",
                    m->name);
}

/* The paths of one GET: <parent> is <root>/thanosql-dataset, <staging> a temporary folder in it. */
struct places {
    struct buf parent, target, staging, work, made, old;
    bool keep_staging; /* it holds the only copy of the old one */
};

static void places_release(struct places *p) {
    struct buf *all[] = {&p->parent, &p->target, &p->staging, &p->work, &p->made, &p->old};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        buf_release(all[i]);
    }
}

static enum err_code make_staging(struct places *p, const char *name, struct err *e) {
    buf_printf(&p->staging, "%s/.%.*s.XXXXXX", buf_text(&p->parent), MOST_NAME, is_plain(name) ? name : "dataset");
    if (!buf_ok(&p->staging)) {
        return err_nomem(e);
    }
    if (file_make_folders(p->parent.data, e) != ERR_OK) {
        return e->code;
    }
    if (!mkdtemp(p->staging.data)) {
        return err_set(e, ERR_FILE, "cannot make a folder in '%s': %s", p->parent.data, strerror(errno));
    }
    buf_printf(&p->work, "%s/work", p->staging.data);
    buf_printf(&p->made, "%s/made", p->staging.data);
    buf_printf(&p->old, "%s/old", p->staging.data);
    if (!buf_ok(&p->work) || !buf_ok(&p->made) || !buf_ok(&p->old)) {
        return err_nomem(e);
    }
    return file_make_folders(p->work.data, e);
}

/* The old one steps aside, into the staging folder, and comes back if the new one cannot take its place. */
static enum err_code put_in_place(struct places *p, struct err *e) {
    bool had_old = rename(p->target.data, p->old.data) == 0;
    if (!had_old && errno != ENOENT) {
        return err_set(e, ERR_FILE, "cannot replace '%s': %s", p->target.data, strerror(errno));
    }
    if (rename(p->made.data, p->target.data) != 0) {
        err_set(e, ERR_FILE, "cannot put the dataset at '%s': %s", p->target.data, strerror(errno));
        if (had_old && rename(p->old.data, p->target.data) != 0) {
            p->keep_staging = true;
            err_hint(e, "the old one could not be put back: it is in '%s'", p->old.data);
        }
    }
    return e->code;
}

static enum err_code get_into(struct places *p, struct making *m, const struct entry *entry, struct err *e) {
    bool had_parent = file_is_folder(p->parent.data);
    if (make_staging(p, m->name, e) == ERR_OK) {
        m->work = p->work.data;
        m->made = p->made.data;
        if ((entry ? entry->make(m, e) : make_hosted(m, e)) == ERR_OK) {
            if (stop_requested(m->stop)) {
                err_interrupt(e);
            } else {
                put_in_place(p, e);
            }
        }
    }
    if (p->staging.len > 0 && buf_ok(&p->staging) && !p->keep_staging) {
        struct err ignored = ERR_INIT;
        file_remove_tree(p->staging.data, &ignored);
    }
    if (e->code != ERR_OK && !had_parent) {
        rmdir(p->parent.data);
    }
    return e->code;
}

/* The mirror's name without slashes at its end, or NULL where none is set. */
static const char *read_mirror(struct buf *kept) {
    const char *mirror = getenv(MIRROR);
    size_t len = mirror ? strlen(mirror) : 0;
    while (len > 1 && mirror[len - 1] == '/') {
        len--;
    }
    buf_add(kept, mirror ? mirror : "", len);
    return len > 0 ? buf_text(kept) : NULL;
}

enum err_code dataset_get(const char *root, const char *name, bool overwrite, struct stop *stop, const struct sink *out,
                          struct err *e) {
    struct places p = {.parent = BUF_INIT};
    struct buf mirror = BUF_INIT;
    const struct entry *entry = find_entry(name);
    struct making m = {.name = name, .mirror = read_mirror(&mirror), .stop = stop, .out = out};
    struct stat st;
    buf_printf(&p.parent, "%s/" FOLDER, root);
    buf_printf(&p.target, "%s/" FOLDER "/%s", root, name);
    if (!buf_ok(&p.parent) || !buf_ok(&p.target) || !buf_ok(&mirror)) {
        err_nomem(e);
    } else if (!entry && (!is_plain(name) || (!m.mirror && !is_hosted(name)))) {
        unknown(name, false, e);
    } else if (!overwrite && lstat(p.target.data, &st) == 0) {
        err_set(e, ERR_EXISTS, "the dataset %s is here already, in " FOLDER "/%s", name, name);
        err_hint(e, "write OPTIONS (overwrite=True) to get it again");
    } else if (get_into(&p, &m, entry, e) == ERR_OK && entry && entry->note && out && out->text) {
        out->text(out->user, entry->note, strlen(entry->note));
    }
    places_release(&p);
    buf_release(&mirror);
    return e->code;
}
