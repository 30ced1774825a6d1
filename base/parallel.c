/* One process-wide pool. A loop is published under the lock; workers and the caller take pieces from an
 * atomic counter; the caller leaves when every worker that joined has finished. */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_THREADS 256
#define THREADS_VARIABLE "THANOSQL_THREADS"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    pthread_t threads[MOST_THREADS];
    int started, wanted; /* workers running; threads asked for, 0 = default */
    bool busy, ending;
    unsigned long round; /* counts loops, so that a worker joins each one once */
    int inside;          /* workers in the present loop */
    size_t n, grain;
    atomic_size_t next;
    void (*body)(void *, size_t, size_t);
    void *user;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

static void take_pieces(void) {
    for (;;) {
        size_t begin = atomic_fetch_add(&pool.next, 1) * pool.grain;
        if (begin >= pool.n) {
            return;
        }
        size_t end = pool.n - begin < pool.grain ? pool.n : begin + pool.grain;
        pool.body(pool.user, begin, end);
    }
}

static void *worker(void *unused) {
    (void)unused;
    unsigned long seen = 0;
    pthread_mutex_lock(&pool.lock);
    while (!pool.ending) {
        if (!pool.busy || seen == pool.round) {
            pthread_cond_wait(&pool.work, &pool.lock);
            continue;
        }
        seen = pool.round;
        pool.inside++;
        pthread_mutex_unlock(&pool.lock);
        take_pieces();
        pthread_mutex_lock(&pool.lock);
        if (--pool.inside == 0) {
            pthread_cond_signal(&pool.done);
        }
    }
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

/* The number of threads that $THANOSQL_THREADS asks for; 0: it is not set, or is no such number. */
static long asked_threads(const char *text) {
    char *end = NULL;
    long n = text ? strtol(text, &end, 10) : 0;
    return text && *text && !*end && n > 0 ? n : 0;
}

const char *parallel_unheeded(void) {
    const char *text = getenv(THREADS_VARIABLE);
    return text && *text && asked_threads(text) == 0 ? text : NULL;
}

static int default_threads(void) {
    long n = asked_threads(getenv(THREADS_VARIABLE));
    if (n == 0) {
        cpu_set_t set;
        n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    }
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (int)n;
}

int parallel_threads(void) {
    static atomic_int machine;
    if (pool.wanted > 0) {
        return pool.wanted;
    }
    if (machine == 0) {
        machine = default_threads();
    }
    return machine;
}

void parallel_set_threads(int threads) {
    parallel_shutdown();
    pool.wanted = threads < 0 ? 0 : threads > MOST_THREADS ? MOST_THREADS : threads;
}

/* Called with the lock held. Workers never take signals: those belong to the kernel's own threads. */
static void start_workers(int wanted) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (pool.started < wanted && pthread_create(&pool.threads[pool.started], NULL, worker, NULL) == 0) {
        pool.started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void parallel_for(size_t n, size_t grain, void (*body)(void *, size_t, size_t), void *user) {
    if (n == 0) {
        return;
    }
    grain = grain ? grain : 1;
    int threads = parallel_threads();
    pthread_mutex_lock(&pool.lock);
    if (threads == 1 || n <= grain || pool.busy) {
        pthread_mutex_unlock(&pool.lock);
        for (size_t begin = 0; begin < n; begin += grain) {
            body(user, begin, n - begin < grain ? n : begin + grain);
        }
        return;
    }
    start_workers(threads - 1);
    pool.busy = true;
    pool.round++;
    pool.n = n;
    pool.grain = grain;
    pool.body = body;
    pool.user = user;
    atomic_store(&pool.next, 0);
    pthread_cond_broadcast(&pool.work);
    pthread_mutex_unlock(&pool.lock);
    take_pieces();
    pthread_mutex_lock(&pool.lock);
    while (pool.inside > 0) {
        pthread_cond_wait(&pool.done, &pool.lock);
    }
    pool.busy = false;
    pthread_mutex_unlock(&pool.lock);
}

void parallel_shutdown(void) {
    pthread_mutex_lock(&pool.lock);
    pool.ending = true;
    pthread_cond_broadcast(&pool.work);
    pthread_mutex_unlock(&pool.lock);
    for (int i = 0; i < pool.started; i++) {
        pthread_join(pool.threads[i], NULL);
    }
    pool.started = 0;
    pool.ending = false;
}
