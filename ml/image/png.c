/* PNG through libpng, whose one room this is. libpng reports errors by a callback that must not return; the jump it
 * needs starts and ends in this file: struct reader keeps everything that must outlive it. Rows are read where they
 * will stay, with their alpha, and then laid over white in place, so that interlaced pictures need no path of their
 * own. Of a huge picture (a small file may hold 400 million pixels) only the means of square blocks are kept, row by
 * row, so that it does not cost its size in memory. */
#include "ml/image/codec.h"

#include "base/buf.h"
#include "ml/image/orientation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

struct reader {
    png_structp library;
    png_infop info;
    struct err *e;
    const unsigned char *bytes;
    size_t len, at;
    struct image image;
    int planes; /* channels and alpha, as libpng delivers them */
    int passes;
    int want;           /* as in image_decode */
    int factor;         /* side of the blocks; 1: every pixel is kept */
    unsigned char *row; /* one row of the file, */
    uint32_t *sums;     /* and of the blocks that it runs through */
    bool complete;      /* every row is there; what follows can no longer spoil the picture */
};

static void on_error(png_structp library, png_const_charp message) {
    struct reader *r = png_get_error_ptr(library);
    err_set(r->e, strstr(message, "emory") ? ERR_NOMEM : ERR_IMAGE, "damaged PNG: %s", message);
    png_longjmp(library, 1);
}

static void on_warning(png_structp library, png_const_charp message) {
    (void)library;
    (void)message;
}

static void on_read(png_structp library, png_bytep to, size_t len) {
    struct reader *r = png_get_io_ptr(library);
    if (r->len - r->at < len) {
        png_error(library, "the file is cut short");
    }
    memcpy(to, r->bytes + r->at, len);
    r->at += len;
}

/* Chunks that nobody reads, and that a hostile file could make cost memory or time. */
static const png_byte skipped[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0hIST\0pCAL\0sCAL\0tIME";

static void reader_prepare(struct reader *r) {
    png_set_read_fn(r->library, r, on_read);
    png_set_user_limits(r->library, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* image_check_size has better words */
    png_set_chunk_cache_max(r->library, 16);
    png_set_keep_unknown_chunks(r->library, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(r->library, PNG_HANDLE_CHUNK_NEVER, skipped, (int)(sizeof skipped / 5));
}

/* Ask for 8 bits a value, no palette, alpha as a plane of its own. */
static enum err_code read_header(struct reader *r) {
    png_structp p = r->library;
    png_read_info(p, r->info);
    png_uint_32 width = png_get_image_width(p, r->info), height = png_get_image_height(p, r->info);
    if (image_check_size(width, height, r->e)) {
        return r->e->code;
    }
    int colour = png_get_color_type(p, r->info);
    if (png_get_bit_depth(p, r->info) == 16) {
        png_set_scale_16(p);
    }
    if (colour == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(p);
    } else if (colour == PNG_COLOR_TYPE_GRAY) {
        png_set_expand_gray_1_2_4_to_8(p);
    }
    if (png_get_valid(p, r->info, PNG_INFO_tRNS)) {
        png_set_tRNS_to_alpha(p);
    }
    r->passes = png_set_interlace_handling(p);
    png_read_update_info(p, r->info);
    r->planes = png_get_channels(p, r->info);
    r->image.width = (int)width;
    r->image.height = (int)height;
    r->image.channels = r->planes < 3 ? 1 : 3;
    return ERR_OK;
}

#define HUGE_PIXELS 4000000
#define FACTOR_MOST 1024 /* so that a block's sum fits its 32 bits */

/* As large as the blocks may be. Interlaced pictures come pass by pass, so they are kept whole. */
static int block_factor(const struct reader *r) {
    const struct image *m = &r->image;
    int shorter = m->width < m->height ? m->width : m->height, factor = r->want > 0 ? shorter / r->want : 1;
    if (r->passes > 1 || (double)m->width * m->height < HUGE_PIXELS || factor < 2) {
        return 1;
    }
    return factor < FACTOR_MOST ? factor : FACTOR_MOST;
}

/* Over white, in place: `to` is never ahead of where it reads. */
static void flatten_pixels(unsigned char *pixels, size_t count, int planes, int channels) {
    const unsigned char *from = pixels;
    unsigned char *to = pixels;
    for (size_t i = 0; i < count && planes != channels; i++, from += planes) {
        unsigned alpha = from[planes - 1];
        for (int c = 0; c < channels; c++) {
            *to++ = (unsigned char)((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
}

/* The sums of a row of blocks, `rows` high, become pixels and begin again. */
static void write_blocks(struct reader *r, int width, int rows, unsigned char *to) {
    uint32_t *sum = r->sums;
    for (int x = 0; x < width; x += r->factor) {
        uint32_t pixels = (uint32_t)((width - x < r->factor ? width - x : r->factor) * rows);
        for (int c = 0; c < r->image.channels; c++, sum++) {
            *to++ = (unsigned char)((*sum + pixels / 2) / pixels);
            *sum = 0;
        }
    }
}

static void add_row(struct reader *r, int width) {
    const unsigned char *from = r->row;
    uint32_t *sum = r->sums;
    for (int x = 0; x < width; x += r->factor, sum += r->image.channels) {
        uint32_t first = 0, second = 0, third = 0;
        int count = width - x < r->factor ? width - x : r->factor;
        if (r->image.channels == 1) {
            for (int i = 0; i < count; i++) {
                first += *from++;
            }
        } else {
            for (int i = 0; i < count; i++, from += 3) {
                first += from[0];
                second += from[1];
                third += from[2];
            }
            sum[1] += second;
            sum[2] += third;
        }
        sum[0] += first;
    }
}

/* Blocks at the right and lower edge may be smaller. */
static enum err_code read_blocks(struct reader *r, size_t row) {
    struct image *m = &r->image;
    int width = m->width, height = m->height, channels = m->channels, filled = 0;
    m->width = (width + r->factor - 1) / r->factor;
    m->height = (height + r->factor - 1) / r->factor;
    size_t out = (size_t)m->width * (size_t)channels;
    m->pixels = malloc(out * (size_t)m->height);
    r->row = malloc(row);
    r->sums = calloc(out, sizeof *r->sums);
    if (!m->pixels || !r->row || !r->sums) {
        return err_nomem(r->e);
    }
    unsigned char *to = m->pixels;
    for (int y = 0; y < height; y++) {
        png_read_row(r->library, r->row, NULL);
        flatten_pixels(r->row, (size_t)width, r->planes, channels);
        add_row(r, width);
        if (++filled == r->factor || y + 1 == height) {
            write_blocks(r, width, filled, to);
            to += out;
            filled = 0;
        }
    }
    r->planes = channels;
    r->complete = true;
    png_read_end(r->library, r->info);
    return ERR_OK;
}

static enum err_code read_pixels(struct reader *r) {
    struct image *m = &r->image;
    size_t row = (size_t)m->width * (size_t)r->planes;
    if (png_get_rowbytes(r->library, r->info) != row) {
        return err_set(r->e, ERR_IMAGE, "damaged PNG: rows of unexpected length");
    }
    r->factor = block_factor(r);
    if (r->factor > 1) {
        return read_blocks(r, row);
    }
    m->pixels = malloc(row * (size_t)m->height);
    if (!m->pixels) {
        return err_nomem(r->e);
    }
    for (int pass = 0; pass < r->passes; pass++) {
        for (int y = 0; y < m->height; y++) {
            png_read_row(r->library, m->pixels + (size_t)y * row, NULL);
        }
    }
    r->complete = true;
    png_read_end(r->library, r->info); /* an eXIf chunk may follow the pixels */
    return ERR_OK;
}

/* All calls that may jump. */
static enum err_code reader_run(struct reader *r) {
    if (setjmp(png_jmpbuf(r->library))) {
        return r->complete ? ERR_OK : r->e->code;
    }
    reader_prepare(r);
    if (read_header(r)) {
        return r->e->code;
    }
    return read_pixels(r);
}

/* Without alpha, and no larger than it has to be. */
static enum err_code flatten(struct image *m, int planes, struct err *e) {
    if (planes == m->channels) {
        return ERR_OK;
    }
    size_t pixels = (size_t)m->width * (size_t)m->height;
    flatten_pixels(m->pixels, pixels, planes, m->channels);
    unsigned char *fitting = realloc(m->pixels, pixels * (size_t)m->channels);
    if (!fitting) {
        return err_nomem(e);
    }
    m->pixels = fitting;
    return ERR_OK;
}

static int orientation_of(const struct reader *r) {
    png_bytep exif = NULL;
    png_uint_32 len = 0;
    return png_get_eXIf_1(r->library, r->info, &len, &exif) ? orientation_read(exif, len) : 1;
}

enum err_code image_decode_png(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e) {
    struct err why = ERR_INIT;
    struct reader r = {.e = &why, .bytes = bytes, .len = len, .want = want};
    enum err_code code = ERR_OK;
    r.library = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
    r.info = r.library ? png_create_info_struct(r.library) : NULL;
    code = r.info ? reader_run(&r) : err_nomem(&why);
    if (!code) {
        struct err late = ERR_INIT; /* `why` may hold what went wrong behind the last row, which does not matter */
        int orientation = orientation_of(&r);
        code = flatten(&r.image, r.planes, &late) ? late.code : orientation_apply(&r.image, orientation, &late);
        why = late;
    }
    png_destroy_read_struct(&r.library, &r.info, NULL);
    free(r.row);
    free(r.sums);
    if (code) {
        image_release(&r.image);
        err_set(e, code, "%s", why.message);
        return err_hint(e, "%s", why.hint);
    }
    *out = r.image;
    return ERR_OK;
}

struct writer {
    png_structp library;
    png_infop info;
    struct err *e;
    const struct image *image;
    struct buf *out;
};

static void on_write_error(png_structp library, png_const_charp message) {
    struct writer *w = png_get_error_ptr(library);
    err_set(w->e, strstr(message, "emory") ? ERR_NOMEM : ERR_IMAGE, "cannot write a PNG: %s", message);
    png_longjmp(library, 1);
}

static void on_write(png_structp library, png_bytep bytes, size_t len) {
    struct writer *w = png_get_io_ptr(library);
    buf_add(w->out, bytes, len);
}

static void on_flush(png_structp library) {
    (void)library;
}

/* All calls that may jump. */
static enum err_code writer_run(struct writer *w) {
    const struct image *m = w->image;
    size_t row = (size_t)m->width * (size_t)m->channels;
    if (setjmp(png_jmpbuf(w->library))) {
        return w->e->code;
    }
    png_set_write_fn(w->library, w, on_write, on_flush);
    png_set_IHDR(w->library, w->info, (png_uint_32)m->width, (png_uint_32)m->height, 8,
                 m->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(w->library, w->info);
    for (int y = 0; y < m->height; y++) {
        png_write_row(w->library, m->pixels + (size_t)y * row);
    }
    png_write_end(w->library, NULL);
    return buf_ok(w->out) ? ERR_OK : err_nomem(w->e);
}

enum err_code image_encode_png(const struct image *m, struct buf *out, struct err *e) {
    struct writer w = {.e = e, .image = m, .out = out};
    if (m->width < 1 || m->height < 1 || (m->channels != 1 && m->channels != 3)) {
        return err_set(e, ERR_IMAGE, "a picture of %d x %d pixels and %d channels cannot be a PNG", m->width, m->height,
                       m->channels);
    }
    w.library = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_write_error, on_warning);
    w.info = w.library ? png_create_info_struct(w.library) : NULL;
    enum err_code code = w.info ? writer_run(&w) : err_nomem(e);
    png_destroy_write_struct(&w.library, &w.info);
    return code;
}
