"""CONVERT into a table that is there embeds only what is new or has changed, and never takes over a wrong vector."""
import os
import shutil
import sqlite3
import time

import pytest

np = pytest.importorskip("numpy")

SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv';
BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 200"""
FOLDER = "thanosql-dataset/digits_data/test"
CONVERT = "CONVERT USING m OPTIONS (table_name='t') AS SELECT image_path, label FROM test LIMIT {}"


@pytest.fixture
def cells(start_kernel, tmp_path):
    with start_kernel(tmp_path) as run:
        assert run(SETUP).ok
        time.sleep(0.1)  # a file that changed just now is not relied on
        yield run


def vectors(workspace, table="t"):
    db = sqlite3.connect(workspace / ".thanosql/store.db")
    rows = dict(db.execute(f"SELECT image_path, m_simclr FROM {table}"))
    db.close()
    return rows


def convert(cells, rows=50, code=CONVERT):
    result = cells(code.format(rows))
    assert result.ok, result.shown
    return result.stdout


def embedded(cells, workspace, rows=50):
    """The vectors as a table without history has them."""
    assert cells(f"CONVERT USING m OPTIONS (table_name='anew') AS SELECT image_path, label FROM test LIMIT {rows}").ok
    anew = vectors(workspace, "anew")
    assert cells("DROP TABLE anew").ok
    return anew


def same(a, b):
    """Equal, but for the last bits of sums that depend on how many pictures are embedded together."""
    assert a.keys() == b.keys()
    return all(np.allclose(np.frombuffer(a[p], np.float32), np.frombuffer(b[p], np.float32), atol=1e-5) for p in a)


def test_nothing_is_said_the_first_time(cells, tmp_path):
    assert convert(cells) == ""
    assert len(vectors(tmp_path)) == 50


def test_unchanged_pictures_are_taken_over(cells, tmp_path):
    convert(cells)
    before = vectors(tmp_path)
    assert convert(cells) == "Reused 50 vectors of unchanged pictures, embedded 0.\n"
    assert vectors(tmp_path) == before and same(before, embedded(cells, tmp_path))
    assert convert(cells, 70) == "Reused 50 vectors of unchanged pictures, embedded 20.\n"
    assert convert(cells, 30) == "Reused 30 vectors of unchanged pictures, embedded 0.\n"
    assert convert(cells, 50) == "Reused 30 vectors of unchanged pictures, embedded 20.\n"
    assert vectors(tmp_path) == before


def test_several_batches_and_orders(cells, tmp_path):
    convert(cells, 40)
    said = convert(cells, 100, "CONVERT USING m OPTIONS (table_name='t', batch_size=7) AS SELECT image_path, label FROM test ORDER BY image_path DESC LIMIT {}")
    assert "Reused" in said
    anew = embedded(cells, tmp_path, 200)
    taken = vectors(tmp_path)
    assert len(taken) == 100 and same(taken, {p: anew[p] for p in taken})


def test_changed_files_are_embedded_again(cells, tmp_path):
    convert(cells)
    shutil.copy(tmp_path / FOLDER / "60.jpg", tmp_path / FOLDER / "3.jpg")
    time.sleep(0.1)
    assert convert(cells) == "Reused 49 vectors of unchanged pictures, embedded 1.\n"
    assert same(vectors(tmp_path), embedded(cells, tmp_path))
    # the same size and modification time, as rsync and tar leave them
    a, b = tmp_path / FOLDER / "4.jpg", tmp_path / FOLDER / "5.jpg"
    size, times = max(a.stat().st_size, b.stat().st_size), a.stat()
    content = b.read_bytes().ljust(size, b"\0")
    a.write_bytes(a.read_bytes().ljust(size, b"\0"))
    os.utime(a, ns=(times.st_atime_ns, times.st_mtime_ns))
    time.sleep(0.1)
    convert(cells)
    a.write_bytes(content)
    os.utime(a, ns=(times.st_atime_ns, times.st_mtime_ns))
    time.sleep(0.1)
    assert convert(cells) == "Reused 49 vectors of unchanged pictures, embedded 1.\n"
    assert same(vectors(tmp_path), embedded(cells, tmp_path))


def test_another_model_embeds_all(cells, tmp_path):
    convert(cells)
    assert cells("BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, overwrite=True, seed=5) AS SELECT * FROM train LIMIT 100").ok
    assert convert(cells) == ""
    assert same(vectors(tmp_path), embedded(cells, tmp_path))
    assert convert(cells) == "Reused 50 vectors of unchanged pictures, embedded 0.\n"


@pytest.mark.parametrize("damage, reused", [
    ("UPDATE t SET m_simclr = NULL WHERE image_path LIKE '%/3.jpg'", 49),
    ("UPDATE t SET m_simclr = (SELECT m_simclr FROM t LIMIT 1)", 1),
    ("DELETE FROM t WHERE label > 4; VACUUM", None),
    ("DROP TABLE t", 0),
    ("DROP TABLE t; CREATE TABLE t AS SELECT image_path, label FROM test", 0),
    ("DROP TABLE t; CREATE VIEW t AS SELECT 1 AS m_simclr; DROP VIEW t", 0),
])
def test_damage_is_mended(cells, tmp_path, damage, reused):
    convert(cells)
    assert cells(damage).ok
    said = convert(cells)
    if reused is not None:
        assert said == (f"Reused {reused} vector{'s'[reused == 1:]} of unchanged pictures, embedded {50 - reused}.\n" if reused else "")
    assert same(vectors(tmp_path), embedded(cells, tmp_path))


def test_pictures_that_fail_are_tried_again(cells, tmp_path):
    bad = tmp_path / FOLDER / "2.jpg"
    good = bad.read_bytes()
    bad.write_bytes(b"no picture")
    time.sleep(0.1)
    skip = "CONVERT USING m OPTIONS (table_name='t', on_error='skip') AS SELECT image_path, label FROM test LIMIT {}"
    convert(cells, 20, skip)
    assert vectors(tmp_path)["thanosql-dataset/digits_data/test/2.jpg"] is None
    again = cells(skip.format(20))
    assert again.stdout == "Reused 19 vectors of unchanged pictures, embedded 0.\n" and "1 of 20" in again.stderr
    assert vectors(tmp_path)["thanosql-dataset/digits_data/test/2.jpg"] is None
    bad.write_bytes(good)
    time.sleep(0.1)
    assert convert(cells, 20) == "Reused 19 vectors of unchanged pictures, embedded 1.\n"
    assert same(vectors(tmp_path), embedded(cells, tmp_path, 20))


def test_notes_are_not_shown(cells):
    convert(cells)
    assert "thanosql_converted" not in cells("LIST TABLE").html
