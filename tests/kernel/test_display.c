/* The sink's events as the messages that leave the kernel, in their order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/display/display.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Every message so far as {"type", "content"}; streams also joined by name. */
struct record {
    json_t *messages;
    struct buf out, err;
    size_t largest;
};

static void on_publish(void *user, const char *msg_type, json_t *content) {
    struct record *r = user;
    char *dumped = json_dumps(content, JSON_COMPACT);
    assert_non_null(dumped);
    r->largest = strlen(dumped) > r->largest ? strlen(dumped) : r->largest;
    free(dumped);
    if (strcmp(msg_type, "stream") == 0) {
        json_t *text = json_object_get(content, "text");
        bool out = strcmp(json_string_value(json_object_get(content, "name")), "stdout") == 0;
        buf_add(out ? &r->out : &r->err, json_string_value(text), json_string_length(text));
    }
    json_array_append_new(r->messages, json_pack("{s:s, s:o}", "type", msg_type, "content", content));
}

static struct display *display_start(struct record *r) {
    *r = (struct record){.messages = json_array()};
    struct display_output output = {.user = r, .publish = on_publish};
    struct display *d = display_new(&output, 7, false);
    assert_non_null(d);
    return d;
}

static void display_stop(struct display *d, struct record *r) {
    display_free(d);
    json_decref(r->messages);
    buf_release(&r->out);
    buf_release(&r->err);
}

static json_t *content_at(const struct record *r, size_t i, const char *type) {
    json_t *message = json_array_get(r->messages, i);
    assert_non_null(message);
    assert_string_equal(json_string_value(json_object_get(message, "type")), type);
    return json_object_get(message, "content");
}

static void text_say(const struct sink *s, const char *text) {
    s->text(s->user, text, strlen(text));
}

static void warning_say(const struct sink *s, const char *text) {
    s->warning(s->user, text, strlen(text));
}

static void json_expect(json_t *got, const char *want_text) {
    json_t *want = json_loads(want_text, JSON_DECODE_ANY, NULL);
    assert_non_null(want);
    if (!json_equal(got, want)) {
        char *text = json_dumps(got, JSON_SORT_KEYS);
        print_error("got  %s\nwant %s\n", text, want_text);
        free(text);
    }
    assert_true(json_equal(got, want));
    json_decref(want);
}

static void test_streams_in_order(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    text_say(s, "Building model...\n");
    assert_int_equal(json_array_size(r.messages), 1); /* the first text shows at once */
    text_say(s, "a\n");
    text_say(s, "b\n");
    assert_int_equal(json_array_size(r.messages), 1); /* the next ones wait */
    warning_say(s, "careful\n");
    text_say(s, "Success\n");
    display_finish(d);
    json_expect(content_at(&r, 0, "stream"), "{\"name\":\"stdout\",\"text\":\"Building model...\\n\"}");
    json_expect(content_at(&r, 1, "stream"), "{\"name\":\"stdout\",\"text\":\"a\\nb\\n\"}");
    json_expect(content_at(&r, 2, "stream"), "{\"name\":\"stderr\",\"text\":\"careful\\n\"}");
    json_expect(content_at(&r, 3, "stream"), "{\"name\":\"stdout\",\"text\":\"Success\\n\"}");
    assert_int_equal(json_array_size(r.messages), 4);
    display_stop(d, &r);
}

static void test_pending_text_goes_with_time(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    text_say(s, "1\n");
    text_say(s, "2\n");
    nanosleep(&(struct timespec){.tv_nsec = 110 * 1000 * 1000}, NULL);
    text_say(s, "3\n");
    assert_int_equal(json_array_size(r.messages), 2);
    assert_string_equal(buf_text(&r.out), "1\n2\n3\n");
    display_stop(d, &r);
}

static void test_a_million_lines(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    for (int i = 0; i < 1000000; i++) {
        text_say(s, "한 줄\n");
    }
    display_finish(d);
    assert_int_equal(r.out.len, 8 * 1000000);
    assert_true(utf8_valid(r.out.data, r.out.len));
    assert_true(json_array_size(r.messages) < 8 * 1000000 / 65536 + 60);
    assert_true(r.largest < 100 * 1024);
    display_stop(d, &r);
}

/* Split characters join, bad bytes are repaired, and a text of megabytes comes in pieces. */
static void test_bytes(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    s->text(s->user, "\xED", 1);
    s->text(s->user, "\x95\x9C", 2);
    s->text(s->user, "\xFF|\0|", 4);
    display_finish(d);
    assert_int_equal(r.out.len, 9);
    assert_memory_equal(r.out.data, "한\uFFFD|\0|", 9);
    struct buf bad = BUF_INIT;
    for (int i = 0; i < 300000; i++) {
        buf_char(&bad, '\x80');
    }
    s->text(s->user, bad.data, bad.len);
    s->text(s->user, "\xE2\x82", 2);
    display_finish(d);
    assert_int_equal(r.out.len, 9 + 3 * 300002);
    assert_true(r.largest < 100 * 1024);
    buf_release(&bad);
    display_stop(d, &r);
}

static void table_rows(const struct sink *s, int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; i++) {
        struct value values[] = {{.type = VALUE_INTEGER, .integer = i}, {.type = VALUE_TEXT, .text = "x", .length = 1}};
        s->table_row(s->user, values);
    }
}

static void test_tables(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    static const struct column columns[] = {{.name = "id", .type = VALUE_INTEGER}, {.name = "t", .type = VALUE_TEXT}};
    text_say(s, "one\n");
    text_say(s, "two\n");
    s->table_begin(s->user, columns, 2);
    table_rows(s, 1, 2);
    s->table_end(s->user);
    assert_string_equal(buf_text(&r.out), "one\ntwo\n"); /* flushed ahead of the table */
    json_t *content = content_at(&r, 2, "execute_result");
    json_t *data = json_object_get(content, "data");
    assert_int_equal(json_object_size(content), 3);
    json_expect(json_object_get(content, "execution_count"), "7");
    json_expect(json_object_get(content, "metadata"), "{}");
    assert_string_equal(json_string_value(json_object_get(data, "text/plain")), "   id  t\n0   1  x\n1   2  x");
    assert_non_null(strstr(json_string_value(json_object_get(data, "text/html")), "<td>2</td>\n      <td>x</td>"));

    s->table_begin(s->user, columns, 2); /* never ended: dropped */
    table_rows(s, 1, 100);
    display_finish(d);
    s->table_row(s->user, NULL);
    s->table_end(s->user);
    assert_int_equal(json_array_size(r.messages), 3);

    s->table_begin(s->user, columns, 2);
    table_rows(s, 0, 1000000);
    s->table_end(s->user);
    data = json_object_get(content_at(&r, 3, "execute_result"), "data");
    const char *plain = json_string_value(json_object_get(data, "text/plain"));
    assert_non_null(strstr(plain, "\n4            4  x\n...        ... ..\n999995  999995  x\n"));
    assert_non_null(strstr(plain, "\n\n[1000000 rows x 2 columns]"));
    display_stop(d, &r);
}

static void test_pictures(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    struct picture sized = {.mime = "image/jpeg",
                            .bytes = (const unsigned char *)"foobar",
                            .len = 6,
                            .width = 240,
                            .height = 240,
                            .alt = "mnist/923.jpg"};
    struct picture bare = {.mime = "image/png", .bytes = (const unsigned char *)"f", .len = 1};
    text_say(s, "path\n");
    text_say(s, "/home/jovyan/x.jpg\n");
    s->picture(s->user, &sized);
    s->picture(s->user, &bare);
    json_expect(content_at(&r, 2, "display_data"),
                "{\"data\":{\"image/jpeg\":\"Zm9vYmFy\",\"text/plain\":\"mnist/923.jpg\"},"
                "\"metadata\":{\"image/jpeg\":{\"width\":240,\"height\":240}},\"transient\":{}}");
    json_expect(content_at(&r, 3, "display_data"), "{\"data\":{\"image/png\":\"Zg==\",\"text/plain\":\"<image>\"},"
                                                   "\"metadata\":{},\"transient\":{}}");
    display_stop(d, &r);
}

static void test_progress_among_text(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    const struct sink *s = display_sink(d);
    struct progress p = {.what = "Training", .unit = "images", .done = 5, .total = 10, .seconds = 1};
    text_say(s, "a\n");
    text_say(s, "b\n");
    s->progress(s->user, &p);
    text_say(s, "c\n");
    display_finish(d);
    json_t *shown = json_object_get(content_at(&r, 2, "display_data"), "transient");
    size_t last = json_array_size(r.messages) - 1;
    assert_true(json_equal(json_object_get(content_at(&r, last, "update_display_data"), "transient"), shown));
    content_at(&r, 3, "stream");
    assert_string_equal(buf_text(&r.out), "a\nb\nc\n");
    display_stop(d, &r);
}

/* A console is asked to end; a notebook is told where its kernel ends, too. */
static void test_leave(void **state) {
    (void)state;
    struct record r;
    struct display *d = display_start(&r);
    json_t *payload = display_payload(d);
    json_expect(payload, "[]");
    json_decref(payload);
    display_sink(d)->leave(display_sink(d)->user);
    display_finish(d);
    payload = display_payload(d);
    json_expect(payload, "[{\"source\":\"ask_exit\",\"keepkernel\":false}]");
    json_decref(payload);
    assert_non_null(strstr(buf_text(&r.out), "Kernel menu"));
    display_stop(d, &r);
    struct display_output output = {.user = &r, .publish = on_publish};
    r = (struct record){.messages = json_array()};
    d = display_new(&output, 1, true);
    assert_non_null(d);
    display_sink(d)->leave(display_sink(d)->user);
    display_finish(d);
    assert_int_equal(json_array_size(r.messages), 0);
    display_stop(d, &r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_streams_in_order),
                                       cmocka_unit_test(test_pending_text_goes_with_time),
                                       cmocka_unit_test(test_a_million_lines),
                                       cmocka_unit_test(test_bytes),
                                       cmocka_unit_test(test_tables),
                                       cmocka_unit_test(test_pictures),
                                       cmocka_unit_test(test_progress_among_text),
                                       cmocka_unit_test(test_leave)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
