/* Requests that only ask: kernel_info, completion, help, history, comms. */
#include "kernel/protocol/dispatch.h"

#include "base/utf8.h"
#include "kernel/display/help_view.h"
#include "kernel/protocol/history.h"
#include "kernel/version.h"

#include <stdio.h>
#include <string.h>

void on_kernel_info(struct lane *lane, const struct message *request) {
    json_t *language =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", "thanosql", "version", KERNEL_LANGUAGE_VERSION, "mimetype",
                  "text/x-sql", "file_extension", ".sql", "pygments_lexer", "sql", "codemirror_mode", "text/x-pgsql");
    message_reply(lane, request, "kernel_info_reply",
                  json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:b, s:[], s:[s]}", "status", "ok", "protocol_version",
                            "5.5", "implementation", "thanosql-kernel", "implementation_version", KERNEL_VERSION,
                            "language_info", language, "banner",
                            "ThanoSQL kernel " KERNEL_VERSION ": SQL, and search by pictures, on this machine",
                            "debugger", 0, "help_links", "supported_features", "kernel subshells"),
                  NULL);
}

static void reply_malformed(struct lane *lane, const struct message *request, const char *type) {
    message_reply(lane, request, type, message_malformed(), NULL);
}

/* Nothing tells what a client can show. But those that ask at every Enter, and have a user's name, are consoles of
 * Jupyter's own: notebooks do not ask, and JupyterLab's console has no name. */
static void note_console(struct lane *lane, const struct message *request) {
    const char *session = json_string_value(json_object_get(request->header, "session"));
    const char *user = json_string_value(json_object_get(request->header, "username"));
    if (session && user && *user && strlen(session) < sizeof lane->console) {
        snprintf(lane->console, sizeof lane->console, "%s", session);
    }
}

void on_is_complete(struct lane *lane, const struct message *request) {
    static const char *const names[] = {"complete", "incomplete", "invalid", "unknown"};
    const json_t *code = json_object_get(request->content, "code");
    const char *indent = "";
    note_console(lane, request);
    if (!json_is_string(code)) {
        reply_malformed(lane, request, "is_complete_reply");
        return;
    }
    enum completeness c =
        session_is_complete(lane->session, json_string_value(code), json_string_length(code), &indent);
    json_t *content = json_pack("{s:s}", "status", names[c]);
    if (c == INCOMPLETE) {
        json_object_set_new(content, "indent", json_string(indent ? indent : ""));
    }
    message_reply(lane, request, "is_complete_reply", content, NULL);
}

/* The request's code and cursor in bytes; the protocol counts code points, and a cursor may lie beyond the end. */
static bool code_and_cursor(const struct message *request, const char **code, size_t *len, size_t *cursor) {
    const json_t *text = json_object_get(request->content, "code");
    if (!json_is_string(text)) {
        return false;
    }
    *code = json_string_value(text);
    *len = json_string_length(text);
    json_int_t points = message_number(request->content, "cursor_pos", -1);
    *cursor = points < 0 ? *len : utf8_offset(*code, *len, (size_t)points);
    return true;
}

void on_complete(struct lane *lane, const struct message *request) {
    const char *code;
    size_t len, cursor;
    struct arena arena = ARENA_INIT;
    struct err e = ERR_INIT;
    if (!code_and_cursor(request, &code, &len, &cursor)) {
        reply_malformed(lane, request, "complete_reply");
        return;
    }
    struct completion found = {.start = cursor, .end = cursor};
    json_t *matches = json_array(), *types = json_array();
    stop_clear(lane->stop);
    if (session_complete(lane->session, code, len, cursor, &arena, &found, &e) != ERR_OK) {
        found.count = 0;
    }
    json_int_t start = (json_int_t)utf8_count(code, found.start), end = (json_int_t)utf8_count(code, found.end);
    for (size_t i = 0; i < found.count; i++) {
        const struct completion_match *m = &found.matches[i];
        json_array_append_new(matches, json_string(m->text));
        json_array_append_new(types, json_pack("{s:I, s:I, s:s, s:s, s:s}", "start", start, "end", end, "text", m->text,
                                               "type", m->type, "signature", m->signature));
    }
    message_reply(lane, request, "complete_reply",
                  json_pack("{s:s, s:o, s:I, s:I, s:{s:o}}", "status", "ok", "matches", matches, "cursor_start", start,
                            "cursor_end", end, "metadata", "_jupyter_types_experimental", types),
                  NULL);
    arena_release(&arena);
}

void on_inspect(struct lane *lane, const struct message *request) {
    const char *code;
    struct help_page *page = NULL;
    size_t len, cursor;
    struct arena arena = ARENA_INIT;
    struct err e = ERR_INIT;
    if (!code_and_cursor(request, &code, &len, &cursor)) {
        reply_malformed(lane, request, "inspect_reply");
        return;
    }
    int detail = message_number(request->content, "detail_level", 0) > 0;
    stop_clear(lane->stop);
    session_inspect(lane->session, code, len, cursor, detail, &arena, &page, &e);
    struct buf plain = BUF_INIT, html = BUF_INIT;
    if (page) {
        help_text(page, &plain);
        help_html(page, &html);
    }
    message_reply(lane, request, "inspect_reply",
                  json_pack("{s:s, s:b, s:o, s:{}}", "status", "ok", "found", page != NULL, "data",
                            page ? help_bundle(&plain, &html) : json_object(), "metadata"),
                  NULL);
    buf_release(&plain);
    buf_release(&html);
    arena_release(&arena);
}

void on_history(struct lane *lane, const struct message *request) {
    message_reply(lane, request, "history_reply",
                  json_pack("{s:s, s:o}", "status", "ok", "history", history_answer(lane->session, request->content)),
                  NULL);
}

void on_comm_info(struct lane *lane, const struct message *request) {
    message_reply(lane, request, "comm_info_reply", json_pack("{s:s, s:{}}", "status", "ok", "comms"), NULL);
}

/* There are no comm targets here; the protocol asks for comm_close then. */
void on_comm_open(struct lane *lane, const struct message *request) {
    const char *id = json_string_value(json_object_get(request->content, "comm_id"));
    message_publish(lane, request, "comm_close", json_pack("{s:s, s:{}}", "comm_id", id ? id : "", "data"));
}

void on_nothing(struct lane *lane, const struct message *request) {
    (void)lane;
    (void)request;
}
