"""iopub: the welcome to each subscriber before anything else, and nothing lost to a slow one."""
import contextlib
import json
import time

import psutil
import zmq

from process import Kernel, launch

STATEMENTS = 6000
LINES = 1_000_000


def test_two_subscribers_each_get_a_welcome_first(kernel, connect):
    first, second = connect(kernel), connect(kernel)  # connect() asserts that the first message is the welcome
    first.run("SELECT 1 AS one")
    second.until(lambda m: m.state == "idle")
    assert [m.type for m in second.published].count("iopub_welcome") == 1


def test_welcome_while_messages_flow(client, kernel, connect):
    """It comes before any of them, and does not wait for their end."""
    cell = client.execute("SELECT 1 AS one;" * 100_000)
    client.until(lambda m: m.type == "execute_result")
    for _ in range(10):
        connect(kernel).until(lambda m: m.type == "execute_result")
    kernel.interrupt()
    assert client.reply(cell).content["ename"] == "KeyboardInterrupt"


def test_welcome_before_starting(folder):
    """Clients may wait for the kernel to come up; `starting` comes once, if they are in time for it."""
    with zmq.Context() as context, contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(context.socket(zmq.SUB)) for _ in range(5)]

        def begin(folder, text):
            port = json.loads(text)["iopub_port"]
            for s in waiting:
                s.setsockopt(zmq.RECONNECT_IVL, 1)
                s.connect(f"tcp://127.0.0.1:{port}")
                s.subscribe(b"")
            return launch(folder, text)
        stack.callback(Kernel(folder, start=begin).close)
        for s in waiting:
            assert s.poll(5000)
            types = []
            while s.poll(100):
                types.append(json.loads(s.recv_multipart()[3])["msg_type"])
            assert types[0] == "iopub_welcome" and types.count("status") <= 1


def test_topics(kernel, connect):
    status, everything = connect(kernel, topics=[b"status"]), connect(kernel)
    everything.run("SELECT 1 AS one")
    status.until(lambda m: m.state == "idle")
    assert {m.type for m in status.published} == {"iopub_welcome", "status"}


def test_topic_that_is_not_text_has_no_welcome(kernel, client, connect):
    odd = connect(kernel, topics=[])
    odd.sockets["iopub"].subscribe(b"\xff\xfe")
    odd.sockets["iopub"].subscribe(b"stream")
    assert odd.receive("iopub").content["subscription"] == "stream"
    assert client.run("CREATE TABLE t (x INTEGER)").stdout == "Success\n"
    assert odd.receive("iopub").content["text"] == "Success\n"


def test_leaving_and_coming_back(kernel, client, connect):
    """Subscribers come, go and unsubscribe without harm to those who stay."""
    for _ in range(20):
        passing = connect(kernel)
        passing.sockets["iopub"].unsubscribe(b"")
        passing.sockets["iopub"].close()
        passing.topics = None
    assert client.run("CREATE TABLE t (x INTEGER)").stdout == "Success\n"


def test_slow_subscriber_loses_nothing(kernel, client, connect):
    """Tables, each a message, to a client that does not read until the cell is over."""
    slow = connect(kernel, queue=10)
    done = client.run(";".join(f"SELECT {i} AS n" for i in range(STATEMENTS)), seconds=60)
    assert done.status == "ok"
    time.sleep(0.2)
    shown = slow.outputs(done.reply.request, seconds=60)
    numbers = [int(m.content["data"]["text/plain"].split()[-1]) for m in shown if m.type == "execute_result"]
    assert numbers == list(range(STATEMENTS))


def test_a_million_lines_reach_a_slow_client(kernel, client, connect):
    """All of them, in few messages, no faster than a server lets text through, with idle behind them, and without a
    second copy of them in the kernel."""
    slow = connect(kernel, queue=1)
    text = "\n".join(map(str, range(LINES)))
    assert client.run(f'lines = """{text}"""').status == "ok"
    slow.until(lambda m: m.state == "idle")
    process = psutil.Process(kernel.pid)
    before, most, arrived = process.memory_info().rss, 0, []
    request = client.execute("lines")
    while not any(m.request == request and m.state == "idle" for m in client.published):
        message = client.receive("iopub")
        arrived.append((time.monotonic(), message))
        most = max(most, process.memory_info().rss)
        if len(arrived) % 4 == 0:  # four times slower
            slow.receive("iopub")
    assert client.stdout_of(request) == text + "\n" and client.reply(request).content["status"] == "ok"
    streams = [(at, sum(map(len, m.raw)) + 100) for at, m in arrived if m.type == "stream"]
    assert len(streams) < 400
    for first, _ in streams:
        window = [size for at, size in streams if first <= at < first + 3]
        assert sum(window) < 3_000_000 and len(window) < 3000
    assert most - before < 32 << 20
    slow.outputs(request, seconds=60)
    assert slow.stdout_of(request) == text + "\n"


def test_many_printed_lines(client):
    """Lines are gathered, so that a server's limit of 1,000 messages a second is far, and none is lost."""
    began = time.monotonic()
    done = client.run("CREATE TABLE t (x INTEGER);" + "DELETE FROM t;" * 20000, seconds=60)
    took = time.monotonic() - began
    assert done.stdout == "Success\n" * 20001
    assert done.types.count("stream") < 20 + 20 * took
