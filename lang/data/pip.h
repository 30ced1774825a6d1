/* A package of the PyPI registry, fetched by the pip client of this machine. */
#ifndef LANG_DATA_PIP_H
#define LANG_DATA_PIP_H

#include "base/err.h"
#include "base/stop.h"

/* Put the wheel of `package` ("name==1.2.3"), and nothing that it depends on, into the folder `into`. Nothing is
 * installed, and nothing of the package is run: only a wheel is taken. ERR_CONNECTION says that there is no client, or
 * that it failed or took too long. The stop flag ends it within 0.1 s. */
enum err_code pip_download(const char *package, const char *into, struct stop *stop, struct err *e);

#endif
