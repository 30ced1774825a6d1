"""What a message must look like: a table of the messaging protocol, and the check that every message goes through.

A shape is a type, a tuple of shapes (any of them), a one-element list (a list of that), a set (one of these values), a
dict (an object with at least these keys; a key that ends in ? may be missing) or a function that says whether it fits.
"""
import datetime
import re


def mime_bundle(value):
    return isinstance(value, dict) and all(re.fullmatch(r"[\w.+-]+/[\w.+-]+", key) for key in value)


def shown_data(value):
    return mime_bundle(value) and "text/plain" in value and all(isinstance(v, (str, dict)) for v in value.values())


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def filled_strings(value):
    return isinstance(value, dict) and all(v not in ("", None) for v in value.values())


def trace(value):
    return isinstance(value, list) and value and all(isinstance(line, str) for line in value)


ERROR = {"ename": str, "evalue": str, "traceback": trace}
DISPLAY = {"data": shown_data, "metadata": mime_bundle, "transient?": dict}
MATCH = {"start": whole, "end": whole, "text": str, "type": str}

PUBLISHED = {
    "iopub_welcome": {"subscription": str},
    "status": {"execution_state": {"busy", "idle", "starting"}},
    "execute_input": {"code": str, "execution_count": whole},
    "stream": {"name": {"stdout", "stderr"}, "text": str},
    "display_data": DISPLAY,
    "update_display_data": DISPLAY | {"transient": {"display_id": str}},
    "execute_result": DISPLAY | {"execution_count": whole},
    "error": ERROR,
    "shutdown_reply": {"status": {"ok"}, "restart": bool},
    "comm_close": {"comm_id": str, "data": dict},
}

# Replies with status ok. With status error they hold ERROR instead, and execute_reply its count in any case.
REPLIES = {
    "kernel_info_reply": {
        "protocol_version": lambda v: re.fullmatch(r"5\.\d+", v), "implementation": str, "implementation_version": str,
        "banner": str, "debugger": bool, "help_links": [{"text": str, "url": str}], "supported_features": [str],
        "language_info": lambda v: filled_strings(v) and {"name", "version", "mimetype", "file_extension"} <= set(v)},
    "execute_reply": {"user_expressions": dict, "payload": [dict]},
    "is_complete_reply": {"indent?": str},
    "complete_reply": {"matches": [str], "cursor_start": whole, "cursor_end": whole,
                       "metadata": {"_jupyter_types_experimental?": [MATCH]}},
    "inspect_reply": {"found": bool, "data": mime_bundle, "metadata": dict},
    "history_reply": {"history": [lambda row: isinstance(row, list) and len(row) == 3]},
    "comm_info_reply": {"comms": dict},
    "interrupt_reply": {},
    "shutdown_reply": {"restart": bool},
    "create_subshell_reply": {"subshell_id": str},
    "delete_subshell_reply": {},
    "list_subshell_reply": {"subshell_id": [str]},
    "usage_reply": {"hostname": str, "pid": whole, "kernel_cpu": float, "kernel_memory": whole, "cpu_count": whole,
                    "host_cpu_percent?": float, "host_virtual_memory": {"total": whole, "available": whole, "percent": float}},
}

HEADER = {"msg_id": str, "session": str, "username": str, "msg_type": str, "version": lambda v: v >= "5.2",
          "date": lambda v: isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)", v)}


def problem(value, shape, place):
    """What is wrong with a value, or None."""
    if isinstance(shape, type):
        fits = isinstance(value, shape)
    elif isinstance(shape, set):
        fits = isinstance(value, str) and value in shape
    elif isinstance(shape, tuple):
        fits = any(problem(value, one, place) is None for one in shape)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            return f"{place} is {value!r}, not a list"
        return next(filter(None, (problem(v, shape[0], f"{place}[{i}]") for i, v in enumerate(value))), None)
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{place} is {value!r}, not an object"
        for key, inner in shape.items():
            name = key.rstrip("?")
            if name not in value and not key.endswith("?"):
                return f"{place} has no {name}"
            wrong = problem(value[name], inner, f"{place}.{name}") if name in value else None
            if wrong:
                return wrong
        return None
    else:
        fits = shape(value)
    return None if fits else f"{place} is {value!r}"


def reply_shape(msg_type, content):
    status = content.get("status")
    if msg_type == "is_complete_reply" and status != "error":
        return REPLIES[msg_type] | {"status": {"complete", "incomplete", "invalid", "unknown"}}
    count = {"execution_count": whole} if msg_type == "execute_reply" else {}
    if status == "aborted":
        return count
    return {"status": {"ok", "error"}} | count | (ERROR if status == "error" else REPLIES[msg_type])


def check(message):
    """AssertionError where the message, already parsed and found well signed, is not what the protocol says."""
    name = message.type
    table = PUBLISHED if message.channel == "iopub" else REPLIES
    assert name in table, f"{name} does not belong on {message.channel}"
    shape = table[name] if message.channel == "iopub" else reply_shape(name, message.content)
    wrong = problem(message.header, HEADER, "header") or problem(message.content, shape, name)
    assert not wrong, wrong
    assert isinstance(message.parent, dict) and isinstance(message.metadata, dict)
    assert bool(message.parent) != (name == "iopub_welcome" or message.content.get("execution_state") == "starting")
    written = datetime.datetime.fromisoformat(message.header["date"].replace("Z", "+00:00"))
    assert abs((datetime.datetime.now(datetime.timezone.utc) - written).total_seconds()) < 120, message.header["date"]
    if name == "error" or message.content.get("status") == "error":
        last = re.sub(r"\x1b\[[0-9;]*m", "", message.content["traceback"][-1])
        ename, evalue = message.content["ename"], message.content["evalue"]
        assert last == (f"{ename}: {evalue}" if evalue else ename), "the console shows only this"
