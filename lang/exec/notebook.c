/* Settings as the sink wants them, with pictures for the paths that tables hold. */
#include "lang/exec/notebook.h"

#include "base/buf.h"
#include "lang/exec/sheet.h"

/* The file's own bytes where they are few, else a small JPEG. What cannot be read stays a path. */
static bool load(void *user, const char *path, struct buf *bytes, struct picture *out) {
    const struct notebook *n = user;
    struct arena a = ARENA_INIT;
    struct err ignored = ERR_INIT;
    struct tile t = {.words = NULL};
    const char *resolved = workspace_resolve(n->workspace, &a, path);
    bool loaded = resolved && tile_load(&t, resolved, 0, n->thumbnails.box, &ignored) == ERR_OK;
    arena_release(&a);
    if (!loaded) {
        buf_release(&t.bytes);
        return false;
    }
    *bytes = t.bytes;
    *out = (struct picture){.mime = t.mime, .bytes = (const unsigned char *)buf_text(bytes), .len = bytes->len};
    image_fit(t.width, t.height, n->thumbnails.box, &out->width, &out->height);
    return true;
}

void notebook_init(struct notebook *n, const struct workspace *w) {
    *n = (struct notebook){.settings = settings_defaults, .workspace = w};
    n->thumbnails = (struct thumbnails){.user = n, .load = load};
}

void notebook_release(struct notebook *n) {
    variables_release(&n->variables);
}

void notebook_show_view(struct notebook *n, const struct sink *out) {
    n->view = settings_view(&n->settings, &n->thumbnails);
    if (out->view) {
        out->view(out->user, &n->view);
    }
}
