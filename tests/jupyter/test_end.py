"""The end: at once, with exit status 0, whatever runs; and none of it lives on without the one who started it."""
import concurrent.futures
import os
import shutil
import subprocess
import time

import pytest

from conftest import LONG_BUILD, LONG_QUERY
from process import BINARY, Kernel, gone, launch, orphan

PATIENCE = 2.5  # seconds after which clients kill
ORPHANED = 2


@pytest.mark.parametrize("restart", [True, False])
@pytest.mark.parametrize("channel", ["control", "shell"])
def test_shutdown_when_idle(kernel, client, channel, restart):
    done = client.request(channel, "shutdown_request", {"restart": restart})
    assert done.status == "ok" and done.content["restart"] is restart
    assert done.types == ["shutdown_reply"] and done.published[0].content["restart"] is restart
    status, seconds = kernel.wait(PATIENCE)
    assert status == 0, seconds


@pytest.mark.parametrize("restart", [True, False])
def test_shutdown_while_a_cell_runs(kernel, client, long_cell, restart):
    cell = client.execute(long_cell)
    client.until(lambda m: m.request == cell and m.type == "execute_input")
    time.sleep(0.3)
    done = client.request("control", "shutdown_request", {"restart": restart})
    assert done.content == {"status": "ok", "restart": restart}
    status, seconds = kernel.wait(PATIENCE)
    assert status == 0, seconds
    assert client.outcome(cell).content["ename"] == "KeyboardInterrupt"


def test_termination_signal(kernel, client):
    cell = client.execute(LONG_QUERY)
    client.until(lambda m: m.request == cell and m.type == "execute_input")
    kernel.process.terminate()
    assert kernel.wait(PATIENCE)[0] == 0


def test_a_client_that_reads_nothing_does_not_hold_the_end_up(kernel, client, connect):
    connect(kernel, queue=1)
    client.run("SELECT 1 AS one;" * 3000, seconds=60)
    client.request("control", "shutdown_request", {"restart": False})
    assert kernel.wait(PATIENCE)[0] == 0


@pytest.mark.parametrize("code", ["", LONG_QUERY, LONG_BUILD], ids=["idle", "query", "build"])
def test_parent_is_killed(folder, connect, give_pictures, code):
    kernel = Kernel(folder, start=orphan)
    child = kernel.process.child
    try:
        client = connect(kernel)
        give_pictures(client)
        request = client.execute(code)
        client.until(lambda m: m.request == request and m.type == "execute_input")
        time.sleep(0.3)
        assert child.is_running()
        kernel.process.kill()
        assert gone(child, ORPHANED)
    finally:
        kernel.process.kill()
        kernel.process.wait()
        if child.is_running():
            child.kill()


def in_namespace(*command):
    """A process that starts the command as process 1 of a namespace, as a container does."""
    return ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork", "--kill-child", *command]


@pytest.mark.skipif(not shutil.which("unshare") or subprocess.run(in_namespace("true"), stderr=subprocess.DEVNULL).returncode != 0,
                    reason="no namespace can be made here")
@pytest.mark.parametrize("command", [[], ["sh", "-c", '"$@" & wait $!', "sh"]], ids=["it is process 1", "its parent is"])
def test_in_a_container(folder, connect, command):
    """There the parent is process 1, or none that can be seen: no reason to end."""
    def begin(folder, text):
        (folder / "connection.json").write_text(text)
        with open(folder / "stderr", "w") as log:
            return subprocess.Popen(in_namespace(*command, BINARY, "-f", folder / "connection.json"), cwd=folder,
                                    env=dict(os.environ, THANOSQL_WORKSPACE=str(folder)), stdout=log, stderr=log)
    kernel = Kernel(folder, start=begin)
    try:
        client = connect(kernel)
        time.sleep(1.5)  # longer than between two looks at the parent
        assert client.run("SELECT 1 AS one").status == "ok" and kernel.log == ""
        client.request("control", "shutdown_request", {"restart": False})
        status, seconds = kernel.wait(PATIENCE)
        assert status == 0, seconds
    finally:
        kernel.close()


def test_the_starting_thread_may_end(start, connect):
    """Servers start kernels from a pool of threads."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        kernel = start(start=lambda *arguments: pool.submit(launch, *arguments).result())
        client = connect(kernel)
        assert client.run("SELECT 1 AS one").status == "ok"
    time.sleep(0.2)
    assert kernel.alive and client.run("SELECT 1 AS one").status == "ok"


def test_shutdown_in_the_middle_of_a_write(folder, kernel, client, connect):
    assert client.run("CREATE TABLE kept AS SELECT 42 AS x").status == "ok"
    cell = client.execute("CREATE TABLE big AS " + LONG_QUERY.replace("count(*)", "x"))
    client.until(lambda m: m.request == cell and m.type == "execute_input")
    time.sleep(0.2)
    client.send("control", "shutdown_request", {"restart": False})
    assert kernel.wait(PATIENCE)[0] == 0
    again = Kernel(folder)
    try:
        tables = connect(again).run("LIST TABLE").published[-1].content["data"]["text/plain"]
        assert "kept" in tables and "big" not in tables
    finally:
        again.close()
