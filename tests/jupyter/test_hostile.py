"""Peers that send what no client should, vanish, or stop reading: dropped or answered, a line in the log for each, never
a crash, never memory without a bound, and the next request is served."""
import json
import os
import signal
import socket
import struct
import time

import psutil
import pytest
import zmq

from wire import DELIMITER

LARGEST = 100 << 20      # bytes of a message
QUEUE = 10_000           # requests that may wait for a shell
MIB = 1 << 20
SANITIZED = "/san/" in os.environ.get("THANOSQL_KERNEL", "")


def resident(kernel):
    return psutil.Process(kernel.pid).memory_info().rss / MIB


def served(client):
    return client.run("SELECT 1 AS one").status == "ok" and client.request("control", "kernel_info_request").status == "ok"


def send_raw(client, header=None, content=b"{}", parent=b"{}", metadata=b"{}"):
    """Signed bytes, whatever they are."""
    parts = [client.frames("kernel_info_request")[2] if header is None else header, parent, metadata, content]
    client.sockets["shell"].send_multipart([DELIMITER, client.sign(parts), *parts])


DEEP = 10_000
NESTED = {"arrays": b"[" * DEEP + b"]" * DEEP, "objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP, "never closed": b"[" * DEEP}


@pytest.mark.parametrize("how", NESTED)
def test_nested_deep(kernel, client, how):
    send_raw(client, header=NESTED[how])
    send_raw(client, header=b'{"msg_type": "kernel_info_request", "x": ' + NESTED[how] + b"}")
    for part in "parent", "metadata":
        frames = client.frames("kernel_info_request")
        frames[{"parent": 3, "metadata": 4}[part]] = NESTED[how]
        frames[1] = client.sign(frames[2:6])
        assert client.outcome(client.send_frames("shell", frames)).status == "ok"
    refused = client.outcome(client.send("shell", "execute_request", b'{"code": "SELECT 1", "x": ' + NESTED[how] + b"}"))
    assert refused.status == "error" and served(client)
    assert kernel.log.count("a message was dropped") == 2


NUMBERS = ["9223372036854775807", "9223372036854775808", "-9223372036854775809", "1" + "0" * 400, "1e308", "1e400", "-1e400",
           "0." + "1" * 5000, "1e-400", "-0", "1.5e3"]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_beyond_64_bits(client, number):
    """In a header they are echoed to the byte, or the message is dropped where no parser takes the number."""
    text = json.dumps(client.header("kernel_info_request"))[:-1] + f', "count": {number}}}'
    finite = number.lstrip("-") != "1e400" and len(number) < 400 or number.startswith("0.")
    request = client.send("shell", "kernel_info_request", header=text.encode())
    if finite:
        assert client.outcome(request).status == "ok"
    for msg_type, field in (("complete_request", "cursor_pos"), ("inspect_request", "detail_level"), ("history_request", "n")):
        content = {"code": "SELECT", "cursor_pos": 3, "hist_access_type": "tail", "n": 1, "detail_level": 0}
        del content[field]
        text = json.dumps(content)[:-1] + f', "{field}": {number}}}'
        assert client.outcome(client.send("shell", msg_type, text.encode())).status in ("ok", "error")
    assert served(client)


def test_invalid_utf8(kernel, client):
    for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80", b"caf\xe9", b"\xe2\x82"):
        refused = client.outcome(client.send("shell", "execute_request", b'{"code": "SELECT \'' + bad + b'\'"}'))
        assert refused.status == "error"
        send_raw(client, header=b'{"msg_type": "' + bad + b'"}')
    for escape in ("\\ud800", "\\udc00\\ud800", "\\u0000", "\\ud83d\\ude00"):
        done = client.outcome(client.send("shell", "execute_request", f'{{"code": "SELECT \'{escape}\' AS x"}}'.encode()))
        assert done.status in ("ok", "error")
    assert served(client) and kernel.log.count("a message was dropped") == 7


def test_the_largest_message_and_one_beyond(kernel, client, connect):
    """Up to 100 MiB a message is read (and this one refused, as no message); a larger frame ends its sender's connection."""
    client.sockets["shell"].send_multipart([b"x" * (LARGEST - 100)])
    assert served(client) and "no delimiter" in kernel.log
    other = connect(kernel)
    assert served(other)
    other.sockets["shell"].send_multipart([b"x" * (LARGEST + 1)])
    other.sockets["shell"].send_multipart([b"x" * (60 << 20)] * 2)  # the connection is made anew, and these are too many together
    client.sockets["control"].send_multipart([b"x" * (60 << 20)] * 2)
    assert served(client) and served(connect(kernel))
    deadline = time.monotonic() + 20
    while kernel.log.count("too many frames or bytes") < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert served(other) and kernel.log.count("too many frames or bytes") == 2  # the large frame was never taken in


def test_a_large_cell_runs(kernel, client):
    """50 MiB of SQL in a string."""
    done = client.run(f"SELECT length('{'x' * (50 * MIB)}') AS n", seconds=60)
    assert "52428800" in done.published[-1].content["data"]["text/plain"] and served(client)


def test_memory_of_large_messages_is_given_back(kernel, client):
    served(client)
    before = resident(kernel)
    for _ in range(10):
        client.sockets["shell"].send_multipart([b"x" * (50 << 20)])
        assert served(client)
    if not SANITIZED:
        assert resident(kernel) < before + 70


def test_a_flood_of_requests(kernel, client):
    """As many as may wait are kept while a cell runs; those beyond are refused at once, and control still answers."""
    code = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    request = client.execute(code)
    client.until(lambda m: m.request == request and m.type == "execute_input")
    frames = [client.frames("execute_request", {"code": "SELECT 1"}) for _ in range(QUEUE + 500)]
    for one in frames:
        client.send_frames("shell", one)
    refused = [client.receive("shell", 20).content for _ in range(500)]
    assert {(r["status"], r["ename"]) for r in refused} == {("error", "ThanoSQLBusyError")}
    assert client.receive("shell", 0.1) is None
    assert client.request("control", "kernel_info_request").status == "ok"
    client.request("control", "interrupt_request")
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"
    assert {client.receive("shell", 20).content["status"] for _ in range(QUEUE)} == {"aborted"}
    assert served(client)


def test_a_flood_of_large_requests(kernel, client):
    """What waits is at most 256 MiB."""
    request = client.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
    client.until(lambda m: m.request == request and m.type == "execute_input")
    code = json.dumps({"code": "SELECT 1 -- " + "x" * (20 << 20)}).encode()
    for _ in range(20):
        client.send("shell", "execute_request", code)
    refused = [client.receive("shell", 60).content["ename"] for _ in range(20 - 256 // 20)]
    assert set(refused) == {"ThanoSQLBusyError"}
    client.request("control", "interrupt_request")
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt" and served(client)


def test_a_client_that_vanishes(kernel, client, connect):
    """Killed in the middle of a message, or with cells that wait: what it asked for runs, its answers go nowhere."""
    for _ in range(20):
        gone = connect(kernel)
        for i in range(50):
            gone.execute(f"SELECT {i} AS n")
        gone.vanish()
        with socket.create_connection(("127.0.0.1", kernel.connection["shell_port"])) as half:
            half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            half.sendall(b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + bytes(16))
    assert served(client)


NOISE = {"nothing": b"", "zeros": bytes(100), "text": b"GET / HTTP/1.1\r\n\r\n", "old ZMTP": b"\x01\x00", "greeting": b"\xff" + bytes(8) + b"\x7f",
         "huge length": b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + bytes(48) + b"\x06" + b"\xff" * 8}


@pytest.mark.parametrize("noise", NOISE)
def test_what_is_not_zeromq(kernel, client, noise):
    """On each of the five ports; a connection that says nothing is closed."""
    held = []
    for port in ("shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"):
        for _ in range(20):
            s = socket.create_connection(("127.0.0.1", kernel.connection[port]))
            s.sendall(NOISE[noise])
            held.append(s)
    assert served(client)
    for s in held:
        s.close()
    assert served(client)


def test_a_client_that_stops_reading_replies(kernel, client, connect):
    """Its answers wait in buffers of a bounded size and are dropped beyond; others are answered meanwhile."""
    deaf = connect(kernel, topics=None)
    deaf.sockets["shell"].setsockopt(zmq.RCVHWM, 1)
    before = resident(kernel)
    for _ in range(3000):
        deaf.send("shell", "complete_request", {"code": "", "cursor_pos": 0})
    assert served(client)
    if not SANITIZED:
        assert resident(kernel) < before + 200


def test_a_subscriber_that_stops_reading(kernel, client, connect):
    """200,000 results for one that reads none: at most 100,000 messages wait for it, and the rest is dropped."""
    stopped = os.fork()
    if stopped == 0:
        context = zmq.Context()
        s = context.socket(zmq.SUB)
        s.setsockopt(zmq.RCVHWM, 1)
        s.connect(kernel.endpoint("iopub"))
        s.subscribe(b"")
        s.poll(5000)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    os.waitpid(stopped, os.WUNTRACED)
    try:
        deaf = connect(kernel, topics=None)  # so that nobody reads iopub
        client.vanish()
        before = resident(kernel)
        request = deaf.execute("SELECT 1 AS one;" * 200_000)
        assert deaf.reply(request, seconds=120).content["status"] == "ok"
        assert served(connect(kernel))
        if not SANITIZED:
            assert resident(kernel) < before + 800
    finally:
        os.kill(stopped, signal.SIGKILL)
        os.waitpid(stopped, 0)


def test_requests_out_of_order(client):
    """Answers to nothing, closings of what was never opened, subshells and shutdowns that are not well formed."""
    for channel, msg_type, content in (
            ("stdin", "input_reply", {"value": "x"}), ("shell", "execute_reply", {"status": "ok"}), ("shell", "input_reply", {}),
            ("shell", "comm_close", {"comm_id": "never"}), ("shell", "comm_msg", {}), ("shell", "status", {"execution_state": "dead"}),
            ("control", "execute_request", {"code": "SELECT 1"}), ("control", "interrupt_reply", {}), ("control", "debug_request", {}),
            ("control", "delete_subshell_request", {}), ("control", "input_reply", {}), ("shell", "iopub_welcome", {})):
        client.send(channel, msg_type, content)
    assert served(client)
    for msg_type in ("execute_request", "complete_request", "inspect_request", "history_request", "is_complete_request"):
        for content in (b"[]", b"null", b"5", b'"text"', b"", b"{}", b'{"code": 5, "cursor_pos": "x", "n": {}, "silent": 7}'):
            done = client.outcome(client.send("shell", msg_type, content))
            assert done.status in ("ok", "error")
    assert served(client)
