/* dlopen and dlsym; POSIX has function addresses fit in a void pointer. */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

enum err_code library_load(const char *file, const char *const *names, size_t count, void *members, struct err *e) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        err_set(e, ERR_UNSUPPORTED, "the library %s cannot be loaded: %s", file, dlerror());
        return err_hint(e, "install the package that has it");
    }
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library, names[i]);
        if (!address) {
            return err_set(e, ERR_UNSUPPORTED, "the library %s has no %s", file, names[i]);
        }
        memcpy((char *)members + i * sizeof address, &address, sizeof address);
    }
    return ERR_OK;
}
