/* Arguments, threads, and the end. The main thread is the shell lane and runs cells; the control lane, the heartbeat
 * and iopub have threads of their own, so a long cell keeps none of them waiting. */
#include "kernel/log.h"
#include "kernel/protocol/dispatch.h"
#include "kernel/version.h"

#include "base/parallel.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A cell that does not heed the stop flag in this time is left behind: clients kill after 2.5 s. */
#define END_PATIENCE_MILLISECONDS 1500

static struct kernel kernel;

static void on_signal(int number) {
    int kept = errno;
    if (number == SIGINT) {
        stop_request(&kernel.stop); /* cleared when a cell begins, so it means nothing while none runs */
    } else {
        kernel_end(&kernel);
    }
    errno = kept;
}

static void set_signals(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

/* The process that started us. PR_SET_PDEATHSIG would not do: it fires when the thread that started us ends. */
struct parent {
    pid_t id;  /* 0: not visible from here */
    int ended; /* a descriptor that becomes readable when it ends; -1: there is none, so look each second */
};

static struct parent watch_parent(void) {
    struct parent p = {getppid(), -1};
#ifdef SYS_pidfd_open
    p.ended = p.id > 0 ? (int)syscall(SYS_pidfd_open, p.id, 0) : -1;
#endif
    return p;
}

/* `parent` is NULL in the lane that does not watch it. */
static void serve(struct lane *lane, int wake, const struct parent *parent) {
    struct frames f = FRAMES_INIT;
    bool look = parent && parent->id > 0 && parent->ended < 0;
    while (!atomic_load(&kernel.ending)) {
        int events = sockets_wait(lane->socket, NULL, wake, parent ? parent->ended : -1, look ? 1000 : -1);
        if (events & SOCKET_CLOSED) {
            break;
        }
        if (events & SOCKET_OTHER || (look && getppid() != parent->id)) {
            log_line("the process that started this kernel has ended");
            kernel_end(&kernel);
        }
        while (!atomic_load(&kernel.ending) && socket_receive(lane->socket, &f)) {
            dispatch_frames(lane, &f);
            execute_abort_burst(lane);
        }
    }
    frames_release(&f);
}

static void wait_for_shell(void) {
    const struct timespec step = {.tv_nsec = 5000000};
    for (int i = 0; i < END_PATIENCE_MILLISECONDS / 5 && !atomic_load(&kernel.finished); i++) {
        nanosleep(&step, NULL);
    }
}

static void *control(void *user) {
    struct lane lane = {.kernel = &kernel, .channel = CHANNEL_CONTROL, .publish = iopub_sender(kernel.sockets)};
    lane.socket = sockets_channel(kernel.sockets, CHANNEL_CONTROL);
    serve(&lane, kernel.control_wake, user);
    wait_for_shell();
    if (!atomic_load(&kernel.finished)) {
        iopub_stop(kernel.iopub, lane.publish);
        log_line("the running cell did not stop in time and was left");
        _exit(0);
    }
    socket_close(lane.publish);
    return NULL;
}

static void *heartbeat(void *user) {
    (void)user;
    sockets_echo(kernel.sockets);
    return NULL;
}

/* Signals are for the main thread, so threads start with all of them blocked. */
static enum err_code start_thread(pthread_t *thread, void *(*run)(void *), void *user, struct err *e) {
    return pthread_create(thread, NULL, run, user) == 0 ? ERR_OK : err_set(e, ERR_NOMEM, "a thread cannot be started");
}

static enum err_code run(struct err *e) {
    sigset_t all, old;
    pthread_t control_thread, heartbeat_thread;
    struct session_config config = {.stop = &kernel.stop};
    struct parent parent = watch_parent();
    if (session_open(&config, &kernel.session, e) != ERR_OK) {
        return e->code;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    kernel.iopub = iopub_start(kernel.sockets, message_welcome, &kernel);
    struct lane lane = {.kernel = &kernel, .channel = CHANNEL_SHELL};
    lane.socket = sockets_channel(kernel.sockets, CHANNEL_SHELL);
    lane.publish = kernel.iopub ? iopub_sender(kernel.sockets) : NULL;
    if (!lane.publish) {
        return err_nomem(e);
    }
    if (start_thread(&control_thread, control, &parent, e) != ERR_OK ||
        start_thread(&heartbeat_thread, heartbeat, NULL, e) != ERR_OK) {
        return e->code;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    message_publish(&lane, NULL, "status", json_pack("{s:s}", "execution_state", "starting"));
    serve(&lane, kernel.shell_wake, NULL);
    atomic_store(&kernel.finished, true);
    kernel_end(&kernel);
    pthread_join(control_thread, NULL);
    iopub_stop(kernel.iopub, lane.publish);
    socket_close(lane.publish);
    sockets_shut(kernel.sockets);
    pthread_join(heartbeat_thread, NULL);
    session_close(kernel.session);
    parallel_shutdown();
    return ERR_OK;
}

static const char *connection_argument(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "-f") == 0 && i + 1 < count) {
            return arguments[i + 1];
        }
    }
    for (int i = 1; i < count; i++) {
        if (arguments[i][0] != '-') {
            return arguments[i];
        }
    }
    return NULL;
}

int main(int count, char **arguments) {
    struct err e = ERR_INIT;
    const char *file = connection_argument(count, arguments);
    if (count > 1 && strcmp(arguments[1], "--version") == 0) {
        puts("thanosql-kernel " KERNEL_VERSION);
        return EXIT_SUCCESS;
    }
    if (!file) {
        fputs("usage: thanosql-kernel -f CONNECTION_FILE\n\nA Jupyter kernel for ThanoSQL; Jupyter starts it.\n",
              stderr);
        return count > 1 && strcmp(arguments[1], "--help") == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    kernel.username = getenv("USER") ? getenv("USER") : "user";
    kernel.shell_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    kernel.control_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    message_new_id(kernel.id);
    set_signals();
    if (connection_read(file, &kernel.connection, &e) == ERR_OK &&
        sockets_open(&kernel.connection, &kernel.sockets, &e) == ERR_OK && run(&e) == ERR_OK) {
        sockets_close(kernel.sockets);
        connection_release(&kernel.connection);
        close(kernel.shell_wake);
        close(kernel.control_wake);
        return EXIT_SUCCESS;
    }
    log_line("%s", e.message);
    return EXIT_FAILURE;
}
