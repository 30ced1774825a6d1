"""PyTorch's images per second with the same networks, batch and threads as networks.c, side by side:

    python3 bench/peer_networks.py build/bench/networks [seconds]

Prints a row a case: ours, PyTorch's, and the ratio, by the clock and by processor time (on a busy machine the threads of
PyTorch wait for each other while they burn time, so there the second with one thread is the fair one), and how much of
our time the products alone would take at the peak of the inner loop. The two take turns, so that a machine that slows
down slows both. THANOSQL_THREADS: threads of both."""
import os
import subprocess
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "parity"))
from make_parity import Cnn, Lite0, Resnet, WithHead, ntxent  # noqa: E402

THREADS = int(os.environ.get("THANOSQL_THREADS", os.cpu_count()))
CASES = [  # arch, width, size, channels, batch, what, ratio to hold
    ("cnn", 32, 28, 1, 256, "train", 0.8),
    ("resnet18", 16, 32, 3, 128, "train", 0.7),
    ("resnet50", 64, 224, 3, 8, "infer", 0.7),
    ("efficientnet_lite0", 32, 160, 3, 32, "infer", 0.8),
    ("efficientnet_lite0", 32, 128, 3, 32, "infer", 0.8),
]


def network(arch, width, size, channels):
    if arch == "cnn":
        return Cnn(width, channels)
    if arch == "efficientnet_lite0":
        return Lite0()
    blocks = [2, 2, 2, 2] if arch == "resnet18" else [3, 4, 6, 3]
    return Resnet(width, channels, blocks, arch == "resnet50", size < 64)


def peer(arch, width, size, channels, batch, what, seconds, last):
    torch.set_num_threads(THREADS)
    model = network(arch, width, size, channels)
    x = torch.randn(batch, channels, size, size)
    if last:
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    if what == "train":
        model = WithHead(model, 128).train()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

        def step():
            optimizer.zero_grad()
            ntxent(model(x)[1], 0.5).backward()
            optimizer.step()
    else:
        model.eval()
        step = torch.inference_mode()(lambda: model(x))
    for budget in (seconds / 4, seconds):
        start, processor, steps = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - start < budget:
            step()
            steps += 1
    return steps * batch / (time.perf_counter() - start), steps * batch / (time.process_time() - processor)


def main():
    program, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 4
    for arch, width, size, channels, batch, what, least in CASES:
        rounds = []
        for _ in range(3):
            arguments = [str(v) for v in (arch, width, size, channels, batch, what, seconds)]
            text = subprocess.run([program, *arguments], check=True, capture_output=True, text=True,
                                  env={**os.environ, "THANOSQL_THREADS": str(THREADS)}).stdout.strip()
            theirs = max(peer(arch, width, size, channels, batch, what, seconds / 2, last) for last in (False, True))
            ours = [float(part.split()[0]) for part in text.split(", ")[:2]]
            rounds.append(([a / b for a, b in zip(ours, theirs)], text, theirs))
        (clock, processor), text, theirs = sorted(rounds)[1]
        print(f"{arch} width {width}, {size} px, batch {batch}, {what}: {text}; PyTorch {torch.__version__}: "
              f"{theirs[0]:.1f} images/s, {theirs[1]:.1f}; ratio {clock:.2f}, {processor:.2f} (to hold: {least})",
              flush=True)


if __name__ == "__main__":
    main()
