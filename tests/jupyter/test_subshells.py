"""Subshells (JEP 91): lines of cells of their own on the same workspace, while the parent shell is busy."""
import json
import time

import pytest

from cells import model_file
from conftest import LONG_BUILD, LONG_QUERY

MOST = 16
BOUND = 1.0  # seconds for a small cell in a subshell while the parent shell has the processors


@pytest.fixture
def create(client):
    return lambda: client.request("control", "create_subshell_request").content["subshell_id"]


def listed(client):
    return client.request("control", "list_subshell_request").content["subshell_id"]


def delete(client, subshell):
    return client.request("control", "delete_subshell_request", {"subshell_id": subshell})


def begin(client, code, subshell=None):
    request = client.execute(code, subshell=subshell)
    client.until(lambda m: m.request == request and m.type == "execute_input")
    time.sleep(0.3)
    return request


def shown(outcome):
    assert outcome.status == "ok", outcome.content
    return outcome.published[-1].content["data"]["text/plain"]


def threads(kernel):
    with open(f"/proc/{kernel.pid}/status") as status:
        return int(next(line for line in status if line.startswith("Threads")).split()[1])


def test_declared(client):
    for channel in "shell", "control":
        assert "kernel subshells" in client.request(channel, "kernel_info_request").content["supported_features"]


def test_create_list_delete(kernel, client, create):
    before = threads(kernel)
    assert listed(client) == []
    made = [create() for _ in range(3)]
    assert len(set(made)) == 3 and listed(client) == made and threads(kernel) == before + 3
    assert delete(client, made[1]).status == "ok" and listed(client) == [made[0], made[2]]
    again = create()
    assert again not in made and set(listed(client)) == {made[0], made[2], again}
    for subshell in made[0], made[2], again:
        assert delete(client, subshell).status == "ok"
    deadline = time.monotonic() + 5
    while threads(kernel) > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert listed(client) == [] and threads(kernel) == before


def test_every_answer_is_parented(client, create):
    """Requests of each shell, and what they publish, name the request by its header, with subshell_id."""
    subshell = create()
    for msg_type, content in (("execute_request", {"code": "SELECT 1 AS one"}), ("kernel_info_request", {}),
                              ("complete_request", {"code": "SEL", "cursor_pos": 3}), ("is_complete_request", {"code": "SELECT"}),
                              ("inspect_request", {"code": "BUILD", "cursor_pos": 2}), ("comm_info_request", {}),
                              ("history_request", {"hist_access_type": "tail", "n": 3}), ("nonsense_request", {})):
        header = json.dumps(client.header(msg_type, subshell_id=subshell)).encode()
        request = client.send("shell", msg_type, content, header=header)
        assert all(m.parent["subshell_id"] == subshell for m in client.outputs(request))
        if msg_type != "nonsense_request":
            assert client.reply(request).content["status"] in ("ok", "complete", "incomplete")


@pytest.mark.parametrize("null", [{}, {"subshell_id": None}])
def test_no_id_is_the_parent_shell(client, create, null):
    create()
    client.run("SELECT 1 AS one")
    header = json.dumps(client.header("execute_request", **null)).encode()
    request = client.send("shell", "execute_request", {"code": "SELECT 2 AS two"}, header=header)
    assert client.outcome(request).content["execution_count"] == 2


@pytest.mark.parametrize("unknown", ["nobody", "", 5, ["x"]])
def test_unknown_id(client, create, unknown):
    create()
    for msg_type, content in ("execute_request", {"code": "CREATE TABLE wrong (x)"}), ("complete_request", {"code": "S", "cursor_pos": 1}):
        header = json.dumps(client.header(msg_type, subshell_id=unknown)).encode()
        refused = client.outcome(client.send("shell", msg_type, content, header=header))
        assert refused.status == "error" and refused.types == [] and "subshell" in refused.content["evalue"]
    header = json.dumps(client.header("comm_msg", subshell_id=unknown)).encode()
    assert client.outputs(client.send("shell", "comm_msg", {}, header=header)) == []
    assert "wrong" not in shown(client.run("LIST TABLE")) and delete(client, unknown).status == "error"
    assert delete(client, None).status == "error"


def test_count_and_history_are_its_own(client, create):
    first, second = create(), create()
    for i, subshell in enumerate([None, None, first, second, first]):
        client.run(f"SELECT {i} AS n", subshell=subshell)
    assert client.run("SELECT 1 AS one").content["execution_count"] == 3
    assert client.run("SELECT 1 AS one", subshell=first).content["execution_count"] == 3
    header = json.dumps(client.header("history_request", subshell_id=second)).encode()
    request = client.send("shell", "history_request", {"hist_access_type": "tail", "n": 9, "raw": True, "output": False}, header=header)
    assert [row[2] for row in client.outcome(request).content["history"]][-1:] == ["SELECT 3 AS n"]


def test_one_workspace(client, create):
    subshell = create()
    assert client.run("CREATE TABLE made AS SELECT 42 AS x", subshell=subshell).status == "ok"
    assert "42" in shown(client.run("SELECT x FROM made"))


def test_answers_while_the_parent_shell_is_busy(client, create, long_cell):
    subshell = create()
    request = begin(client, long_cell)
    times = []
    for _ in range(3):
        for code, word in (("SELECT count(*) AS pictures FROM train", "1000"), ("LIST TABLE", "train"), ("LIST MODEL", "")):
            began = time.monotonic()
            assert word in shown(client.run(code, subshell=subshell))
            times.append(time.monotonic() - began)
    assert min(times) < BOUND / 4 and sorted(times)[len(times) // 2] < BOUND, times
    assert not any(m.request == request for m in client.replies), "the long cell still runs"
    client.request("control", "interrupt_request")
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"


def test_completion_and_help_while_the_parent_shell_is_busy(client, create, long_cell):
    """The parent shell answers in turn, as the protocol has it; a subshell answers at once."""
    subshell = create()
    request = begin(client, long_cell)
    for msg_type, code, fits in (("complete_request", "SELECT * FROM tr", lambda c: c["matches"] == ["train"]),
                                 ("inspect_request", "train", lambda c: "image_path" in c["data"]["text/plain"]),
                                 ("is_complete_request", "SELECT (", lambda c: c["status"] == "incomplete")):
        content, times = {"code": code, "cursor_pos": len(code), "detail_level": 0}, []
        for _ in range(3):
            began = time.monotonic()
            header = json.dumps(client.header(msg_type, subshell_id=subshell)).encode()
            answer = client.reply(client.send("shell", msg_type, content, header=header))
            times.append(time.monotonic() - began)
            assert fits(answer.content), answer.content
        assert min(times) < BOUND, times
    waits = client.send("shell", "complete_request", {"code": "SELECT * FROM tr", "cursor_pos": 16})
    assert not any(m.request in (request, waits) for m in client.replies)
    client.request("control", "interrupt_request")
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"
    assert client.outcome(waits).content["matches"] == ["train"]


def test_a_write_while_the_parent_shell_trains(client, create, pictures):
    subshell = create()
    request = begin(client, LONG_BUILD)
    assert client.run("CREATE TABLE beside AS SELECT 7 AS x", subshell=subshell).status == "ok"
    client.request("control", "interrupt_request")
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt"
    assert "7" in shown(client.run("SELECT * FROM beside"))


def test_two_trainings_give_what_one_gives(kernel, client, create, pictures):
    """They share the workers, and neither changes the other's numbers."""
    code = "BUILD MODEL {} USING SimCLR OPTIONS (max_epochs=1, seed=3) AS SELECT * FROM train LIMIT 200"
    subshell = create()
    assert client.run(code.format("alone"), seconds=60).status == "ok"
    both = [client.execute(code.format("one")), client.execute(code.format("two"), subshell=subshell)]
    assert [client.outcome(i, seconds=60).status for i in both] == ["ok", "ok"]
    weights = [model_bytes(model_file(kernel.folder, name)) for name in ("alone", "one", "two")]
    assert weights[0] == weights[1] == weights[2]


def model_bytes(path):
    """A safetensors file without its header, which holds the name."""
    data = path.read_bytes()
    return data[8 + int.from_bytes(data[:8], "little"):]


@pytest.mark.parametrize("stop", ["signal", "message"])
def test_interrupt_is_for_all_shells(kernel, client, create, stop):
    """JEP 91: interrupts are handled at the level of the process."""
    subshells = [None, create(), create()]
    requests = [begin(client, LONG_QUERY, s) for s in subshells]
    began = time.monotonic()
    kernel.interrupt() if stop == "signal" else client.request("control", "interrupt_request")
    assert [client.outcome(r).content["ename"] for r in requests] == ["KeyboardInterrupt"] * 3
    assert time.monotonic() - began < 1
    assert [client.run("SELECT 1 AS one", subshell=s).status for s in subshells] == ["ok"] * 3


def test_a_failed_cell_aborts_its_own_shell_alone(client, create):
    subshell = create()
    sent = []
    for i in range(10):
        sent.append((None, client.execute("SELECT nothing" if i == 0 else f"SELECT {i} AS n")))
        sent.append((subshell, client.execute(f"SELECT {i} AS n", subshell=subshell)))
    assert [client.outcome(r).status for s, r in sent if s is None] == ["error"] + ["aborted"] * 9
    assert [client.outcome(r).status for s, r in sent if s] == ["ok"] * 10


def test_delete_while_it_runs(client, create):
    """Its cell is interrupted, what waits is aborted, and the parent shell goes on."""
    subshell = create()
    mine = begin(client, LONG_QUERY)
    request = begin(client, LONG_QUERY, subshell)
    waiting = [client.execute("SELECT 1 AS one", subshell=subshell) for _ in range(3)]
    time.sleep(0.1)
    began = time.monotonic()
    assert delete(client, subshell).status == "ok" and time.monotonic() - began < 0.5
    assert client.outcome(request).content["ename"] == "KeyboardInterrupt" and time.monotonic() - began < 1
    assert {client.outcome(w).status for w in waiting} == {"aborted"}
    assert delete(client, subshell).status == "error" and client.run("SELECT 1", subshell=subshell).status == "error"
    assert not any(m.request == mine for m in client.replies)
    client.request("control", "interrupt_request")
    client.outcome(mine)


def test_cap(client, create):
    made = [create() for _ in range(MOST)]
    refused = client.request("control", "create_subshell_request")
    assert refused.status == "error" and str(MOST) in refused.content["evalue"]
    delete(client, made[0])
    deadline = time.monotonic() + 5
    while client.request("control", "create_subshell_request").status == "error" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(listed(client)) == MOST


def test_ends_with_the_kernel(kernel, client, create):
    for subshell in [create() for _ in range(4)]:
        begin(client, LONG_QUERY, subshell)
    create()
    client.send("control", "shutdown_request", {"restart": False})
    status, seconds = kernel.wait(2.5)
    assert status == 0, seconds


def test_heartbeat_and_control_with_all_busy(client, create):
    requests = [begin(client, LONG_QUERY, s) for s in [None] + [create() for _ in range(4)]]
    times = []
    for _ in range(5):
        began = time.monotonic()
        client.request("control", "kernel_info_request")
        times.append(time.monotonic() - began)
    assert min(times) < 0.1
    client.request("control", "interrupt_request")
    assert {client.outcome(r).content["ename"] for r in requests} == {"KeyboardInterrupt"}


def test_created_and_deleted_many_times(kernel, client, create):
    for _ in range(50):
        subshell = create()
        assert client.run("SELECT 1 AS one", subshell=subshell).status == "ok"
        delete(client, subshell)
    assert listed(client) == [] and kernel.alive
