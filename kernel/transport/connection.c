/* Connection files, after jupyter_client's documentation ("Connection files"). */
#include "kernel/transport/connection.h"

#include "base/digest.h"
#include "base/file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const port_names[CHANNEL_COUNT] = {"shell_port", "control_port", "stdin_port", "iopub_port",
                                                      "hb_port"};

/* A field that may be missing, but holds text if it is there; NULL with *e set where it does not. */
static const char *text_field(const json_t *root, const char *name, const char *by_default, struct err *e) {
    const json_t *value = json_object_get(root, name);
    if (value && !json_is_string(value)) {
        err_set(e, ERR_VALUE, "the connection file's %s is not a string", name);
        return NULL;
    }
    return value && *json_string_value(value) ? json_string_value(value) : by_default;
}

static long port_number(const json_t *value) {
    char *end = NULL;
    long port = -1;
    if (json_is_integer(value)) {
        port = (long)json_integer_value(value);
    } else if (json_is_string(value) && *json_string_value(value)) {
        port = strtol(json_string_value(value), &end, 10);
        port = *end ? -1 : port;
    }
    return port < 1 || port > 65535 ? -1 : port;
}

static enum err_code read_endpoints(const json_t *root, struct connection *out, struct err *e) {
    const char *transport = text_field(root, "transport", "tcp", e), *ip = text_field(root, "ip", "", e);
    if (e->code != ERR_OK) {
        return e->code;
    }
    bool ipc = strcmp(transport, "ipc") == 0;
    if (!*ip || (!ipc && strcmp(transport, "tcp") != 0)) {
        return err_set(e, ERR_VALUE, "the connection file needs an ip, and tcp or ipc as its transport");
    }
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        long port = port_number(json_object_get(root, port_names[i]));
        struct buf text = BUF_INIT;
        if (port < 0) {
            return err_set(e, ERR_VALUE, "the connection file has no valid %s", port_names[i]);
        }
        buf_printf(&text, ipc ? "ipc://%s-%ld" : "tcp://%s:%ld", ip, port);
        out->endpoints[i] = buf_take(&text);
        if (!out->endpoints[i]) {
            return err_nomem(e);
        }
    }
    return ERR_OK;
}

static enum err_code read_signing(const json_t *root, struct connection *out, struct err *e) {
    static const struct digest_part nothing[1];
    const char *key = text_field(root, "key", "", e);
    const char *scheme = text_field(root, "signature_scheme", "hmac-sha256", e);
    char hex[DIGEST_HEX];
    struct err unknown = ERR_INIT;
    if (e->code != ERR_OK) {
        return e->code;
    }
    if (strncmp(scheme, "hmac-", 5) != 0 || strlen(scheme + 5) >= sizeof out->digest ||
        digest_hmac(scheme + 5, "", 0, nothing, 1, hex, &unknown) != ERR_OK) {
        return err_set(e, ERR_VALUE, "the connection file's signature_scheme '%.40s' is not known: use hmac-sha256",
                       scheme);
    }
    memcpy(out->digest, scheme + 5, strlen(scheme + 5) + 1);
    out->key = strdup(key);
    return out->key ? ERR_OK : err_nomem(e);
}

enum err_code connection_read(const char *path, struct connection *out, struct err *e) {
    struct buf text = BUF_INIT;
    struct connection c = {.key = NULL};
    if (file_read(path, 1 << 20, &text, e) == ERR_OK) {
        json_error_t wrong;
        json_t *root = json_loadb(buf_text(&text), text.len, 0, &wrong);
        if (!json_is_object(root)) {
            err_set(e, ERR_VALUE, "the connection file '%s' is not a JSON object", path);
        } else if (read_endpoints(root, &c, e) == ERR_OK) {
            read_signing(root, &c, e);
        }
        json_decref(root);
    }
    buf_release(&text);
    if (e->code == ERR_OK) {
        *out = c;
    } else {
        connection_release(&c);
    }
    return e->code;
}

void connection_release(struct connection *c) {
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        free(c->endpoints[i]);
    }
    free(c->key);
    *c = (struct connection){.key = NULL};
}
