"""Write mnist_ids.c from mnist_data_ids.csv (columns split,index,label; both beside this script)."""
import csv
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """/* Which of MNIST's 60,000 training pictures are in mnist_data: made from mnist_data_ids.csv by mnist_ids.py. */
#include "lang/data/mnist.h"

/* clang-format off */
"""

rows = {"train": [], "test": []}
with open(HERE / "mnist_data_ids.csv", newline="") as file:
    for row in csv.DictReader(file):
        rows[row["split"]].append("{%d, %d}" % (int(row["index"]), int(row["label"])))

with open(HERE / "mnist_ids.c", "w") as out:
    out.write(HEAD)
    for split, cells in rows.items():
        out.write("const struct sample_row mnist_%s_rows[MNIST_%s] = {\n" % (split, split.upper()))
        for start in range(0, len(cells), 8):
            out.write("    " + ", ".join(cells[start:start + 8]) + ",\n")
        out.write("};\n")
