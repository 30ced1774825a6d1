"""The same statements on PostgreSQL 16 and on ours: columns, values, types, order and kinds of errors must agree.

corpus/*.sql holds a statement a line; each file begins with an empty database. differences.txt holds what is known to
differ, and why; what stands there and does not differ is an error too."""
import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
GOLDEN = pathlib.Path(os.environ.get("THANOSQL_GOLDEN", ROOT / "build/tests/golden/golden"))
FILES = sorted((HERE / "corpus").glob("*.sql"))

# SQLSTATE, whole or its class, and what we call it.
KINDS = {"42601": "Syntax", "42P01": "NotFound", "42703": "NotFound", "42883": "NotFound", "42704": "NotFound",
         "3F000": "NotFound", "42P02": "NotFound", "42P07": "Exists", "42701": "Exists", "42712": "Exists", "42710": "Exists",
         "42P06": "Exists", "0A": "Unsupported", "22": "Value", "2B": "Query", "23": "Query", "42": "Query", "21": "Query",
         "25": "Query", "3B": "Query", "54": "Value"}
# What PostgreSQL's types are where a notebook shows them.
TYPES = {16: "boolean", 20: "integer", 21: "integer", 23: "integer", 26: "integer", 700: "single", 701: "real", 1700: "real",
         17: "blob"}
PRECISION = {"real": 1e-12, "single": 1e-7}


def statements(path):
    return [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("--")]


def run_postgres(server, name, lines):
    import psycopg2
    instance, admin = server
    cursor = admin.cursor()
    cursor.execute(f"DROP DATABASE IF EXISTS {name}")
    cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
    connection = psycopg2.connect(instance.get_uri(), dbname=name)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET timezone = 'UTC'")
    cursor.execute("CREATE EXTENSION vector")
    cursor.execute("SELECT 'vector'::regtype::oid")
    types = dict(TYPES)
    types[int(cursor.fetchone()[0])] = "vector"
    results = []
    for line in lines:
        try:
            cursor.execute(line)
        except psycopg2.Error as error:
            code = error.pgcode or ""
            results.append(("error", KINDS.get(code, KINDS.get(code[:2], code)), str(error).strip()))
            continue
        if cursor.description is None:
            results.append(("done",))
        else:
            columns = [(c.name, types.get(c.type_code, "text")) for c in cursor.description]
            results.append(("rows", columns, cursor.fetchall()))
    connection.close()
    return results


def run_ours(lines, folder):
    (folder / "cells").write_text("\n---\n".join(lines) + "\n")
    workspace = folder / "workspace"
    workspace.mkdir()
    done = subprocess.run([GOLDEN, "--exact", folder / "cells"], cwd=workspace, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stderr.decode()
    cells = done.stdout.decode().split("\x1d\n")[:-1]
    assert len(cells) == len(lines)
    return [parse(cell.split("\n")) for cell in cells]


def parse(lines):
    result = ("done",)
    for line in lines:
        if line.startswith("> "):
            continue
        if line.startswith("error: "):
            kind, message = line[len("error: "):].split(": ", 1)
            return ("error", re.sub("^ThanoSQL|Error$", "", kind), message)
        if line.startswith("table:"):
            columns = [re.fullmatch(r"(.*) \((.*)\)", c.strip(" "), re.S).groups() for c in line[6:].split("\x1f")]
            result = ("rows", columns, [])
        elif line.startswith("  ") and result[0] == "rows" and not re.fullmatch(r"  \(\d+ rows?\)", line):
            result[2].append(line[2:].split("\x1f"))
    return result


def same_value(theirs, ours, kind):
    if theirs is None:
        return ours == "NULL"
    if kind == "boolean":
        return ours == {"t": "True", "f": "False"}[theirs]
    if kind in PRECISION:
        try:
            a, b = float(theirs), float(ours)
        except ValueError:
            return False
        return a == b or abs(a - b) <= PRECISION[kind] * max(abs(a), abs(b))
    if kind == "vector":
        a, b = ([float(x) for x in v.strip("[]").split(",")] for v in (theirs, ours))
        return len(a) == len(b) and all(abs(x - y) <= 1e-6 * max(1, abs(x)) for x, y in zip(a, b))
    return theirs.replace("\n", "\x1e") == ours


def difference(line, theirs, ours):
    """None where both agree, else what differs."""
    if theirs[0] != ours[0]:
        return f"{theirs} but ours {ours}"
    if theirs[0] == "done":
        return None
    if theirs[0] == "error":
        return None if theirs[1] == ours[1] else f"{theirs[1]} error ({theirs[2]}) but ours {ours[1]} ({ours[2]})"
    if [c[0] for c in theirs[1]] != [c[0] for c in ours[1]]:
        return f"columns {[c[0] for c in theirs[1]]} but ours {[c[0] for c in ours[1]]}"
    for a, b in zip(theirs[1], ours[1]):
        if b[1] not in ("?", "real" if a[1] == "single" else a[1]):
            return f"column {a[0]} is {a[1]} but ours {b[1]}"
    rows, found = theirs[2], ours[2]
    if len(rows) != len(found):
        return f"{len(rows)} rows but ours {len(found)}: {rows[:3]} but {found[:3]}"
    if "order by" not in line.lower():
        rows = sorted(rows, key=lambda r: tuple("\x00" if v is None else key(v) for v in r))
        found = sorted(found, key=lambda r: tuple("\x00" if v == "NULL" else key(v) for v in r))
    for a, b in zip(rows, found):
        if len(a) != len(b) or not all(same_value(x, y, c[1]) for x, y, c in zip(a, b, theirs[1])):
            return f"{a} but ours {b}"
    return None


def key(value):
    """Sorts both spellings of a value alike."""
    value = {"t": "True", "f": "False"}.get(value, value)
    try:
        return f"{float(value):.9e}"
    except ValueError:
        return value.replace("\n", "\x1e")


def known_differences():
    known, reason = {}, None
    for line in (HERE / "differences.txt").read_text().splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line.strip():
            assert reason, f"no reason for {line}"
            known[line] = reason
    return known


def test_agreement(server, tmp_path):
    known, total, agreed, unknown, gone = known_differences(), 0, 0, [], []
    seen = set()
    for path in FILES:
        lines = statements(path)
        folder = tmp_path / path.stem
        folder.mkdir()
        theirs, ours = run_postgres(server, f"corpus_{path.stem}", lines), run_ours(lines, folder)
        for line, a, b in zip(lines, theirs, ours):
            what = difference(line, a, b)
            total += 1
            agreed += what is None
            seen.add(line)
            if what and line not in known:
                unknown.append(f"{path.name}: {line}\n    {what}")
            elif not what and line in known:
                gone.append(f"{path.name}: {line}")
    print(f"\nagreement {agreed} of {total}")
    assert not unknown, f"{len(unknown)} differ and are not in differences.txt:\n" + "\n".join(unknown)
    assert not gone, "in differences.txt, and do not differ any more:\n" + "\n".join(gone)
    assert not set(known) - seen, f"in differences.txt, and not in the corpus: {set(known) - seen}"
    assert total >= 600 and len(known) <= 0.05 * total
