"""The history of a workspace, over its kernels: history_request after restarts, and side by side."""
import time

import pytest

from process import Kernel


def ask(client, kind, **more):
    reply = client.reply(client.send("shell", "history_request", {"hist_access_type": kind, "raw": True, "output": False} | more))
    assert reply.content["status"] == "ok"
    return reply.content["history"]


@pytest.fixture
def sessions(start, connect):
    """The third kernel of a workspace in which two have run cells and ended."""
    for number, code in (1, "SELECT 'old'"), (2, "SELECT 'newer'"):
        kernel = start()
        client = connect(kernel)
        assert client.run(code).status == "ok" and client.run("LIST TABLE").status == "ok"
        kernel.close()
    return connect(start())


def test_cells_of_earlier_kernels(sessions):
    assert ask(sessions, "tail", n=3) == [[1, 2, "LIST TABLE"], [2, 1, "SELECT 'newer'"], [2, 2, "LIST TABLE"]]
    assert ask(sessions, "range", session=0, start=1, stop=9) == []
    assert ask(sessions, "range", session=-1, start=1, stop=2) == [[2, 1, "SELECT 'newer'"]]
    sessions.run("SELECT 3")
    assert ask(sessions, "range", session=0, start=1, stop=9) == [[3, 1, "SELECT 3"]]
    assert ask(sessions, "range", session=1, start=1, stop=2, output=True) == [[1, 1, ["SELECT 'old'", None]]]
    assert ask(sessions, "search", pattern="SELECT '*'", n=9) == [[1, 1, "SELECT 'old'"], [2, 1, "SELECT 'newer'"]]
    assert ask(sessions, "search", pattern="LIST*", n=9, unique=True) == [[2, 2, "LIST TABLE"]]
    assert ask(sessions, "tail", n=10**30) == ask(sessions, "search") and len(ask(sessions, "search")) == 5


def test_what_is_not_kept(sessions):
    sessions.run("SELECT 'unseen'", store_history=False)
    sessions.run("SELECT 'unheard'", silent=True)
    sessions.run("%thanosql API_TOKEN=sesame")
    assert ask(sessions, "tail", n=1) == [[3, 1, "%thanosql API_TOKEN=******"]]


def test_a_failing_cell_is_kept(sessions):
    assert sessions.run("SELECT nothing FROM nowhere").status == "error"
    assert ask(sessions, "tail", n=1) == [[3, 1, "SELECT nothing FROM nowhere"]]


def test_two_kernels_at_once(sessions, start, connect):
    other = connect(start())
    for client, code in (sessions, "SELECT 1"), (other, "SELECT 2"), (sessions, "SELECT 3"):
        assert client.run(code).status == "ok"
    assert ask(other, "tail", n=3) == [[3, 1, "SELECT 1"], [3, 2, "SELECT 3"], [4, 1, "SELECT 2"]]  # its own last


def test_a_workspace_that_is_not_ours_to_write(folder, start, connect):
    (folder / ".thanosql").mkdir()
    (folder / ".thanosql/history.db").mkdir()  # no file can be here, whoever asks
    client = connect(start())
    assert client.run("SELECT 1").status == "ok"
    assert ask(client, "tail", n=3) == [[1, 1, "SELECT 1"]]


def test_a_killed_kernel_leaves_no_lock(folder, start, connect):
    kernel = Kernel(folder)
    connect(kernel).run("SELECT 'lost?'")
    kernel.process.kill()
    kernel.process.wait()
    client = connect(start())
    began = time.monotonic()
    assert client.run("SELECT 1").status == "ok" and time.monotonic() - began < 5
    assert ask(client, "tail", n=2) == [[1, 1, "SELECT 'lost?'"], [2, 1, "SELECT 1"]]
