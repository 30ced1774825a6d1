"""A long cell keeps nobody waiting: heartbeat, control, and a client that comes back."""
import time

import pytest
import zmq

from conftest import LONG_QUERY

BOUND = 0.1  # seconds, for the best of a few
ROUNDS = 5


@pytest.fixture
def running(client, long_cell):
    """The id of a cell that runs for longer than the test."""
    request = client.execute(long_cell)
    client.until(lambda m: m.request == request and m.type == "execute_input")
    time.sleep(0.3)
    yield request
    client.request("control", "interrupt_request")
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"


def best_time(act):
    times = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        act()
        times.append(time.monotonic() - began)
    return min(times)


def test_heartbeat(kernel, client, running):
    with zmq.Context() as context, context.socket(zmq.REQ) as s:
        s.connect(kernel.endpoint("hb"))
        for sent in ([b"ping"], [b""], [bytes(range(256))], [b"a", b"", b"c"]):
            def ask():
                s.send_multipart(sent)
                assert s.poll(5000) and s.recv_multipart() == sent
            assert best_time(ask) < BOUND


def test_control_answers_and_does_not_re_parent(client, running):
    assert best_time(lambda: client.request("control", "kernel_info_request")) < BOUND
    client.request("control", "interrupt_request")
    cell = client.outcome(running)
    assert cell.types[0] == "execute_input" and cell.types[-1] == "error"
    assert {m.parent["msg_type"] for m in cell.published} == {"execute_request"}


def test_reconnect_with_the_same_identity(kernel, connect):
    """A server that lost its connection and came back gets the reply, though the old connection still stands."""
    before = connect(kernel, identity=b"the-same")
    request = before.execute(LONG_QUERY)
    before.until(lambda m: m.request == request and m.type == "execute_input")
    after = connect(kernel, identity=b"the-same")
    after.sent[request] = before.sent[request]
    after.request("control", "kernel_info_request")
    time.sleep(0.2)  # the shell connection is up, too
    kernel.interrupt()
    assert after.reply(request).content["ename"] == "KeyboardInterrupt"
    assert after.run("SELECT 1 AS one").status == "ok"
