"""MNIST from the mirror folder: the tutorial's sample and the 10,000 test digits, as arrays."""
import csv
import gzip
import os
import pathlib

import numpy

MIRROR = pathlib.Path(os.environ.get("THANOSQL_DATASET_MIRROR", "nowhere"))
SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "lang/data/mnist_data_ids.csv"


def read_idx(name):
    data = gzip.decompress((MIRROR / "mnist" / name).read_bytes())
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(shape)


def tutorial_digits():
    """{"train": 1,000, "sample": 200, "test": 10,000}: each (pictures (n, 28, 28), labels)."""
    pictures, labels = read_idx("train-images-idx3-ubyte.gz"), read_idx("train-labels-idx1-ubyte.gz")
    with open(SAMPLE, newline="") as file:
        rows = list(csv.DictReader(file))
    ids = {part: [int(r["index"]) for r in rows if r["split"] == part] for part in ("train", "test")}
    return {"train": (pictures[ids["train"]], labels[ids["train"]]),
            "sample": (pictures[ids["test"]], labels[ids["test"]]),
            "test": (read_idx("t10k-images-idx3-ubyte.gz"), read_idx("t10k-labels-idx1-ubyte.gz"))}
