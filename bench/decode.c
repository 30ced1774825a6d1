/* The floor under CONVERT: read the files named and decode them whole with libjpeg-turbo, on all cores, and drop them.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/parallel.h"
#include "ml/image/image.h"

#include <stdatomic.h>
#include <stdio.h>

static atomic_size_t pixels;

static void decode_some(void *user, size_t begin, size_t end) {
    char **paths = user;
    for (size_t i = begin; i < end; i++) {
        struct image picture = {0};
        struct err e = ERR_INIT;
        if (image_load(paths[i], 0, &picture, &e) != ERR_OK) {
            fprintf(stderr, "%s\n", e.message);
        }
        atomic_fetch_add(&pixels, (size_t)picture.width * (size_t)picture.height);
        image_release(&picture);
    }
}

int main(int count, char **arguments) {
    parallel_for((size_t)count - 1, 1, decode_some, arguments + 1);
    printf("%zu pixels\n", (size_t)pixels);
    parallel_shutdown();
    return 0;
}
