"""Each request is answered between one busy and one idle, whatever it is, and its header comes back to the byte."""
import json

import pytest

KNOWN = {  # request and a sound content
    "kernel_info_request": {}, "comm_info_request": {}, "execute_request": {"code": "SELECT 1 AS one"},
    "is_complete_request": {"code": "SELECT"}, "complete_request": {"code": "SEL", "cursor_pos": 3},
    "inspect_request": {"code": "BUILD", "cursor_pos": 2, "detail_level": 0},
    "history_request": {"output": False, "raw": True, "hist_access_type": "tail", "n": 3},
}
MALFORMED = [
    b"", b"{", b"null", b"[]", b"3", b'"text"', b"{}", b'{"code": 5, "cursor_pos": "x", "hist_access_type": 7, "n": -1}',
    b'{"code": null, "silent": "no", "user_expressions": 4, "detail_level": []}', b"\xff\xfe\x00", b"[" * 5000 + b"]" * 5000,
    b'{"code": "\\ud800", "cursor_pos": 99999999999999999999999, "hist_access_type": "range", "session": 1e300, "start": -5}',
    b'{"code": "SELECT \\u0000", "cursor_pos": -1, "hist_access_type": "search", "pattern": "\\u0000", "n": 9223372036854775807}',
]


@pytest.mark.parametrize("msg_type", KNOWN)
def test_known(client, msg_type):
    done = client.request("shell", msg_type, KNOWN[msg_type])
    assert done.reply.type == msg_type.replace("request", "reply")
    assert done.status in ("ok", "incomplete")
    assert done.types == (["execute_input", "execute_result"] if msg_type == "execute_request" else [])


@pytest.mark.parametrize("msg_type", KNOWN)
def test_malformed(client, msg_type):
    for content in MALFORMED:
        done = client.request("shell", msg_type, content)
        assert done.reply.type == msg_type.replace("request", "reply"), content
    assert client.run("SELECT 1 AS one").status == "ok"


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize("msg_type", ["no_such_request", "input_reply", "", "execute_request" * 1000, "debug_request"])
def test_unknown(client, channel, msg_type):
    """No reply is owed, and none is sent; busy and idle are."""
    assert client.outputs(client.send(channel, msg_type)) == []
    assert client.receive(channel, 0.05) is None


def test_control_answers_what_belongs_there(client):
    assert client.request("control", "kernel_info_request").content["implementation"] == "thanosql-kernel"
    assert client.request("control", "comm_info_request").status == "ok"
    assert client.request("control", "interrupt_request").status == "ok"
    assert client.outputs(client.send("control", "execute_request", {"code": "SELECT 1"})) == []


def test_comm_without_target_is_closed(client):
    closed = client.outputs(client.send("shell", "comm_open", {"comm_id": "c1", "target_name": "none", "data": {}}))
    assert [(m.type, m.content["comm_id"]) for m in closed] == [("comm_close", "c1")]
    assert client.outputs(client.send("shell", "comm_msg", {"comm_id": "c1", "data": {}})) == []
    assert client.outputs(client.send("shell", "comm_close", {"comm_id": "c1", "data": {}})) == []


@pytest.mark.parametrize("odd", [
    '"big": 9223372036854775808, "huge": 123456789012345678901234567890', '"tenth": 0.1, "exponent": 1E+2, "zero": -0.0',
    '"unknown": {"nested": [1, {"a": null}]}', '"nul": "a\\u0000b"', '"half": "\\ud800", "pair": "\\ud83d\\ude00"',
    '"spaced" :  1 ,\n\t"korean": "한글"', '"twice": 1, "twice": 2', '"slash": "a\\/b", "subshell_id": null'])
def test_parent_is_the_header_to_the_byte(client, odd):
    """Every message that comes back is compared with what was sent; see Client.receive."""
    for channel, msg_type, content in [("shell", "execute_request", {"code": "SELECT 1 AS one"}),
                                       ("shell", "kernel_info_request", {}), ("control", "kernel_info_request", {})]:
        plain = json.dumps(client.header(msg_type))
        header = (plain[:-1] + ", " + odd + " }").encode()
        done = client.request(channel, msg_type, content, header=header)
        assert done.status == "ok" and done.reply.raw[1] == header
