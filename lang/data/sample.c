/* Pictures are encoded and written on all cores. Nothing is synced to the disk: the folder is a copy that can be made
 * again, and a thousand syncs would cost more than the rest of the recipe. */
#include "lang/data/sample.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/parallel.h"
#include "ml/image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { QUALITY = 95, GRAIN = 16 };

struct writing {
    const struct sample *s;
    const char *folder;
    struct stop *stop;
    pthread_mutex_t lock; /* over e */
    struct err *e;
};

static enum err_code write_new(const char *path, const struct buf *bytes, struct err *e) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool written = fd >= 0;
    for (size_t at = 0; written && at < bytes->len;) {
        ssize_t n = write(fd, bytes->data + at, bytes->len - at);
        written = n >= 0 || errno == EINTR;
        at += n > 0 ? (size_t)n : 0;
    }
    int cause = errno;
    if (fd >= 0 && close(fd) != 0 && written) {
        written = false;
        cause = errno;
    }
    return written ? ERR_OK : err_set(e, ERR_FILE, "cannot write '%s': %s", path, strerror(cause));
}

static enum err_code write_picture(const struct writing *w, size_t index, struct buf *path, struct buf *jpeg,
                                   unsigned char *pixels, struct err *e) {
    const struct sample *s = w->s;
    struct image picture = {.width = SAMPLE_SIDE, .height = SAMPLE_SIDE, .channels = 1, .pixels = pixels};
    memcpy(pixels, s->pixels + index * SAMPLE_PIXELS, SAMPLE_PIXELS);
    buf_clear(path);
    buf_clear(jpeg);
    buf_printf(path, "%s/%s/%d.jpg", w->folder, s->split, s->rows[index].number);
    if (!buf_ok(path)) {
        return err_nomem(e);
    }
    return image_encode_jpeg(&picture, QUALITY, jpeg, e) == ERR_OK ? write_new(path->data, jpeg, e) : e->code;
}

static void write_pictures(void *user, size_t begin, size_t end) {
    struct writing *w = user;
    struct buf path = BUF_INIT, jpeg = BUF_INIT;
    struct err e = ERR_INIT;
    unsigned char pixels[SAMPLE_PIXELS];
    for (size_t i = begin; i < end && e.code == ERR_OK; i++) {
        if (stop_requested(w->stop)) {
            err_interrupt(&e);
        } else {
            write_picture(w, i, &path, &jpeg, pixels, &e);
        }
    }
    if (e.code != ERR_OK) {
        pthread_mutex_lock(&w->lock);
        if (w->e->code == ERR_OK) {
            *w->e = e;
        }
        pthread_mutex_unlock(&w->lock);
    }
    buf_release(&path);
    buf_release(&jpeg);
}

static enum err_code write_table(const struct sample *s, const char *folder, struct err *e) {
    struct buf path = BUF_INIT, text = BUF_INIT;
    buf_printf(&path, "%s/%s_%s.csv", folder, s->prefix, s->split);
    buf_str(&text, "image_path,filename,label\n");
    for (size_t i = 0; i < s->count; i++) {
        int number = s->rows[i].number;
        buf_printf(&text, "thanosql-dataset/%s/%s/%d.jpg,%d.jpg,%d\n", s->dataset, s->split, number, number,
                   s->rows[i].label);
    }
    if (buf_ok(&path) && buf_ok(&text)) {
        write_new(path.data, &text, e);
    } else {
        err_nomem(e);
    }
    buf_release(&path);
    buf_release(&text);
    return e->code;
}

enum err_code sample_write(const struct sample *s, const char *folder, struct stop *stop, struct err *e) {
    struct buf path = BUF_INIT;
    buf_printf(&path, "%s/%s", folder, s->split);
    if (!buf_ok(&path)) {
        err_nomem(e);
    } else if (file_make_folders(path.data, e) == ERR_OK) {
        struct writing w = {.s = s, .folder = folder, .stop = stop, .lock = PTHREAD_MUTEX_INITIALIZER, .e = e};
        parallel_for(s->count, GRAIN, write_pictures, &w);
        pthread_mutex_destroy(&w.lock);
    }
    buf_release(&path);
    return e->code == ERR_OK ? write_table(s, folder, e) : e->code;
}
