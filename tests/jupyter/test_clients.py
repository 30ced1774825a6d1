"""Clients as people run them: nbconvert, papermill, nbclient, the console in a terminal, and jupyter server behind REST and
a WebSocket, once more behind a gateway."""
import asyncio
import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import urllib.request
import uuid

import nbclient
import nbformat
import psutil
import pytest
import websocket

from conftest import LONG_QUERY
from process import free_ports

CELLS = ["%load_ext thanosql", "GET THANOSQL DATASET digits_data", "COPY digits FROM 'thanosql-dataset/digits_data/digits_test.csv'",
         "SELECT count(*) AS digits FROM digits", "PRINT IMAGE AS SELECT image_path FROM digits LIMIT 2"]
PATIENCE = 60


@pytest.fixture
def environment(folder, jupyter_path):
    own = {f"JUPYTER_{name}_DIR": str(folder / "own" / name) for name in ("CONFIG", "RUNTIME", "DATA")}
    return dict(os.environ, THANOSQL_WORKSPACE=str(folder), JUPYTER_PATH=str(jupyter_path), **own)


def notebook(cells):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    made.metadata["kernelspec"] = {"name": "thanosql", "display_name": "ThanoSQL", "language": "thanosql"}
    return made


@pytest.fixture
def written(folder):
    """written(cells): the path of a notebook."""
    def write(cells):
        nbformat.write(notebook(cells), folder / "one.ipynb")
        return folder / "one.ipynb"
    return write


def run(environment, *arguments):
    return subprocess.run([sys.executable, "-m", *map(str, arguments)], env=environment, capture_output=True, text=True,
                          cwd=environment["THANOSQL_WORKSPACE"], timeout=PATIENCE)


FORMATS = {  # what must stand in the file
    "html": ["<td>200</td>", "data:image/jpeg;base64,", 'class="k">SELECT</span>'],
    "md": ["<td>200</td>", "```thanosql\nSELECT", "one_files/"],
    "sql": ["SELECT count(*) AS digits FROM digits"],
}


def test_nbconvert(folder, environment, written):
    """Run, and made from the saved notebook, which has the language's description that nbconvert colours by."""
    done = run(environment, "nbconvert", "--to", "notebook", "--inplace", "--execute", written(CELLS))
    assert done.returncode == 0 and "Timeout" not in done.stderr, done.stderr
    assert nbformat.read(folder / "one.ipynb", 4).metadata.language_info.name == "thanosql"
    for to, suffix in ("html", "html"), ("markdown", "md"), ("script", "sql"):
        done = run(environment, "nbconvert", "--to", to, folder / "one.ipynb")
        assert done.returncode == 0, done.stderr
        text = (folder / f"one.{suffix}").read_text()
        assert all(part in text for part in FORMATS[suffix]), text[-3000:]


def test_nbconvert_runs_and_converts_in_one_step(folder, environment, written):
    done = run(environment, "nbconvert", "--to", "html", "--execute", written(CELLS))
    assert done.returncode == 0 and "<td>200</td>" in (folder / "one.html").read_text()


def test_nbconvert_of_a_failing_cell(folder, environment, written):
    done = run(environment, "nbconvert", "--to", "notebook", "--execute", written(["SELECT nothing", "CREATE TABLE after (x)"]))
    assert done.returncode != 0 and "ThanoSQLNotFoundError" in done.stderr and "Timeout" not in done.stderr, done.stderr


def test_papermill(folder, environment, written):
    done = run(environment, "papermill", written(CELLS), folder / "out.ipynb")
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(folder / "out.ipynb", 4).cells
    assert [c.metadata.papermill.status for c in cells] == ["completed"] * len(CELLS)
    assert cells[3].outputs[0].data["text/plain"].split() == ["digits", "0", "200"]
    failing = run(environment, "papermill", written(["SELECT 1 AS one", "SELECT nothing", "SELECT 2"]), folder / "out.ipynb")
    assert failing.returncode != 0 and "ThanoSQLNotFoundError" in failing.stderr


def test_several_kernels_on_one_workspace(folder, environment, monkeypatch, start, connect):
    """Four notebooks at once, each with a table and a model of its own, and one that all write to."""
    monkeypatch.setattr(os, "environ", environment)
    client = connect(start())
    for code in ("GET THANOSQL DATASET digits_data", "COPY digits FROM 'thanosql-dataset/digits_data/digits_train.csv'",
                 "CREATE TABLE shared (notebook INTEGER, x INTEGER)"):
        assert client.run(code, seconds=PATIENCE).status == "ok"
    books = [notebook([f"CREATE TABLE t{i} AS SELECT {i} AS x"] +
                      [f"INSERT INTO shared VALUES ({i}, {n})" for n in range(20)] +
                      [f"BUILD MODEL m{i} USING SimCLR OPTIONS (max_epochs=1, seed={i}) AS SELECT * FROM digits LIMIT 100",
                       f"CONVERT USING m{i} OPTIONS (table_name='c{i}') AS SELECT * FROM digits LIMIT 100", f"SELECT x FROM t{i}"])
             for i in range(4)]

    async def run_all():
        await asyncio.gather(*(nbclient.NotebookClient(b, timeout=PATIENCE, kernel_name="thanosql").async_execute(cwd=str(folder)) for b in books))
    asyncio.run(run_all())
    assert [b.cells[-1].outputs[0].data["text/plain"].split() for b in books] == [["x", "0", str(i)] for i in range(4)]
    counts = client.run("SELECT notebook, count(*) AS n FROM shared GROUP BY 1 ORDER BY 1").published[-1].content["data"]["text/plain"]
    assert re.findall(r"\d+", counts) == [str(n) for i in range(4) for n in (i, i, 20)]
    listed = client.run("LIST MODEL").published[-1].content["data"]["text/plain"]
    assert all(f"m{i}" in listed for i in range(4)), listed


class Terminal:
    """A program on a pseudo-terminal."""
    def __init__(self, environment, *arguments):
        self.screen = ""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(environment["THANOSQL_WORKSPACE"])
            os.execve(sys.executable, [sys.executable, "-m", *arguments], environment | {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"})

    def until(self, pattern, seconds=PATIENCE):
        """Read until what came since the last call holds the pattern; the match. Asked where its cursor is, the terminal answers."""
        deadline, seen = time.monotonic() + seconds, len(self.screen)
        while time.monotonic() < deadline:
            plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.screen[self.mark:])
            if found := re.search(pattern, plain):
                self.mark = len(self.screen)
                return found
            if select.select([self.file], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    self.screen += os.read(self.file, 65536).decode(errors="replace")
                if "\x1b[6n" in self.screen[seen:]:
                    self.type("\x1b[1;1R")
                seen = len(self.screen)
        raise AssertionError(f"{pattern} did not come: {self.screen[self.mark:]!r}")

    mark = 0

    def type(self, text):
        os.write(self.file, text.encode())

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.file)


def ended(processes, seconds=10):
    deadline = time.monotonic() + seconds
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


@pytest.mark.parametrize("word", ["exit", "quit", "quit()"])
def test_console_exit(environment, word):
    """Without a question, and with the kernel."""
    terminal = Terminal(environment, "jupyter_console", "--kernel", "thanosql")
    try:
        terminal.until(r"In \[1\]:")
        terminal.type("SELECT 42 AS answer\r")
        terminal.until(r"In \[2\]:")
        console = psutil.Process(terminal.pid)
        processes = [console, *console.children(recursive=True)]
        assert len(processes) > 1
        terminal.type(word + "\r")
        assert ended(processes), terminal.screen
        assert "really" not in terminal.screen and "menu" not in terminal.screen
    finally:
        terminal.close()


def test_console(environment):
    terminal = Terminal(environment, "jupyter_console", "--kernel", "thanosql")
    try:
        terminal.until(r"ThanoSQL kernel[\s\S]*In \[1\]:")
        terminal.type("SELECT 42 AS answer\r")
        terminal.until(r"Out\[1\]:[\s\S]*answer[\s\S]*42[\s\S]*In \[2\]:")
        terminal.type("SELECT nothing\r")
        terminal.until(r"ThanoSQLNotFoundError: [\s\S]*In \[3\]:")
        terminal.type(LONG_QUERY + "\r")
        time.sleep(1.5)
        terminal.type("\x03")
        terminal.until(r"KeyboardInterrupt[\s\S]*In \[4\]:")
        kernels = psutil.Process(terminal.pid).children(recursive=True)
        terminal.type("\x04")  # end of input
        terminal.until("really want to exit")
        terminal.type("y\r")
        assert kernels and ended(kernels)
    finally:
        terminal.close()


class Server:
    """jupyter server, spoken to as a browser does."""
    def __init__(self, environment, *options):
        self.port, self.token = free_ports(1)[0], uuid.uuid4().hex
        self.folder = environment["THANOSQL_WORKSPACE"]
        with open(f"{self.folder}/server-{self.port}.log", "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", "--ServerApp.ip=127.0.0.1",
                 f"--ServerApp.port={self.port}", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.folder}",
                 *options], env=environment, cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self.ask("GET", "/api")
                return
            time.sleep(0.1)
        raise AssertionError(open(f"{self.folder}/server-{self.port}.log").read())

    address = property(lambda self: f"127.0.0.1:{self.port}")

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://{self.address}{path}", method=method, data=json.dumps(body).encode() if body else None,
                                         headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def socket(self, kernel):
        return websocket.create_connection(f"ws://{self.address}/api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}",
                                           header={"Authorization": f"token {self.token}"}, timeout=PATIENCE)

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


def send(ws, msg_type, content, channel="shell"):
    header = {"msg_id": uuid.uuid4().hex, "msg_type": msg_type, "session": "s", "username": "u", "version": "5.3", "date": "2026-01-01T00:00:00Z"}
    ws.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel, "buffers": []}))
    return header["msg_id"]


def until_idle(ws, request):
    """All messages of a request, until its reply and its idle have come."""
    got = []
    while not {"idle", "reply"} <= {m["content"].get("execution_state") or m["msg_type"].split("_")[-1] for m in got}:
        message = json.loads(ws.recv())
        if message["parent_header"].get("msg_id") == request:
            got.append(message)
    return got


def execute(ws, code):
    return until_idle(ws, send(ws, "execute_request", {"code": code, "silent": False, "store_history": True, "allow_stdin": False}))


def exercise(server, behind):
    """What a browser does with a kernel: start, run, Stop, restart, shut down. `behind` is the server that has the kernel."""
    kernel = server.ask("POST", "/api/kernels", {"name": "thanosql"})["id"]
    ws = server.socket(kernel)
    [info] = [m["content"] for m in until_idle(ws, send(ws, "kernel_info_request", {})) if m["msg_type"] == "kernel_info_reply"]
    assert info["language_info"]["name"] == "thanosql"
    [result] = [m["content"] for m in execute(ws, "SELECT 42 AS x") if m["msg_type"] == "execute_result"]
    assert "<td>42</td>" in result["data"]["text/html"] and result["execution_count"] == 1
    request = send(ws, "execute_request", {"code": LONG_QUERY})
    time.sleep(0.5)
    assert behind.ask("GET", f"/api/kernels/{kernel}")["execution_state"] == "busy"
    began = time.monotonic()
    server.ask("POST", f"/api/kernels/{kernel}/interrupt")
    stopped = until_idle(ws, request)
    assert time.monotonic() - began < 2 and "KeyboardInterrupt" in [m["content"].get("ename") for m in stopped]
    assert server.ask("POST", f"/api/kernels/{kernel}/restart")["id"] == kernel
    ws.close()
    ws = server.socket(kernel)
    [result] = [m["content"] for m in execute(ws, "SELECT 7 AS x") if m["msg_type"] == "execute_result"]
    assert result["execution_count"] == 1, "the restarted kernel counts anew"
    ws.close()
    server.ask("DELETE", f"/api/kernels/{kernel}")
    assert server.ask("GET", "/api/kernels") == []


def test_a_million_lines_through_a_server(environment):
    """A server drops what a kernel says too fast, and says so in the notebook: not here."""
    text = "\n".join(map(str, range(1_000_000)))
    with contextlib.closing(Server(environment)) as server:
        kernel = server.ask("POST", "/api/kernels", {"name": "thanosql"})["id"]
        with contextlib.closing(server.socket(kernel)) as ws:
            execute(ws, f'lines = """{text}"""')
            streams = [m["content"] for m in execute(ws, "lines") if m["msg_type"] == "stream"]
    assert {s["name"] for s in streams} == {"stdout"}, [s for s in streams if s["name"] == "stderr"]
    assert "".join(s["text"] for s in streams) == text + "\n"


def test_server_and_gateway(environment):
    """A second server that starts its kernels through the first sees the same."""
    with contextlib.closing(Server(environment)) as server:
        spec = server.ask("GET", "/api/kernelspecs")["kernelspecs"]["thanosql"]
        assert spec["spec"]["language"] == "thanosql" and {"logo-svg", "logo-64x64"} <= set(spec["resources"])
        exercise(server, server)
        with contextlib.closing(Server(environment, f"--GatewayClient.url=http://{server.address}",
                                       f"--GatewayClient.auth_token={server.token}")) as front:
            exercise(front, server)
        assert not [p for p in psutil.Process(server.process.pid).children() if "thanosql" in p.name()]
