/* Clocks over clock_gettime(2). */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

double clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void clock_utc(char out[20]) {
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(out, 20, "%Y-%m-%d %H:%M:%S", &tm);
}

void clock_iso8601(char out[28]) {
    struct timespec t;
    struct tm tm;
    char seconds[20] = "";
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, 28, "%.19s.%06uZ", seconds, (unsigned)(t.tv_nsec / 1000) % 1000000u);
}
