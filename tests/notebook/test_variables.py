"""Results and texts with names, and the last result."""
import pytest


@pytest.fixture(scope="module")
def cells(start_kernel, tmp_path_factory):
    with start_kernel(tmp_path_factory.mktemp("variables")) as run:
        yield run


def test_a_result_has_a_name(cells):
    kept = cells("df = %thanosql SELECT 1 AS a, 0.5 AS b, 'x' AS c, NULL AS d")
    assert kept.ok and [t for t, _ in kept.outputs] == ["status", "execute_input", "status"]
    assert cells("SELECT a + 1 AS n FROM df").html.count("<td>2</td>") == 1
    assert "<td>x</td>" in cells("df").html
    assert "df" not in cells("LIST TABLE").html


def test_the_last_result_outlives_its_table(cells):
    cells("CREATE TABLE short (i INTEGER); INSERT INTO short VALUES (1), (2), (3)")
    cells("SELECT * FROM short")
    cells("DROP TABLE short")
    assert "<td>6</td>" in cells("SELECT sum(i) FROM _").html
    assert "<td>6</td>" in cells("_").html  # it is the sum now
    failed = cells("SELECT nothing FROM nowhere")
    assert not failed.ok and "<td>6</td>" in cells("_").html


def test_texts_stand_for_themselves_in_magic_lines(cells):
    assert cells('query = """SELECT 40\n + 2 AS n"""').ok
    assert "<td>42</td>" in cells("%thanosql $query").html
    assert "<td>42</td>" in cells("%thanosql SELECT n FROM ({query})").html
    assert cells("query").stdout == "SELECT 40\n + 2 AS n\n"
    assert not cells("SELECT n FROM ($query)").ok  # no magic line


def test_an_error_is_where_the_name_stands(cells):
    cells("bad = 'SELECT missing FROM (SELECT 1 AS a)'")
    failed = cells("SELECT 1;\n%thanosql $bad")
    assert failed.traceback[:2] == ["   2 | %thanosql $bad", "     |           ^~~~"] and "missing" in failed.evalue


def test_questions_open_the_pager(cells):
    assert cells("nothing_of_that_name?").ename == "ThanoSQLNotFoundError"
    reply = cells("df = %thanosql SELECT 1 AS a\ndf?\nCOPY?").reply
    assert [p["source"] for p in reply["payload"]] == ["page"]  # one, since JupyterLab shows no second
    page = reply["payload"][0]["data"]
    assert "df (variable, a result)" in page["text/plain"] and "<table" in page["text/html"]
    assert "COPY table" in page["text/plain"] and "if_exists" in page["text/plain"]
    assert "COPY table" in page["text/html"] and "if_exists" in page["text/html"]


@pytest.mark.parametrize("question, title, words", [
    ("SELECT?", "SELECT (SQL)", "ORDER BY"), ("insert?", "INSERT (SQL)", "VALUES"), ("CREATE TABLE?", "CREATE TABLE … USING", "CREATE TABLE name AS SELECT"),
    ("DELETE?", "DELETE MODEL", "DELETE FROM table"), ("label?", "label (column)", "kept   integer"), ("kept.label?", "label (column)", "kept"),
    ("_?", "_ (the last result)", "2 rows"), ("simclr?", "SimCLR (base model)", "USING SimCLR"), ("IMAGE?", "IMAGE (keyword)", "PRINT IMAGE"),
    ("%who?", "Lines of a notebook", "%who"), ("?%thanosql", "Lines of a notebook", "%thanosql"), ("exit?", "Lines of a notebook", "console"),
    ("left?", "left (function)", "left(text, integer)"), ("count?", "count (function)", "count() or count(any)"),
    ("row_number?", "row_number (function)", "row_number()"), ("?", "ThanoSQL", "BUILD MODEL")])
def test_a_question_on_anything(cells, question, title, words):
    cells("CREATE TABLE IF NOT EXISTS kept (label INTEGER)")
    cells("SELECT 1 AS a UNION ALL SELECT 2")
    asked = cells(question)
    assert asked.ok, asked.shown
    page = asked.reply["payload"][0]["data"]
    assert page["text/plain"].split("\n")[0] == title and words in page["text/plain"], page["text/plain"]
    assert title in page["text/html"]
