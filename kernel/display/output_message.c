/* Contents after "Messaging in Jupyter" (jupyter_client 8): stream, execute_result, display_data. */
#include "kernel/display/output_message.h"

#include "kernel/display/base64.h"

#include <string.h>

void output_message_publish(const struct display_output *output, const char *msg_type, json_t *content) {
    if (content) {
        output->publish(output->user, msg_type, content);
    }
}

static json_t *text_json(const struct buf *text) {
    return buf_ok(text) ? json_stringn(buf_text(text), text->len) : NULL;
}

/* The text as valid UTF-8, whatever it was. */
static json_t *repaired_json(const char *text, size_t len) {
    struct buf valid = BUF_INIT;
    buf_utf8(&valid, text, len);
    json_t *json = text_json(&valid);
    buf_release(&valid);
    return json;
}

json_t *output_message_stream(const char *name, const char *utf8, size_t len) {
    return json_pack("{s:s, s:o}", "name", name, "text", repaired_json(utf8, len));
}

json_t *output_message_result(int count, const struct buf *html, const struct buf *plain) {
    return json_pack("{s:i, s:{s:o, s:o}, s:{}}", "execution_count", count, "data", "text/html", text_json(html),
                     "text/plain", text_json(plain), "metadata");
}

json_t *output_message_display(const struct buf *html, const struct buf *plain) {
    json_t *words = repaired_json(buf_text(plain), plain->len); /* paths may be no UTF-8 */
    return json_pack("{s:{s:o, s:o}, s:{}, s:{}}", "data", "text/html", text_json(html), "text/plain", words,
                     "metadata", "transient");
}

json_t *output_message_progress(const char *id, const struct buf *html, const struct buf *plain) {
    return json_pack("{s:{s:o, s:o}, s:{}, s:{s:s}}", "data", "text/html", text_json(html), "text/plain",
                     text_json(plain), "metadata", "transient", "display_id", id);
}

/* {"image/png": {"width": 240, "height": 240}}; a size that is not given is left to the page. */
static json_t *picture_metadata(const struct picture *p) {
    json_t *size = json_object();
    if (p->width > 0) {
        json_object_set_new(size, "width", json_integer(p->width));
    }
    if (p->height > 0) {
        json_object_set_new(size, "height", json_integer(p->height));
    }
    json_t *metadata = json_object();
    if (json_object_size(size) > 0) {
        json_object_set(metadata, p->mime, size);
    }
    json_decref(size);
    return metadata;
}

json_t *output_message_picture(const struct picture *p) {
    struct buf encoded = BUF_INIT;
    base64_add(&encoded, p->bytes, p->len);
    const char *alt = p->alt && *p->alt ? p->alt : "<image>";
    json_t *content = json_pack("{s:{s:o, s:o}, s:o, s:{}}", "data", p->mime, text_json(&encoded), "text/plain",
                                repaired_json(alt, strlen(alt)), "metadata", picture_metadata(p), "transient");
    buf_release(&encoded);
    return content;
}
