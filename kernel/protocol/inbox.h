/* What waits for a shell: verified requests, put in by the control thread and taken out by the shell's. */
#ifndef KERNEL_PROTOCOL_INBOX_H
#define KERNEL_PROTOCOL_INBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Caps on what waits; what comes beyond is answered with an error. */
#define INBOX_MOST_REQUESTS 10000u
#define INBOX_MOST_BYTES ((size_t)256 << 20)

struct request;

struct inbox {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct request *first, **last;
    size_t count, bytes;
    bool closed;
};

void inbox_init(struct inbox *b);
void inbox_release(struct inbox *b);

/* Takes the request; false, and does not, where the inbox is full or closed. */
bool inbox_put(struct inbox *b, struct request *r);

/* Wait for a request, which is the caller's; NULL when the inbox is closed and empty. */
struct request *inbox_take(struct inbox *b);

/* Wait until nothing has come for so long; what waits then is marked as not to be run. */
void inbox_abandon(struct inbox *b, long settle_milliseconds);

/* Take no more; what waits is marked as not to be run. */
void inbox_close(struct inbox *b);
bool inbox_closed(struct inbox *b);

#endif
