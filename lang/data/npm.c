/* `npm pack` through client.h. */
#include "lang/data/npm.h"

#include "lang/data/client.h"

enum err_code npm_pack(const char *package, const char *into, struct stop *stop, struct err *e) {
    const char *const arguments[] = {"npm",
                                     "pack",
                                     package,
                                     "--ignore-scripts",
                                     "--fetch-retries=0",
                                     "--update-notifier=false",
                                     "--pack-destination",
                                     into,
                                     NULL};
    struct err why = ERR_INIT;
    if (client_run(arguments, stop, &why)) {
        why.code = why.code == ERR_NOT_FOUND ? ERR_CONNECTION : why.code;
        *e = why;
    }
    return e->code;
}
