"""execute_request: its flags, its counter, its history, and what is shown of a failure."""
import time

FAILS = "SELECT * FROM no_such_table"


def count(client):
    """The counter, as front ends read it."""
    return client.run("", silent=True).content["execution_count"]


def history(client, **asked):
    asked = {"output": False, "raw": True, "hist_access_type": "tail", "n": 100} | asked
    return client.request("shell", "history_request", asked).content["history"]


def test_silent_shows_nothing_and_counts_nothing(client):
    for code in ("SELECT 1 AS one", "CREATE TABLE t (x INTEGER)", FAILS, "SELEC"):
        done = client.run(code, silent=True, store_history=True)
        assert done.types == [] and done.content["execution_count"] == 0
    assert client.run(FAILS, silent=True).content["ename"] == "ThanoSQLNotFoundError"
    assert history(client) == [] and client.run("SELECT x FROM t").status == "ok"


def test_store_history_false_shows_and_counts_nothing(client):
    done = client.run("SELECT 1 AS one", store_history=False)
    assert done.types == ["execute_input", "execute_result"] and done.content["execution_count"] == 0
    assert client.run("SELECT 2 AS two").content["execution_count"] == 1
    assert [row[2] for row in history(client)] == ["SELECT 2 AS two"]


def test_defaults(client):
    """Only the code is given: shown, counted, kept."""
    done = client.request("shell", "execute_request", {"code": "SELECT 1 AS one"})
    assert done.content["execution_count"] == 1 and len(history(client)) == 1
    assert [m.content["execution_count"] for m in done.published] == [1, 1]
    assert done.content["user_expressions"] == {} and done.content["payload"] == []


def test_every_reply_has_the_count(client):
    assert client.run("SELECT 1 AS one").content["execution_count"] == 1
    failing, behind = client.execute(FAILS), client.execute("SELECT 1 AS one")
    assert client.outcome(failing).content["execution_count"] == 2
    aborted = client.outcome(behind)
    assert aborted.status == "aborted" and aborted.content["execution_count"] == 2
    assert count(client) == 2


def test_error_is_the_same_in_the_reply_and_on_iopub(client):
    done = client.run("SELECT 1 AS one; " + FAILS)
    assert done.types == ["execute_input", "execute_result", "error"]
    shown = done.published[-1].content
    assert {key: done.content[key] for key in shown} == shown


def test_text_before_an_error_is_not_lost(client):
    done = client.run("CREATE TABLE t (x INTEGER); " + FAILS)
    assert done.types == ["execute_input", "stream", "error"] and done.stdout == "Success\n"


def test_execute_input_is_the_code(client):
    code = "-- 한글 \U0001d41a \"quoted\" \\ \t\nSELECT 1 AS one\n"
    assert client.run(code).published[0].content["code"] == code


def test_user_expressions_are_answered_one_by_one(client):
    done = client.run("SELECT 1 AS one", user_expressions={"a": "1 + 1", "b": ""})
    assert done.status == "ok" and set(done.content["user_expressions"]) == {"a", "b"}
    for one in done.content["user_expressions"].values():
        assert one["status"] == "error" and one["ename"] and one["evalue"] and one["traceback"]


def test_started_is_when_the_cell_began(client):
    """Front ends take it from the reply's metadata and show how long the cell took."""
    query = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT count(*) FROM n"
    began = time.monotonic()
    done = client.run(query)
    took = time.monotonic() - began
    busy = next(m for m in client.published if m.request == done.reply.request and m.state == "busy")
    assert busy.header["date"] <= done.reply.metadata["started"] <= done.published[0].header["date"], took


def test_history(client):
    cells = ["SELECT 1 AS a", "SELECT 2 AS b", "SELECT 1 AS a", FAILS]
    for code in cells:
        client.run(code)
    rows = [[1, line, code] for line, code in enumerate(cells, 1)]
    assert history(client) == rows and history(client, n=2) == rows[2:] and history(client, n=0) == []
    assert history(client, output=True, n=1) == [[1, 4, [FAILS, None]]]
    for session in (0, 1):
        assert history(client, hist_access_type="range", session=session, start=2, stop=4) == rows[1:3]
    assert history(client, hist_access_type="range", session=0, start=1, stop=1) == []
    assert history(client, hist_access_type="range", session=-1, start=1, stop=9) == []
    assert history(client, hist_access_type="search", pattern="SELECT ? AS ?") == rows[:3]
    assert history(client, hist_access_type="search", pattern="* AS a", unique=True) == rows[2:3]
    assert history(client, hist_access_type="search", pattern="*", n=1) == rows[3:]
    assert history(client, hist_access_type="search", pattern="select*") == []
