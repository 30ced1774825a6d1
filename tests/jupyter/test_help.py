"""What a front end asks while somebody types: completion with types, and help, on a store of a thousand tables."""
import sqlite3
import time

import pytest

TABLES = 1000


@pytest.fixture
def many_tables(folder):
    (folder / ".thanosql").mkdir()
    with sqlite3.connect(folder / ".thanosql/store.db") as store:
        store.execute("BEGIN")  # one transaction, not a thousand
        for i in range(TABLES):
            store.execute(f"CREATE TABLE number_{i:04d} (id INTEGER, image_path TEXT, own_{i} REAL)")
        store.executemany("INSERT INTO number_0007 VALUES (?, 'a.jpg', 0.5)", [(i,) for i in range(30)])
    store.close()


def ask(client, kind, code, **more):
    began = time.monotonic()
    cursor = code.find("|")
    request = client.send("shell", f"{kind}_request", {"code": code.replace("|", ""), **more,
                                                       "cursor_pos": len(code) if cursor < 0 else cursor})
    content = client.reply(request).content
    return content, time.monotonic() - began


@pytest.mark.parametrize("kind, code", [("complete", "SELECT * FROM number_05"), ("complete", "SELECT | FROM number_0003"),
                                        ("complete", "SEL"), ("inspect", "SELECT * FROM number_0007"),
                                        ("inspect", "BUILD")])
def test_answers_come_at_once(many_tables, start, connect, kind, code):
    client = connect(start())
    ask(client, kind, code)  # opens the store
    times = sorted(ask(client, kind, code)[1] for _ in range(9))
    assert times[4] < 0.010


def test_completion_tells_types(many_tables, start, connect):
    client = connect(start())
    client.run("df = %thanosql SELECT 1 AS a")
    for code, text, kind, signature in [
            ("COPY t OPTIONS (over", "overwrite", "option", "True or False; default False"),
            ("FIT MODEL n USING m OPTIONS (label", "label_col", "option", "name; default None"),
            ("UPLOAD MODEL m OPTIONS (fra", "framework", "option", "'pytorch'; default 'pytorch'"),
            ("FUNCTION compute.similarity OPTIONS (src_t", "src_table", "option", "name; default needed"),
            ("CREATE TABLE t USING m OPTIONS (path", "path_type", "option", "'folder', 'file'; default 'folder'"),
            ("GET THANOSQL MODEL m OPTIONS (mod", "model_name", "option", "name; default its own"),
            ("SET thanosql.dia", "dialect", "setting",
             "'auto', 'D0', 'D1', 'D2', 'D2.5', 'D3', 'D3.5', 'D4', 'D4b', 'D5', '1.0.0', '1.0.1', '1.0.2', '1.0.3', "
             "'1.0.4', '1.0.5', '1.5'; default auto"),
            ("SELECT * FROM number_0003", "number_0003", "table", ""),
            ("SELECT * FROM number_0003 WHERE own", "own_3", "column", "real"),
            ("SELECT simi", "similarity", "function", "similarity(a, b)"),
            ("SELECT lef", "left", "function", "left(text, integer)"),
            ("SELECT * FROM d", "df", "variable", ""),
            ("SET thanosql.thumbnails", "thumbnails", "setting", "True or False; default off"),
            ("BUILD MODEL m USING Sim", "SimCLR", "base model", ""),
            ("bui", "build", "keyword", "")]:
        content, _ = ask(client, "complete", code)
        found = {t["text"]: t for t in content["metadata"]["_jupyter_types_experimental"]}
        assert set(found) == set(content["matches"])
        assert (found[text]["type"], found[text]["signature"]) == (kind, signature)
        assert (found[text]["start"], found[text]["end"]) == (content["cursor_start"], content["cursor_end"])


def test_help_on_a_table(many_tables, start, connect):
    client = connect(start())
    content, _ = ask(client, "inspect", "number_0007", detail_level=0)
    plain, html = content["data"]["text/plain"], content["data"]["text/html"]
    assert content["found"] and "30 rows." in plain and "own_7       real" in plain and "Example" not in plain
    assert "<td style=\"text-align:left;vertical-align:top\">a.jpg</td>" in html
    assert "SELECT * FROM number_0007" in ask(client, "inspect", "number_0007", detail_level=1)[0]["data"]["text/plain"]
    assert not ask(client, "inspect", "number_9999")[0]["found"]


def test_names_are_escaped_in_help(start, connect):
    client = connect(start())
    assert client.run('CREATE TABLE "a<b>" ("<i>" TEXT); INSERT INTO "a<b>" VALUES (\'<script>\')').status == "ok"
    html = ask(client, "inspect", 'SELECT * FROM "a<b>"')[0]["data"]["text/html"]
    assert "&lt;script&gt;" in html and "<script" not in html and "<i>" not in html
