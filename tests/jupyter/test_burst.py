"""Run All sends every cell at once: those behind a failed cell are not run, everything else is answered."""
import pytest

FAILS = "SELECT * FROM no_such_table"


def burst(client, *requests):
    """Send requests in one go; the ids."""
    made = [client.frames("execute_request", {"code": r} if isinstance(r, str) else r) if r else
            client.frames("kernel_info_request") for r in requests]
    return [client.send_frames("shell", frames) for frames in made]


def runs(client):
    return client.run("SELECT 1 AS one").types == ["execute_input", "execute_result"]


def test_abort(client):
    error, a, info, b = [client.outcome(i) for i in burst(client, FAILS, "SELECT 1 AS a", None, "SELECT 1 AS b")]
    assert error.status == "error" and error.types == ["execute_input", "error"]
    for cell in (a, b):
        assert cell.status == "aborted" and cell.types == []
        assert cell.content["execution_count"] == error.content["execution_count"] == 1
    assert info.status == "ok" and info.reply.type == "kernel_info_reply"
    assert runs(client)


def test_replies_come_in_order(client):
    sent = burst(client, FAILS, "SELECT 1 AS a", None, "SELECT 1 AS b")
    client.outcome(sent[-1])
    assert [m.request for m in client.replies] == sent


@pytest.mark.parametrize("fails", [FAILS, "SELEC", ""])
def test_none_of_forty_runs(client, fails):
    """Also where the error is quicker than the burst is read; and all forty run behind a cell that does not fail."""
    first, *rest = burst(client, fails, *[f"SELECT {i} AS n" for i in range(40)])
    assert client.outcome(first).status == ("error" if fails else "ok")
    assert {client.outcome(i).status for i in rest} == {"aborted" if fails else "ok"}
    assert runs(client)


def test_two_failures_in_one_burst(client):
    statuses = [client.outcome(i).status for i in burst(client, FAILS, FAILS, "SELECT 1 AS a")]
    assert statuses == ["error", "aborted", "aborted"] and runs(client)


def test_none_of_a_slow_burst_runs(client):
    """The cells are long, so that the first has failed before the others are there."""
    long = "-- " + "x" * 100_000 + "\n"
    first, *rest = burst(client, "SELEC", *[long + f"SELECT {i} AS n" for i in range(20)])
    assert client.outcome(first).status == "error"
    assert {client.outcome(i).status for i in rest} == {"aborted"}
    assert runs(client)


@pytest.mark.parametrize("flags", [{"stop_on_error": False}, {"silent": True}])
def test_failures_that_stop_nothing(client, flags):
    error, a, b = [client.outcome(i) for i in burst(client, {"code": FAILS} | flags, "SELECT 1 AS a", "SELECT 2 AS b")]
    assert error.status == "error" and a.status == b.status == "ok"


def test_garbage_in_the_burst(client):
    """What is dropped elsewhere is dropped here."""
    failing = client.frames("execute_request", {"code": FAILS})
    bad = client.frames("execute_request", {"code": "SELECT 1"})
    bad[1] = b"0" * 64
    good = client.frames("execute_request", {"code": "SELECT 1"})
    ids = [client.send_frames("shell", f) for f in (failing, bad, [b"noise"], good)]
    assert client.outcome(ids[0]).status == "error" and client.outcome(ids[3]).status == "aborted"
    assert runs(client) and not [m for m in client.published if m.request == ids[1]]


def test_each_client_gets_its_own_aborts(kernel, client, connect):
    other = connect(kernel)
    failing = client.execute(FAILS)
    client.outcome(failing)
    assert other.run("SELECT 1 AS one").status == "ok"
