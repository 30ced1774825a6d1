"""Start, trivial cell, memory and idleness of the kernel beside ipykernel, both through jupyter_client, turn by turn.

    latency.py [--runs 10]
"""
import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import psutil
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

from engine import cells

CELLS, IDLE_SECONDS = 100, 5
ARGV = {"thanosql": [str(cells.BINARY), "-f", "{connection_file}"],
        "ipykernel": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
CODE = {"thanosql": "SELECT 1", "ipykernel": "1"}


def wait_until_it_listens(port):
    """A ZeroMQ socket that is refused tries again after a tenth of a second, which would be most of the figure."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.001)


def start(name, workspace):
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(argv=ARGV[name], display_name=name, language=name, env={})
    started = time.perf_counter()
    manager.start_kernel(env=dict(os.environ, THANOSQL_WORKSPACE=workspace), stderr=subprocess.DEVNULL)
    wait_until_it_listens(manager.shell_port)
    client = manager.client()
    client.start_channels()
    client.kernel_info()
    client.get_shell_msg(timeout=60)
    return manager, client, time.perf_counter() - started


def cell(client, code):
    started = time.perf_counter()
    message = client.execute(code)
    while client.get_shell_msg(timeout=10)["parent_header"].get("msg_id") != message:
        pass
    return time.perf_counter() - started


def measure(name, workspace):
    manager, client, begin = start(name, workspace)
    try:
        client.wait_for_ready(timeout=30)
        cell(client, CODE[name])
        times = [cell(client, CODE[name]) for _ in range(CELLS)]
        process = psutil.Process(manager.provisioner.process.pid)
        before, switches = process.cpu_times(), process.num_ctx_switches()
        time.sleep(IDLE_SECONDS)
        after, later = process.cpu_times(), process.num_ctx_switches()
        return {"start, ms": begin * 1e3, "cell p50, ms": statistics.median(times) * 1e3,
                "cell p95, ms": sorted(times)[int(.95 * CELLS)] * 1e3,
                "memory, MiB": process.memory_info().rss / 2**20, "threads": process.num_threads(),
                "idle CPU, %": 100 * (after.user + after.system - before.user - before.system) / IDLE_SECONDS,
                "idle switches/s": (sum(later) - sum(switches)) / IDLE_SECONDS}
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    seen = {name: [] for name in ARGV}
    with tempfile.TemporaryDirectory() as workspace:
        for _ in range(runs):
            for name in ARGV:
                seen[name].append(measure(name, workspace))
    print(f"  {'median of ' + str(runs) + ' runs':20}{'ours':>10}{'ipykernel':>12}{'ratio':>8}")
    for what in seen["thanosql"][0]:
        ours, peer = (statistics.median(r[what] for r in seen[name]) for name in ARGV)
        print(f"  {what:20}{ours:10.2f}{peer:12.2f}{peer / ours if ours else float('inf'):8.1f}")


if __name__ == "__main__":
    main()
