/* What SQL may not do. SQLite asks for every part of a statement while it is prepared. */
#ifndef LANG_STORE_AUTHORIZE_H
#define LANG_STORE_AUTHORIZE_H

#include <stddef.h>

struct authority {
    const char *theirs; /* the SQL being prepared, if it is a user's: then what is the kernel's own is out of reach */
    size_t theirs_len;
    char refused[128]; /* what was turned away last, and the way out */
    const char *hint;
};

/* For sqlite3_set_authorizer(); `user` is a struct authority. */
int authorize(void *user, int action, const char *first, const char *second, const char *database, const char *trigger);

#endif
