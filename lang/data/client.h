/* Clients of package registries, run as child processes. */
#ifndef LANG_DATA_CLIENT_H
#define LANG_DATA_CLIENT_H

#include "base/err.h"
#include "base/stop.h"

/* Run arguments[0] (found in the PATH) with the rest, NULL at the end. ERR_NOT_FOUND: it does not start.
 * ERR_CONNECTION: it failed, or took more than two minutes. The stop flag ends it within 0.1 s. */
enum err_code client_run(const char *const arguments[], struct stop *stop, struct err *e);

#endif
