/* What the process and the machine use, as ipykernel's usage_reply tells it (an extension of the protocol). */
#ifndef KERNEL_PROTOCOL_USAGE_H
#define KERNEL_PROTOCOL_USAGE_H

#include <jansson.h>

/* Where the last answer left off; zero at first. Shares of processor time are of the time since then. */
struct usage {
    double wall, cpu;                       /* seconds */
    unsigned long long host_busy, host_all; /* ticks */
};

/* hostname, pid, kernel_cpu (percent of one processor), kernel_memory (bytes), cpu_count, host_cpu_percent (not in the
 * first answer, nor where nothing passed) and host_virtual_memory (bytes, and percent). NULL: no memory. */
json_t *usage_answer(struct usage *u);

#endif
