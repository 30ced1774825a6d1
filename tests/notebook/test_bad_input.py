"""What users get wrong, and what the world does to them: each is a clear error, nothing is lost, the next cell works."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from cells import model_file

PICTURE = "thanosql-dataset/digits_data/test/0.jpg"
SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv';
BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 100;
CONVERT USING m OPTIONS (table_name='test') AS SELECT * FROM test;
CREATE TABLE vacant (image_path TEXT);
CREATE TABLE nulls AS SELECT image_path FROM test LIMIT 3;
INSERT INTO nulls VALUES (NULL);
CREATE TABLE gone AS SELECT image_path FROM test LIMIT 3;
INSERT INTO gone VALUES ('no/such.jpg');
CREATE TABLE corrupt AS SELECT image_path FROM test LIMIT 3;
INSERT INTO corrupt VALUES ('corrupt.jpg');
CREATE TABLE numbers (image_path);
INSERT INTO numbers SELECT image_path FROM test LIMIT 3;
INSERT INTO numbers VALUES (5), (x'00')"""

BAD = [  # code, ename, words that the message must have
    ("SELECT * FROM tset", "ThanoSQLNotFoundError", ["tset", "did you mean", "test"]),
    ("SELECT no_such FROM test", "ThanoSQLNotFoundError", ["no_such", "^"]),
    ("BULD MODEL x USING SimCLR AS SELECT 1", "ThanoSQLSyntaxError", ["BULD", "did you mean", "BUILD"]),
    ("COPY t FROM 'no/such.csv'", "ThanoSQLFileError", ["no/such.csv", "^"]),
    ("COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv'", "ThanoSQLExistsError", ["overwrite=True"]),
    ("COPY test OPTIONS (overwrite=True) FROM 'ragged.csv'", "ThanoSQLValueError", ["ragged.csv", "line 3"]),
    ("GET THANOSQL DATASET mnist_dta", "ThanoSQLNotFoundError", ["mnist_dta", "mnist_data"]),
    ("GET THANOSQL DATASET digits_data", "ThanoSQLExistsError", ["overwrite=True"]),
    ("BUILD MODEL m USING SimCLR AS SELECT * FROM train", "ThanoSQLExistsError", ["'m'", "overwrite=True"]),
    ("BUILD MODEL n USING SimClr AS SELECT * FROM train", "ThanoSQLNotFoundError", ["SimClr", "SimCLR"]),
    ("BUILD MODEL n USING SimCLR AS SELECT * FROM vacant", "ThanoSQLValueError", ["no rows"]),
    ("BUILD MODEL n USING SimCLR AS SELECT * FROM train LIMIT 1", "ThanoSQLValueError", ["2"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (max_epochs=0) AS SELECT * FROM train", "ThanoSQLOptionError", ["max_epochs", "1"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (max_epochs=-3) AS SELECT * FROM train", "ThanoSQLOptionError", ["max_epochs", "-3"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (max_epochs='x') AS SELECT * FROM train", "ThanoSQLOptionError", ["whole number"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (augment='digit') AS SELECT * FROM train", "ThanoSQLOptionError", ["digits"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (image_col='pth') AS SELECT * FROM train", "ThanoSQLNotFoundError", ["pth", "image_path"]),
    ("BUILD MODEL n USING SimCLR AS SELECT label FROM train", "ThanoSQLNotFoundError", ["image_path", "image_col"]),
    ("BUILD MODEL n USING SimCLR AS SELECT * FROM gone", "ThanoSQLFileError", ["row 4", "no/such.jpg", "on_error='skip'"]),
    ("BUILD MODEL n USING SimCLR AS SELECT * FROM corrupt", "ThanoSQLImageError", ["row 4", "corrupt.jpg"]),
    ("BUILD MODEL n USING SimCLR AS SELECT * FROM nulls", "ThanoSQLImageError", ["row 4", "NULL"]),
    ("BUILD MODEL n USING SimCLR AS SELECT * FROM numbers", "ThanoSQLImageError", ["row 4", "not a text", "on_error='skip'"]),
    ("CONVERT USING mm AS SELECT * FROM test", "ThanoSQLNotFoundError", ["'mm'", "did you mean", "'m'"]),
    ("CONVERT USING m OPTIONS (table_name='test') AS SELECT * FROM corrupt", "ThanoSQLImageError", ["row 4", "corrupt.jpg"]),
    ("SEARCH IMAGE images='no/such.jpg' USING m AS SELECT * FROM test", "ThanoSQLFileError", ["no/such.jpg"]),
    ("SEARCH IMAGE images='corrupt.jpg' USING m AS SELECT * FROM test", "ThanoSQLImageError", ["corrupt.jpg"]),
    (f"SEARCH IMAGE images='{PICTURE}' USING m AS SELECT * FROM train", "ThanoSQLNotFoundError", ["m_simclr", "CONVERT USING m"]),
    (f"SEARCH IMAGE texts='eight' USING m AS SELECT * FROM test", "ThanoSQLOptionError", ["images"]),
    ("PRINT IMAGE AS SELECT * FROM gone", "ThanoSQLFileError", ["row 4", "no/such.jpg"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (label_col='lable') AS SELECT * FROM train", "ThanoSQLNotFoundError", ["lable", "did you mean", "label"]),
    ("BUILD MODEL n USING SimCLR OPTIONS (image_size=30) AS SELECT * FROM train", "ThanoSQLValueError", ["image_size is 30", "28", "^"]),
    ("FIT MODEL m USING m AS SELECT * FROM train", "ThanoSQLExistsError", ["'m'", "overwrite=True"]),
    ("FIT MODEL n USING mm AS SELECT * FROM train", "ThanoSQLNotFoundError", ["'mm'", "did you mean", "'m'"]),
    ("FIT MODEL n USING SimCLR AS SELECT * FROM train", "ThanoSQLNotFoundError", ["base model", "BUILD MODEL n"]),
    ("FIT MODEL m USING m OPTIONS (overwrite=True) AS SELECT * FROM gone", "ThanoSQLFileError", ["row 4", "no/such.jpg"]),
    ("DELETE MODEL x", "ThanoSQLNotFoundError", ["'x'"]),
    ("PREDICT USING m AS SELECT * FROM test", "ThanoSQLUnsupportedError", ["PREDICT"]),
    ("!pip install x", "ThanoSQLUnsupportedError", []),
    ("import numpy as np", "ThanoSQLUnsupportedError", ["Python"]),
]


@pytest.fixture(scope="module")
def cells(start_kernel, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("bad-input")
    (workspace / "corrupt.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    (workspace / "ragged.csv").write_text("a,b\n1,2\n3,4,5\n")
    with start_kernel(workspace) as run:
        assert run(SETUP).ok
        run.workspace = workspace
        yield run


@pytest.mark.parametrize("code, ename, words", BAD, ids=[b[0][:40] for b in BAD])
def test_bad_input(cells, code, ename, words):
    before = cells("SELECT count(*), max(image_path) FROM test").html
    result = cells(code)
    assert (result.status, result.ename) == ("error", ename), result.shown
    for word in words:
        assert word in result.shown
    assert result.traceback[-1].endswith(result.evalue)
    assert cells("SELECT count(*), max(image_path) FROM test").html == before
    assert "m_simclr" in cells("SELECT * FROM test LIMIT 1").html


def test_skip_leaves_out_and_counts(cells):
    built = cells("BUILD MODEL skipped USING SimCLR OPTIONS (on_error='skip') AS SELECT * FROM corrupt")
    assert built.ok and "1 of 4" in built.stderr and "corrupt.jpg" in built.stderr
    converted = cells("CONVERT USING m OPTIONS (on_error='skip') AS SELECT * FROM gone")
    assert converted.ok and "1 of 4" in converted.stderr and "None" in converted.html
    numbers = cells("BUILD MODEL numbered USING SimCLR OPTIONS (on_error='skip') AS SELECT * FROM numbers")
    assert numbers.ok and "2 of 5" in numbers.stderr and "not a text" in numbers.stderr
    converted = cells("CONVERT USING m OPTIONS (on_error='skip') AS SELECT * FROM numbers")
    assert converted.ok and "2 of 5" in converted.stderr and "row 4, not a text" in converted.stderr


def test_unknown_option_is_a_warning(cells):
    result = cells("BUILD MODEL warned USING SimCLR OPTIONS (max_epoch=1, overwrite=True) AS SELECT * FROM train LIMIT 50")
    assert result.ok and "max_epoch" in result.stderr and "max_epochs" in result.stderr


def test_empty_table_converts_and_searches(cells):
    assert cells("CONVERT USING m OPTIONS (table_name='empty') AS SELECT * FROM vacant").ok
    found = cells(f"SEARCH IMAGE images='{PICTURE}' USING m AS SELECT * FROM empty")
    assert found.ok and "m_simclr_similarity1" in found.html


def test_query_picture_outside_the_table_and_of_another_size(cells, tmp_path):
    from PIL import Image
    Image.effect_noise((300, 17), 50).save(tmp_path / "odd.png")
    found = cells(f"SEARCH IMAGE images='{tmp_path}/odd.png' USING m AS SELECT * FROM test")
    assert found.ok and "m_simclr_similarity1" in found.html


def test_several_pictures_give_several_columns(cells):
    found = cells(f"SEARCH IMAGE images=['{PICTURE}', '{PICTURE}'] USING m AS SELECT * FROM test LIMIT 1")
    assert found.ok and "m_simclr_similarity1" in found.html and "m_simclr_similarity2" in found.html


def test_failed_replacement_keeps_the_old_model(cells):
    before = cells("LIST MODEL").html
    assert not cells("BUILD MODEL m USING SimCLR OPTIONS (overwrite=True) AS SELECT * FROM corrupt").ok
    assert cells("LIST MODEL").html == before
    assert cells(f"SEARCH IMAGE images='{PICTURE}' USING m AS SELECT * FROM test LIMIT 1").ok


@pytest.mark.parametrize("select", ["image_path, 'cat' AS label", "image_path, NULL AS label", "image_path, image_path AS label",
                                    "image_path, CASE WHEN label < 5 THEN 'cat' END AS label"])
def test_labels_that_teach_nothing_are_told(cells, select):
    built = cells(f"BUILD MODEL untaught USING SimCLR OPTIONS (label_col='label', max_epochs=1, overwrite=True) "
                  f"AS SELECT {select} FROM train LIMIT 60")
    assert built.ok and "label_col 'label' was not used" in built.stderr and built.stdout.endswith("Success\n")


def test_batch_larger_than_the_table_and_two_pictures(cells):
    assert cells("BUILD MODEL large USING SimCLR OPTIONS (batch_size=65536) AS SELECT * FROM train LIMIT 20").ok
    assert cells("BUILD MODEL two USING SimCLR AS SELECT * FROM train LIMIT 2").ok
    assert cells("CONVERT USING two AS SELECT * FROM test").ok


def test_picture_of_400_million_pixels(cells, tmp_path):
    """A small file; the kernel's memory must not grow with the pixels."""
    from PIL import Image
    huge = tmp_path / "huge.png"
    Image.new("1", (20000, 20000), 1).save(huge)
    assert huge.stat().st_size < 200_000
    assert cells(f"CREATE TABLE huge AS SELECT image_path FROM train LIMIT 12; INSERT INTO huge VALUES ('{huge}')").ok
    assert cells("BUILD MODEL huge USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM huge").ok
    status = open(f"/proc/{cells.manager.provisioner.process.pid}/status").read()
    if "/san/" not in os.environ.get("THANOSQL_KERNEL", ""):  # sanitizers keep what is freed
        assert int(status.split("VmHWM:")[1].split()[0]) < 300 * 1024


def test_fit_keeps_the_old_model_and_the_report_is_in_the_file(cells):
    assert cells("FIT MODEL fitted USING m OPTIONS (label_col='label', max_epochs=1) AS SELECT * FROM train LIMIT 200").ok
    assert "fitted" in cells("LIST MODEL").html
    notes = [json.loads(f[8:8 + int.from_bytes(f[:8], "little")])["__metadata__"]
             for f in (model_file(cells.workspace, name).read_bytes() for name in ("m", "fitted"))]
    assert notes[0]["report.preset"] == notes[1]["report.preset"] == "digits"
    assert "report.labels_chosen" in notes[1] and notes[1]["report.labels_classes"] == "10"
    assert notes[1]["class_name"] == "SimCLR" and notes[1]["label_col"] == "label"
    assert not any("seconds" in key for key in notes[1])  # the same seed must give the same file


@pytest.mark.parametrize("damage", ["cut", "nan", "empty", "gone"])
def test_damaged_model_file(cells, damage):
    assert cells("BUILD MODEL frail USING SimCLR OPTIONS (max_epochs=1, overwrite=True) AS SELECT * FROM train LIMIT 20").ok
    path = model_file(cells.workspace, "frail")
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": whole[:len(whole) // 2], "nan": whole[:-4] + b"\x00\x00\xc0\x7f", "empty": b""}[damage])
    for code in ("CONVERT USING frail AS SELECT * FROM test", "FIT MODEL other USING frail AS SELECT * FROM train"):
        result = cells(code)
        assert result.ename == ("ThanoSQLFileError" if damage == "gone" else "ThanoSQLModelError"), result.shown
        assert path.name in result.shown and "BUILD MODEL frail" in result.shown
    assert cells("BUILD MODEL frail USING SimCLR OPTIONS (max_epochs=1, overwrite=True) AS SELECT * FROM train LIMIT 20").ok
    assert cells("CONVERT USING frail AS SELECT * FROM test").ok


def test_second_kernel_writing(start_kernel, tmp_path):
    with start_kernel(tmp_path) as one, start_kernel(tmp_path) as two:
        assert one("CREATE TABLE t (x INTEGER)").ok
        assert one("BEGIN; INSERT INTO t VALUES (1)").ok
        started = time.monotonic()
        done = threading.Timer(1.0, lambda: one("COMMIT"))
        done.start()
        assert two("INSERT INTO t VALUES (2)").ok  # waits for the first to finish
        assert 0.5 < time.monotonic() - started < 9
        done.join()
        assert ">2<" in two("SELECT count(*) AS n FROM t").html


def test_a_lock_that_stays_is_an_error(start_kernel, tmp_path):
    with start_kernel(tmp_path) as run:
        assert run("CREATE TABLE t (x INTEGER)").ok
        other = sqlite3.connect(tmp_path / ".thanosql/store.db")
        other.execute("BEGIN IMMEDIATE")
        result = run("INSERT INTO t VALUES (1)")
        assert result.ename == "ThanoSQLBusyError", result.shown
        other.rollback()
        assert run("INSERT INTO t VALUES (1)").ok


def test_workspace_that_cannot_be_written(start_kernel, tmp_path):
    (tmp_path / ".thanosql").write_text("a file where the folder should be")
    with start_kernel(tmp_path) as run:
        result = run("CREATE TABLE t (x INTEGER)")
        assert result.ename == "ThanoSQLFileError" and "THANOSQL_WORKSPACE" in result.shown
        assert run("%load_ext thanosql").ok


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="a full disk needs a small mount of its own")
def test_full_disk(start_kernel, tmp_path):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with start_kernel(tmp_path) as run:
            assert run("CREATE TABLE t AS SELECT 1 AS x").ok
            result = run("CREATE TABLE u AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 200000) "
                         "SELECT x, 'padding padding padding' AS p FROM n")
            assert result.ename == "ThanoSQLFileError" and "full" in result.shown, result.shown
            assert ">1<" in run("SELECT x FROM t").html
    finally:
        subprocess.run(["umount", "-l", tmp_path])
