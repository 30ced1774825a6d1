/* Connection and registration files, after jupyter_client's documentation ("Connection files") and JEP 66. */
#include "kernel/transport/connection.h"

#include "base/digest.h"
#include "base/file.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* A copy of a field's text; NULL with *e set. */
static char *copy_field(const json_t *root, const char *name, const char *by_default, struct err *e) {
    const char *text = text_field(root, name, by_default, e);
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy) {
        err_nomem(e);
    }
    return copy;
}

static char *endpoint_text(const char *transport, const char *ip, const char *port, struct err *e) {
    struct buf text = BUF_INIT;
    buf_printf(&text, strcmp(transport, "ipc") == 0 ? "ipc://%s-%s" : "tcp://%s:%s", ip, port);
    char *out = buf_take(&text);
    if (!out) {
        err_nomem(e);
    }
    return out;
}

static char *named_endpoint(const json_t *root, const struct connection *c, const char *ip, const char *name,
                            struct err *e) {
    char number[24];
    long port = port_number(json_object_get(root, name));
    if (port < 0) {
        err_set(e, ERR_VALUE, "the connection file has no valid %s", name);
        return NULL;
    }
    snprintf(number, sizeof number, "%ld", port);
    return endpoint_text(c->transport, ip, number, e);
}

/* Where we choose the ports ourselves: any free one, or a name for each channel that no other process has. */
static char *free_endpoint(const struct connection *c, int channel, struct err *e) {
    char name[24] = "*";
    if (strcmp(c->transport, "ipc") == 0) {
        snprintf(name, sizeof name, "%ld", (long)getpid() * CHANNEL_COUNT + channel);
    }
    return endpoint_text(c->transport, c->ip, name, e);
}

static enum err_code read_endpoints(const json_t *root, struct connection *out, struct err *e) {
    bool registers = json_object_get(root, "registration_port") != NULL;
    const char *registry = text_field(root, "registration_ip", text_field(root, "ip", "", e), e);
    out->transport = copy_field(root, "transport", "tcp", e);
    out->ip = copy_field(root, "ip", registers && registry ? registry : "", e);
    if (e->code != ERR_OK) {
        return e->code;
    }
    if (!*out->ip || (strcmp(out->transport, "ipc") != 0 && strcmp(out->transport, "tcp") != 0)) {
        return err_set(e, ERR_VALUE, "the connection file needs an ip, and tcp or ipc as its transport");
    }
    if (registers) {
        out->kernel_id = copy_field(root, "kernel_id", "", e);
        out->registration = named_endpoint(root, out, registry, "registration_port", e);
    }
    for (int i = 0; i < CHANNEL_COUNT && e->code == ERR_OK; i++) {
        out->endpoints[i] = registers ? free_endpoint(out, i, e) : named_endpoint(root, out, out->ip, port_names[i], e);
    }
    return e->code;
}

static enum err_code read_curve(const json_t *root, struct connection *out, struct err *e) {
    const char *public = text_field(root, "curve_publickey", "", e);
    const char *secret = text_field(root, "curve_secretkey", "", e);
    if (e->code != ERR_OK || (!*public && !*secret)) {
        return e->code;
    }
    if (strlen(public) != CURVE_KEY || strlen(secret) != CURVE_KEY) {
        return err_set(e, ERR_VALUE, "the connection file needs both curve_publickey and curve_secretkey, in Z85");
    }
    memcpy(out->curve_public, public, CURVE_KEY + 1);
    memcpy(out->curve_secret, secret, CURVE_KEY + 1);
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
        } else if (read_endpoints(root, &c, e) == ERR_OK && read_signing(root, &c, e) == ERR_OK) {
            read_curve(root, &c, e);
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

const char *connection_port_name(enum channel c) {
    return port_names[c];
}

/* After jupyter_core's paths. NULL: there is no home, or no memory. */
static char *runtime_folder(void) {
    const char *runtime = getenv("JUPYTER_RUNTIME_DIR"), *data = getenv("JUPYTER_DATA_DIR"), *home = getenv("HOME");
    const char *shared = getenv("XDG_DATA_HOME");
    struct buf path = BUF_INIT;
    if (runtime && *runtime) {
        buf_str(&path, runtime);
    } else if (data && *data) {
        buf_printf(&path, "%s/runtime", data);
    } else if (shared && *shared) {
        buf_printf(&path, "%s/jupyter/runtime", shared);
    } else if (home && *home) {
        buf_printf(&path, "%s/.local/share/jupyter/runtime", home);
    } else {
        return NULL;
    }
    return buf_take(&path);
}

static json_t *description(const struct connection *c, const long ports[CHANNEL_COUNT]) {
    struct buf scheme = BUF_INIT;
    buf_printf(&scheme, "hmac-%s", c->digest);
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s}", "transport", c->transport, "ip", c->ip, "key", c->key,
                             "signature_scheme", buf_text(&scheme), "kernel_name", "thanosql");
    buf_release(&scheme);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        json_object_set_new(root, port_names[i], json_integer(ports[i]));
    }
    if (*c->curve_secret) {
        json_object_set_new(root, "curve_publickey", json_string(c->curve_public));
        json_object_set_new(root, "curve_secretkey", json_string(c->curve_secret));
    }
    return root;
}

/* Whole or not at all, and from the first readable by the user alone. */
static enum err_code write_private(const char *path, const char *text, struct err *e) {
    struct buf temporary = BUF_INIT;
    buf_printf(&temporary, "%s.XXXXXX", path);
    int fd = buf_ok(&temporary) ? mkstemp(temporary.data) : -1;
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (!written || rename(temporary.data, path) != 0) {
        err_set(e, ERR_FILE, "the connection file '%s' cannot be written: %s", path, strerror(errno));
        if (fd >= 0) {
            unlink(temporary.data);
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_release(&temporary);
    return e->code;
}

enum err_code connection_write(struct connection *c, const long ports[CHANNEL_COUNT], struct err *e) {
    struct buf path = BUF_INIT;
    char *folder = runtime_folder();
    if (!folder) {
        return err_set(e, ERR_FILE, "there is no home folder to write a connection file into");
    }
    bool named = *c->kernel_id && !strchr(c->kernel_id, '/');
    buf_printf(&path, "%s/kernel-", folder);
    named ? buf_str(&path, c->kernel_id) : buf_printf(&path, "%ld", (long)getpid());
    buf_str(&path, ".json");
    json_t *root = description(c, ports);
    char *text = json_dumps(root, JSON_INDENT(2));
    c->own_file = buf_take(&path);
    if (!text || !c->own_file) {
        err_nomem(e);
    } else if (file_make_folders(folder, e) == ERR_OK) {
        write_private(c->own_file, text, e);
    }
    free(text);
    json_decref(root);
    free(folder);
    return e->code;
}

void connection_forget(struct connection *c) {
    if (c->own_file) {
        unlink(c->own_file);
    }
}

void connection_release(struct connection *c) {
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        free(c->endpoints[i]);
    }
    free(c->transport);
    free(c->ip);
    free(c->key);
    free(c->registration);
    free(c->kernel_id);
    free(c->own_file);
    *c = (struct connection){.key = NULL};
}
