"""Plain SELECTs over a million rows: a whole cell beside the sqlite3 shell on the same file, in the same run.

    sql.py [--rows 1000000]
"""
import argparse
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy

from engine import engine

RUNS = 7
QUERIES = [  # what, for us (PostgreSQL's SQL), for the shell where its SQL differs
    ("a scan with aggregates", "SELECT label, count(*) AS n, avg(score) AS mean, max(path) AS last FROM big GROUP BY label ORDER BY label"),
    ("a filter, a sort, a limit", "SELECT path, score FROM big WHERE label = 3 AND score > 0.25 ORDER BY score DESC LIMIT 20"),
    ("100,000 rows read for a table", "SELECT * FROM big LIMIT 100000"),
]


def make_table(run, rows):
    rng = numpy.random.default_rng(0)
    scores = rng.random(rows)
    run("CREATE TABLE big (path text, label int, score double precision)")
    with sqlite3.connect(run.workspace / ".thanosql/store.db") as store:
        store.executemany("INSERT INTO big VALUES (?, ?, ?)", ((f"img/{i}.jpg", i % 10, s) for i, s in enumerate(scores.tolist())))


def shell(path, sql):
    started = time.perf_counter()
    subprocess.run(["sqlite3", "-readonly", path, sql], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1000000)
    given = options.parse_args()
    if not shutil.which("sqlite3"):
        sys.exit("the sqlite3 shell is not installed (apt-get install sqlite3)")
    with engine() as run:
        make_table(run, given.rows)
        path = run.workspace / ".thanosql/store.db"
        for what, sql in QUERIES:
            ours, theirs = [], []
            for _ in range(RUNS):
                theirs.append(shell(path, sql))
                ours.append(run(sql))
            print(f"  {what:32} a cell {min(ours) * 1e3:8.1f} ms, sqlite3 {min(theirs) * 1e3:8.1f} ms, ratio {min(ours) / min(theirs):.2f}")


if __name__ == "__main__":
    main()
