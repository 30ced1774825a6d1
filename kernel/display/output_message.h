/* The messages a display sends, as JSON. Each builder returns one reference, or NULL when memory is out. */
#ifndef KERNEL_DISPLAY_OUTPUT_MESSAGE_H
#define KERNEL_DISPLAY_OUTPUT_MESSAGE_H

#include "base/buf.h"
#include "kernel/display/display.h"

/* Hands content over under msg_type; nothing happens when content is NULL. */
void output_message_publish(const struct display_output *output, const char *msg_type, json_t *content);

json_t *output_message_stream(const char *name, const char *utf8, size_t len);

/* Takes both buffers' text; for a table. */
json_t *output_message_result(int count, const struct buf *html, const struct buf *plain);

/* The same to look at, not to go on with: a sheet of pictures, a report. */
json_t *output_message_display(const struct buf *html, const struct buf *plain);

json_t *output_message_picture(const struct picture *p);

/* For display_data and update_display_data: `id` ties the two together. */
json_t *output_message_progress(const char *id, const struct buf *html, const struct buf *plain);

#endif
