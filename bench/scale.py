"""BUILD and CONVERT of 1,000, 10,000 and 100,000 generated pictures: seconds, and the most memory the kernel ever had.

    scale.py
"""
import numpy
import psutil
from PIL import Image

from engine import engine

SIZES = (1000, 10000, 100000)


def write_pictures(folder, count):
    """Blots of a random place, size and shade, 32x32, in folders of 1,000; and one CSV file for each size."""
    rng = numpy.random.default_rng(0)
    y, x = numpy.mgrid[:32, :32]
    paths = []
    for i in range(count):
        cx, cy, radius, shade = rng.uniform(6, 26), rng.uniform(6, 26), rng.uniform(2, 12), rng.uniform(60, 255, 3)
        blot = numpy.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius ** 2))[..., None] * shade
        parent = folder / f"pictures/{i // 1000}"
        parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((blot + rng.uniform(0, 20, blot.shape)).clip(0, 255).astype(numpy.uint8)).save(parent / f"{i}.jpg")
        paths.append(f"pictures/{i // 1000}/{i}.jpg\n")
    for size in SIZES:
        (folder / f"t{size}.csv").write_text("image_path\n" + "".join(paths[:size]))


def main():
    print(f"  {'pictures':>9}{'BUILD, s':>10}{'CONVERT, s':>12}{'pictures/s':>12}{'peak, MiB':>11}")
    with engine() as run:
        write_pictures(run.workspace, SIZES[-1])
        process = psutil.Process(run.run_cell.manager.provisioner.process.pid)
        for size in SIZES:
            run(f"COPY t{size} FROM 't{size}.csv'")
            build = run(f"BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, overwrite=True) AS SELECT * FROM t{size}")
            convert = run(f"CONVERT USING m OPTIONS (table_name='t{size}') AS SELECT image_path FROM t{size}")
            with open(f"/proc/{process.pid}/status") as status:
                peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
            print(f"  {size:9,}{build:10.2f}{convert:12.2f}{size / convert:12.0f}{peak:11.0f}", flush=True)


if __name__ == "__main__":
    main()
