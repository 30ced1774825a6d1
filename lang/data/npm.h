/* A package of the npm registry, fetched by the npm client of this machine. */
#ifndef LANG_DATA_NPM_H
#define LANG_DATA_NPM_H

#include "base/err.h"
#include "base/stop.h"

/* Put the package file of `package` ("name@1.2.3") into the folder `into`, which holds nothing else; its name is the
 * client's affair ("name-1.2.3.tgz"). No script of the package runs, and nothing is installed. ERR_CONNECTION says that
 * there is no client, or that it failed or took more than two minutes. The stop flag ends it within 0.1 s. */
enum err_code npm_pack(const char *package, const char *into, struct stop *stop, struct err *e);

#endif
