/* A linked list under a lock. */
#include "kernel/protocol/inbox.h"

#include "base/clock.h"
#include "kernel/protocol/message.h"

#include <errno.h>
#include <time.h>

#define LONGEST_SETTLE_SECONDS 1.0 /* a client that never pauses */

void inbox_init(struct inbox *b) {
    pthread_condattr_t steady;
    *b = (struct inbox){.lock = PTHREAD_MUTEX_INITIALIZER, .last = &b->first};
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&b->arrived, &steady);
    pthread_condattr_destroy(&steady);
}

static struct request *unlink_first(struct inbox *b) {
    struct request *r = b->first;
    b->first = r->next;
    b->last = b->first ? b->last : &b->first;
    b->count--;
    b->bytes -= r->frames.bytes.len;
    return r;
}

void inbox_release(struct inbox *b) {
    while (b->first) {
        request_free(unlink_first(b));
    }
    pthread_cond_destroy(&b->arrived);
    pthread_mutex_destroy(&b->lock);
}

bool inbox_put(struct inbox *b, struct request *r) {
    size_t bytes = r->frames.bytes.len;
    pthread_mutex_lock(&b->lock);
    bool fits = !b->closed && b->count < INBOX_MOST_REQUESTS && bytes <= INBOX_MOST_BYTES - b->bytes;
    if (fits) {
        r->next = NULL;
        *b->last = r;
        b->last = &r->next;
        b->count++;
        b->bytes += bytes;
        pthread_cond_signal(&b->arrived);
    }
    pthread_mutex_unlock(&b->lock);
    return fits;
}

struct request *inbox_take(struct inbox *b) {
    pthread_mutex_lock(&b->lock);
    while (!b->first && !b->closed) {
        pthread_cond_wait(&b->arrived, &b->lock);
    }
    struct request *r = b->first ? unlink_first(b) : NULL;
    pthread_mutex_unlock(&b->lock);
    return r;
}

static void mark_all(struct inbox *b) {
    for (struct request *r = b->first; r; r = r->next) {
        r->abandoned = true;
    }
}

static struct timespec after(long milliseconds) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += milliseconds % 1000 * 1000000;
    t.tv_sec += milliseconds / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

void inbox_abandon(struct inbox *b, long settle_milliseconds) {
    const double latest = clock_now() + LONGEST_SETTLE_SECONDS;
    pthread_mutex_lock(&b->lock);
    for (bool came = true; came && !b->closed && clock_now() < latest;) {
        size_t before = b->count;
        const struct timespec end = after(settle_milliseconds);
        while (b->count == before && !b->closed && pthread_cond_timedwait(&b->arrived, &b->lock, &end) != ETIMEDOUT) {
        }
        came = b->count != before;
    }
    mark_all(b);
    pthread_mutex_unlock(&b->lock);
}

void inbox_close(struct inbox *b) {
    pthread_mutex_lock(&b->lock);
    b->closed = true;
    mark_all(b);
    pthread_cond_signal(&b->arrived);
    pthread_mutex_unlock(&b->lock);
}

bool inbox_closed(struct inbox *b) {
    pthread_mutex_lock(&b->lock);
    bool closed = b->closed;
    pthread_mutex_unlock(&b->lock);
    return closed;
}
