/* A child process with an argument list, no shell; silent; a process group of its own, so that the client and whatever
 * it started end together when the stop flag is set. */
#include "lang/data/client.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MOST_SECONDS = 120, POLL_MILLISECONDS = 20 };

/* Returns what posix_spawnp() returns: 0 or an errno. */
static int spawn_silent(char *const arguments[], pid_t *child) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&files) != 0) {
        return ENOMEM;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    sigset_t none, reset;
    sigemptyset(&none);
    sigemptyset(&reset);
    sigaddset(&reset, SIGINT);
    sigaddset(&reset, SIGTERM);
    sigaddset(&reset, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &reset);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    failed = failed ? failed : posix_spawnp(child, arguments[0], &files, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static void end_group(pid_t child) {
    kill(-child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

static enum err_code wait_for(const char *client, pid_t child, struct stop *stop, struct err *e) {
    const struct timespec nap = {.tv_nsec = POLL_MILLISECONDS * 1000000L};
    for (double begin = clock_now();;) {
        int status = 0;
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended < 0 && errno != EINTR) {
            return err_set(e, ERR_CONNECTION, "the %s client was lost: %s", client, strerror(errno));
        }
        if (ended == child) {
            return WIFEXITED(status) && WEXITSTATUS(status) == 0
                       ? ERR_OK
                       : err_set(e, ERR_CONNECTION, "the %s client did not get the package", client);
        }
        if (stop_requested(stop)) {
            end_group(child);
            return err_interrupt(e);
        }
        if (clock_now() - begin > MOST_SECONDS) {
            end_group(child);
            return err_set(e, ERR_CONNECTION, "the %s client took more than %d s", client, MOST_SECONDS);
        }
        nanosleep(&nap, NULL);
    }
}

enum err_code client_run(const char *const arguments[], struct stop *stop, struct err *e) {
    /* posix_spawnp() takes pointers to char, and changes none of them. */
    union {
        const char *const *given;
        char *const *taken;
    } both = {arguments};
    pid_t child = 0;
    int failed = spawn_silent(both.taken, &child);
    if (failed) {
        return err_set(e, ERR_NOT_FOUND, "the %s client does not start: %s", arguments[0], strerror(failed));
    }
    return wait_for(arguments[0], child, stop, e);
}
