/* JPEG through libjpeg-turbo, whose one room this is. libjpeg reports errors by a callback that must not return; the
 * jump it needs starts and ends in this file: struct codec keeps everything that must outlive the jump, one function
 * sets the jump and calls the one that works. Warnings about missing or damaged data are errors here, since a picture
 * that is half grey would be embedded and found as if it were whole. */
#include "ml/image/codec.h"

#include "base/buf.h"
#include "ml/image/orientation.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/* A progressive file may hold any number of scans over the whole picture; no encoder writes more than a few dozen. */
#define SCANS_MOST 500

/* First in struct reader and struct writer, so that the callbacks find it from the library's pointer. */
struct failure {
    struct jpeg_error_mgr manager;
    jmp_buf jump;
    struct err *e;
};

static _Noreturn void fail(struct failure *f, j_common_ptr library) {
    char text[JMSG_LENGTH_MAX];
    if (f->manager.msg_code == JERR_OUT_OF_MEMORY) {
        err_nomem(f->e);
    } else {
        f->manager.format_message(library, text);
        err_set(f->e, ERR_IMAGE, "damaged JPEG: %s", text);
    }
    longjmp(f->jump, 1);
}

static void on_error(j_common_ptr library) {
    fail((struct failure *)library->err, library);
}

/* level -1 is a warning, 0 and above is chatter. */
static void on_message(j_common_ptr library, int level) {
    static const int damage[] = {JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_ARITH_BAD_CODE,
                                 JWRN_JPEG_EOF,   JWRN_MUST_RESYNC,   JWRN_NOT_SEQUENTIAL};
    struct failure *f = (struct failure *)library->err;
    for (size_t i = 0; level < 0 && i < sizeof damage / sizeof *damage; i++) {
        if (f->manager.msg_code == damage[i]) {
            fail(f, library);
        }
    }
}

static void failure_init(struct failure *f, struct err *e) {
    jpeg_std_error(&f->manager);
    f->manager.error_exit = on_error;
    f->manager.emit_message = on_message;
    f->e = e;
}

struct reader {
    struct failure failure;
    struct jpeg_decompress_struct library;
    struct jpeg_progress_mgr progress;
    const unsigned char *bytes;
    size_t len;
    int want;
    struct image image;
    unsigned char *cmyk; /* one row, where the picture is CMYK */
    int orientation;
};

static void on_progress(j_common_ptr library) {
    if (((j_decompress_ptr)library)->input_scan_number > SCANS_MOST) {
        struct failure *f = (struct failure *)library->err;
        err_set(f->e, ERR_IMAGE, "the JPEG has more than %d scans", SCANS_MOST);
        longjmp(f->jump, 1);
    }
}

/* The smallest of 1/8, 2/8, 4/8, 8/8 (those have SIMD code) that leaves the shorter side at `want` or more. */
static unsigned scale_for(unsigned width, unsigned height, int want) {
    unsigned shorter = width < height ? width : height;
    for (unsigned eighths = 1; want > 0 && eighths < 8; eighths *= 2) {
        if ((uint64_t)shorter * eighths >= (uint64_t)want * 8) {
            return eighths;
        }
    }
    return 8;
}

/* A row of CMYK, 255 is no ink; Adobe's files say so, others have it the other way round. */
static void row_from_cmyk(const unsigned char *cmyk, int width, bool adobe, unsigned char *rgb) {
    unsigned flip = adobe ? 0 : 255;
    for (int x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        unsigned paper = cmyk[3] ^ flip;
        for (int c = 0; c < 3; c++) {
            rgb[c] = (unsigned char)(((cmyk[c] ^ flip) * paper + 127) / 255);
        }
    }
}

static enum err_code read_header(struct reader *r) {
    j_decompress_ptr d = &r->library;
    jpeg_save_markers(d, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(d, TRUE);
    if (image_check_size(d->image_width, d->image_height, r->failure.e)) {
        return r->failure.e->code;
    }
    if (d->jpeg_color_space == JCS_UNKNOWN) {
        return err_set(r->failure.e, ERR_IMAGE, "the JPEG has %d components; 1, 3 and 4 are read", d->num_components);
    }
    r->orientation = 1;
    for (jpeg_saved_marker_ptr m = d->marker_list; m && r->orientation == 1; m = m->next) {
        r->orientation = orientation_read(m->data, m->data_length);
    }
    d->scale_num = scale_for(d->image_width, d->image_height, r->want);
    d->scale_denom = 8;
    d->out_color_space = d->num_components == 1 ? JCS_GRAYSCALE : d->num_components == 3 ? JCS_RGB : JCS_CMYK;
    return ERR_OK;
}

static enum err_code read_pixels(struct reader *r) {
    j_decompress_ptr d = &r->library;
    struct image *m = &r->image;
    jpeg_start_decompress(d);
    m->width = (int)d->output_width;
    m->height = (int)d->output_height;
    m->channels = d->num_components == 1 ? 1 : 3;
    size_t row = (size_t)m->width * (size_t)m->channels;
    m->pixels = malloc(row * (size_t)m->height);
    if (d->out_color_space == JCS_CMYK) {
        r->cmyk = malloc((size_t)m->width * 4);
    }
    if (!m->pixels || (d->out_color_space == JCS_CMYK && !r->cmyk)) {
        return err_nomem(r->failure.e);
    }
    while (d->output_scanline < d->output_height) {
        unsigned char *to = m->pixels + d->output_scanline * row;
        JSAMPROW line = r->cmyk ? r->cmyk : to;
        if (jpeg_read_scanlines(d, &line, 1) != 1) {
            return err_set(r->failure.e, ERR_IMAGE, "damaged JPEG: the data ends early");
        }
        if (r->cmyk) {
            row_from_cmyk(line, m->width, d->saw_Adobe_marker, to);
        }
    }
    return ERR_OK; /* jpeg_finish_decompress would only look for the end mark, which some writers forget */
}

/* All calls that may jump. */
static enum err_code reader_run(struct reader *r) {
    if (setjmp(r->failure.jump)) {
        return r->failure.e->code;
    }
    jpeg_create_decompress(&r->library);
    r->progress.progress_monitor = on_progress;
    r->library.progress = &r->progress;
    jpeg_mem_src(&r->library, r->bytes, r->len);
    if (read_header(r)) {
        return r->failure.e->code;
    }
    return read_pixels(r);
}

enum err_code image_decode_jpeg(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e) {
    struct err why = ERR_INIT;
    struct reader r = {.bytes = bytes, .len = len, .want = want};
    failure_init(&r.failure, &why);
    r.library.err = &r.failure.manager;
    enum err_code code = reader_run(&r);
    jpeg_destroy_decompress(&r.library);
    free(r.cmyk);
    if (!code) {
        code = orientation_apply(&r.image, r.orientation, &why);
    }
    if (code) {
        image_release(&r.image);
        err_set(e, code, "%s", why.message);
        return err_hint(e, "%s", why.hint);
    }
    *out = r.image;
    return ERR_OK;
}

struct writer {
    struct failure failure;
    struct jpeg_compress_struct library;
    const struct image *image;
    int quality;
    unsigned char *bytes; /* malloc'ed by the library */
    unsigned long len;
};

static enum err_code writer_run(struct writer *w) {
    j_compress_ptr c = &w->library;
    const struct image *m = w->image;
    if (setjmp(w->failure.jump)) {
        return w->failure.e->code;
    }
    jpeg_create_compress(c);
    jpeg_mem_dest(c, &w->bytes, &w->len);
    c->image_width = (JDIMENSION)m->width;
    c->image_height = (JDIMENSION)m->height;
    c->input_components = m->channels;
    c->in_color_space = m->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, w->quality, TRUE);
    for (int i = 0; i < c->num_components; i++) { /* 4:4:4: colour as fine as brightness */
        c->comp_info[i].h_samp_factor = 1;
        c->comp_info[i].v_samp_factor = 1;
    }
    jpeg_start_compress(c, TRUE);
    size_t row = (size_t)m->width * (size_t)m->channels;
    while (c->next_scanline < c->image_height) {
        JSAMPROW line = m->pixels + c->next_scanline * row; /* the library only reads it */
        jpeg_write_scanlines(c, &line, 1);
    }
    jpeg_finish_compress(c);
    return ERR_OK;
}

enum err_code image_encode_jpeg(const struct image *m, int quality, struct buf *out, struct err *e) {
    if (m->width < 1 || m->height < 1 || m->width > JPEG_MAX_DIMENSION || m->height > JPEG_MAX_DIMENSION) {
        return err_set(e, ERR_IMAGE, "a JPEG has 1..%ld pixels a side, not %d x %d", JPEG_MAX_DIMENSION, m->width,
                       m->height);
    }
    if (m->channels != 1 && m->channels != 3) {
        return err_set(e, ERR_IMAGE, "a picture of %d channels cannot be a JPEG", m->channels);
    }
    struct err why = ERR_INIT;
    struct writer w = {.image = m, .quality = quality < 1 ? 1 : quality > 100 ? 100 : quality};
    failure_init(&w.failure, &why);
    w.library.err = &w.failure.manager;
    enum err_code code = writer_run(&w);
    jpeg_destroy_compress(&w.library);
    if (code) {
        err_set(e, code, "%s", why.message);
    } else {
        buf_add(out, w.bytes, w.len);
        code = buf_ok(out) ? ERR_OK : err_nomem(e);
    }
    free(w.bytes);
    return code;
}
