"""How long the tutorial's statements take, and how quickly pictures become vectors, beside bare decoding.

    speed.py
"""
import pathlib
import subprocess
import sys
import time

import numpy
from PIL import Image

from engine import ROOT, engine

RUNS = 5


def median(values):
    return sorted(values)[len(values) // 2]


def build_times(run):
    build = "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, overwrite=True) AS SELECT * FROM train"
    times = [run(build) for _ in range(RUNS)]
    print(f"  BUILD, 1,000 pictures of 28x28, one epoch   {median(times):.2f} s ({min(times):.2f} to {max(times):.2f})")


def decode_times(files):
    """Seconds for libjpeg-turbo alone to decode the files, on as many processes as there are cores."""
    program = ROOT / "build/bench/decode"
    started = time.perf_counter()
    subprocess.run([program, *map(str, files)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def convert_rate(run, what, table, files):
    convert = f"CONVERT USING m OPTIONS (table_name='done_{table}') AS SELECT image_path FROM {table}"
    times = []
    for _ in range(RUNS):
        run(f"DROP TABLE IF EXISTS done_{table}")
        times.append(run(convert))
    rate, bare = len(files) / min(times), len(files) / min(decode_times(files) for _ in range(RUNS))
    print(f"  CONVERT, {what:34} {rate:8.0f} pictures/s; bare decoding {bare:8.0f}; ratio {rate / bare:.2f}")


def write_table(run, name, pictures, quality):
    folder = run.workspace / name
    folder.mkdir()
    files = []
    for i, picture in enumerate(pictures):
        files.append(folder / f"{i}.jpg")
        picture.save(files[-1], quality=quality)
    (run.workspace / f"{name}.csv").write_text("image_path\n" + "".join(f"{name}/{f.name}\n" for f in files))
    run(f"COPY {name} FROM '{name}.csv'")
    return files


def photographs(count, rng):
    """Pictures of 1 megapixel with edges, gradients and noise, so that they cost what photographs cost to decode."""
    for _ in range(count):
        small = rng.integers(0, 256, (24, 32, 3), numpy.uint8)
        noise = rng.normal(0, 6, (866, 1155, 3))
        big = numpy.asarray(Image.fromarray(small).resize((1155, 866), Image.BICUBIC), float) + noise
        yield Image.fromarray(big.clip(0, 255).astype(numpy.uint8))


def main():
    rng = numpy.random.default_rng(0)
    with engine() as run:
        run("GET THANOSQL DATASET digits_data;"
            "COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv'")
        build_times(run)
        paths = [run.workspace / p for p, in run.rows("SELECT image_path FROM train")]
        small = [Image.open(p) for p in paths]
        files = write_table(run, "many", [small[i % len(small)] for i in range(10000)], 95)
        convert_rate(run, "10,000 JPEG files of 28x28", "many", files)
        files = write_table(run, "large", photographs(1000, rng), 90)
        run("BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, overwrite=True) AS SELECT * FROM large LIMIT 100")
        convert_rate(run, "1,000 JPEG files of 1 megapixel", "large", files)


if __name__ == "__main__":
    if not pathlib.Path(ROOT / "build/bench/decode").exists():
        sys.exit("build/bench/decode is not built: make bench does it")
    main()
