/* The settings of a session, which SET and RESET change and SHOW shows: SET thanosql.max_rows = 100. They last as long
 * as the session. To add one: a row in settings.c, and a field here. */
#ifndef LANG_EXEC_SETTINGS_H
#define LANG_EXEC_SETTINGS_H

#include "lang/exec/options.h"
#include "lang/result.h"

struct settings {
    long long max_rows, max_columns, max_width, thumbnail_size;
    bool thumbnails;
    const char *progress, *dialect; /* one of the row's choices each */
};

extern const struct settings settings_defaults;
extern const struct option_table settings_table;

/* How results are to be shown now. `thumbnails` is referred to where they are on; its box is set. */
struct result_view settings_view(const struct settings *s, struct thumbnails *thumbnails);

/* The value as text, in the arena. NULL: no memory. */
const char *settings_text(const struct settings *s, const struct option_row *row, struct arena *a);

#endif
