"""A client that knows only frames: it signs, sends, and checks everything that comes back against messages.py."""
import dataclasses
import datetime
import hashlib
import hmac
import json
import time
import uuid

import zmq

import messages

DELIMITER = b"<IDS|MSG>"
PATIENCE = 20  # seconds for what should come at once, on a machine with other work


@dataclasses.dataclass
class Message:
    channel: str
    prefix: list  # identities or topic
    signature: bytes
    raw: list     # header, parent, metadata, content as they came
    buffers: list

    def __post_init__(self):
        self.header, self.parent, self.metadata, self.content = map(json.loads, self.raw)

    type = property(lambda self: self.header["msg_type"])
    request = property(lambda self: self.parent.get("msg_id"))
    state = property(lambda self: self.content["execution_state"] if self.type == "status" else None)


@dataclasses.dataclass
class Outcome:
    """A request's reply and what it published, without the status messages."""
    reply: Message
    published: list

    content = property(lambda self: self.reply.content)
    status = property(lambda self: self.content["status"])
    types = property(lambda self: [m.type for m in self.published])
    stdout = property(lambda self: "".join(m.content["text"] for m in self.published if m.type == "stream"))


class Client:
    def __init__(self, kernel, topics=(b"",), identity=None, queue=0):
        """`topics` None: no iopub socket. `queue` is how many iopub messages wait here; 0 is any number."""
        self.kernel, self.topics = kernel, topics
        self.key = kernel.connection["key"].encode()
        self.digest = kernel.connection["signature_scheme"].removeprefix("hmac-")
        self.session = uuid.uuid4().hex
        self.context = zmq.Context()
        self.sockets = {name: self._connect(name, zmq.DEALER, identity) for name in ("shell", "control", "stdin")}
        self.sent, self.replies, self.published, self.signatures, self.peer = {}, [], [], set(), set()
        if topics is not None:
            self.sockets["iopub"] = self._connect("iopub", zmq.SUB, None, queue)
            for topic in topics:
                self.sockets["iopub"].subscribe(topic)

    def _connect(self, channel, kind, identity=None, queue=0):
        s = self.context.socket(kind)
        s.setsockopt(zmq.LINGER, 0)
        s.setsockopt(zmq.RECONNECT_IVL, 10)
        s.setsockopt(zmq.RCVHWM, queue)
        if identity:
            s.setsockopt(zmq.IDENTITY, identity)
        if server := self.kernel.connection.get("curve_publickey"):
            s.curve_publickey, s.curve_secretkey = zmq.curve_keypair()
            s.curve_serverkey = server.encode()
        s.connect(self.kernel.endpoint(channel))
        return s

    def sign(self, parts):
        return hmac.new(self.key, b"".join(parts), getattr(hashlib, self.digest)).hexdigest().encode() if self.key else b""

    def header(self, msg_type, **more):
        """`more` is what else stands in it, such as subshell_id."""
        return {"msg_id": uuid.uuid4().hex, "session": self.session, "username": "test", "msg_type": msg_type,
                "version": "5.5", "date": datetime.datetime.now(datetime.timezone.utc).isoformat()} | more

    def frames(self, msg_type, content=None, header=None, buffers=()):
        """A signed message. `content` and `header` may be bytes, which are sent as they are."""
        header = header or json.dumps(self.header(msg_type)).encode()
        content = content if isinstance(content, bytes) else json.dumps(content or {}).encode()
        parts = [header, b"{}", b"{}", content]
        self.sent[json.loads(header)["msg_id"]] = header
        return [DELIMITER, self.sign(parts), *parts, *buffers]

    def send_frames(self, channel, frames):
        self.sockets[channel].send_multipart(frames)
        return json.loads(frames[2])["msg_id"] if len(frames) > 5 else None

    def send(self, channel, msg_type, content=None, **how):
        return self.send_frames(channel, self.frames(msg_type, content, **how))

    def execute(self, code, subshell=None, **flags):
        header = json.dumps(self.header("execute_request", **({"subshell_id": subshell} if subshell else {}))).encode()
        return self.send("shell", "execute_request", {"code": code} | flags, header=header)

    def receive(self, channel, seconds=PATIENCE):
        """The next message of a channel, checked; None when none comes in that time."""
        if not self.sockets[channel].poll(max(0, seconds * 1000)):
            return None
        frames = self.sockets[channel].recv_multipart()
        at = frames.index(DELIMITER)
        message = Message(channel, frames[:at], frames[at + 1], frames[at + 2:at + 6], frames[at + 6:])
        assert message.signature == self.sign(message.raw), "wrong signature"
        assert not self.key or message.signature not in self.signatures, "Python clients refuse a repeated signature"
        self.signatures.add(message.signature)
        messages.check(message)
        self.peer.add(message.header["session"])
        assert len(self.peer) == 1, "one session a process"
        if message.request in self.sent:
            assert message.raw[1] == self.sent[message.request], "the parent is not the request's header to the byte"
        (self.published if channel == "iopub" else self.replies).append(message)
        return message

    def welcome(self):
        """Take the welcomes to this client's topics, which come before anything else."""
        for topic in self.topics:
            first = self.receive("iopub")
            assert first and first.type == "iopub_welcome" and first.content["subscription"] == topic.decode()
        return self

    def reply(self, request, channel="shell", seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        found = [m for m in self.replies if m.request == request]
        while not found and (m := self.receive(channel, deadline - time.monotonic())):
            found = [m] if m.request == request else []
        assert found, f"no reply in {seconds} s; the kernel says: {self.kernel.log}"
        return found[0]

    def until(self, fits, seconds=PATIENCE):
        """Read iopub until a message fits, which may have come before."""
        deadline = time.monotonic() + seconds
        found = [m for m in self.published if fits(m)]
        while not found and (m := self.receive("iopub", deadline - time.monotonic())):
            found = [m] if fits(m) else []
        assert found, f"not published in {seconds} s; the kernel says: {self.kernel.log}"
        return found[0]

    def outputs(self, request, seconds=PATIENCE):
        """What a request published between its one busy and its one idle."""
        self.until(lambda m: m.request == request and m.state == "idle", seconds)
        mine = [m for m in self.published if m.request == request]
        assert mine[0].state == "busy" and mine[-1].state == "idle"
        assert not any(m.state for m in mine[1:-1]), [m.state for m in mine]
        return mine[1:-1]

    def stdout_of(self, request):
        """What a request has printed so far."""
        return "".join(m.content["text"] for m in self.published if m.request == request and m.type == "stream" and m.content["name"] == "stdout")

    def outcome(self, request, channel="shell", seconds=PATIENCE):
        return Outcome(self.reply(request, channel, seconds), self.outputs(request, seconds))

    def request(self, channel, msg_type, content=None, **how):
        return self.outcome(self.send(channel, msg_type, content, **how), channel)

    def run(self, code, seconds=PATIENCE, **flags):
        return self.outcome(self.execute(code, **flags), "shell", seconds)

    def quiet(self, seconds):
        """Whatever is published in that time."""
        deadline, count = time.monotonic() + seconds, len(self.published)
        while self.receive("iopub", deadline - time.monotonic()):
            pass
        return self.published[count:]

    def vanish(self):
        """Cut all connections, without a word."""
        self.context.destroy(linger=0)
        self.topics = None

    def close(self):
        """Nothing may follow a request's idle, whatever the test looked at."""
        try:
            if self.topics is not None:
                self.quiet(0)
            states = {}
            for m in self.published:
                states.setdefault(m.request, []).append(m.state)
            for mine in (states.get(request, []) for request in self.sent):
                assert mine.count("busy") <= 1 and ("idle" not in mine or mine.index("idle") == len(mine) - 1), mine
        finally:
            self.context.destroy(linger=0)
