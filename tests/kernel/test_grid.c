/* A sheet of pictures as HTML and as text: everything escaped, nothing that a theme would have to fight. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/display/grid.h"

#include <string.h>

static const unsigned char bytes[] = {0xff, 0xd8, 0xff};

static struct picture_grid two(int columns) {
    static const struct grid_item items[] = {
        {{"image/jpeg", bytes, 3, 120, 60, "/w/a \"b\" <c>&'d'.jpg"}, "1 · 0.9876\nlabel: <b>&"},
        {{"image/png", bytes, 3, 30, 120, "/w/e.png"}, NULL},
    };
    return (struct picture_grid){items, 2, columns, 120};
}

static void test_html(void **state) {
    (void)state;
    struct buf out = BUF_INIT;
    struct picture_grid g = two(0);
    grid_html(&g, &out);
    assert_string_equal(
        buf_text(&out),
        "<div style=\"display:flex;flex-wrap:wrap;gap:12px\">\n"
        "<figure style=\"margin:0;width:120px\">"
        "<div style=\"display:flex;align-items:center;justify-content:center;height:120px\">"
        "<img src=\"data:image/jpeg;base64,/9j/\" alt=\"/w/a &quot;b&quot; &lt;c&gt;&amp;&#39;d&#39;.jpg\" "
        "title=\"/w/a &quot;b&quot; &lt;c&gt;&amp;&#39;d&#39;.jpg\" width=\"120\" height=\"60\" "
        "style=\"margin:0;max-width:100%\"></div>"
        "<figcaption style=\"text-align:center;overflow-wrap:break-word\">1 · 0.9876<br>label: "
        "&lt;b&gt;&amp;</figcaption>"
        "</figure>\n"
        "<figure style=\"margin:0;width:120px\">"
        "<div style=\"display:flex;align-items:center;justify-content:center;height:120px\">"
        "<img src=\"data:image/png;base64,/9j/\" alt=\"/w/e.png\" title=\"/w/e.png\" width=\"30\" height=\"120\" "
        "style=\"margin:0;max-width:100%\"></div></figure>\n"
        "</div>");
    buf_release(&out);
}

/* Three boxes of 120 with two gaps of 12 between them. */
static void test_columns(void **state) {
    (void)state;
    struct buf out = BUF_INIT;
    struct picture_grid g = two(3);
    grid_html(&g, &out);
    assert_non_null(strstr(buf_text(&out), "gap:12px;max-width:384px\">"));
    buf_release(&out);
}

static void test_text(void **state) {
    (void)state;
    struct buf out = BUF_INIT;
    struct picture_grid g = two(0);
    grid_text(&g, &out);
    assert_string_equal(buf_text(&out), "1 · 0.9876  label: <b>&  /w/a \"b\" <c>&'d'.jpg\n/w/e.png");
    buf_release(&out);
}

static void test_empty(void **state) {
    (void)state;
    struct buf html = BUF_INIT, text = BUF_INIT;
    struct picture_grid g = {.count = 0};
    grid_html(&g, &html);
    grid_text(&g, &text);
    assert_string_equal(buf_text(&html), "<div style=\"display:flex;flex-wrap:wrap;gap:12px\">\n</div>");
    assert_string_equal(buf_text(&text), "");
    buf_release(&html);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
