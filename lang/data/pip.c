/* pip by the names it goes by. */
#include "lang/data/pip.h"

#include "lang/data/client.h"

#include <string.h>

#define WORDS_MOST 16

enum err_code pip_download(const char *package, const char *into, struct stop *stop, struct err *e) {
    static const char *const clients[][4] = {{"pip", NULL}, {"pip3", NULL}, {"python3", "-m", "pip", NULL}};
    const char *const rest[] = {"download",
                                "--no-deps",
                                "--only-binary",
                                ":all:",
                                "--no-input",
                                "--retries",
                                "1",
                                "--disable-pip-version-check",
                                "--dest",
                                into,
                                package,
                                NULL};
    struct err why = ERR_INIT;
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        const char *arguments[WORDS_MOST];
        size_t n = 0;
        for (size_t k = 0; clients[i][k]; k++) {
            arguments[n++] = clients[i][k];
        }
        memcpy(arguments + n, rest, sizeof rest);
        why = ERR_INIT;
        if (client_run(arguments, stop, &why) != ERR_NOT_FOUND) {
            break;
        }
    }
    if (why.code) {
        why.code = why.code == ERR_NOT_FOUND ? ERR_CONNECTION : why.code;
        *e = why;
    }
    return e->code;
}
