#!/usr/bin/env python3
"""Write pandas_cases.json: frames and what pandas shows for them in a notebook.

Needs pandas 1.5 (the version whose output the kernel follows): pip install 'pandas==1.5.3' 'numpy<2'.
Usage: make_pandas_cases.py > pandas_cases.json

A case: name, columns (names), html, plain, and rows, a list of rows. A value is null, true, an integer, a text, or
{"real": "0.5"}, {"blob": hex}, {"vector": [..]}. Instead of rows a case may have "first" (one row of integers) and
"count": row i is first + i in every column.
"""
import json
import random
import sys

import numpy
import pandas

NAN, INF = float("nan"), float("inf")
CASES = []
STYLE_END = "</style>\n"


class Vector(list):
    """float32 values whose repr is the shortest one."""

    def __init__(self, values):
        super().__init__(float(str(numpy.float32(v))) for v in values)


def value_json(value):
    if isinstance(value, float):
        return {"real": repr(value)}
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    if isinstance(value, Vector):
        return {"vector": [v if abs(v) < INF else repr(v) for v in value]}
    return value


def frame_of(names, columns):
    frame = pandas.DataFrame({i: column for i, column in enumerate(columns)}, columns=range(len(names)))
    frame.columns = names
    return frame


def add(name, names, columns, rows=None):
    frame = frame_of(names, columns)
    case = {"name": name, "columns": names}
    case.update(rows or {"rows": [[value_json(v) for v in row] for row in zip(*columns)]})
    head, tail = frame._repr_html_().split(STYLE_END)
    case["html"] = tail
    CASES[0]["style"] = head + STYLE_END
    case["plain"] = repr(frame)
    CASES.append(case)


def add_counted(name, names, count, first):
    columns = [[start + i for i in range(count)] for start in first]
    add(name, names, columns, {"first": first, "count": count})


def floats():
    columns = {
        "common zeros": [1.5, 2.25, -3.0],
        "whole": [1.0, 2.0, -0.0],
        "zero": [0.0],
        "large and small": [0.5, 1000000.123],
        "third": [1 / 3, 2 / 3, 100.0],
        "nine digits": [123456789.25],
        "eight digits": [12345678.25],
        "a million": [1000000.0, 0.123456],
        "past a million": [1000001.0, 0.123456],
        "1e9": [1e9],
        "1e15": [1e15, 1.0],
        "1e300": [1e300, -1e-300],
        "1e-6": [1e-6, 1.0],
        "below 1e-6": [9.9e-7, 1.0],
        "denormal": [5e-324],
        "rounding": [0.0000005, 2.5, 0.1234565],
        "half": [0.5, 1.0000005, 0.9999995],
        "nan": [NAN, 1.25, NAN],
        "all nan": [NAN, NAN],
        "inf": [INF, 1.5, -INF],
        "inf and long": [INF, 123456.123456],
        "nan and 1e10": [NAN, 1e10],
        "negative": [-1.5, -1234567.5],
        "negative long": [-1234567.123456],
        "probabilities": [0.98, 0.015, 0.005],
        "long whole": [123456789012.0],
        "100000000": [100000000.0, 2.0],
    }
    for name, values in columns.items():
        add("float " + name, ["value"], [values])


def random_floats():
    source = random.Random(7)
    for case in range(14):
        low, high = [(-8, 2), (0, 5), (-3, 9), (5, 12), (-6, -2), (0, 1), (-7, 7)][case % 7]
        columns = []
        for _ in range(3):
            digits = source.choice([1, 2, 4, 7, 15])
            values = [source.choice([-1, 1]) * 10 ** source.uniform(low, high) for _ in range(5)]
            columns.append([float(f"{v:.{digits}g}") for v in values])
        add(f"random floats {case}", ["a", "long_name_of_it", "b"], columns)


def texts():
    cases = {
        "html": ["<b>a & b</b>", "x > y", '"quoted" \'text\'', "&amp;"],
        "blanks": ["  lead", "trail  ", "\ttab", "line\nbreak", "cr\r\nlf", "", "\u3000wide\u00a0", " "],
        "back slash": ["a\\nb", "\\"],
        "korean": ["안녕하세요", "가" * 48, "가" * 49, "가" * 50, "가" * 60],
        "emoji": ["😀", "👩‍👩‍👧‍👦" * 9, "é", "😀" * 49, "😀" * 50],
        "limit": ["x" * n for n in (45, 46, 47, 48, 49, 50, 51, 200)],
        "limit and escapes": ["\n" * 24, "\n" * 25, "&" * 49, "<" * 50, "a\tb" * 13],
        "paths": ["thanosql-dataset/mnist_data/train/6782.jpg", "6782.jpg"],
        "none": ["a", None, "None", "NaN"],
        "one letter": ["a"],
        "line separators": ["a\u2028b", "a\x0bb\x1c", "\u200bx"],
    }
    for name, values in cases.items():
        add("text " + name, ["text"], [values])


def mixtures():
    add("bool", ["flag"], [[True, False]])
    add("bool and null", ["flag"], [[True, None, False]])
    add("all null", ["a", "b"], [[None, None], [1, 2]])
    add("int and null", ["label"], [[5, None, -7]])
    add("big int and null", ["label"], [[9007199254740993, None]])
    add("ints", ["a", "b"], [[0, -1, 10], [9223372036854775807, -9223372036854775808, 5]])
    add("int and real", ["a"], [[1, 2.5, None]])
    add("int and text", ["a"], [[1, "two", None, 3]])
    add("real and text", ["a"], [[1.5, "two", None, 1e20, 0.1234567, 1e-9, -2.0, INF]])
    add("long real and text", ["a"], [[1e60, "two"]])
    add("bool and int", ["a"], [[True, 2, None]])
    add("bool and real", ["a"], [[True, 2.5]])
    add("vectors", ["image_path", "embedding"],
        [["a.jpg", "b.jpg", "c.jpg"],
         [Vector([0.8833517, -0.25, 1e-05, 1.0, 3.4e38, 0.1, 0.7, 0.3]), Vector([0.5, 1.0]), Vector([])]])
    add("vector edges", ["v"],
        [[Vector([1e16, 1e15]), Vector([0.0001, -0.0]), Vector([0.00001234, 123456.7]), Vector([16777216, 1.17549435e-38]),
          Vector([0.125] * 7), Vector([i / 3 for i in range(128)]), Vector([0.0] * 9), Vector([0.0] * 10),
          Vector([100, 1234567, 12345678900]), Vector([INF, -INF, NAN])]])
    add("blobs", ["b"], [[b"\xd7abc", b"", b"it's", b"it's \"x\"", b"\n\t\r\\", bytes(range(60)), b"x" * 46, b"x" * 47]])
    add("vector and null", ["v"], [[Vector([1.5]), None]])
    add("search", ["image_path", "filename", "label", "my_image_search_model_simclr_similarity1"],
        [["thanosql-dataset/mnist_data/test/%d.jpg" % n for n in (923, 4590)], ["923.jpg", "4590.jpg"], [8, 8], [1.0, 0.997317]])


def shapes():
    add("empty", ["a"], [[]])
    add("empty of three", ["a", "b<c", "한글"], [[], [], []])
    add("empty and wide", [f"c{i}" for i in range(30)], [[] for _ in range(30)])
    add("empty and very wide", [f"c{i}" for i in range(130)], [[] for _ in range(130)])
    add("one cell", ["count"], [[200]])
    for count in (2, 10, 60, 61):
        add_counted(f"{count} rows", ["a", "b"], count, [0, 1000])
    for count in (100, 200, 999, 1000, 1001, 12345):
        add_counted(f"{count} rows", ["id"], count, [1])
    for count in (19, 20, 21, 30):
        add(f"{count} columns", [f"c{i}" for i in range(count)], [[i, -i] for i in range(count)])
    add_counted("200 rows, 21 columns", [f"name_{i}" for i in range(21)], 200, list(range(21)))
    add_counted("61 rows, 6 long columns", ["a_rather_long_name_%d" % i for i in range(6)], 61, list(range(6)))
    add("wide, of several types", [f"c{i}" for i in range(30)], [[[i], [i + 0.5], ["x"], [True]][i % 4] for i in range(30)])
    add("duplicate names", ["a", "a", "b"], [[1, 2], ["x", "y"], [1.5, 2.5]])
    add("duplicate names, other order", ["a", "a"], [["x", "y"], [1, 2]])
    add("names", ["<b>", "a\nb", "x" * 60, "한글 이름", " lead", "", "A&B"], [[1], ["b"], ["c"], ["d"], [5.0], ["e"], [True]])
    add("long name over long text", ["n" * 70, "b"], [["y" * 70, "z"], [1, 2]])
    add("width 80", ["a", "b"], [["x" * 37], ["y" * 36]])
    for width in range(31, 37):
        add(f"width {width}", ["a", "b"], [["x" * 40, "z"], ["y" * width, "z"]])
    add("long text among 61 rows", ["t", "n", "v"],
        [[("t" if i % 2 else "longer text ") * (i % 7) for i in range(61)], [i % 3 for i in range(61)], [i / 8 for i in range(61)]])
    add("null past the shown rows", ["n", "b"], [[i if i != 30 else None for i in range(61)], [True if i != 30 else None for i in range(61)]])


def main():
    if not pandas.__version__.startswith("1.5."):
        sys.exit("needs pandas 1.5, found " + pandas.__version__)
    pandas.set_option("display.max_columns", 20)  # what a notebook has; a script would get 0
    CASES.append({"style": "", "pandas": pandas.__version__})
    floats()
    random_floats()
    texts()
    mixtures()
    shapes()
    print("[" + ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in CASES) + "]")


main()
