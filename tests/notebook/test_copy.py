"""COPY in and out, on real files: what Python's own readers see in what is written, the same table after a way there and
back, and that a failure leaves everything as it was."""
import contextlib
import csv
import gzip
import json
import os
import pathlib
import random
import resource
import sqlite3
import time

import numpy
import pytest


@pytest.fixture(scope="module")
def cells(start_kernel, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("copy")
    with start_kernel(workspace) as run:
        run.workspace = workspace
        yield run


def do(cells, code):
    result = cells(code)
    assert result.ok, result.shown
    return result


def table(cells, name):
    """The columns with their declared types, and the rows with the types they are stored in."""
    with contextlib.closing(sqlite3.connect(cells.workspace / ".thanosql/store.db")) as db:
        columns = [(row[1], row[2]) for row in db.execute(f'PRAGMA table_info("{name}")')]
        rows = [[(type(v), v) for v in row] for row in db.execute(f'SELECT * FROM "{name}" ORDER BY rowid')]
    return columns, rows


TEXTS = ["x", "김철수", "a,b", "a;b|c\td", 'he said "yes"', '"', "line\nbreak", "\r\n", " spaces ", "=1+1", "'", "\\", "\\n", "é😀",
         "-", "1e", "0x10", "none", "# no comment", "{\"a\": 1}", "x" * 3000]
VALUES = {
    "integer": [0, 1, -1, 2**63 - 1, -2**63, 42],
    "real": [0.5, -1.25, 1e-300, 1.7976931348623157e308, 0.1, 3.0, 1 / 3],
    "boolean": [True, False],
    "text": TEXTS,
}


def random_records(rng):
    """Columns of one kind each, with what is missing here and there; each has a value, so that its kind shows."""
    names = rng.sample(["a", "나이", "two words", "select", "q\"q", "d;e", "g,h", "z"], rng.randint(1, 5))
    kinds = {name: rng.choice(list(VALUES)) for name in names}
    rows = [{n: rng.choice(VALUES[k]) for n, k in kinds.items()} for _ in range(rng.randint(1, 12))]
    for row in rows[1:]:
        for name in names:
            if rng.random() < 0.25:
                row[name] = None
    return rows


@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz", "json", "jsonl", "jsonl.gz"])
@pytest.mark.parametrize("seed", range(4))
def test_there_and_back(cells, ending, seed):
    records = [random_records(random.Random(1000 * seed + i)) for i in range(8)]
    for i, rows in enumerate(records):
        (cells.workspace / f"in{i}.json").write_text(json.dumps(rows, ensure_ascii=i % 2 == 0))
    do(cells, ";".join(f"COPY one{i} FROM 'in{i}.json' OPTIONS (overwrite=True);"
                       f"COPY one{i} TO 'way.{i}.{ending}' OPTIONS (overwrite=True);"
                       f"COPY two{i} FROM 'way.{i}.{ending}' OPTIONS (overwrite=True)" for i in range(8)))
    for i, rows in enumerate(records):
        columns, stored = table(cells, f"one{i}")
        assert [name for name, _ in columns] == list(rows[0])
        assert [[v for _, v in row] for row in stored] == [list(row.values()) for row in rows]
        assert table(cells, f"two{i}") == (columns, stored)


def test_what_pandas_reads_comes_back(cells):
    """The files that tests/lang/test_csv.c reads as pandas does: read, written and read again, each is the same table."""
    cases = json.loads((pathlib.Path(__file__).parents[1] / "lang/csv_cases.json").read_text())
    assert len(cases) > 200
    for begin in range(0, len(cases), 50):
        part = range(begin, min(begin + 50, len(cases)))
        for i in part:
            (cells.workspace / f"case{i}.csv").write_bytes(cases[i]["csv"].encode())
        ending = ("csv", "tsv", "csv.gz", "jsonl", "txt")[begin // 50 % 5]
        do(cells, ";".join(f"COPY case{i} FROM 'case{i}.csv'; COPY case{i} TO 'back{i}.{ending}';"
                           f"COPY back{i} FROM 'back{i}.{ending}'" for i in part))
        for i in part:
            columns, rows = table(cells, f"case{i}")
            if ending == "jsonl":  # which has no infinity, and no type where all is null
                rows = [[(type(None), None) if v in (float("inf"), float("-inf")) else (t, v) for t, v in row] for row in rows]
                empty = [all(row[k][1] is None for row in rows) for k in range(len(columns))]
                columns = [(name, "TEXT" if none else kind) for (name, kind), none in zip(columns, empty)]
            assert table(cells, f"back{i}") == (columns, rows), cases[i]["csv"]


def test_what_json_keeps_and_csv_does_not(cells):
    rows = [{"s": "", "n": "007"}, {"s": None, "n": "NA"}, {"s": "x", "n": "8"}]
    (cells.workspace / "keep.json").write_text(json.dumps(rows))
    do(cells, "COPY keep FROM 'keep.json'; COPY keep TO 'keep.jsonl'; COPY keep TO 'keep.csv';"
              "COPY kept FROM 'keep.jsonl'; COPY lost FROM 'keep.csv'")
    assert table(cells, "kept") == table(cells, "keep")
    # An empty text is written as "", and NULL as nothing; as pandas.read_csv, COPY takes both, and NA, for missing.
    assert (cells.workspace / "keep.csv").read_text() == 's,n\n"",007\n,NA\nx,8\n'
    assert table(cells, "lost")[1] == [[(type(None), None), (int, 7)], [(type(None), None)] * 2, [(str, "x"), (int, 8)]]


def test_python_reads_what_is_written(cells):
    do(cells, "CREATE TABLE python (i INTEGER, r DOUBLE PRECISION, b BOOLEAN, t TEXT);"
              "INSERT INTO python VALUES (1, 0.1, true, 'x, \"y\"\n김'), (NULL, 2, NULL, NULL), (-5, 1e100, false, 'z');"
              "COPY python TO 'python.csv'; COPY python TO 'python.tsv.gz'; COPY python TO 'python.json';"
              "COPY (SELECT t, i FROM python WHERE i IS NOT NULL ORDER BY i) TO 'python.jsonl' OPTIONS (if_exists='replace')")
    folder = cells.workspace
    want = [["i", "r", "b", "t"], ["1", "0.1", "True", 'x, "y"\n김'], ["", "2.0", "", ""], ["-5", "1e+100", "False", "z"]]
    with open(folder / "python.csv", newline="") as f:
        assert list(csv.reader(f, strict=True)) == want
    with gzip.open(folder / "python.tsv.gz", "rt", newline="") as f:
        assert list(csv.reader(f, delimiter="\t", strict=True)) == want
    assert json.loads((folder / "python.json").read_text()) == [
        {"i": 1, "r": 0.1, "b": True, "t": 'x, "y"\n김'}, {"i": None, "r": 2.0, "b": None, "t": None},
        {"i": -5, "r": 1e100, "b": False, "t": "z"}]
    assert [json.loads(line) for line in (folder / "python.jsonl").read_text().splitlines()] == [
        {"t": "z", "i": -5}, {"t": 'x, "y"\n김', "i": 1}]
    assert oct((folder / "python.csv").stat().st_mode & 0o777) == "0o644"


def test_numpy_reads_the_vectors(cells):
    do(cells, "GET THANOSQL DATASET digits_data; COPY digits FROM 'thanosql-dataset/digits_data/digits_test.csv';"
              "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM digits;"
              "CONVERT USING m OPTIONS (table_name='digits') AS SELECT * FROM digits;"
              "COPY digits TO 'digits.npy'; COPY (SELECT label, m_simclr FROM digits WHERE label = 8) TO 'eights.npy';"
              "COPY (SELECT * FROM digits WHERE label > 9) TO 'none.npy' OPTIONS (column='m_simclr');"
              "COPY (SELECT image_path, m_simclr_similarity1 FROM (SEARCH IMAGE images='thanosql-dataset/digits_data/test/8.jpg'"
              " USING m AS SELECT * FROM digits) ORDER BY 2 DESC LIMIT 5) TO 'found.csv'")
    with contextlib.closing(sqlite3.connect(cells.workspace / ".thanosql/store.db")) as db:
        stored = db.execute("SELECT label, m_simclr FROM digits ORDER BY rowid").fetchall()
    rows = numpy.stack([numpy.frombuffer(v, "<f4") for _, v in stored])
    read = numpy.load(cells.workspace / "digits.npy", allow_pickle=False)
    assert read.dtype == numpy.float32 and read.flags.c_contiguous and (read == rows).all() and len(read) == 200
    assert (numpy.load(cells.workspace / "eights.npy") == rows[[label == 8 for label, _ in stored]]).all()
    assert numpy.load(cells.workspace / "none.npy").shape[0] == 0
    with open(cells.workspace / "found.csv", newline="") as f:
        found = list(csv.DictReader(f))
    assert found[0]["image_path"].endswith("test/8.jpg") and abs(float(found[0]["m_simclr_similarity1"]) - 1) < 1e-5
    assert len(found) == 5


def test_a_folder_is_searched_and_printed(cells):
    from PIL import Image
    for label in ("고양이", "it's a \"dog\""):
        (cells.workspace / "photos" / label).mkdir(parents=True)
        for i in range(3):
            Image.effect_noise((32, 32), 50).save(cells.workspace / "photos" / label / f"{i} '한글'.png")
    (cells.workspace / "photos/readme.md").write_text("no picture")
    copied = do(cells, "COPY photos FROM 'photos'")
    assert "1 file" in copied.stderr and "photos/readme.md" in copied.stderr and copied.stdout == "Success\n"
    assert [row[2][1] for row in table(cells, "photos")[1]] == ["it's a \"dog\""] * 3 + ["고양이"] * 3
    do(cells, "BUILD MODEL photo_model USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM photos;"
              "CONVERT USING photo_model OPTIONS (table_name='photos') AS SELECT * FROM photos")
    shown = do(cells, "PRINT IMAGE AS SELECT * FROM (SEARCH IMAGE images='photos/고양이/1 ''한글''.png' USING photo_model "
                      "AS SELECT * FROM photos) ORDER BY photo_model_simclr_similarity1 DESC LIMIT 1")
    assert len(shown.pictures) == 1 and "photos/고양이/1 '한글'.png" in shown.stdout


def test_append_is_all_or_nothing(cells):
    (cells.workspace / "start.csv").write_text("id,name\n1,Ada\n")
    lines = "".join(f"Bob,{i}\n" for i in range(2, 5000))
    (cells.workspace / "bad.csv").write_text("name,id\n" + lines + "Cy,five\n")
    (cells.workspace / "good.csv").write_text("name,id\n" + lines)
    do(cells, "COPY people FROM 'start.csv'")
    before = table(cells, "people")
    failed = cells("COPY people FROM 'bad.csv' OPTIONS (if_exists='append')")
    assert failed.ename == "ThanoSQLValueError" and "line 5000, column 2 (id)" in failed.shown and "'five'" in failed.shown
    assert table(cells, "people") == before
    do(cells, "COPY people FROM 'good.csv' OPTIONS (if_exists='append')")
    assert len(table(cells, "people")[1]) == 4999
    assert "4999" in do(cells, "SELECT max(id) AS m FROM people WHERE name = 'Bob'").html


def test_more_columns_than_a_table_can_have(cells):
    for name, count, ok in (("wide", 2000, True), ("wider", 10_000, False)):
        (cells.workspace / "wide.csv").write_text(",".join(f"c{i}" for i in range(count)) + "\n" + ",".join(["1"] * count) + "\n")
        result = cells(f"COPY {name} FROM 'wide.csv'")
        assert result.ok == ok, result.shown
    assert "2000 columns" in result.shown and "wide.csv" in result.shown
    do(cells, "COPY wide TO 'wide_back.csv'; COPY wide2 FROM 'wide_back.csv'")
    assert table(cells, "wide2") == table(cells, "wide")


def test_a_long_import_tells_how_far_it_is(cells):
    with open(cells.workspace / "long.csv", "w") as f:
        f.writelines(f"{i},{i / 7},word {i}\n" for i in range(-1, 1_000_000))
    result = do(cells, "SET thanosql.progress='text'; COPY long OPTIONS (header=False) FROM 'long.csv'")
    assert "Copying" in result.stdout + result.stderr
    written = do(cells, "COPY long TO 'long.jsonl'")
    assert "Writing" in written.stdout + written.stderr
    with open(cells.workspace / "long.jsonl") as f:
        assert sum(1 for _ in f) == 1_000_001
    do(cells, "RESET thanosql.progress")


def test_a_full_disk_leaves_the_old_file(cells):
    """A limit on the size of files stands for the end of the disk."""
    do(cells, "CREATE TABLE large AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 400000) SELECT x FROM n")
    files = {p.name for p in cells.workspace.iterdir()}
    pid = cells.manager.provisioner.process.pid
    for name in ("large.csv", "large.csv.gz"):
        (cells.workspace / name).write_text("old")
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
        try:
            result = cells(f"COPY large TO '{name}' OPTIONS (overwrite=True)")
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        assert result.ename == "ThanoSQLFileError" and name in result.shown and "cannot be written" in result.shown, result.shown
        assert (cells.workspace / name).read_text() == "old"
    assert {p.name for p in cells.workspace.iterdir()} == files | {"large.csv", "large.csv.gz"}
    do(cells, "COPY large TO 'large.csv' OPTIONS (overwrite=True)")


def test_one_reads_while_another_is_written(cells):
    """The file's name never stands for half a file."""
    do(cells, "CREATE TABLE steady AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300000) SELECT x FROM n;"
              "COPY steady TO 'steady.csv'")
    whole = (cells.workspace / "steady.csv").stat().st_size
    sizes, asked = set(), cells.client.execute("COPY steady TO 'steady.csv' OPTIONS (overwrite=True)")
    until = time.monotonic() + 20
    inode = os.stat(cells.workspace / "steady.csv").st_ino
    while os.stat(cells.workspace / "steady.csv").st_ino == inode and time.monotonic() < until:
        sizes.add((cells.workspace / "steady.csv").stat().st_size)
    assert sizes == {whole} and os.stat(cells.workspace / "steady.csv").st_ino != inode
    while cells.client.get_shell_msg(timeout=20)["parent_header"]["msg_id"] != asked:
        pass


def test_what_is_replaced_keeps_its_place_and_permissions(cells):
    do(cells, "CREATE TABLE placed AS SELECT 7 AS x")
    (cells.workspace / "real.csv").write_text("old")
    (cells.workspace / "real.csv").chmod(0o600)
    (cells.workspace / "link.csv").symlink_to("real.csv")
    do(cells, "COPY placed TO 'link.csv' OPTIONS (overwrite=True)")
    assert (cells.workspace / "link.csv").is_symlink() and (cells.workspace / "real.csv").read_text() == "x\n7\n"
    assert (cells.workspace / "real.csv").stat().st_mode & 0o777 == 0o600
    (cells.workspace / "dangling.csv").symlink_to("none.csv")
    for options in ("", "OPTIONS (overwrite=True)"):
        result = cells(f"COPY placed TO 'dangling.csv' {options}")
        assert result.ename == "ThanoSQLFileError" and "a link to what is not there" in result.shown, result.shown


def test_a_file_that_comes_meanwhile_stays(cells):
    asked = cells.client.execute("COPY (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT x FROM n) TO 'late.csv'")
    while cells.client.get_iopub_msg(timeout=20)["msg_type"] != "execute_input":
        pass
    time.sleep(0.2)  # the place has been looked at
    (cells.workspace / "late.csv").write_text("mine")
    while (reply := cells.client.get_shell_msg(timeout=60))["parent_header"]["msg_id"] != asked:
        pass
    assert reply["content"]["ename"] == "ThanoSQLExistsError" and "overwrite=True" in "".join(reply["content"]["traceback"])
    assert (cells.workspace / "late.csv").read_text() == "mine"


def test_types_are_what_they_are_declared(cells):
    """Of a query and of a table, whose columns SQLite holds as numbers and text."""
    do(cells, """COPY (SELECT ARRAY[1,2] AS a, 0.1::float4 AS f, 1.50::numeric(5,2) AS n, ARRAY['a', NULL] AS s) TO 'typed.json';
                 CREATE TABLE typed AS SELECT ARRAY[1,2] AS a, 0.1::float4 AS f, 1.50::numeric(5,2) AS n, ARRAY['a', NULL] AS s;
                 COPY typed TO 'typed_table.json'; COPY typed TO 'typed.csv'""")
    for name in ("typed.json", "typed_table.json"):
        assert (cells.workspace / name).read_text() == '[{"a": [1, 2], "f": 0.1, "n": 1.50, "s": ["a", null]}]\n'
    assert (cells.workspace / "typed.csv").read_text() == 'a,f,n,s\n"{1,2}",0.1,1.50,"{a,NULL}"\n'


@pytest.mark.parametrize("name, text", [("behind.csv.gz", b"x\n7\n"), ("behind.jsonl.gz", b'{"x": 7}\n')])
def test_rubbish_behind_gzip_is_told(cells, name, text):
    (cells.workspace / name).write_bytes(gzip.compress(text) + b"rubbish")
    result = do(cells, f"COPY behind FROM '{name}' OPTIONS (overwrite=True)")
    assert name in result.stderr and "other bytes" in result.stderr
    assert table(cells, "behind")[1] == [[(int, 7)]]
    (cells.workspace / name).write_bytes(gzip.compress(text))
    assert not do(cells, f"COPY behind FROM '{name}' OPTIONS (overwrite=True)").stderr
