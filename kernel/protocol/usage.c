/* Read from /proc, as psutil reads it for ipykernel. */
#include "kernel/protocol/usage.h"

#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The numbers of a file of "Name:   123 kB" lines, in bytes, for `count` names; 0 for one that is not there. */
static void read_sizes(const char *path, const char *const *names, long long *sizes, size_t count) {
    char line[256];
    FILE *file = fopen(path, "r");
    memset(sizes, 0, count * sizeof *sizes);
    while (file && fgets(line, sizeof line, file)) {
        for (size_t i = 0; i < count; i++) {
            size_t len = strlen(names[i]);
            long long kilobytes;
            if (strncmp(line, names[i], len) == 0 && line[len] == ':' &&
                sscanf(line + len + 1, "%lld", &kilobytes) == 1) {
                sizes[i] = kilobytes * 1024;
            }
        }
    }
    if (file) {
        fclose(file);
    }
}

static long long process_memory(void) {
    static const char *const names[] = {"Pss"};
    static const char *const resident[] = {"VmRSS"};
    long long size;
    read_sizes("/proc/self/smaps_rollup", names, &size, 1);
    if (size == 0) { /* kernels without it */
        read_sizes("/proc/self/status", resident, &size, 1);
    }
    return size;
}

static json_t *host_memory(void) {
    static const char *const names[] = {"MemTotal",     "MemAvailable", "MemFree", "Buffers",  "Cached",
                                        "SReclaimable", "Shmem",        "Active",  "Inactive", "Slab"};
    enum { TOTAL, AVAILABLE, FREE, BUFFERS, CACHED, RECLAIMABLE, SHARED, ACTIVE, INACTIVE, SLAB, COUNT };
    long long n[COUNT];
    read_sizes("/proc/meminfo", names, n, COUNT);
    double percent = n[TOTAL] ? 100.0 * (double)(n[TOTAL] - n[AVAILABLE]) / (double)n[TOTAL] : 0;
    return json_pack("{s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "total", (json_int_t)n[TOTAL],
                     "available", (json_int_t)n[AVAILABLE], "percent", percent, "used",
                     (json_int_t)(n[TOTAL] - n[AVAILABLE]), "free", (json_int_t)n[FREE], "active",
                     (json_int_t)n[ACTIVE], "inactive", (json_int_t)n[INACTIVE], "buffers", (json_int_t)n[BUFFERS],
                     "cached", (json_int_t)(n[CACHED] + n[RECLAIMABLE]), "shared", (json_int_t)n[SHARED], "slab",
                     (json_int_t)n[SLAB]);
}

/* The share of all processors that was busy since the last call, in percent; below 0: unknown. */
static double host_share(struct usage *u) {
    unsigned long long t[8] = {0}; /* user nice system idle iowait irq softirq steal */
    FILE *file = fopen("/proc/stat", "r");
    int read = file ? fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4],
                             &t[5], &t[6], &t[7])
                    : 0;
    if (file) {
        fclose(file);
    }
    unsigned long long all = 0, idle = t[3] + t[4];
    for (int i = 0; i < 8; i++) {
        all += t[i];
    }
    bool known = read >= 4 && u->host_all > 0 && all > u->host_all && all - idle >= u->host_busy;
    double share = known ? 100.0 * (double)(all - idle - u->host_busy) / (double)(all - u->host_all) : -1;
    u->host_all = all;
    u->host_busy = all - idle;
    return share;
}

/* The processor time of this process since the last call, in percent of one processor; 0 in the first. */
static double process_share(struct usage *u) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    double wall = clock_now(), cpu = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
    double share = u->wall > 0 && wall > u->wall ? 100 * (cpu - u->cpu) / (wall - u->wall) : 0;
    u->wall = wall;
    u->cpu = cpu;
    return share;
}

json_t *usage_answer(struct usage *u) {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    double share = host_share(u);
    json_t *answer =
        json_pack("{s:s, s:s, s:i, s:f, s:I, s:i, s:o}", "status", "ok", "hostname", host, "pid", (int)getpid(),
                  "kernel_cpu", process_share(u), "kernel_memory", (json_int_t)process_memory(), "cpu_count",
                  (int)sysconf(_SC_NPROCESSORS_ONLN), "host_virtual_memory", host_memory());
    if (share >= 0) {
        json_object_set_new(answer, "host_cpu_percent", json_real(share));
    }
    return answer;
}
