/* Parts are appended; a table's cells move when they grow. */
#include "lang/exec/help_page.h"

#include <string.h>

struct help_writer help_begin(struct arena *a, const char *title) {
    struct help_writer w = {.arena = a, .page = arena_alloc(a, sizeof *w.page)};
    if (w.page) {
        w.page->title = arena_strdup(a, title);
        w.tail = &w.page->parts;
    }
    return w;
}

static struct help_part *add_part(struct help_writer *w, enum help_kind kind, const char *heading, const char *text) {
    struct help_part *part = w->page ? arena_alloc(w->arena, sizeof *part) : NULL;
    if (part) {
        *part = (struct help_part){.kind = kind, .heading = heading, .text = text};
        *w->tail = part;
        w->tail = &part->next;
    }
    return part;
}

void help_words(struct help_writer *w, const char *text) {
    if (text && *text) {
        add_part(w, HELP_WORDS, NULL, text);
    }
}

void help_code(struct help_writer *w, const char *heading, const char *text) {
    if (text && *text) {
        add_part(w, HELP_CODE, heading, text);
    }
}

void help_table(struct help_writer *w, const char *heading, size_t columns) {
    w->table = add_part(w, HELP_TABLE, heading, NULL);
    w->room = 0;
    if (w->table) {
        w->table->columns = columns;
    }
}

void help_row(struct help_writer *w, const char *const *cells) {
    struct help_part *t = w->table;
    size_t used = t ? t->columns * t->rows : 0;
    if (t && used + t->columns > w->room) {
        size_t more = 2 * (used + t->columns);
        const char **grown = arena_alloc(w->arena, more * sizeof *grown);
        if (!grown) {
            return;
        }
        if (used > 0) {
            memcpy(grown, t->cells, used * sizeof *grown);
        }
        t->cells = grown;
        w->room = more;
    }
    for (size_t i = 0; t && i < t->columns; i++) {
        const char *copy = arena_strdup(w->arena, cells[i] ? cells[i] : "");
        t->cells[used + i] = copy ? copy : "";
    }
    if (t) {
        t->rows++;
    }
}
