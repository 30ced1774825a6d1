"""SEARCH against numpy, and the short cut through the matrix in memory against the plain way, to the letter.

`ORDER BY score + 0 DESC` is not what the short cut knows, so it goes the plain way and must give the same rows."""
import random
import sqlite3
import threading

import pytest

np = pytest.importorskip("numpy")

PICTURES = [f"thanosql-dataset/digits_data/test/{i}.jpg" for i in range(3)]
SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, embedding_size=32) AS SELECT * FROM train LIMIT 200"""
ROWS, DIMENSION = 30000, 32


def plain_text(result):
    assert result.ok, result.shown
    return [c["data"]["text/plain"] for t, c in result.outputs if t == "execute_result"][0]


def column(result, index):
    """A column of a narrow table as text, without its header."""
    return [line.split()[index] for line in plain_text(result).splitlines()[1:]]


def connect(workspace):
    return sqlite3.connect(workspace / ".thanosql/store.db")


def fill(db, table, vectors, extra=""):
    db.execute(f"CREATE TABLE {table} (image_path TEXT, label INTEGER, size REAL, m_simclr VECTOR({DIMENSION}){extra})")
    generator = random.Random(1)
    db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", (
        (f"p/{i}.jpg", i % 10, generator.random(), None if v is None else v.tobytes()) for i, v in enumerate(vectors)))
    db.commit()


def make_vectors(seed, rows, nulls):
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((rows, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[rows // 2: rows // 2 + rows // 20] = vectors[: rows // 20]  # ties
    listed = list(vectors)
    for i in generator.choice(rows, nulls, replace=False):
        listed[i] = None
    return listed


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return tmp_path_factory.mktemp("search")


@pytest.fixture(scope="module")
def cells(start_kernel, workspace):
    with start_kernel(workspace) as run:
        assert run(SETUP).ok
        db = connect(workspace)
        fill(db, "big", make_vectors(1, ROWS, 0))
        fill(db, "holes", make_vectors(2, 5000, 300))
        fill(db, "keyed", make_vectors(3, 5000, 10))
        db.execute("CREATE INDEX keyed_label ON keyed (label)")
        fill(db, "odd", make_vectors(4, 500, 5))
        db.execute("UPDATE odd SET m_simclr = x'0000803f' WHERE rowid = 77")
        db.execute("CREATE VIEW seen AS SELECT * FROM big")
        fill(db, "small", make_vectors(5, 200, 0))
        db.commit()
        db.close()
        yield run


def search(table, picture=0, options="", columns="*", where=""):
    return (f"SEARCH IMAGE images='{PICTURES[picture]}' USING m {options} AS SELECT {columns} FROM {table} "
            f"{'WHERE ' + where if where else ''}")


def plan(cells, query):
    return plain_text(cells("EXPLAIN " + query))


def both(cells, head, tail, score="m_simclr_similarity1"):
    """The query by the short cut and the plain way: the same text, or the same error."""
    short, plain = cells(f"{head} ORDER BY {score} DESC {tail}"), cells(f"{head} ORDER BY {score} + 0 DESC {tail}")
    assert short.ok == plain.ok
    if short.ok:
        assert plain_text(short) == plain_text(plain)
    else:
        assert (short.ename, short.evalue) == (plain.ename, plain.evalue)
    return short


@pytest.mark.parametrize("table", ["big", "holes", "keyed", "seen"])
@pytest.mark.parametrize("seed", range(12))
def test_short_cut_equals_plain_way(cells, table, seed):
    r = random.Random(f"{table} {seed}")
    inner = r.choice(["", "label = 3", "size < 0.01", "label > 7 AND size > 0.5", "image_path LIKE '%7.jpg'"])
    outer = r.choice(["", "", "WHERE label < 5", "WHERE m_simclr_similarity1 < 0.3", "WHERE size < 0.001"])
    columns = r.choice(["*", "image_path, m_simclr", "image_path, label, size, t.m_simclr"])
    columns = "*" if outer else columns
    source = f"{table} AS t" if "t." in columns else table
    listed = r.choice(["image_path, m_simclr_similarity1", "a.image_path AS p, round(m_simclr_similarity1, 3) AS score"])
    alias = "AS a" if "a." in listed else ""
    limit = f"LIMIT {r.choice([1, 10, 59, 1000])}" + r.choice(["", f" OFFSET {r.choice([0, 5, 300])}"])
    more = r.choice(["", ", image_path", ", label DESC"]) if "label" in columns or columns == "*" else ""
    both(cells, f"SELECT {listed} FROM ({search(source, r.randrange(3), '', columns, inner)}) {alias} {outer}", more + " " + limit)


@pytest.mark.parametrize("tail", [", image_path DESC LIMIT 3", ", size LIMIT 5 OFFSET 2", "LIMIT 40", "LIMIT 3"])
def test_ties_and_further_keys(cells, workspace, tail):
    db = connect(workspace)
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tied'").fetchall():
        fill(db, "tied", make_vectors(6, 20, 0) * 30)
    db.close()
    assert "matrix in memory" in plan(cells, f"SELECT * FROM ({search('tied')}) ORDER BY m_simclr_similarity1 DESC {tail}")
    both(cells, f"SELECT image_path, m_simclr_similarity1 FROM ({search('tied')})", tail)


@pytest.mark.parametrize("table, tail", [("holes", "NULLS FIRST LIMIT 5"), ("holes", "NULLS FIRST LIMIT 400"), ("holes", "NULLS LAST LIMIT 5"),
                                         ("keyed", "NULLS FIRST LIMIT 12 OFFSET 3")])
def test_rows_without_a_vector(cells, table, tail):
    for where in ("", "WHERE label < 4"):
        both(cells, f"SELECT image_path, m_simclr_similarity1 FROM ({search(table)}) {where}", tail)


def test_it_is_the_short_cut_that_is_tested(cells):
    head = f"SELECT image_path FROM ({search('big')})"
    assert "matrix in memory" in plan(cells, f"{head} ORDER BY m_simclr_similarity1 DESC LIMIT 10")
    assert "every row from the store" in plan(cells, f"{head} ORDER BY m_simclr_similarity1 + 0 DESC LIMIT 10")
    assert "matrix in memory" in plan(cells, f"{head} WHERE label = 1 ORDER BY m_simclr_similarity1 DESC LIMIT 10")
    assert "matrix in memory" in plan(cells, search("big", options="OPTIONS (top_k=5)"))
    assert "every row from the store" in plan(cells, search("seen", options="OPTIONS (top_k=5)"))
    assert "every row from the store" in plan(cells, search("big"))


@pytest.mark.parametrize("listed, tail", [
    ("max(m_simclr_similarity1) AS best", "ORDER BY best DESC LIMIT 1"),
    ("count(*) AS n", "ORDER BY n DESC LIMIT 1"),
    ("-m_simclr_similarity1 AS m_simclr_similarity1", "ORDER BY m_simclr_similarity1 DESC LIMIT 3"),
    ("label m_simclr_similarity1", "ORDER BY m_simclr_similarity1 DESC LIMIT 3"),
    ("DISTINCT label, m_simclr_similarity1", "ORDER BY m_simclr_similarity1 DESC LIMIT 3"),
    ("label, row_number() OVER (ORDER BY image_path) AS n", "ORDER BY m_simclr_similarity1 DESC LIMIT 3"),
    ("image_path", "ORDER BY m_simclr_similarity1 LIMIT 3"),
    ("label, count(*) AS n", "GROUP BY label ORDER BY max(m_simclr_similarity1) DESC LIMIT 3"),
    ("image_path", "WHERE label = (SELECT min(label) FROM big) ORDER BY m_simclr_similarity1 DESC LIMIT 3"),
])
def test_other_forms_go_the_plain_way(cells, listed, tail):
    query = f"SELECT {listed} FROM ({search('big')}) {tail}"
    assert "every row from the store" in plan(cells, query)


def test_grouped_or_limited_queries_inside(cells):
    for inner in ("SELECT * FROM big LIMIT 7", "SELECT DISTINCT image_path, m_simclr FROM big", "SELECT a.* FROM big a JOIN small b ON a.image_path = b.image_path",
                  "SELECT image_path, m_simclr FROM big ORDER BY size LIMIT 50", "WITH w AS (SELECT * FROM big) SELECT * FROM w",
                  "SELECT image_path, max(size), m_simclr FROM big", "SELECT image_path, NULL AS m_simclr FROM big", "SELECT image_path, m_simclr FROM big WHERE size < 0.01"):
        both(cells, f"SELECT image_path FROM (SEARCH IMAGE images='{PICTURES[0]}' USING m AS {inner})", "LIMIT 5")


def test_a_name_may_not_be_a_table(cells):
    named = (f"SELECT image_path FROM (WITH big AS (SELECT * FROM holes) SELECT * FROM (SEARCH IMAGE USING m OPTIONS (search_by='row', search_input='p/1.jpg', "
             "top_k={}) AS SELECT * FROM big)) AS x LIMIT 5")
    assert cells(named.format(5)).ename == "ThanoSQLUnsupportedError"
    shadowed = f"SELECT image_path FROM ({search('big')}) ORDER BY m_simclr_similarity1 DESC LIMIT 5"
    assert cells("CREATE TEMP TABLE big AS SELECT * FROM holes").ok
    assert "every row from the store" in plan(cells, shadowed)
    assert cells("DROP TABLE temp.big").ok
    assert "matrix in memory" in plan(cells, shadowed)


def test_a_vector_of_another_length_is_the_same_error(cells):
    result = both(cells, f"SELECT image_path FROM ({search('odd')})", "LIMIT 5")
    assert not result.ok and "must be of one length" in result.evalue


def test_writes_of_this_kernel_are_seen(cells, workspace):
    query = f"SELECT image_path FROM ({search('small')}) ORDER BY m_simclr_similarity1 DESC LIMIT 3"
    best = column(cells(query), 1)
    assert cells(f"DELETE FROM small WHERE image_path = '{best[0]}'").ok
    after = column(cells(query), 1)
    assert after[:2] == best[1:] and len(after) == 3
    assert cells(f"UPDATE small SET m_simclr = NULL WHERE image_path = '{best[1]}'").ok
    after = column(cells(query), 1)
    assert after[:2] == [best[1], best[2]]  # without a vector: NULL comes first in descending order
    assert cells(f"BEGIN; DELETE FROM small WHERE image_path = '{best[2]}'").ok
    inside = column(cells(query), 1)
    assert best[2] not in inside and len(inside) == 3
    assert cells("ROLLBACK").ok
    assert column(cells(query), 1)[1] == best[2]


def test_writes_of_another_kernel_are_seen(cells, start_kernel, workspace):
    query = f"SELECT image_path FROM ({search('small')}) ORDER BY m_simclr_similarity1 DESC LIMIT 4"
    before = column(cells(query), 1)
    with start_kernel(workspace) as other:
        assert other(f"INSERT INTO small SELECT 'copy.jpg', label, size, m_simclr FROM small WHERE image_path = '{before[0]}'").ok
        assert column(cells(query), 1) == [before[0], "copy.jpg", *before[1:3]]
        assert other("VACUUM").ok
        both(cells, f"SELECT image_path FROM ({search('small')})", "LIMIT 50")
        assert other("DROP TABLE small; CREATE TABLE small AS SELECT * FROM holes WHERE label = 3").ok
        both(cells, f"SELECT image_path FROM ({search('small')})", "LIMIT 50")


def test_what_is_read_by_several_threads_is_one_snapshot(start_kernel, workspace, cells):
    """Each transaction moves the vector that is searched to another row, while the column is read again and again."""
    rows, wanted = 140000, np.zeros(DIMENSION, np.float32)
    wanted[3] = 1
    db = connect(workspace)
    fill(db, "moving", [wanted, *make_vectors(7, rows - 1, 0)])
    query = (f"SELECT image_path, search_result FROM (SEARCH IMAGE USING m OPTIONS (search_by='vector', "
             f"search_input={[float(x) for x in wanted]}, top_k=1) AS SELECT * FROM moving)")
    assert "matrix in memory" in plan(cells, query)
    stop, moves = threading.Event(), []

    def move():
        own, generator = connect(workspace), random.Random(5)
        at = 1
        while not stop.is_set():
            to = generator.randrange(1, rows + 1)
            own.execute("UPDATE moving SET m_simclr = (SELECT m_simclr FROM moving WHERE rowid = ?) WHERE rowid = ?", (to, at))
            own.execute("UPDATE moving SET m_simclr = ? WHERE rowid = ?", (wanted.tobytes(), to))
            own.commit()
            moves.append(at := to)
        own.close()

    writer = threading.Thread(target=move)
    writer.start()
    try:
        seen = {tuple(column(cells(query), i)[0] for i in (1, 2)) for _ in range(8)}
    finally:
        stop.set()
        writer.join()
    assert len(moves) > 8 and len(seen) > 2
    assert {score for _, score in seen} == {"1.0"}
    db.execute("DROP TABLE moving")
    db.close()


def test_too_little_memory_goes_the_plain_way(start_kernel, workspace, cells):
    query = f"SELECT image_path FROM ({search('big')}) ORDER BY m_simclr_similarity1 DESC LIMIT 10"
    with start_kernel(workspace, THANOSQL_VECTOR_MEMORY="1") as run:
        assert "every row from the store" in plan(run, query)
        assert plain_text(run(query)) == plain_text(cells(query))


def test_numpy_agrees(cells, workspace):
    db = connect(workspace)
    rows = db.execute("SELECT image_path, m_simclr FROM big ORDER BY rowid").fetchall()
    db.close()
    vectors = np.stack([np.frombuffer(v, np.float32) for _, v in rows]).astype(np.float64)
    query = vectors[17]
    scores = vectors @ query / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query)
    best = np.argsort(-scores, kind="stable")[:20]
    found = cells("SELECT image_path, search_result FROM (SEARCH IMAGE USING m OPTIONS (search_by='row', search_input='p/17.jpg', top_k=20) "
                  "AS SELECT * FROM big)")
    assert np.allclose([float(x) for x in column(found, 2)], scores[best], atol=2e-6)
    assert set(column(found, 1)) == {rows[i][0] for i in best}
    numbers = ", ".join(repr(float(x)) for x in query)
    again = cells(f"SELECT image_path, search_result FROM (SEARCH IMAGE USING m OPTIONS (search_by='vector', search_input=[{numbers}], top_k=20) "
                  "AS SELECT * FROM big)")
    assert plain_text(again) == plain_text(found)
    least = cells("SELECT count(*) AS n FROM (SEARCH IMAGE USING m OPTIONS (search_by='row', search_input='p/17.jpg', threshold=0.3, top_k=None) "
                  "AS SELECT * FROM big)")
    assert column(least, 1) == [str((scores >= 0.3).sum())]


def test_weights_are_those_of_numpy(cells, workspace):
    db = connect(workspace)
    vectors = {p: np.frombuffer(v, np.float32).astype(np.float64) for p, v in db.execute("SELECT image_path, m_simclr FROM big LIMIT 3000")}
    db.close()
    query = vectors["p/1.jpg"] - 0.5 * vectors["p/2.jpg"]
    names = list(vectors)
    scores = np.array([vectors[n] @ query for n in names]) / np.linalg.norm(query)
    best = [names[i] for i in np.argsort(-scores)[:5]]
    found = cells("SELECT image_path, search_result FROM (SEARCH IMAGE USING m OPTIONS (search_by='row', search_input=['p/1.jpg', 'p/2.jpg'], "
                  "weights=[1, -0.5], top_k=5) AS SELECT * FROM big LIMIT 3000)")
    assert column(found, 1) == best
    assert np.allclose([float(x) for x in column(found, 2)], np.sort(scores)[::-1][:5], atol=2e-6)


def test_neighbors_of_every_row(cells, workspace):
    db = connect(workspace)
    rows = db.execute("SELECT image_path, m_simclr FROM holes ORDER BY rowid LIMIT 2500").fetchall()
    db.close()
    rows = [(p, np.frombuffer(v, np.float32).astype(np.float64)) for p, v in rows if v]
    vectors = np.stack([v for _, v in rows])
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)
    found = cells("SELECT count(*) AS n, round(sum(search_result), 3) AS total, min(neighbor_rank) AS a, max(neighbor_rank) AS b FROM "
                  "(SEARCH IMAGE USING m OPTIONS (search_by='each', top_k=3) AS SELECT image_path, m_simclr FROM holes LIMIT 2500)")
    n, total, low, high = [float(column(found, i)[0]) for i in range(1, 5)]
    assert (n, low, high) == (3 * len(rows), 1, 3)
    assert abs(total - np.sort(scores, axis=1)[:, -3:].sum()) < 0.01


def test_duplicates_are_complete_links(cells, workspace):
    generator = np.random.default_rng(9)
    base = generator.standard_normal((40, DIMENSION))
    near = np.concatenate([base + 0.15 * generator.standard_normal(base.shape) for _ in range(4)] + [generator.standard_normal((100, DIMENSION))])
    near = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    db = connect(workspace)
    fill(db, "near", list(near))
    db.close()
    found = cells("SELECT image_path, duplicate_group FROM (SEARCH IMAGE USING m OPTIONS (search_by='duplicates', threshold=0.96) AS SELECT * FROM near) LIMIT 50")
    assert found.ok
    assert cells("CREATE TABLE grouped AS SELECT image_path, duplicate_group FROM (SEARCH IMAGE USING m OPTIONS (search_by='duplicates', threshold=0.96) AS SELECT * FROM near)").ok
    db = connect(workspace)
    groups = {}
    for path, group in db.execute("SELECT image_path, duplicate_group FROM grouped"):
        groups.setdefault(group, []).append(int(path[2:-4]))
    db.close()
    scores = near.astype(np.float64) @ near.T.astype(np.float64)
    assert len(groups) > 20 and sorted(groups) == list(range(1, len(groups) + 1))
    for members in groups.values():
        assert len(members) > 1 and scores[np.ix_(members, members)].min() >= 0.96 - 1e-6
    sets = [*groups.values(), *[[i] for i in range(len(near)) if not any(i in g for g in groups.values())]]
    for i, a in enumerate(sets):  # no two of them could have been one
        for b in sets[:i]:
            assert scores[np.ix_(a, b)].min() < 0.96 + 1e-6


def test_percentile_is_the_share_of_pairs_below(cells):
    found = cells("SELECT search_result AS s, search_result_percentile AS p FROM (SEARCH IMAGE USING m OPTIONS (search_by='row', "
                  "search_input='p/1.jpg', percentile=True, top_k=None) AS SELECT * FROM big) WHERE search_result BETWEEN -0.01 AND 0.01 LIMIT 20")
    assert all(abs(float(p) - 50) < 6 for p in column(found, 2))
    query = "SEARCH IMAGE USING m OPTIONS (search_by='row', search_input='p/1.jpg', percentile=True, top_k=3, seed=4) AS SELECT image_path, m_simclr FROM big"
    assert plain_text(cells(query)) == plain_text(cells(query))


def test_vector_functions_agree_with_numpy(cells, workspace):
    db = connect(workspace)
    vectors = np.stack([np.frombuffer(v, np.float32) for (v,) in db.execute("SELECT m_simclr FROM big LIMIT 1000")]).astype(np.float64)
    db.close()
    found = cells("SELECT vector_text(vector_avg(m_simclr)) AS mean FROM (SELECT m_simclr FROM big LIMIT 1000)")
    assert found.ok
    assert cells("CREATE TABLE means AS SELECT vector_avg(m_simclr) AS x, vector_norm(vector_sum(m_simclr)) AS n FROM (SELECT m_simclr FROM big LIMIT 1000)").ok
    db = connect(workspace)
    mean, length = db.execute("SELECT x, n FROM means").fetchone()
    db.close()
    assert np.allclose(np.frombuffer(mean, np.float32), vectors.mean(axis=0), atol=1e-7)
    assert abs(length - np.linalg.norm(vectors.sum(axis=0))) < 1e-3
