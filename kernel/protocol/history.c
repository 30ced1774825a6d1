/* range, tail and search, as the protocol specifies them. */
#include "kernel/protocol/history.h"

#include "kernel/protocol/message.h"

#include <stdbool.h>
#include <string.h>

#define TAIL 10         /* rows where the request does not say how many */
#define ALL 1000000000L /* rows of a search, and lines of a range, where it does not */

struct answer {
    json_t *rows;
    bool output;
};

static void add_row(void *user, long long session, long long line, const char *code, size_t len) {
    struct answer *answer = user;
    json_t *input = json_stringn(code, len);
    if (input && answer->output) {
        input = json_pack("[o, n]", input);
    }
    json_array_append_new(answer->rows, json_pack("[I, I, o]", (json_int_t)session, (json_int_t)line, input));
}

json_t *history_answer(struct session *s, const json_t *request) {
    const char *kind = json_string_value(json_object_get(request, "hist_access_type"));
    struct answer answer = {json_array(), json_is_true(json_object_get(request, "output"))};
    struct err ignored = ERR_INIT;
    struct history_query query = {.kind = HISTORY_TAIL,
                                  .session = message_number(request, "session", 0),
                                  .start = message_number(request, "start", 1),
                                  .stop = message_number(request, "stop", ALL),
                                  .pattern = json_string_value(json_object_get(request, "pattern")),
                                  .unique = json_is_true(json_object_get(request, "unique"))};
    if (kind && strcmp(kind, "range") == 0) {
        query.kind = HISTORY_RANGE;
    } else if (kind && strcmp(kind, "search") == 0) {
        query.kind = HISTORY_SEARCH;
    }
    query.n = message_number(request, "n", query.kind == HISTORY_TAIL ? TAIL : ALL);
    session_history(s, &query, add_row, &answer, &ignored);
    return answer.rows;
}
