"""The photograph sample from the mirror folder, as arrays."""
import csv
import io
import tarfile

import numpy
from PIL import Image

from digits import MIRROR

SAMPLE = MIRROR / "cifar10_sample.tar.gz"


def photographs():
    """{"train": 1,000, "test": 2,000}: each (pictures (n, 32, 32, 3), labels)."""
    parts = {}
    with tarfile.open(SAMPLE) as archive:
        for part in ("train", "test"):
            table = archive.extractfile(f"cifar10_sample/cifar10_{part}.csv")
            rows = list(csv.DictReader(io.TextIOWrapper(table)))
            files = [archive.extractfile(r["image_path"].removeprefix("thanosql-dataset/")) for r in rows]
            parts[part] = (numpy.array([numpy.asarray(Image.open(f).convert("RGB")) for f in files]),
                           numpy.array([r["label"] for r in rows]))
    return parts
