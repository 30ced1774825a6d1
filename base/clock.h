/* Time: a steady clock for measuring, and UTC text for people and protocols. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

/* Seconds on a clock that never jumps; only differences mean anything. */
double clock_now(void);

/* Now in UTC as "2026-01-31 12:00:00". out has room for 20 bytes. */
void clock_utc(char out[20]);

/* Now in UTC as "2026-01-31T12:00:00.012345Z" (ISO 8601, six digits). out has room for 28 bytes. */
void clock_iso8601(char out[28]);

#endif
