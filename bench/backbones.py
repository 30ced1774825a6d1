"""Default features beside a trained network, on digits and photographs: 1-NN of queries that no training sees, among the
pictures that were trained on, and seconds of BUILD.

    backbones.py [--pictures 1000] [--backbone cnn] [--more "width=16"] [--seeds 3] [--pretrained]

With --pretrained not a trained network but EfficientNet-Lite0's weights, joined with the default features and alone.

Needs THANOSQL_DATASET_MIRROR with mnist/ and cifar10_sample.tar.gz (1,000 photographs); says what it leaves out.
"""
import argparse

import numpy
from PIL import Image

from digits import MIRROR, read_idx, tutorial_digits
from engine import engine
from measures import nearest_label
from retrieval import labels_of, write_pictures

PRETRAINED = ["pretrained=True", "pretrained=True, embedding_size=128", "pretrained=True, features='network'"]
BUILD = "BUILD MODEL m USING SimCLR OPTIONS (seed={seed}, overwrite=True{more}) AS SELECT * FROM train"


def give_digits(run, count):
    """The tutorial's 1,000, or the first `count` of MNIST's; and its 10,000 test digits."""
    if count == 1000:
        pictures, labels = tutorial_digits()["train"]
    else:
        pictures, labels = (read_idx(f"train-{what}.gz")[:count] for what in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    ask = read_idx("t10k-images-idx3-ubyte.gz"), read_idx("t10k-labels-idx1-ubyte.gz")
    for name, (some, of) in {"train": (pictures, labels), "ask": ask}.items():
        run(f"COPY {name} FROM '{write_pictures(run.workspace / name, map(Image.fromarray, some), of)}'")


def give_photographs(run):
    run("GET THANOSQL DATASET cifar10_sample; COPY train FROM 'thanosql-dataset/cifar10_sample/cifar10_train.csv';"
        "COPY ask FROM 'thanosql-dataset/cifar10_sample/cifar10_test.csv'")


def fetch_weights(run, wanted):
    if wanted:
        run("GET THANOSQL MODEL efficientnet_lite0")


def measure(run, what, more, seeds):
    labels = {table: labels_of(run, table) for table in ("train", "ask")}
    found, seconds = [], []
    for seed in range(1, seeds + 1):
        seconds.append(run(BUILD.format(seed=seed, more=more)))
        for table in labels:
            run(f"CONVERT USING m OPTIONS (table_name='v_{table}', result_col='v') AS SELECT image_path, label FROM {table}")
        v = {table: run.vectors(f"v_{table}", "v") for table in labels}
        found.append(nearest_label(v["ask"], labels["ask"], v["train"], labels["train"]))
    print(f"  {what:40} 1-NN {min(found):.3f} to {max(found):.3f}, {numpy.median(seconds):7.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--backbone", default="cnn")
    parser.add_argument("--more", default="")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--pretrained", action="store_true")
    a = parser.parse_args()
    more = f", {a.more}" if a.more else ""
    ways = {"default": "", f"backbone='{a.backbone}'{more}": f", backbone='{a.backbone}'{more}"}
    if a.pretrained:
        ways = {said + more: f", {said}{more}" for said in PRETRAINED}
    if not (MIRROR / "mnist").is_dir():
        print("THANOSQL_DATASET_MIRROR names no folder with mnist/: nothing is measured")
        return
    print(f"{a.pictures} digits of MNIST to fit, 10,000 to ask")
    with engine() as run:
        fetch_weights(run, a.pretrained)
        give_digits(run, a.pictures)
        for what, said in ways.items():
            measure(run, what, said, a.seeds)
    if a.pictures > 1000 or not (MIRROR / "cifar10_sample.tar.gz").is_file():
        print("photographs are left out: the mirror has at most 1,000 of CIFAR-10 to fit")
        return
    print("1,000 photographs of CIFAR-10 to fit, 2,000 to ask")
    with engine() as run:
        fetch_weights(run, a.pretrained)
        give_photographs(run)
        for what, said in ways.items():
            measure(run, what, said, a.seeds)


if __name__ == "__main__":
    main()
