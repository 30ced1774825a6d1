"""What a user of JupyterLab sees. MNIST is used where THANOSQL_DATASET_MIRROR has it, else the drawn digits: these
tests are about the page, and need no network."""
import json
import os
import re
import time

import pytest

import lab

MODEL = "my_image_search_model"
TUTORIAL = lab.ROOT / "examples/search_image_by_image.ipynb"
HAS_MNIST = bool(os.environ.get("THANOSQL_DATASET_MIRROR"))
QUERY = "thanosql-dataset/mnist_data/test/923.jpg"
# Long enough for a picture in between, whatever the number of epochs after which training ends by itself.
LONG_BUILD = """%%thanosql
BUILD MODEL long_model
USING SimCLR
OPTIONS (image_col="image_path", max_epochs=10000, overwrite=True)
AS
SELECT a.image_path FROM mnist_train a, mnist_train b LIMIT 30000"""


BUILD = LONG_BUILD.replace("10000", "300").replace("30000", "2000")
HTML = '[data-mime-type="text/html"]'
PROGRESS = f"{HTML} > div > span"  # a bar, which only running work has
STOPPED_WITHIN = 2  # seconds, of which the kernel takes some tenths; the page and a busy machine take the rest


def with_data_at_hand(text):
    if HAS_MNIST:
        return text
    text = re.sub(r"mnist_(data|(train|test)\.csv)", r"digits_\1", text)
    return text.replace("923.jpg", "8.jpg")


@pytest.fixture(scope="module")
def tutorial(open_notebook):
    """The tutorial, run as a whole."""
    cells = json.loads(with_data_at_hand(TUTORIAL.read_text()))["cells"]
    notebook = open_notebook("tutorial.ipynb", cells)
    notebook.run_all()
    notebook.picture("tutorial")
    return notebook


@pytest.fixture(scope="module")
def shown(tutorial):
    """Its code cells as shown, by what they do."""
    steps = ["load", "get", "copy train", "copy test", "select", "build", "convert", "search", "print"]
    cells = tutorial.cells()
    assert len(cells) == len(steps)
    return dict(zip(steps, cells))


@pytest.fixture(scope="module")
def desk(tutorial, open_notebook):
    """An empty notebook over the tutorial's tables and model."""
    return open_notebook("desk.ipynb", [{"cell_type": "code", "id": "first", "source": "%load_ext thanosql",
                                         "metadata": {}, "outputs": [], "execution_count": None}])


def text_of(cell):
    return "".join(output["text"] for output in cell["outputs"])


def table_of(cell):
    [table] = [table for output in cell["outputs"] for table in output["tables"]]
    return table


def test_every_cell_of_the_tutorial_runs(shown):
    assert [cell["prompt"] for cell in shown.values()] == [f"[{i}]:" for i in range(1, len(shown) + 1)]
    mimes = {output["mime"] for cell in shown.values() for output in cell["outputs"]}
    assert mimes == {"application/vnd.jupyter.stdout", "text/html", "image/jpeg"}  # no errors, no warnings


@pytest.mark.parametrize("step, text", [
    ("load", r"API token accepted; .*\n"), ("get", "Success\n"),
    ("copy train", "Success\n"), ("copy test", "Success\n"),
    ("build", r"Building model\.\.\.\n(Training: .*\n?)?Success\n" + MODEL + ": 1000 images, 1 epoch, .*")])
def test_statements_say_what_they_did(shown, step, text):
    if step == "get" and not HAS_MNIST:
        text = r"digits_data holds .*\n" + text
    assert re.fullmatch(text, text_of(shown[step])), text_of(shown[step])


def test_tables_have_their_rows_and_columns(shown):
    columns = ["", "image_path", "filename", "label", f"{MODEL}_simclr", f"{MODEL}_simclr_similarity1"]
    for step, width, first, last in ("select", 4, 0, 4), ("convert", 5, 0, 199), ("search", 6, 0, 199):
        head, *rows = table_of(shown[step])
        assert head == columns[:width]
        assert len(rows) == (5 if step == "select" else 11) and {len(row) for row in rows} == {width}
        assert (rows[0][0], rows[-1][0]) == (str(first), str(last))
        assert ("200 rows × " in text_of(shown[step])) == (step != "select")
    assert re.fullmatch(r"\[-?\d+\.\d+.*\.\.\.", table_of(shown["convert"])[1][4])
    assert text_of(shown["search"]).startswith("Searching...\n")


def test_four_pictures_under_their_paths(shown):
    outputs = shown["print"]["outputs"]
    assert [bool(output["pictures"]) for output in outputs] == [False, True] * 4
    assert re.fullmatch(f"Searching...\n/.*/{with_data_at_hand(QUERY)}\n", outputs[0]["text"])
    assert all(output["pictures"] == [[240, 240, 28]] for output in outputs[1::2])


def test_the_page_has_nothing_to_complain_about(tutorial):
    assert tutorial.complaints() == []


def test_light_and_dark(tutorial):
    """The text of outputs stands out from the page in both themes."""
    lightness = """text => { const number = colour => Number(colour.match(/\\d+/)[0]);
        return [number(getComputedStyle(text).color), number(getComputedStyle(document.querySelector('.jp-Notebook'))
            .backgroundColor)] }"""
    for theme in "Dark", "Light":
        tutorial.theme(theme)
        tutorial.picture(f"tutorial-{theme.lower()}")
        for what in "pre", "td", "th", "p":
            text, ground = tutorial.page.locator(f".jp-OutputArea-output {what}").first.evaluate(lightness)
            assert abs(text - ground) > 100, (theme, what, text, ground)


def test_highlighting(desk):
    cell = desk.type("%%thanosql\nSELECT label AS digit FROM mnist_test WHERE filename = '1.jpg' LIMIT 4", "End")
    desk.picture("highlighting", cell)
    assert cell.locator(".cm-content").get_attribute("data-language") == "sql"
    colours = dict(cell.evaluate(lab.WORDS))
    keywords = {colours.get(word) for word in ("SELECT", "AS", "FROM", "WHERE", "LIMIT")}
    plain = cell.locator(".cm-content").evaluate("text => getComputedStyle(text).color")
    assert len(keywords) == 1 and keywords.isdisjoint({None, plain}), colours
    assert colours["'1.jpg'"] not in keywords | {plain} and colours["4"] != plain
    cell.locator(".cm-content").fill("")


def test_tab_completes(desk):
    desk.type("BUI", "Tab")
    desk.page.locator(".jp-Completer-item:visible").first.wait_for()
    offered = desk.page.locator(".jp-Completer-match").all_inner_texts()
    assert any(text.startswith("BUILD") for text in offered), offered
    desk.page.keyboard.press("Escape")
    desk.type("CONVERT USING my_image_search_model OPTIONS (", "Tab")
    desk.page.locator(".jp-Completer-item:visible").first.wait_for()
    items = desk.page.locator(".jp-Completer-item:visible").all_inner_texts()
    assert len(items) > 3 and all("option" in text for text in items), items
    desk.pictures("completion")
    desk.page.keyboard.press("Escape")


def test_shift_tab_explains(desk):
    desk.type("BUILD MODEL", "Shift+Tab")
    text = desk.page.locator(".jp-Tooltip-content").inner_text()
    desk.pictures("tooltip")
    assert "BUILD MODEL" in text and "max_epochs" in text
    lines = desk.page.locator(".jp-Tooltip-content pre").evaluate("""text => [
        text.getBoundingClientRect().height / parseFloat(getComputedStyle(text).lineHeight),
        text.textContent.trimEnd().split('\\n').length]""")
    assert round(lines[0]) == lines[1], f"{lines[1]} lines took the place of {lines[0]}"
    desk.page.keyboard.press("Escape")


def test_build_shows_progress_and_then_its_sum(desk):
    """What was shown is noted by the page itself, since a machine that is quick leaves little time to look."""
    cell = desk.type(BUILD, lab.RUN)
    cell.evaluate("""cell => { window.lines = [];
        new MutationObserver(() => cell.querySelectorAll('[data-mime-type="text/html"]').forEach(
            line => window.lines.push(line.innerText))).observe(cell, {childList: true, subtree: true}) }""")
    desk.wait()
    lines = desk.page.evaluate("window.lines")
    percents = [int(found[1]) for found in map(re.compile(r"Training\s+(\d+) %").match, lines) if found]
    assert len(set(percents)) > 1 and percents == sorted(percents), lines
    desk.picture("progress-after", cell)
    stdout = "application/vnd.jupyter.stdout"
    outputs = cell.evaluate(lab.CELL)["outputs"]
    assert [output["mime"] for output in outputs] == [stdout, "text/html", stdout, "text/html"]
    assert outputs[0]["text"] == "Building model...\n" and outputs[2]["text"] == "Success\n"
    assert re.fullmatch(r"Training: \d+ (of 300 )?epochs of 2,000 images in .*, loss [\d.]+ → [\d.]+",
                        outputs[1]["text"])
    place = """line => { const range = document.createRange(), style = getComputedStyle(line);
        range.selectNodeContents(line);
        return [range.getBoundingClientRect().left, style.fontSize, style.fontFamily] }"""
    assert cell.locator(f"{HTML} > div").evaluate(place) == cell.locator("pre").first.evaluate(place)


def test_stop_ends_a_long_build(desk):
    cell = desk.type(LONG_BUILD, lab.RUN)
    cell.locator(PROGRESS).wait_for()
    desk.page.wait_for_timeout(1000)
    desk.pictures("progress", cell)
    start = time.monotonic()
    desk.press("interrupt")
    desk.wait()
    took = time.monotonic() - start
    desk.picture("stop-after", cell)
    print(f"stopped after {took:.2f} s")
    assert took < STOPPED_WITHIN
    outputs = cell.evaluate(lab.CELL)["outputs"]
    assert [output["mime"].rpartition(".")[2] for output in outputs] == ["stdout", "text/html", "stderr"]
    assert re.match(r"(Reading|Preparing|Training): stopped ", outputs[1]["text"])
    assert outputs[2]["text"].strip() == "KeyboardInterrupt"
    assert "rows" not in text_of(desk.run("SELECT * FROM mnist_train LIMIT 1").evaluate(lab.CELL))


def test_the_report_opens(tutorial):
    """One line behind Success; a click shows the table."""
    report = tutorial.page.locator(f"{HTML} details")
    assert report.count() == 1 and not report.locator("table").is_visible()
    report.locator("summary").click()
    assert report.locator("table").is_visible() and "untrained stem" in report.inner_text()
    tutorial.picture("report", report)


def test_a_question_shows_a_page(desk):
    cell = desk.run("mnist_train?\nCOPY?")
    text = cell.locator(HTML).inner_text()
    assert "mnist_train (table)" in text and "1000 rows." in text and "COPY table" in text


def test_thumbnails(desk):
    cell = desk.run("SET thanosql.thumbnails = on; SELECT image_path, label FROM mnist_train LIMIT 3")
    outputs = cell.evaluate(lab.CELL)["outputs"]
    assert [size[:2] for size in outputs[-1]["pictures"]] == [[64, 64]] * 3
    desk.run("RESET thanosql")


def test_a_sheet_of_pictures(desk):
    """As many side by side as the page is wide, each with its rank and score, and nothing fetched."""
    asked = []
    desk.page.on("request", lambda request: asked.append(request.url))
    search = f"SEARCH IMAGE images='{with_data_at_hand(QUERY)}' USING {MODEL} AS SELECT * FROM mnist_test"
    cell = desk.run(f"PRINT IMAGE OPTIONS (layout='grid', caption_cols=['label']) AS SELECT * FROM ({search}) "
                    f"ORDER BY {MODEL}_simclr_similarity1 DESC LIMIT 12")
    places = cell.locator("figure").evaluate_all("sheets => sheets.map(figure => figure.getBoundingClientRect()).map(r => [r.left, r.top])")
    assert len(places) == 12 and len({top for _, top in places}) < 4 and len({left for left, _ in places}) > 4
    assert all(natural > 0 for *_, natural in cell.evaluate(lab.CELL)["outputs"][-1]["pictures"])
    assert re.match(r"1 · 1\.0*\nlabel: 8", cell.locator("figcaption").first.inner_text())
    assert not [url for url in asked if not url.startswith(("data:", desk.page.url.partition("/lab")[0]))], asked
    desk.pictures("grid", cell)


def test_an_error_shows_its_place(desk):
    cell = desk.run("%%thanosql\nSELECT filename,\n       lable\nFROM mnist_test")
    desk.pictures("error", cell)
    [output] = cell.evaluate(lab.CELL)["outputs"]
    lines = output["text"].rstrip("\n").split("\n")
    assert output["mime"] == "application/vnd.jupyter.stderr"
    line, marks = lines[:2]
    assert line[marks.index("^"):].startswith("lable") and marks.strip("| ") == "^~~~~", lines
    assert lines[-1] == 'ThanoSQLNotFoundError: column "lable" does not exist', lines
    assert lines[2] == "hint: did you mean 'label'?"
    widths = cell.locator(".jp-OutputArea-output pre").evaluate(
        """text => ['font-family', 'white-space'].map(name => getComputedStyle(text).getPropertyValue(name))""")
    assert "monospace" in widths[0] and widths[1].startswith("pre")


def test_restart_counts_from_one(desk):
    desk.run("SELECT 1")
    assert desk.run("SELECT 1").locator(".jp-InputPrompt").first.inner_text() != "[1]:"
    desk.press("restart")
    with desk.page.expect_response("**/restart*"):
        desk.page.locator(".jp-Dialog .jp-mod-accept").click()
    desk.wait()
    assert desk.run("SELECT count(*) FROM mnist_test").locator(".jp-InputPrompt").first.inner_text() == "[1]:"


def test_other_outputs_in_the_dark(desk):
    desk.run("LIST MODEL; SELECT 1.5 AS number, NULL AS empty, '<b>' AS text")
    desk.run(f"CONVERT USING {MODEL} OPTIONS (tabel_name='x') AS SELECT filename FROM mnist_test")
    desk.theme("Dark")
    desk.picture("desk-dark")
    desk.theme("Light")
    desk.picture("desk-light")


def test_the_desk_has_nothing_to_complain_about(desk):
    assert desk.complaints() == []


def test_launcher_has_our_card(desk):
    desk.command("launcher:create")
    card = desk.page.locator(".jp-LauncherCard[data-category=Notebook]", has_text="ThanoSQL")
    logo = card.locator("img")
    logo.wait_for()
    desk.page.screenshot(path=lab.PICTURES / "launcher.png")
    assert "/kernelspecs/thanosql/logo-" in logo.get_attribute("src")
    assert logo.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
