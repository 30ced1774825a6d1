#!/usr/bin/env python3
"""Write csv_cases.json: small CSV files and the columns that pandas.read_csv makes of them.

Needs pandas 3 or later, whose floats are exact. Usage: make_csv_cases.py > csv_cases.json

A case: csv (the file's text), names, types (boolean, integer, real, text), and rows, where a value is null, a boolean,
an integer, a text, or {"real": its repr}.
"""
import io
import json
import random

import pandas

WORDS = {
    "missing": ["", "NA", "NaN", "null", "NULL", "N/A", "n/a", "nan", "None", "#N/A", "#N/A N/A", "#NA", "-1.#IND",
                "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"],
    "boolean": ["True", "False", "TRUE", "FALSE", "true", "false", "tRUE"],
    "integer": ["0", "1", "-1", "+7", "007", " 12", "13 ", "\t4", "9223372036854775807", "-9223372036854775808", "-0",
                "0000000000000000000000001"],
    "real": ["1.5", "-.5", "2.", "1e5", "-1E-3", "inf", "-inf", "Infinity", "+INF", " 3.25 ", "1e+2", "0.1", "-0.0",
             "123456789.123456789", "1e400", "1e-400"],
    "text": ["a", "-", ".", "1e", "1e+", "1 2", "0x10", " NA", "Na", "none", "+-1", "1_000", "inf ", " inf", "--1",
             "1.2.3", "é", "한글", "12a", "2022-01-01", "T", "e5", "1.5f", "' '", "infinit", "true "],
}

FILES = [
    "a\n1\n", "a,b\n1\n", "a,b,c\n1,2\n3\n", "A,b B,Ä\n1,2,3\n", ",a,\n1,2,3\n", "a,a,a\n1,2,3\n", "a,a,a.1,\n1,2,3,4\n",
    "a.1,a,a\n1,2,3\n", "a\n\n1\n\n\n2\n", "a\n   \n1\n \t \n", 'a\n""\n1\n', 'a,b\n"x,y","q""r"\n', 'a\n"line\nbreak"\n',
    'a,b\r\n1,x\r\n2,y\r\n', "a\r1\r2\r", "a,b\n1,x", 'a,b\n1,"x"', "a,b\n1,", "a\n ab\"c \n", " a , b\n x , y \n",
    'a,b\n "x",1\n', "a\n9223372036854775808\n", "a\n1.5\n99999999999999999999\n", '\n\na\n1\n', 'a\n"1"\n"2"\n',
    'a,b\n"",x\n,y\n', "id,text\n1,\"two\r\nlines\"\n2,one\n", "a\n1\n2\n3.0\n", "a\n1\nTrue\n", "image_path,label\nx/1.jpg,7\n",
    "a,b\n,\n", 'a\n"  "\n', "a,b\n,1\n,2\n",
]


def random_file(rng):
    """Columns of words of one kind, some with words of a second."""
    columns = []
    rows = rng.randint(1, 5)
    for _ in range(3):
        kinds = rng.sample(list(WORDS), 1) + (["missing"] if rng.random() < 0.4 else [])
        if rng.random() < 0.3:
            kinds.append(rng.choice(list(WORDS)))
        columns.append([rng.choice(WORDS[rng.choice(kinds)]) for _ in range(rows)])
    lines = ["p,q,r"] + [",".join(c[i] for c in columns) for i in range(rows)]
    return "\n".join(lines) + "\n"


def read(text, **more):
    return pandas.read_csv(io.StringIO(text, newline=""), index_col=False, **more)


def type_of(plain, nullable):
    """A column of missing words alone is one of floats, whatever the nullable reading says."""
    if plain.isna().all() and len(plain):
        return "real"
    name = str(nullable.dtype)
    for start, type_name in (("boolean", "boolean"), ("Int64", "integer"), ("UInt64", "real"), ("Float64", "real")):
        if name.startswith(start):
            return type_name
    return "text"


def value_of(type_name, value):
    if pandas.isna(value):
        return None
    if type_name == "boolean":
        return bool(value)
    if type_name == "integer":
        return int(value)
    return {"real": repr(float(value))} if type_name == "real" else str(value)


def case_of(text):
    plain, nullable = read(text), read(text, dtype_backend="numpy_nullable")
    types = [type_of(plain[c], nullable[c]) for c in plain.columns]
    words = read(text, dtype=str)
    columns = []
    for name, type_name in zip(plain.columns, types):
        values = words[name] if type_name == "text" else nullable[name]
        columns.append([value_of(type_name, v) for v in values])
    return {"csv": text, "names": ["".join(c.lower() if c.isascii() else c for c in n) for n in plain.columns],
            "types": types, "rows": [list(row) for row in zip(*columns)]}


def main():
    rng = random.Random(7)
    texts = FILES + ["a\n%s\n" % w for words in WORDS.values() for w in words if w] + [random_file(rng) for _ in range(120)]
    cases = [case_of(t) for t in texts]
    print("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]")


main()
