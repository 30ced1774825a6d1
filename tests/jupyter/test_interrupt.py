"""Stop ends the cell and nothing else."""
import time

import pytest

from conftest import LONG_BUILD, LONG_QUERY


def stop_by_signal(kernel, client):
    kernel.interrupt()


def stop_by_message(kernel, client):
    assert client.request("control", "interrupt_request").status == "ok"


STOPS = pytest.mark.parametrize("stop", [stop_by_signal, stop_by_message])


def begin(client, code, **flags):
    """Start a long cell; its id, once it is well under way."""
    request = client.execute(code, **flags)
    client.until(lambda m: m.request == request and m.type in ("update_display_data", "execute_input"))
    time.sleep(0.3)
    return request


@STOPS
def test_interrupt(kernel, client, long_cell, stop):
    client.run("CREATE TABLE kept AS SELECT 42 AS x")
    request = begin(client, long_cell)
    began = time.monotonic()
    stop(kernel, client)
    cell = client.outcome(request)
    assert time.monotonic() - began < 1, "a second is what people wait for Stop"
    assert cell.status == "error" and cell.content["ename"] == "KeyboardInterrupt"
    assert cell.types.count("error") == 1 and cell.types[-1] == "error"
    after = client.run("SELECT x FROM kept")
    assert "42" in after.published[-1].content["data"]["text/plain"]
    assert after.content["execution_count"] == cell.content["execution_count"] + 1


def test_interrupted_build_leaves_no_model_and_can_be_run(kernel, client, pictures):
    request = begin(client, LONG_BUILD)
    kernel.interrupt()
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"
    listed = client.run("LIST MODEL").published[-1].content["data"]["text/plain"]
    assert " m " not in listed and "simclr" not in listed.lower(), listed
    assert client.run(LONG_BUILD.replace("1000", "1").replace("train", "train LIMIT 50")).status == "ok"


@STOPS
def test_twice_when_idle(kernel, client, stop):
    assert client.run("CREATE TABLE kept AS SELECT 42 AS x").status == "ok"
    for _ in range(2):
        stop(kernel, client)
        time.sleep(0.05)
    after = client.run("SELECT x FROM kept")
    assert after.status == "ok" and after.content["execution_count"] == 2
    assert client.request("shell", "complete_request", {"code": "SELECT * FROM ke", "cursor_pos": 16}).content["matches"] == ["kept"]


def test_interrupt_aborts_what_waits(kernel, client):
    """Stop during Run All stops all of it, also when the button is pressed twice."""
    request = begin(client, LONG_QUERY)
    rest = [client.execute(f"SELECT {i} AS n") for i in range(20)]
    for _ in range(3):
        kernel.interrupt()
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"
    assert {client.outcome(i).status for i in rest} == {"aborted"}
    assert client.run("SELECT 1 AS one").status == "ok"


def test_silent_cell_can_be_interrupted(kernel, client):
    request = client.execute(LONG_QUERY, silent=True)
    client.until(lambda m: m.request == request)
    time.sleep(0.3)
    kernel.interrupt()
    assert client.outcome(request).types == []


def test_input_is_never_asked_for(client):
    """The language has no statement that reads input, so the kernel has no prompt to interrupt: nothing comes on stdin,
    and an answer that nobody asked for changes nothing."""
    client.send("stdin", "input_reply", {"value": "yes"})
    assert client.run("SELECT 1 AS one", allow_stdin=True).status == "ok"
    assert client.receive("stdin", 0.05) is None
