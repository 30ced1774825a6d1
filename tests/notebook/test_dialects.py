"""What FUNCTION, Color_Descriptor and CREATE TABLE … USING give, reckoned again with numpy from the stored vectors; and
folders as they come."""
import json
import os
import shutil
import sqlite3

import pytest

np = pytest.importorskip("numpy")

SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv';
BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 200;
CREATE TABLE known AS SELECT * FROM (CONVERT USING m AS SELECT * FROM train LIMIT 150);
CREATE TABLE asked AS SELECT * FROM (CONVERT USING m AS SELECT * FROM test LIMIT 40)"""
FOLDER = "thanosql-dataset/digits_data/test"
SIMILARITY = """CREATE TABLE r AS SELECT * FROM (FUNCTION compute.similarity
OPTIONS (emb_col='convert_result', src_table='known', src_emb_col='convert_result', src_label_col='label', {})
AS SELECT * FROM asked)"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return tmp_path_factory.mktemp("dialects")


@pytest.fixture(scope="module")
def cells(start_kernel, workspace):
    with start_kernel(workspace) as run:
        result = run(SETUP)
        assert result.ok, result.shown
        yield run


def rows(workspace, sql):
    db = sqlite3.connect(workspace / ".thanosql/store.db")
    found = db.execute(sql).fetchall()
    db.close()
    return found


def vectors(workspace, table, column="convert_result"):
    return np.stack([np.frombuffer(v, np.float32) for v, in rows(workspace, f"SELECT {column} FROM {table} ORDER BY rowid")])


def done(cells, code):
    result = cells(code)
    assert result.ok, result.shown
    return result


def test_means_of_groups(cells, workspace):
    done(cells, "FUNCTION compute.groupby_emb_mean OPTIONS (label_col='label', emb_col='convert_result', table_name='g') "
                "AS SELECT * FROM known")
    labels = np.array([x for x, in rows(workspace, "SELECT label FROM known ORDER BY rowid")])
    all_vectors = vectors(workspace, "known")
    found = rows(workspace, "SELECT label, emb_mean_result FROM g")
    assert [label for label, _ in found] == sorted(set(labels))
    for label, mean in found:
        wanted = all_vectors[labels == label].astype(np.float64).mean(0)
        assert np.allclose(np.frombuffer(mean, np.float32), wanted, atol=1e-6)


def test_nearest_labels(cells, workspace):
    labels = [x for x, in rows(workspace, "SELECT label FROM known ORDER BY rowid")]
    order = np.argsort(-(vectors(workspace, "asked") @ vectors(workspace, "known").T), axis=1, kind="stable")
    done(cells, SIMILARITY.format("top_k=1"))
    assert rows(workspace, "SELECT similarity_result FROM r ORDER BY rowid") == [(labels[o[0]],) for o in order]
    done(cells, "DROP TABLE r")
    done(cells, SIMILARITY.format("top_k=5"))
    assert [json.loads(x) for x, in rows(workspace, "SELECT similarity_result FROM r ORDER BY rowid")] == \
        [[labels[k] for k in o[:5]] for o in order]
    done(cells, "DROP TABLE r")


def test_many_rows(cells, workspace):
    """More than are searched for together, some of them without a vector."""
    labels, known = rows(workspace, "SELECT label FROM known ORDER BY rowid"), vectors(workspace, "known")
    done(cells, "CREATE TABLE lots AS SELECT n, label, CASE WHEN n % 7 > 0 THEN convert_result END AS convert_result "
                "FROM generate_series(1, 60) AS n, asked")
    done(cells, SIMILARITY.format("top_k=1").replace("FROM asked", "FROM lots").replace("TABLE r", "TABLE many"))
    asked = rows(workspace, "SELECT convert_result FROM lots ORDER BY rowid")
    wanted = [labels[(known @ np.frombuffer(v, np.float32)).argmax()] if v else (None,) for v, in asked]
    assert len(wanted) == 2400 and wanted.count((None,)) == 320
    assert rows(workspace, "SELECT similarity_result FROM many ORDER BY rowid") == wanted


def test_labels_are_what_they_are(cells, workspace):
    """Texts with quotes, numbers, NULL, in the list as JSON has them; rows without a vector get none."""
    done(cells, """CREATE TABLE named (name TEXT, v VECTOR(2)); CREATE TABLE odd (id INTEGER, v VECTOR(2));
        INSERT INTO named VALUES ('say "hi" \\ there', '[1, 0]'), ('한글', '[0.9, 0.1]'), (NULL, '[0.5, 0.5]'), ('gone', NULL);
        INSERT INTO odd VALUES (1, '[1, 0]'), (2, NULL)""")
    function = "FUNCTION compute.similarity OPTIONS (emb_col='v', src_table='named', src_emb_col='v', src_label_col='name', " \
               "top_k={}, table_name='out') AS SELECT * FROM odd"
    done(cells, function.format(9))
    found = rows(workspace, "SELECT similarity_result FROM out ORDER BY rowid")
    assert json.loads(found[0][0]) == ['say "hi" \\ there', "한글", None] and found[1] == (None,)
    done(cells, function.format(1))
    assert rows(workspace, "SELECT similarity_result FROM out ORDER BY rowid") == [('say "hi" \\ there',), (None,)]


def test_nothing_to_compare_with(cells):
    done(cells, "CREATE TABLE none AS SELECT * FROM known WHERE label > 99")
    result = done(cells, "SELECT similarity_result FROM (FUNCTION compute.similarity OPTIONS (emb_col='convert_result', "
                         "src_table='none', src_emb_col='convert_result', src_label_col='label') AS SELECT * FROM asked LIMIT 2)")
    assert result.html.count("<td>None</td>") == 2


def test_colour_distances(cells, workspace):
    done(cells, "CONVERT USING Color_Descriptor OPTIONS (table_name='c') AS SELECT image_path FROM test LIMIT 20;"
                f"SEARCH IMAGE images='{FOLDER}/3.jpg' USING Color_Descriptor OPTIONS (table_name='d') AS SELECT * FROM c")
    v = vectors(workspace, "c", "color_descriptor").astype(np.float64)
    assert np.allclose((v * v).sum(1), 1, atol=1e-5) and (v >= 0).all()
    scores = [s for s, in rows(workspace, "SELECT color_descriptor_similarity1 FROM d ORDER BY rowid")]
    assert scores[3] == 0 and np.allclose(scores, np.sqrt(((v - v[3]) ** 2).sum(1) / 2), atol=1e-6)


def test_folders_as_they_come(cells, workspace):
    folder = workspace / "사진 'mine'"
    (folder / "안" / "deeper").mkdir(parents=True)
    for name in ["b.JPG", "a.jpeg", "안/c.jpg", "안/deeper/d.jpg", ".hidden.jpg", "notes.txt"]:
        shutil.copy(workspace / FOLDER / "1.jpg", folder / name)
    os.symlink(folder, folder / "round")
    os.symlink(folder / "b.JPG", folder / "link.jpg")
    result = done(cells, "CREATE TABLE p USING m FROM '사진 ''mine'''")
    assert result.stderr == "Skipped 1 file that is no picture; the first: 사진 'mine'/notes.txt\n"
    assert done(cells, "CREATE TABLE only USING m OPTIONS (file_type='.jpeg') FROM '사진 ''mine'''").stderr == ""
    assert rows(workspace, "SELECT image_path FROM only") == [("사진 'mine'/a.jpeg",)]
    assert [p for p, in rows(workspace, "SELECT image_path FROM p ORDER BY rowid")] == [
        f"사진 'mine'/{n}" for n in ["a.jpeg", "b.JPG", "link.jpg", "안/c.jpg", "안/deeper/d.jpg"]]
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    refused = cells("CREATE TABLE p USING m OPTIONS (overwrite=True) FROM \"사진 'mine'/\"")
    assert not refused.ok and "broken.jpg" in refused.evalue
    assert len(rows(workspace, "SELECT * FROM p")) == 5  # as it was
    result = done(cells, "CREATE TABLE p USING m OPTIONS (overwrite=True, on_error='skip') FROM \"사진 'mine'/\"")
    assert "1 of 6 pictures could not be read" in result.stderr
    assert rows(workspace, "SELECT count(*), count(m_simclr) FROM p") == [(6, 5)]


def test_a_folder_that_cannot_be_read(cells, workspace):
    if os.geteuid() == 0:
        pytest.skip("root reads every folder")
    (workspace / "closed/in").mkdir(parents=True)
    shutil.copy(workspace / FOLDER / "1.jpg", workspace / "closed")
    os.chmod(workspace / "closed/in", 0)
    try:
        result = cells("CREATE TABLE q USING m FROM 'closed'")
    finally:
        os.chmod(workspace / "closed/in", 0o700)
    assert result.ok and "could not be read: 'closed/in' (Permission denied)" in result.stderr
