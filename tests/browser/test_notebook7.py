"""What a user of Notebook 7 sees: the same, on its own page."""
import time

import pytest

import lab

CELLS = ["%load_ext thanosql", "GET THANOSQL DATASET digits_data", "COPY digits FROM 'thanosql-dataset/digits_data/digits_test.csv'",
         "SELECT count(*) AS digits FROM digits", "PRINT IMAGE OPTIONS (layout='grid') AS SELECT * FROM digits LIMIT 6"]
LONG_QUERY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
STOPPED_WITHIN = 2  # seconds, of which the kernel takes some tenths


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, browser):
    folder = tmp_path_factory.mktemp("notebook7")
    with lab.server(folder, "notebook") as address:
        lab.write_notebook(folder / "work/seven.ipynb", [
            {"cell_type": "code", "id": f"cell-{i}", "source": code, "metadata": {}, "outputs": [], "execution_count": None}
            for i, code in enumerate(CELLS)])
        made = lab.Notebook(browser, address, "seven.ipynb", "notebook")
        made.at_first = made.complaints()  # Notebook's own: nothing has run yet
        yield made


def test_run_all(notebook):
    notebook.run_all()
    cells = notebook.cells()
    assert [cell["prompt"] for cell in cells] == [f"[{i}]:" for i in range(1, len(CELLS) + 1)]
    assert cells[3]["outputs"][0]["tables"] == [[["", "digits"], ["0", "200"]]]
    assert len(cells[4]["outputs"][-1]["pictures"]) == 6 and all(natural for *_, natural in cells[4]["outputs"][-1]["pictures"])
    notebook.pictures("notebook7")


def test_tab_and_shift_tab(notebook):
    notebook.type("SELECT * FROM dig", "Tab")
    notebook.page.locator(".jp-Completer-item:visible, .jp-Notebook .cm-line:has-text('FROM digits')").first.wait_for()
    notebook.page.keyboard.press("Escape")
    notebook.type("BUILD MODEL", "Shift+Tab")
    text = notebook.page.locator(".jp-Tooltip-content").inner_text()
    notebook.pictures("notebook7-tooltip")
    assert "BUILD MODEL" in text and "max_epochs" in text
    notebook.page.keyboard.press("Escape")


def test_stop(notebook):
    cell = notebook.type(LONG_QUERY, lab.RUN)
    notebook.page.wait_for_timeout(1000)
    start = time.monotonic()
    notebook.press("interrupt")
    notebook.wait()
    assert time.monotonic() - start < STOPPED_WITHIN
    assert [output["text"].strip() for output in cell.evaluate(lab.CELL)["outputs"]] == ["KeyboardInterrupt"]


def test_restart(notebook):
    notebook.press("restart")
    with notebook.page.expect_response("**/restart*"):
        notebook.page.locator(".jp-Dialog .jp-mod-accept").click()
    notebook.wait()
    cell = notebook.run("SELECT count(*) AS n FROM digits")
    assert cell.locator(".jp-InputPrompt").first.inner_text() == "[1]:" and "200" in cell.inner_text()


def test_exit_says_where_the_kernel_ends(notebook):
    assert "Kernel menu" in notebook.run("exit").inner_text()
    assert "7" in notebook.run("SELECT 7 AS still_here").inner_text()


def test_the_page_has_nothing_to_complain_about(notebook):
    assert notebook.complaints() == notebook.at_first
