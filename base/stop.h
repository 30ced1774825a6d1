/* The interrupt flag: set from a signal handler or another thread, read by everything long. */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

struct stop {
    atomic_bool requested;
};

static inline void stop_request(struct stop *s) {
    atomic_store_explicit(&s->requested, true, memory_order_relaxed);
}

static inline void stop_clear(struct stop *s) {
    atomic_store_explicit(&s->requested, false, memory_order_relaxed);
}

/* A NULL flag is never set. */
static inline bool stop_requested(struct stop *s) {
    return s && atomic_load_explicit(&s->requested, memory_order_relaxed);
}

#endif
