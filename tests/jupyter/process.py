"""The kernel's process: its connection file, its start, and an end that says whether all was well."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import uuid

import psutil
import zmq

from cells import BINARY

PORTS = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"]
ROUNDS = 3  # another program may take a free port before the kernel does, or the processor


PARENT = """import subprocess, sys, time
print(subprocess.Popen(sys.argv[1:], start_new_session=True).pid, flush=True)
time.sleep(600)"""


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def connection(folder, transport="tcp", scheme="hmac-sha256", key=None, ports=int, curve=False):
    """What a connection file holds. `ports` is the type of the port numbers."""
    tcp = transport == "tcp"
    numbers = free_ports(5) if tcp else range(1, 6)
    return {"transport": transport, "ip": "127.0.0.1" if tcp else f"{folder}/k", "signature_scheme": scheme,
            "key": uuid.uuid4().hex if key is None else key, "kernel_name": "thanosql"} | dict(zip(PORTS, map(ports, numbers))) | (curve_keys() if curve else {})


def curve_keys():
    public, secret = zmq.curve_keypair()
    return {"curve_publickey": public.decode(), "curve_secretkey": secret.decode()}


def launch(folder, connection_text, *arguments, **environment):
    """Start the kernel as Jupyter does: in a session of its own, its output in the file `stderr`."""
    file = pathlib.Path(folder, "connection.json")
    file.write_text(connection_text)
    environment = dict(os.environ, THANOSQL_WORKSPACE=str(folder), **environment)
    with open(pathlib.Path(folder, "stderr"), "w") as log:
        return subprocess.Popen([BINARY, "-f", file, *arguments], env=environment, cwd=folder, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def orphan(folder, text, *arguments, **environment):
    """Start the kernel from a process of its own, which is what is returned; its `child` is the kernel."""
    (folder / "connection.json").write_text(text)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(BINARY), "-f", str(folder / "connection.json")],
                              stdout=subprocess.PIPE, stderr=open(folder / "stderr", "w"), cwd=folder,
                              env=dict(os.environ, THANOSQL_WORKSPACE=str(folder), **environment))
    parent.child = psutil.Process(int(parent.stdout.readline()))
    return parent


def gone(process, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


def switches(pid):
    """How often any thread of a process has been woken or put aside."""
    count = 0
    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        count += sum(int(line.split()[1]) for line in status.read_text().splitlines() if "ctxt_switches" in line)
    return count


def refusal(folder, connection_text, seconds=1.0):
    """The exit status and the words of a kernel that cannot start. In one of a few rounds it ends in so many seconds;
    a negative status says that it did not."""
    for _ in range(ROUNDS):
        process = launch(folder, connection_text)
        try:
            status = process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
    return status, pathlib.Path(folder, "stderr").read_text()


class Kernel:
    def __init__(self, folder, arguments=(), environment=None, start=launch, **options):
        self.folder = pathlib.Path(folder)
        for _ in range(ROUNDS):
            self.connection = connection(folder, **options)
            self.process = start(folder, json.dumps(self.connection), *arguments, **(environment or {}))
            if self._listens():
                return
        raise AssertionError(f"the kernel did not start: {self.log}")

    pid = property(lambda self: self.process.pid)
    log = property(lambda self: (self.folder / "stderr").read_text())
    alive = property(lambda self: self.process.poll() is None)

    def _listens(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.alive:
            try:  # the heartbeat is bound last
                self._connect_heartbeat()
                return True
            except OSError:
                time.sleep(0.005)
        self.process.kill()
        self.process.wait()
        return False

    def _connect_heartbeat(self):
        if self.connection["transport"] == "tcp":
            socket.create_connection((self.connection["ip"], int(self.connection["hb_port"]))).close()
        else:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(f"{self.connection['ip']}-{self.connection['hb_port']}")

    def endpoint(self, channel):
        port = self.connection["hb_port" if channel == "hb" else f"{channel}_port"]
        return f"{self.connection['transport']}://{self.connection['ip']}" + (":" if self.connection["transport"] == "tcp" else "-") + str(port)

    def interrupt(self):
        os.killpg(self.pid, signal.SIGINT)

    def wait(self, seconds):
        """The exit status, and how long it took to come."""
        began = time.monotonic()
        return self.process.wait(seconds), time.monotonic() - began

    def close(self):
        """End it if it still runs; what a sanitizer or the exit status complains of fails the test."""
        if self.alive:
            self.process.terminate()
        try:
            status = self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
        assert "Sanitizer" not in self.log and "runtime error" not in self.log, self.log
        assert status == 0, (status, self.log)
