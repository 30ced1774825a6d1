/* history_request. */
#ifndef KERNEL_PROTOCOL_HISTORY_H
#define KERNEL_PROTOCOL_HISTORY_H

#include "lang/session.h"

#include <jansson.h>

/* The rows [session, line, input] (or [session, line, [input, null]] with output) that a request asks for. */
json_t *history_answer(struct session *s, const json_t *request);

#endif
