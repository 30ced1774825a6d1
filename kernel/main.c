/* Arguments, threads, and the end. The main thread is the parent shell and runs cells; the control thread answers
 * control requests and hands shell requests on; the heartbeat, iopub and each subshell have threads of their own, so a
 * long cell keeps none of them waiting. */
#include "kernel/log.h"
#include "kernel/protocol/dispatch.h"
#include "kernel/protocol/shells.h"
#include "kernel/transport/handshake.h"
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
#include <unistd.h>

/* A cell that does not heed the stop flag in this time is left behind: clients kill after 2.5 s. */
#define END_PATIENCE_MILLISECONDS 1500

/* Requests handed on at a time, so that a flood of them does not keep control requests waiting. */
#define BATCH 100

static struct kernel kernel;

static void on_signal(int number) {
    int kept = errno;
    if (number == SIGINT) {
        kernel_interrupt(&kernel); /* cleared when a cell begins, so it means nothing while none runs */
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
    sigaction(SIGXFSZ, &action, NULL); /* a file over the limit of ulimit -f: the write fails, as on a full disk */
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

/* The control thread owns the control and the shell socket. */
struct control {
    struct lane lane, door; /* `door` answers for shells that are not there */
    struct parent parent;
};

static void serve(struct control *c) {
    struct frames f = FRAMES_INIT;
    enum { CONTROL, SHELL, REPLIES };
    enum { WAKE, PARENT };
    const struct wait_set set = {.sockets = {c->lane.socket, c->door.socket, kernel.replies},
                                 .socket_count = 3,
                                 .descriptors = {kernel.wake, c->parent.ended},
                                 .descriptor_count = 2};
    bool look = c->parent.id > 0 && c->parent.ended < 0;
    while (!atomic_load(&kernel.ending)) {
        int events = sockets_wait(&set, look ? 1000 : -1);
        if (events & WAIT_CLOSED) {
            break;
        }
        if (events & WAIT_DESCRIPTOR(PARENT) || (look && getppid() != c->parent.id)) {
            log_line("the process that started this kernel has ended");
            kernel_end(&kernel);
        }
        while (!atomic_load(&kernel.ending) && socket_receive(c->lane.socket, &f)) {
            struct request *r = request_read(&c->lane, &f);
            if (r) {
                dispatch_request(&c->lane, &r->message);
            }
            request_free(r);
        }
        shells_pass_replies(&c->door);
        for (int i = 0; i < BATCH && socket_receive(c->door.socket, &f); i++) {
            shells_route(&c->door, &f);
        }
    }
    frames_release(&f);
}

static void *control(void *user) {
    struct control *c = user;
    serve(c);
    if (!shells_end(&c->door, END_PATIENCE_MILLISECONDS)) {
        iopub_stop(kernel.iopub, c->lane.publish);
        connection_forget(&kernel.connection);
        log_line("the running cell did not stop in time and was left");
        _exit(0);
    }
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

/* The control lane and the door of the shell channel; both publish over one socket, from one thread. */
static enum err_code open_control(struct control *c, struct err *e) {
    struct socket *publish = iopub_sender(kernel.sockets);
    c->lane = c->door = (struct lane){.kernel = &kernel, .publish = publish};
    c->lane.channel = CHANNEL_CONTROL;
    c->door.channel = CHANNEL_SHELL;
    c->lane.socket = sockets_channel(kernel.sockets, CHANNEL_CONTROL);
    c->door.socket = sockets_channel(kernel.sockets, CHANNEL_SHELL);
    return publish ? ERR_OK : err_nomem(e);
}

static enum err_code run(struct err *e) {
    sigset_t all, old;
    pthread_t control_thread, heartbeat_thread;
    struct control c = {.parent = watch_parent()};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    kernel.iopub = iopub_start(kernel.sockets, message_welcome, &kernel);
    kernel.replies = socket_inner(kernel.sockets, "replies", true);
    if (!kernel.iopub || !kernel.replies) {
        return err_nomem(e);
    }
    struct lane *shell = shell_open(&kernel, e);
    if (!shell || open_control(&c, e) != ERR_OK || start_thread(&control_thread, control, &c, e) != ERR_OK ||
        start_thread(&heartbeat_thread, heartbeat, NULL, e) != ERR_OK) {
        return e->code;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    message_publish(shell, NULL, "status", json_pack("{s:s}", "execution_state", "starting"));
    shell_run(shell);
    pthread_join(control_thread, NULL);
    iopub_stop(kernel.iopub, shell->publish);
    socket_close(c.lane.publish);
    socket_close(kernel.replies);
    shell_free(shell);
    sockets_shut(kernel.sockets);
    pthread_join(heartbeat_thread, NULL);
    parallel_shutdown();
    return ERR_OK;
}

static enum err_code registration(struct err *e) {
    long ports[CHANNEL_COUNT];
    struct err unwritten = ERR_INIT;
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        ports[i] = sockets_port(kernel.sockets, (enum channel)i);
    }
    if (handshake_register(kernel.sockets, &kernel.connection, ports, kernel.wake, e) == ERR_OK &&
        connection_write(&kernel.connection, ports, &unwritten) != ERR_OK) {
        log_line("%s", unwritten.message); /* only other clients miss it */
    }
    return e->code;
}

/* The whole life, from the file that the launcher wrote. */
static enum err_code live(const char *file, struct err *e) {
    if (connection_read(file, &kernel.connection, e) != ERR_OK ||
        sockets_open(&kernel.connection, &kernel.sockets, e) != ERR_OK) {
        return e->code;
    }
    if (!kernel.connection.registration || registration(e) == ERR_OK) {
        run(e);
    }
    connection_forget(&kernel.connection);
    replay_release(&kernel.replay);
    if (e->code == ERR_OK) {
        sockets_close(kernel.sockets);
        connection_release(&kernel.connection);
    }
    return e->code;
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
    kernel.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    message_new_id(kernel.id);
    set_signals();
    if (parallel_unheeded()) {
        log_line("THANOSQL_THREADS is '%.40s', which is no number of threads: all cores are used", parallel_unheeded());
    }
    if (live(file, &e) != ERR_OK) {
        log_line("%s", e.message);
        return EXIT_FAILURE;
    }
    close(kernel.wake);
    return EXIT_SUCCESS;
}
