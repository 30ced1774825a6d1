/* Progress: when it shows, what it says, and how it ends. The clock is the progress's own seconds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/display/progress_text.h"
#include "kernel/display/progress_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct record {
    int created, updated, flushed;
    char id[2][64];
    char plain[512], html[2048];
};

static void on_publish(void *user, const char *msg_type, json_t *content) {
    struct record *r = user;
    const char *id = json_string_value(json_object_get(json_object_get(content, "transient"), "display_id"));
    json_t *data = json_object_get(content, "data");
    assert_non_null(id);
    if (strcmp(msg_type, "display_data") == 0) {
        snprintf(r->id[r->created % 2], sizeof r->id[0], "%s", id);
        r->created++;
    } else {
        assert_string_equal(msg_type, "update_display_data");
        assert_string_equal(id, r->id[(r->created + 1) % 2]);
        r->updated++;
    }
    assert_int_equal(r->flushed, r->created + r->updated);
    snprintf(r->plain, sizeof r->plain, "%s", json_string_value(json_object_get(data, "text/plain")));
    snprintf(r->html, sizeof r->html, "%s", json_string_value(json_object_get(data, "text/html")));
    json_decref(content);
}

static void on_flush(void *user) {
    ((struct record *)user)->flushed++;
}

static void test_training(void **state) {
    (void)state;
    struct record r = {0};
    struct display_output output = {.user = &r, .publish = on_publish};
    struct progress_view v;
    progress_view_init(&v, &output, NULL);
    float losses[1000];
    for (int i = 1; i <= 1000; i++) {
        losses[i - 1] = 3.21f - 0.00219219f * (float)(i - 1);
        struct progress p = {.what = "Training",
                             .unit = "images",
                             .done = i * 10,
                             .total = 10000,
                             .seconds = i / 128.0,
                             .epoch = 1,
                             .epochs = 1,
                             .losses = losses,
                             .loss_count = (size_t)i};
        progress_view_update(&v, &p, on_flush, &r);
        assert_int_equal(r.created, p.seconds >= 0.5 ? 1 : 0);
        if (i == 480) {
            assert_string_equal(r.plain, "Training  █████████░░░░░░░░░░░  48 %  4,800/10,000 images  1,280 images/s  "
                                         "4.1 s left  loss 2.16 █▇▇▆▅▅▄▄▃▂▂▁");
            assert_non_null(strstr(r.html, "width: 48%;"));
            assert_non_null(strstr(r.html, "<img width=\"90\" height=\"16\""));
            assert_non_null(strstr(r.html, "src=\"data:image/svg+xml;base64,"));
            assert_null(strstr(r.html, "<style"));
            assert_null(strstr(r.html, "<script"));
        }
    }
    assert_int_equal(r.updated, 36); /* five a second, and the summary */
    assert_string_equal(r.plain, "Training: 10,000 images in 7.8 s, loss 3.21 → 1.02");
    int messages = r.created + r.updated;
    progress_view_end(&v, on_flush, &r);
    assert_int_equal(r.created + r.updated, messages);
}

/* The bar, the rate and the time are those of all epochs, and the rate is that of the stage. */
static void test_epochs(void **state) {
    (void)state;
    struct record r = {0};
    struct display_output output = {.user = &r, .publish = on_publish};
    struct progress_view v;
    static const float losses[] = {3, 2.5f, 2, 1.5f, 1};
    struct progress p = {.what = "Reading", .unit = "images", .done = 900, .total = 1000, .seconds = 3};
    progress_view_init(&v, &output, NULL);
    progress_view_update(&v, &p, on_flush, &r);
    p = (struct progress){"Training", "images", 500, 1000, 5.75, 6, 20, losses, 5};
    progress_view_update(&v, &p, on_flush, &r);
    assert_string_equal(r.plain, "Training  █████░░░░░░░░░░░░░░░  27 %  epoch 6/20  2,000 images/s  "
                                 "at most 7.2 s left  loss 1 █▆▅▃▁");
    progress_view_end(&v, on_flush, &r);
    assert_string_equal(r.plain, "Training: stopped in epoch 6 of 20 after 5.8 s, loss 3 → 1");
    assert_int_equal(r.created, 1); /* both stages on one line */
    p.done = p.total;
    progress_view_update(&v, &p, on_flush, &r);
    assert_string_equal(r.plain, "Training: 6 of 20 epochs of 1,000 images in 5.8 s, loss 3 → 1");
    p.epoch = 20;
    progress_view_update(&v, &p, on_flush, &r);
    assert_string_equal(r.plain, "Training: 20 epochs of 1,000 images in 5.8 s, loss 3 → 1");
}

static void progress_send(struct progress_view *v, struct record *r, const char *what, double done, double total,
                          double seconds) {
    struct progress p = {.what = what, .unit = "bytes", .done = done, .total = total, .seconds = seconds};
    progress_view_update(v, &p, on_flush, r);
}

/* For a console: few lines, and no display at all. */
static void on_line(void *user, const char *msg_type, json_t *content) {
    struct buf *lines = user;
    assert_string_equal(msg_type, "stream");
    buf_str(lines, json_string_value(json_object_get(content, "text")));
    json_decref(content);
}

static void test_text(void **state) {
    (void)state;
    struct buf lines = BUF_INIT;
    struct display_output output = {.user = &lines, .publish = on_line};
    struct stream stream;
    struct progress_view v;
    stream_init(&stream, &output);
    progress_view_init(&v, &output, &stream);
    v.style = PROGRESS_TEXT;
    for (int i = 1; i <= 1000; i++) {
        struct progress p = {.what = "Reading", .unit = "rows", .done = i, .total = 1000, .seconds = i / 50.0};
        progress_view_update(&v, &p, on_flush, NULL);
    }
    struct progress quick = {.what = "Reading", .unit = "rows", .done = 5, .total = 5, .seconds = 0.4};
    progress_view_update(&v, &quick, on_flush, NULL);
    struct progress stopped = {.what = "Embedding", .unit = "rows", .done = 5, .total = 9, .seconds = 0.6};
    progress_view_update(&v, &stopped, on_flush, NULL);
    progress_view_end(&v, on_flush, NULL);
    assert_string_equal(buf_text(&lines), "Reading  ██░░░░░░░░░░░░░░░░░░  10 %  100/1,000 rows  50 rows/s  18 s left\n"
                                          "Reading  ████░░░░░░░░░░░░░░░░  20 %  200/1,000 rows  50 rows/s  16 s left\n"
                                          "Reading  ████████░░░░░░░░░░░░  40 %  400/1,000 rows  50 rows/s  12 s left\n"
                                          "Reading  ████████████████░░░░  80 %  800/1,000 rows  50 rows/s  4.0 s left\n"
                                          "Reading: 1,000 rows in 20 s\n"
                                          "Embedding: stopped at 5/9 rows after 0.6 s\n");
    buf_clear(&lines);
    v.style = PROGRESS_OFF;
    stopped.seconds = 100;
    progress_view_update(&v, &stopped, on_flush, NULL);
    progress_view_end(&v, on_flush, NULL);
    assert_string_equal(buf_text(&lines), "");
    stream_release(&stream);
    buf_release(&lines);
}

static void test_short_work_is_silent(void **state) {
    (void)state;
    struct record r = {0};
    struct display_output output = {.user = &r, .publish = on_publish};
    struct progress_view v;
    progress_view_init(&v, &output, NULL);
    progress_send(&v, &r, "Reading", 1, 2, 0.2);
    progress_send(&v, &r, "Reading", 2, 2, 0.49);
    progress_view_end(&v, on_flush, &r);
    assert_int_equal(r.created + r.updated, 0);
}

static void test_stopped_and_next(void **state) {
    (void)state;
    struct record r = {0};
    struct display_output output = {.user = &r, .publish = on_publish};
    struct progress_view v;
    progress_view_init(&v, &output, NULL);
    progress_send(&v, &r, "Downloading <b>", 1500000, 6000000, 1);
    assert_string_equal(r.plain, "Downloading <b>  █████░░░░░░░░░░░░░░░  25 %  1.5 MB of 6.0 MB  1.5 MB/s  3.0 s left");
    assert_non_null(strstr(r.html, "Downloading &lt;b&gt;"));
    progress_send(&v, &r, "Reading", 700, 0, 0.7); /* other work: the first line ends, a second begins */
    assert_int_equal(r.created, 2);
    assert_int_equal(r.updated, 1);
    assert_string_not_equal(r.id[0], r.id[1]);
    assert_string_equal(r.plain, "Reading  700 bytes  1.0 kB/s");
    progress_send(&v, &r, "Reading", 800, 0, 0.8); /* too soon to show */
    assert_int_equal(r.updated, 1);
    progress_view_end(&v, on_flush, &r);
    assert_string_equal(r.plain, "Reading: 800 bytes in 0.8 s");
    progress_send(&v, &r, "Downloading", 3000, 4000, 90);
    assert_int_equal(r.created, 3);
    progress_send(&v, &r, "Downloading", 1000, 4000, 70); /* begun anew under the same name */
    assert_int_equal(r.created, 4);
    progress_view_end(&v, on_flush, &r);
    assert_string_equal(r.plain, "Downloading: stopped at 1.0 kB of 4.0 kB after 1 min 10 s");
}

static void test_words(void **state) {
    (void)state;
    static const struct {
        double seconds;
        const char *want;
    } times[] = {{0, "0.0 s"},        {0.84, "0.8 s"},      {9.96, "10 s"}, {59.4, "59 s"},
                 {185, "3 min 05 s"}, {7800, "2 h 10 min"}, {NAN, "0.0 s"}, {-1, "0.0 s"}};
    static const struct {
        double amount;
        const char *unit, *want;
    } amounts[] = {
        {1000, "images", "1,000 images"}, {999, "bytes", "999 bytes"},    {1234567, "rows", "1,234,567 rows"},
        {999999, "bytes", "1.0 MB"},      {12345678, "bytes", "12.3 MB"}, {-5, "", "0"},
        {NAN, "rows", "0 rows"},          {5e12, "bytes", "5.0 TB"},      {3e15, "bytes", "3000.0 TB"}};
    static const float values[] = {1, NAN, 0, 0.5f, INFINITY};
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        buf_clear(&out);
        progress_text_time(&out, times[i].seconds);
        assert_string_equal(buf_text(&out), times[i].want);
    }
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        buf_clear(&out);
        progress_text_amount(&out, amounts[i].amount, amounts[i].unit);
        assert_string_equal(buf_text(&out), amounts[i].want);
    }
    buf_clear(&out);
    progress_text_curve(&out, values, 5);
    assert_string_equal(buf_text(&out), "█ ▁▅ ");
    buf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_training),
                                       cmocka_unit_test(test_epochs),
                                       cmocka_unit_test(test_text),
                                       cmocka_unit_test(test_short_work_is_silent),
                                       cmocka_unit_test(test_stopped_and_next),
                                       cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
