"""What is not signed with the key is dropped without a word to anyone but the log; the rest is still answered."""
import pytest
import zmq

from wire import DELIMITER

MANY = 100_000

FORGED = {  # what becomes of the frames of a sound message: [delimiter, signature, header, parent, metadata, content]
    "wrong signature": lambda f: [f[0], b"0" * len(f[1]), *f[2:]],
    "upper case": lambda f: [f[0], f[1].upper(), *f[2:]],
    "short signature": lambda f: [f[0], f[1][:-1], *f[2:]],
    "one byte": lambda f: [f[0], f[1][:1], *f[2:]],
    "long signature": lambda f: [f[0], f[1] + b"0", *f[2:]],
    "very long signature": lambda f: [f[0], f[1] * 10000, *f[2:]],
    "empty signature": lambda f: [f[0], b"", *f[2:]],
    "other content": lambda f: [*f[:5], b'{"code": "SELECT 2"}'],
    "no content": lambda f: f[:5],
    "signature only": lambda f: f[:2],
    "delimiter only": lambda f: f[:1],
    "no delimiter": lambda f: f[1:],
    "other delimiter": lambda f: [b"<IDS|MSH>", *f[1:]],
    "long delimiter": lambda f: [DELIMITER + b"\0", *f[1:]],
    "delimiter last": lambda f: [*f[1:], DELIMITER],
    "empty frame": lambda f: [b""],
    "empty frames": lambda f: [b""] * 6,
    "emptied": lambda f: [f[0], f[1], b"", b"", b"", b""],
    "very many frames": lambda f: [b"x"] * 3000 + f,
    "one large frame": lambda f: [b"x" * 10_000_000],
}


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize("how", FORGED)
def test_forged(kernel, client, channel, how):
    for msg_type in ("execute_request", "kernel_info_request", "shutdown_request"):
        client.sockets[channel].send_multipart(FORGED[how](client.frames(msg_type, {"code": "SELECT 1", "restart": False})))
    answered = client.request(channel, "kernel_info_request").reply
    assert client.replies == [answered] and kernel.alive
    assert [m.request for m in client.published if m.parent] == [answered.request] * 2
    assert kernel.log.count("a message was dropped") == 3


def test_signed_nonsense(kernel, client):
    """A good signature over frames that are no message."""
    for header in (b"", b"{", b"[]", b"{}", b'{"msg_type": 5}', b"null", b"\xff" * 50):
        parts = [header, b"", b"\x00", b"x"]
        client.sockets["shell"].send_multipart([DELIMITER, client.sign(parts), *parts])
    for parent, metadata in ((b"", b""), (b"[", b"nonsense"), (b"\xff", b"\xff")):
        frames = client.frames("kernel_info_request")
        frames[3:5] = parent, metadata
        frames[1] = client.sign(frames[2:6])
        assert client.outcome(client.send_frames("shell", frames)).status == "ok"
    assert kernel.alive


def test_garbage_on_the_other_sockets(kernel, client):
    client.sockets["stdin"].send_multipart([b"", b"noise"])
    with zmq.Context() as context, context.socket(zmq.XSUB) as odd, context.socket(zmq.DEALER) as beat:
        odd.connect(kernel.endpoint("iopub"))
        beat.connect(kernel.endpoint("hb"))
        for s in (odd, beat):
            s.setsockopt(zmq.LINGER, 1000)
            for frames in ([b""], [b"\x02noise"], [b"\xff", b"two"], [b"\x00never subscribed"], [b"x" * 100000]):
                s.send_multipart(frames)
        beat.send_multipart([b"", b"ping"])
        assert beat.poll(5000) and beat.recv_multipart() == [b"", b"ping"]
    assert client.run("SELECT 1 AS one").status == "ok"


def test_buffers_are_not_signed(client):
    done = client.request("shell", "kernel_info_request", buffers=[b"", b"\x00" * 1000, DELIMITER])
    assert done.status == "ok"


def test_no_key_means_no_signatures(start, connect):
    kernel = start(key="")
    client = connect(kernel)
    done = client.run("SELECT 1 AS one")
    assert done.status == "ok" and {m.signature for m in client.published} == {b""}
    frames = client.frames("kernel_info_request")
    frames[1] = b"whatever"
    assert client.outcome(client.send_frames("shell", frames)).status == "ok"


def test_signatures_do_not_repeat(client):
    """Over 100,000 messages, read without the checks of Client.receive, which take long."""
    client.execute(f"SELECT 1 AS one;" * MANY)
    seen, read = set(), 0
    while read < MANY + 3:  # busy, execute_input, idle
        assert client.sockets["iopub"].poll(20_000), read
        frames = client.sockets["iopub"].recv_multipart()
        seen.add(frames[frames.index(DELIMITER) + 1])
        read += 1
    assert len(seen) == read


def test_a_message_counts_once(kernel, client, connect):
    """What is sent again is dropped, whichever channel and connection it comes by: somebody may have listened."""
    frames = client.frames("execute_request", {"code": "SELECT 1 AS one"})
    assert client.outcome(client.send_frames("shell", frames)).status == "ok"
    other = connect(kernel)
    for again, channel in (client, "shell"), (client, "control"), (other, "shell"), (other, "control"):
        again.send_frames(channel, frames)
    assert client.run("SELECT 2 AS two").content["execution_count"] == 2 and other.run("SELECT 3").content["execution_count"] == 3
    for c, channel in (client, "control"), (other, "control"):
        assert c.request(channel, "kernel_info_request").status == "ok"
    assert kernel.log.count("a message was dropped: it came before") == 4


def test_without_a_key_nothing_tells_them_apart(start, connect):
    client = connect(start(key=""))
    for signature in b"", b"0123456789abcdef":
        frames = client.frames("kernel_info_request")
        frames[1] = signature
        client.send_frames("shell", frames)
        client.send_frames("shell", frames)
        assert [client.receive("shell").content["status"] for _ in range(2)] == ["ok", "ok"]
    client.topics = None  # one id has two busy, as it must
