/* A magic word, the version, the length of what follows, and a Python dictionary, padded with blanks up to a newline.
 */
#include "lang/data/npy.h"

#include <stdio.h>
#include <string.h>

void npy_head(unsigned long long rows, size_t columns, char out[NPY_HEAD]) {
    static const char begin[] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, (char)(NPY_HEAD - 10), 0};
    memset(out, ' ', NPY_HEAD);
    memcpy(out, begin, sizeof begin);
    int len = snprintf(out + sizeof begin, NPY_HEAD - sizeof begin,
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (%llu, %zu), }", rows, columns);
    out[sizeof begin + (size_t)len] = ' ';
    out[NPY_HEAD - 1] = '\n';
}
