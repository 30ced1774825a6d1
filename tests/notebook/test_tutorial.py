"""The tutorial as its reader runs it: every cell gives what the text promises, and its vectors find digits."""
import base64
import copy
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import threading
import time

import numpy
import pytest
from PIL import Image

from cells import ROOT

pytestmark = pytest.mark.mnist
NOTEBOOK = ROOT / "examples/search_image_by_image.ipynb"
MODEL = "my_image_search_model"
FIRST_FIVE = [6782, 1810, 33617, 27802, 50677]
GET_TABLES = """GET THANOSQL DATASET mnist_data OPTIONS (overwrite=True);
COPY mnist_train OPTIONS (overwrite=True) FROM 'thanosql-dataset/mnist_data/mnist_train.csv';
COPY mnist_test OPTIONS (overwrite=True) FROM 'thanosql-dataset/mnist_data/mnist_test.csv'"""
BUILD = f"BUILD MODEL {MODEL} USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM mnist_train"
LONG_BUILD = f"BUILD MODEL {MODEL} USING SimCLR OPTIONS (max_epochs=10000, overwrite=True) AS SELECT * FROM mnist_train"
CONVERT = f"CONVERT USING {MODEL} OPTIONS (table_name='mnist_test') AS SELECT * FROM mnist_test"
SEARCH = f"SEARCH IMAGE images='thanosql-dataset/mnist_data/test/923.jpg' USING {MODEL} AS SELECT * FROM mnist_test"


def run_notebook(book, workspace, jupyter_path):
    """Runs a notebook with nbconvert in `workspace`: the finished process, and the notebook with its outputs or None."""
    (workspace / "in.ipynb").write_text(json.dumps(book))
    process = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "in.ipynb", "--output", "out.ipynb"],
        cwd=workspace, capture_output=True, text=True, timeout=300,
        env=dict(os.environ, JUPYTER_PATH=str(jupyter_path), THANOSQL_WORKSPACE=str(workspace)))
    done = workspace / "out.ipynb"
    return process, json.loads(done.read_text()) if done.exists() else None


def text_of(value):
    return value if isinstance(value, str) else "".join(value)


def table_of(cell):
    """The HTML table of a cell: its header, its rows of texts, and the whole HTML."""
    html = next(text_of(o["data"]["text/html"]) for o in cell["outputs"] if o["output_type"] == "execute_result")
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in re.findall(r"<tr.*?</tr>", html, re.S)]
    return rows[0], rows[1:], html


def all_rows(workspace, sql):
    with sqlite3.connect(f"file:{workspace}/.thanosql/store.db?mode=ro", uri=True) as store:
        return store.execute(sql).fetchall()


def retrieval(vectors, labels):
    """Leave-one-out P@1, P@3, P@10 and mAP by cosine."""
    unit = vectors / numpy.maximum(numpy.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    scores = unit @ unit.T
    numpy.fill_diagonal(scores, -numpy.inf)
    order = numpy.argsort(-scores, axis=1, kind="stable")[:, :-1]
    hits = labels[order] == labels[:, None]
    ranks = numpy.arange(1, hits.shape[1] + 1)
    precision = numpy.cumsum(hits, axis=1) / ranks
    mean_average = (precision * hits).sum(1) / numpy.maximum(hits.sum(1), 1)
    return numpy.array([hits[:, 0].mean(), hits[:, :3].mean(), hits[:, :10].mean(), mean_average.mean()])


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory, jupyter_path):
    """The tutorial run once: its workspace and its code cells with outputs."""
    workspace = tmp_path_factory.mktemp("tutorial")
    process, book = run_notebook(json.loads(NOTEBOOK.read_text()), workspace, jupyter_path)
    assert process.returncode == 0, process.stderr[-3000:]
    return workspace, [c for c in book["cells"] if c["cell_type"] == "code"], book


def cell_with(tutorial, start):
    return next(c for c in tutorial[1] if text_of(c["source"]).startswith("%%thanosql\n" + start))


def test_the_example_keeps_the_outputs_of_a_run():
    book = json.loads(NOTEBOOK.read_text())
    code = [c for c in book["cells"] if c["cell_type"] == "code"]
    assert book["metadata"]["kernelspec"]["name"] == "thanosql"
    assert [c["execution_count"] for c in code] == list(range(1, len(code) + 1)) and all(c["outputs"] for c in code)
    paths = re.findall(r"(/\S+)/thanosql-dataset/", json.dumps([c["outputs"] for c in code]))
    assert set(paths) == {"/home/jovyan"}  # nobody's own folders


def test_no_cell_fails_or_warns(tutorial):
    for cell in tutorial[1]:
        assert cell["execution_count"]
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr", output


@pytest.mark.parametrize("start", ["GET", "COPY", "BUILD MODEL"])
def test_effects_end_in_success(tutorial, start):
    streams = [text_of(o["text"]) for o in cell_with(tutorial, start)["outputs"] if o["output_type"] == "stream"]
    assert "".join(streams).endswith("Success\n")


def test_build_reports_behind_success(tutorial):
    outputs = cell_with(tutorial, "BUILD")["outputs"]
    said = [o["output_type"] == "stream" and text_of(o["text"]) for o in outputs]
    assert said[0] == "Building model...\n" and said[-2] == "Success\n"  # between them progress, if it took that long
    report = outputs[-1]["data"]
    summary = text_of(report["text/plain"])
    assert "\n" not in summary and summary.startswith(f"{MODEL}: 1000 images, 1 epoch, ") and "raw pixels" in summary
    page = text_of(report["text/html"])
    assert re.match(r'<details style="[^"]*"><summary>', page)
    for words in "digits: ", "untrained stem", "closed form", "effective rank":
        assert words in page


def test_select_shows_the_five_rows(tutorial):
    header, rows, html = table_of(cell_with(tutorial, "SELECT"))
    assert header == ["", "image_path", "filename", "label"]
    assert rows == [[str(i), f"thanosql-dataset/mnist_data/train/{n}.jpg", f"{n}.jpg", "5"] for i, n in enumerate(FIRST_FIVE)]
    assert "rows ×" not in html


def test_convert_shows_the_new_column(tutorial):
    header, rows, html = table_of(cell_with(tutorial, "CONVERT"))
    assert header == ["", "image_path", "filename", "label", f"{MODEL}_simclr"]
    assert "200 rows × 4 columns" in html
    assert len(rows) == 11 and rows[0][2] == "5099.jpg" and rows[-1][2] == "5087.jpg"
    assert all(r[4].startswith("[") for r in rows if r[0] != "...")


def test_search_keeps_the_order_of_its_input(tutorial):
    header, rows, html = table_of(cell_with(tutorial, "SEARCH"))
    assert header[-1] == f"{MODEL}_simclr_similarity1" and "200 rows × 5 columns" in html
    before = table_of(cell_with(tutorial, "CONVERT"))[1]
    assert [r[:4] for r in rows] == [r[:4] for r in before]
    assert all(-1.000001 <= float(r[5]) <= 1.000001 for r in rows if r[0] != "...")


def test_print_shows_four_eights(tutorial):
    workspace, _, _ = tutorial
    outputs = cell_with(tutorial, "PRINT")["outputs"]
    paths = re.findall(r"^\S+\.jpg$", "".join(text_of(o["text"]) for o in outputs if o["output_type"] == "stream"), re.M)
    pictures = [o for o in outputs if o["output_type"] == "display_data" and "image/jpeg" in o["data"]]
    assert len(paths) == len(pictures) == 4 and paths[0].endswith("test/923.jpg")
    labels = dict(all_rows(workspace, "SELECT filename, label FROM mnist_test"))
    for path, picture in zip(paths, pictures):
        name = pathlib.PurePath(path).name
        assert labels[name] == 8
        file = workspace / "thanosql-dataset/mnist_data/test" / name
        assert base64.b64decode(text_of(picture["data"]["image/jpeg"])) == file.read_bytes()
        assert picture["metadata"]["image/jpeg"] == {"width": 240, "height": 240}


def test_stored_vectors_find_digits(tutorial):
    workspace, _, _ = tutorial
    rows = all_rows(workspace, f"SELECT label, {MODEL}_simclr, image_path FROM mnist_test")
    labels = numpy.array([r[0] for r in rows])
    vectors = numpy.array([numpy.frombuffer(r[1], "<f4") for r in rows])
    pixels = numpy.array([numpy.asarray(Image.open(workspace / r[2]).convert("L"), float).ravel() for r in rows])
    assert len(rows) == 200 and numpy.isfinite(vectors).all()
    numpy.testing.assert_allclose(numpy.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    ours, raw = retrieval(vectors, labels), retrieval(pixels, labels)
    print("P@1 P@3 P@10 mAP:", ours.round(3), "raw pixels:", raw.round(3))
    assert (ours >= [.93, .87, .72, .60]).all(), ours
    assert (ours > raw).all(), (ours, raw)


def test_token_is_not_kept(tmp_path, jupyter_path):
    book = json.loads(NOTEBOOK.read_text())
    secret = "tok-5e1f-do-not-keep"
    book["cells"] = [c for c in book["cells"] if c["cell_type"] == "code"][:1]
    book["cells"][0]["source"] = f"%load_ext thanosql\n%thanosql API_TOKEN={secret}"
    process, done = run_notebook(book, tmp_path, jupyter_path)
    assert process.returncode == 0, process.stderr[-2000:]
    assert secret not in process.stdout + process.stderr + json.dumps(done["cells"][0]["outputs"])
    kept = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".ipynb" and secret.encode() in p.read_bytes()]
    assert not kept


def test_a_failing_cell_fails_the_run(tmp_path, jupyter_path):
    book = copy.deepcopy(json.loads(NOTEBOOK.read_text()))
    book["cells"] = [c for c in book["cells"] if c["cell_type"] == "code"][:1]
    book["cells"][0]["source"] = "%%thanosql\nSELECT * FROM no_such_table"
    process, _ = run_notebook(book, tmp_path, jupyter_path)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", process.stderr)
    assert process.returncode != 0
    assert "no_such_table" in shown and "ThanoSQLNotFoundError" in shown
    assert re.search(r"SELECT \* FROM no_such_table\n\W*\^", shown), shown[-1500:]


@pytest.fixture
def built(start_kernel, tmp_path):
    """A kernel with the data, a model and its vectors."""
    with start_kernel(tmp_path) as run:
        for code in (GET_TABLES, BUILD, CONVERT):
            result = run(code)
            assert result.ok, result.shown
        yield run, tmp_path


def model_files(workspace):
    return {p.name: p.read_bytes() for p in (workspace / ".thanosql/models").iterdir()}


def test_stop_ends_a_build_within_a_second(built):
    run, workspace = built
    listed, files = run("LIST MODEL").html, model_files(workspace)
    stopped_at = []

    def stop():
        stopped_at.append(time.monotonic())
        run.manager.interrupt_kernel()

    timer = threading.Timer(2.0, stop)
    timer.start()
    result = run(LONG_BUILD)
    took = time.monotonic() - stopped_at[0] if stopped_at else None
    timer.cancel()
    assert took is not None, f"the build ended before it was stopped: {result.reply}"
    assert result.ename == "KeyboardInterrupt" and took < 1, (result.ename, took)
    assert model_files(workspace) == files and run("LIST MODEL").html == listed
    assert run(SEARCH).ok


def test_build_again_needs_overwrite(built):
    run, workspace = built
    files = model_files(workspace)
    result = run(BUILD)
    assert result.ename == "ThanoSQLExistsError" and "overwrite=True" in result.shown
    assert model_files(workspace) == files


def test_a_second_kernel_uses_the_model(built, start_kernel):
    run, workspace = built
    first = run(SEARCH)
    with start_kernel(workspace) as other:
        second = other(SEARCH)
        assert second.ok and second.html == first.html
        again = other(CONVERT.replace("table_name='mnist_test'", "table_name='again'"))
        assert again.ok, again.shown
    column = f"{MODEL}_simclr"
    assert all_rows(workspace, f"SELECT {column} FROM again") == all_rows(workspace, f"SELECT {column} FROM mnist_test")


def test_same_seed_same_bytes_on_any_number_of_threads(start_kernel, tmp_path):
    models = []
    for threads in ("1", "2"):
        workspace = tmp_path / threads
        workspace.mkdir()
        with start_kernel(workspace, THANOSQL_THREADS=threads) as run:
            assert run(GET_TABLES).ok
            result = run(BUILD.replace("max_epochs=1", "max_epochs=2, seed=7"))
            assert result.ok, result.shown
        models.append(model_files(workspace))
    assert models[0] and models[0] == models[1]
