/* All cores for a loop, with workers that sleep (never spin) when there is nothing to do. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

/* Run body(user, begin, end) over pieces of 0..n of at most `grain` items each, on all cores, and return when
 * all are done. The pieces are cut the same way whatever the number of threads, so a body that writes only
 * what belongs to its items gives the same bytes on 1 and on 8. A call from inside a body, or while another
 * thread has the workers, runs in the calling thread. Needs no memory; never fails. */
void parallel_for(size_t n, size_t grain, void (*body)(void *user, size_t begin, size_t end), void *user);

/* Threads in use: the cores of the machine that we may run on, or $THANOSQL_THREADS, or what was set. */
int parallel_threads(void);
void parallel_set_threads(int threads); /* 0: back to the default */

/* What $THANOSQL_THREADS says where that is no number of threads, and so is not heeded; else NULL. */
const char *parallel_unheeded(void);

/* Stop and join the workers (for leak checkers and fork). The next parallel_for starts them again. */
void parallel_shutdown(void);

#endif
