/* One row a dialect. */
#include "lang/exec/dialect.h"

#include "lang/exec/context.h"
#include "lang/exec/notebook.h"

#include <string.h>

#define YES DIALECT_YES
#define NO DIALECT_NO
#define BY_TEXT DIALECT_BY_TEXT

static const struct dialect rows[] = {
    {"auto", "", BY_TEXT, BY_TEXT, BY_TEXT, "image_path"}, /* the first tutorial's, but where the text is later's */
    {"D0", "1.0.0", YES, NO, NO, "image"},
    {"D1", "1.0.1", YES, NO, NO, "image_path"},
    {"D2", "1.0.2", YES, YES, NO, "image_path"},
    {"D2.5", "", NO, YES, NO, "image_path"},
    {"D3", "1.0.3", NO, NO, NO, "image_path"},
    {"D3.5", "", NO, NO, NO, "image_path"},
    {"D4", "1.0.4", NO, NO, YES, "image_path"},
    {"D4b", "1.0.5", NO, NO, YES, "image_path"},
    {"D5", "1.5", NO, NO, YES, "image_path"},
    {"D5", "1.4", NO, NO, YES, "image_path"},
};

const char *const dialect_choices[] = {"auto",  "D0",    "D1",    "D2",    "D2.5",  "D3",    "D3.5", "D4",  "D4b", "D5",
                                       "1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5", "1.4",  "1.5", NULL};

const struct dialect *dialect_now(const struct context *c) {
    const char *wanted = c->notebook->settings.dialect;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, wanted) == 0 || strcmp(rows[i].version, wanted) == 0) {
            return &rows[i];
        }
    }
    return &rows[0];
}

bool dialect_says(enum dialect_answer answer, bool by_text) {
    return answer == DIALECT_BY_TEXT ? by_text : answer == DIALECT_YES;
}
