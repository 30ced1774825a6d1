"""How well the stored vectors find their like: the tutorial's digits, photographs, near-duplicates; beside raw pixels.

    retrieval.py [--seeds 3]

Needs THANOSQL_DATASET_MIRROR with mnist/ and cifar10_sample.tar.gz; says what it leaves out.
"""
import argparse
import csv

import numpy
from PIL import Image

from changes import CHANGES
from digits import MIRROR, read_idx
from engine import engine
from measures import leave_one_out, nearest_label, unit
from stem import gradient_stem

MODEL = "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, seed={seed}, overwrite=True{more}) AS SELECT * FROM {table}"


def write_pictures(folder, pictures, labels):
    """JPEGs and the CSV file that COPY reads; its path."""
    folder.mkdir()
    with open(folder / "all.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["image_path", "label"])
        for i, (picture, label) in enumerate(zip(pictures, labels)):
            picture.save(folder / f"{i}.jpg", quality=95)
            out.writerow([f"{folder.name}/{i}.jpg", label])
    return f"{folder.name}/all.csv"


def pixels(workspace, paths, mode):
    raw = numpy.array([numpy.asarray(Image.open(workspace / p).convert(mode), float).ravel() for p in paths])
    return raw


def show(what, values):
    print(f"  {what:44}" + "  ".join(f"{v:.3f}" for v in values), flush=True)


def labels_of(run, table):
    return numpy.array([r[0] for r in run.rows(f"SELECT label FROM {table} ORDER BY rowid")])


def paths_of(run, table):
    return [r[0] for r in run.rows(f"SELECT image_path FROM {table} ORDER BY rowid")]


def embed(run, tables):
    for table in tables:
        run(f"CONVERT USING m OPTIONS (table_name='{table}', result_col='v') AS SELECT image_path, label FROM {table}")


def bench_digits(run, seeds):
    print("digits: mnist_data, one epoch; P@1 P@3 P@10 mAP in the 200, then 1-NN of the 10,000 against the 1,000")
    test = [Image.fromarray(p) for p in read_idx("t10k-images-idx3-ubyte.gz")]
    run("GET THANOSQL DATASET mnist_data")
    path = write_pictures(run.workspace / "digits", test, read_idx("t10k-labels-idx1-ubyte.gz"))
    run("COPY train FROM 'thanosql-dataset/mnist_data/mnist_train.csv';"
        f"COPY sample FROM 'thanosql-dataset/mnist_data/mnist_test.csv'; COPY test FROM '{path}'")
    labels = {t: labels_of(run, t) for t in ("train", "sample", "test")}
    raw = {t: pixels(run.workspace, paths_of(run, t), "L") for t in labels}
    show("raw pixels", [*leave_one_out(raw["sample"], labels["sample"]),
                        nearest_label(raw["test"], labels["test"], raw["train"], labels["train"])])
    for more in ("", ", label_col='label'"):
        for seed in seeds:
            run(MODEL.format(seed=seed, more=more, table="train"))
            embed(run, labels)
            v = {t: run.vectors(t, "v") for t in labels}
            show(f"stored vectors, {'with labels, ' if more else ''}seed {seed}",
                 [*leave_one_out(v["sample"], labels["sample"]),
                  nearest_label(v["test"], labels["test"], v["train"], labels["train"])])


def bench_photos(run, seeds):
    print("photographs: 1,000 of CIFAR-10 to fit, 2,000 to ask; 1-NN, P@3, P@10 against the 1,000")
    run("GET THANOSQL DATASET cifar10_sample;"
        "COPY photos FROM 'thanosql-dataset/cifar10_sample/cifar10_train.csv';"
        "COPY queries FROM 'thanosql-dataset/cifar10_sample/cifar10_test.csv'")
    labels = {t: labels_of(run, t) for t in ("photos", "queries")}
    raw = {t: pixels(run.workspace, paths_of(run, t), "RGB") for t in labels}
    centre = raw["photos"].mean(0)
    show("raw pixels, centred", [nearest_label(raw["queries"] - centre, labels["queries"], raw["photos"] - centre,
                                               labels["photos"], k) for k in (1, 3, 10)])
    stem = gradient_stem([raw[t].reshape(len(raw[t]), 32, 32, 3) for t in labels])
    show("a plain stem: gradients, colour, PCA", [nearest_label(stem[1], labels["queries"], stem[0], labels["photos"], k)
                                                  for k in (1, 3, 10)])
    for more in ("", ", label_col='label'"):
        for seed in seeds:
            run(MODEL.format(seed=seed, more=more, table="photos"))
            embed(run, labels)
            v = {t: run.vectors(t, "v") for t in labels}
            show(f"stored vectors, {'with labels, ' if more else ''}seed {seed}",
                 [nearest_label(v["queries"], labels["queries"], v["photos"], labels["photos"], k) for k in (1, 3, 10)])


def bench_duplicates(run, seeds):
    print("near-duplicates: 500 of the queries changed, and searched among the 2,000; recall@1 (raw pixels last)")
    paths = paths_of(run, "queries")[:500]
    pictures = [Image.open(run.workspace / p).convert("RGB") for p in paths]
    ask = pixels(run.workspace, paths_of(run, "queries"), "RGB")
    found = {name: [] for name in CHANGES}
    for i, (name, change) in enumerate(CHANGES.items()):
        changed = [change(p) for p in pictures]
        path = write_pictures(run.workspace / f"changed{i}", changed, range(500))
        run(f"COPY changed{i} FROM '{path}'")
    for seed in seeds:
        run(MODEL.format(seed=seed, more="", table="photos"))
        embed(run, ["queries", *(f"changed{i}" for i in range(len(CHANGES)))])
        gallery = unit(run.vectors("queries", "v"))
        for i, name in enumerate(CHANGES):
            best = (unit(run.vectors(f"changed{i}", "v")) @ gallery.T).argmax(1)
            found[name].append((best == numpy.arange(500)).mean())
    centre = ask.mean(0)
    for i, name in enumerate(CHANGES):
        raw = numpy.array([numpy.asarray(Image.open(run.workspace / p).convert("RGB").resize((32, 32), Image.BICUBIC), float).ravel()
                           for p in paths_of(run, f"changed{i}")])
        best = (unit(raw - centre) @ unit(ask - centre).T).argmax(1)
        show(name, [*found[name], (best == numpy.arange(500)).mean()])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(1, parser.parse_args().seeds + 1)
    if not (MIRROR / "mnist").is_dir():
        print("digits and photographs are left out: THANOSQL_DATASET_MIRROR names no folder with mnist/")
        return
    with engine() as run:
        bench_digits(run, seeds)
    if (MIRROR / "cifar10_sample.tar.gz").is_file():
        with engine() as run:
            bench_photos(run, seeds)
            bench_duplicates(run, seeds)
    else:
        print("photographs are left out: the mirror has no cifar10_sample.tar.gz")


if __name__ == "__main__":
    main()
