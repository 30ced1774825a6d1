"""A kernel on a workspace of its own, and what a bench asks of it: run a cell, take the stored vectors."""
import contextlib
import pathlib
import sqlite3
import sys
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
import cells  # noqa: E402  (the tests' client)


class Engine:
    def __init__(self, run, workspace):
        self.run_cell, self.workspace = run, workspace

    def __call__(self, code):
        """Runs a cell; seconds that it took. An error ends the bench with the message."""
        started = time.perf_counter()
        result = self.run_cell(code, timeout=3600)
        if not result.ok:
            sys.exit(f"{code}\n{result.shown}")
        return time.perf_counter() - started

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.workspace}/.thanosql/store.db?mode=ro", uri=True) as store:
            return store.execute(sql).fetchall()

    def vectors(self, table, column, order="rowid"):
        return numpy.array([numpy.frombuffer(v, "<f4") for v, in self.rows(f"SELECT {column} FROM {table} ORDER BY {order}")])


@contextlib.contextmanager
def engine(**environment):
    with tempfile.TemporaryDirectory(prefix="thanosql-bench-") as folder:
        workspace = pathlib.Path(folder)
        with cells.kernel(workspace, **environment) as run:
            yield Engine(run, workspace)
