"""Models, their files and the vectors they made: through transactions, new builds, and rows that were tampered with."""
import sqlite3

import pytest

from cells import model_file

PICTURE = "thanosql-dataset/digits_data/test/0.jpg"
SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv';
BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 60;
CONVERT USING m OPTIONS (table_name='test') AS SELECT * FROM test LIMIT 20"""
REBUILD = "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, overwrite=True) AS SELECT * FROM train LIMIT "
SEARCH = f"SEARCH IMAGE images='{PICTURE}' USING m AS SELECT * FROM test LIMIT 3"


@pytest.fixture
def cells(start_kernel, tmp_path):
    with start_kernel(tmp_path) as run:
        assert run(SETUP).ok
        yield run


def files(workspace):
    return sorted(p.name for p in (workspace / ".thanosql/models").iterdir())


def test_a_rollback_gives_the_model_back(cells, tmp_path):
    found, before = cells(SEARCH).html, files(tmp_path)
    assert len(before) == 1
    assert cells("BEGIN; DELETE MODEL m").ok and cells(SEARCH).ename == "ThanoSQLNotFoundError"
    assert cells("ROLLBACK").ok and cells(SEARCH).html == found
    assert cells("BEGIN; " + REBUILD + "50; ROLLBACK").ok
    assert cells(SEARCH).html == found and files(tmp_path) == before
    assert cells("BEGIN; " + REBUILD + "50; COMMIT").ok
    assert len(files(tmp_path)) == 1 and files(tmp_path) != before
    assert cells("BEGIN; DELETE MODEL m; COMMIT").ok and files(tmp_path) == []


def test_vectors_of_an_earlier_build_are_told(cells):
    assert cells(SEARCH).stderr == ""
    assert cells(REBUILD + "60").ok and cells(SEARCH).stderr == ""  # the same pictures: the same model
    assert cells(REBUILD + "50").ok
    assert "vectors in test.m_simclr were made by an earlier m" in cells(SEARCH).stderr
    assert "earlier m" in cells("SELECT * FROM (" + SEARCH.replace("FROM test", "FROM (SELECT * FROM test) t") + ")").stderr
    assert cells("CONVERT USING m OPTIONS (table_name='test') AS SELECT * FROM test").ok
    assert cells(SEARCH).stderr == ""
    assert cells("BUILD MODEL n USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 50").ok
    other = cells(SEARCH.replace("USING m", "USING n OPTIONS (emb_col='m_simclr')"))
    assert "made by model m, not by n" in other.stderr


def test_a_row_that_leads_out_of_the_folder(cells, tmp_path):
    (tmp_path / "victim.txt").write_text("mine")
    with sqlite3.connect(tmp_path / ".thanosql/store.db") as db:
        db.execute("UPDATE thanosql_models SET file = '../victim.txt'")
    assert cells(SEARCH).ename == "ThanoSQLModelError"
    assert cells("DELETE MODEL m").ok
    assert (tmp_path / "victim.txt").read_text() == "mine"


def test_names_differ_by_more_than_case(cells, tmp_path):
    assert cells(REBUILD.replace(" m ", ' "M" ') + "50").ok
    assert ">M<" in cells("LIST MODEL").html and ">m<" not in cells("LIST MODEL").html
    assert len(files(tmp_path)) == 1
    assert cells('BUILD MODEL "a\nb" USING SimCLR AS SELECT * FROM train').ename == "ThanoSQLValueError"


def test_a_file_that_cannot_be_written_is_no_picture(cells, tmp_path):
    (tmp_path / ".thanosql/models").rename(tmp_path / "models")
    (tmp_path / ".thanosql/models").symlink_to("/proc")  # nobody may write there, root neither
    failed = cells(REBUILD + "50")
    assert failed.ename == "ThanoSQLFileError" and "cannot be written" in failed.shown and "on_error" not in failed.shown


def test_a_model_file_is_weights_for_others(cells, tmp_path):
    net = "BUILD MODEL net USING SimCLR OPTIONS (backbone='cnn', width=4, max_epochs=1) AS SELECT * FROM train LIMIT 60"
    assert cells(net).ok
    path = model_file(tmp_path, "net").relative_to(tmp_path)
    more = f"BUILD MODEL more USING SimCLR OPTIONS (pretrained='{path}', max_epochs=0) AS SELECT * FROM train LIMIT 20"
    assert cells(more).ok and cells(f"UPLOAD MODEL other FROM '{path}'").ok
    assert cells("CONVERT USING other AS SELECT * FROM test LIMIT 2").ok
