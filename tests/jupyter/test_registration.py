"""The start by registration (JEP 66): the kernel chooses its ports and tells them to a socket of the launcher's."""
import hashlib
import hmac
import json
import stat
import time
import uuid

import pytest
import zmq

from process import PORTS, Kernel, curve_keys, launch
from wire import DELIMITER

PATIENCE = 5  # seconds that the kernel waits for the acknowledgement


class Launcher:
    """A registration socket, and the file that names it."""
    def __init__(self, folder, transport="tcp", key=None, **more):
        self.folder, self.context = folder, zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.linger = 1000
        ip = "127.0.0.1" if transport == "tcp" else f"{folder}/k"
        port = self.socket.bind_to_random_port("tcp://127.0.0.1") if transport == "tcp" else 9
        if transport == "ipc":
            self.socket.bind(f"ipc://{ip}-{port}")
        self.file = {"kernel_id": uuid.uuid4().hex, "transport": transport, "ip": ip, "registration_ip": ip,
                     "registration_port": port, "signature_scheme": "hmac-sha256",
                     "key": uuid.uuid4().hex if key is None else key} | more
        self.process = launch(folder, json.dumps(self.file), JUPYTER_RUNTIME_DIR=str(folder / "runtime"))

    own_file = property(lambda self: self.folder / f"runtime/kernel-{self.file['kernel_id']}.json")
    log = property(lambda self: (self.folder / "stderr").read_text())

    def sign(self, content, key=None):
        key = self.file["key"] if key is None else key
        return hmac.new(key.encode(), content, hashlib.sha256).hexdigest().encode() if key else b""

    def receive(self):
        """What the kernel tells."""
        assert self.socket.poll(5000), self.log
        self.identity, delimiter, signature, content = self.socket.recv_multipart()
        assert delimiter == DELIMITER and signature == self.sign(content)
        return json.loads(content)

    def answer(self, *frames):
        self.socket.send_multipart([self.identity, *frames])

    def acknowledge(self):
        self.answer(DELIMITER, self.sign(b"ACK"), b"ACK")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.context.destroy(linger=0)


class Registered:
    """What a client needs to know of a kernel that was registered."""
    endpoint, pid, alive = Kernel.endpoint, Kernel.pid, Kernel.alive

    def __init__(self, launcher, told):
        self.process, self.connection, self.log = launcher.process, launcher.file | told, launcher.log


@pytest.fixture
def register(folder):
    made = []
    yield lambda **how: made.append(Launcher(**{"folder": folder} | how)) or made[-1]
    for launcher in made:
        launcher.close()


@pytest.mark.parametrize("how", [{}, {"transport": "ipc"}, {"key": ""}, {"curve": True}], ids=["tcp", "ipc", "no key", "curve"])
def test_registration(register, connect, how):
    how = dict(how)
    launcher = register(**how | (curve_keys() if how.pop("curve", False) else {}))
    told = launcher.receive()
    assert set(told) == {"kernel_id", *PORTS} and told["kernel_id"] == launcher.file["kernel_id"]
    assert all(isinstance(told[port], str) and told[port].isdecimal() for port in PORTS)
    assert len({told[port] for port in PORTS}) == 5 and not launcher.own_file.exists()
    launcher.acknowledge()
    kernel = Registered(launcher, told)
    assert connect(kernel).run("SELECT 1 AS one").types == ["execute_input", "execute_result"]
    own = json.loads(launcher.own_file.read_text())
    assert stat.S_IMODE(launcher.own_file.stat().st_mode) == 0o600
    assert all(own[port] == int(told[port]) for port in PORTS)
    assert {k: own[k] for k in own if "curve" in k} == {k: v for k, v in launcher.file.items() if "curve" in k}
    another = Registered(launcher, own)  # a client that knows only this file
    assert connect(another).request("control", "kernel_info_request").status == "ok"
    connect(kernel).request("control", "shutdown_request", {"restart": False})
    assert launcher.process.wait(5) == 0 and not launcher.own_file.exists()


def test_jupyter_client_connects_to_the_own_file(register):
    from jupyter_client import BlockingKernelClient
    launcher = register()
    launcher.receive()
    launcher.acknowledge()
    deadline = time.monotonic() + 5
    while not launcher.own_file.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    client = BlockingKernelClient(connection_file=str(launcher.own_file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=20)
        assert client.execute_interactive("SELECT 1 AS one", timeout=20)["content"]["status"] == "ok"
    finally:
        client.stop_channels()


def test_no_acknowledgement(register):
    """It ends, and not before five seconds; wrong answers are no acknowledgement."""
    launcher = register()
    began = time.monotonic()
    launcher.receive()
    wrong = [[DELIMITER, b"", b"ACK"], [DELIMITER, launcher.sign(b"ACK", "other"), b"ACK"], [b"ACK"], [b""],
             [DELIMITER, launcher.sign(b"ACK")], [b"x"] * 200]
    for frames in wrong:
        launcher.answer(*frames)
    assert launcher.process.wait(PATIENCE + 3) > 0 and time.monotonic() - began > PATIENCE - 0.5
    assert launcher.log.count("dropped") == len(wrong) and "acknowledge" in launcher.log.splitlines()[-1]
    assert not (launcher.folder / "runtime").exists()


def test_nobody_listens(folder):
    """The launcher has gone: SIGTERM ends the wait at once."""
    process = launch(folder, json.dumps({"kernel_id": "x", "transport": "tcp", "ip": "127.0.0.1", "registration_port": 1,
                                         "signature_scheme": "hmac-sha256", "key": "k"}))
    time.sleep(0.5)
    assert process.poll() is None
    process.terminate()
    assert process.wait(1) > 0


def test_many_at_once(register, folder):
    """What the handshake is for: no two kernels get the same port."""
    launchers = []
    for i in range(8):
        (folder / str(i)).mkdir()
        launchers.append(register(folder=folder / str(i)))
    told = [launcher.receive() for launcher in launchers]
    assert len({t[port] for t in told for port in PORTS}) == 8 * 5


def test_a_kernel_id_is_no_path(register):
    launcher = register(kernel_id="../../evil")
    launcher.receive()
    launcher.acknowledge()
    deadline = time.monotonic() + 5
    while not list(launcher.folder.glob("runtime/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [f.name for f in launcher.folder.glob("runtime/*")] == [f"kernel-{launcher.process.pid}.json"]
