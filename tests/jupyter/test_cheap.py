"""A kernel is cheap: quick to start, quick to answer, small, and asleep when idle, ten of them as one. Bounds are for the best
of a few, since the machine has other work; bench/latency.py prints the figures beside ipykernel's."""
import contextlib
import json
import os
import time

import psutil
import pytest

from process import Kernel, connection, launch, switches
from wire import Client

pytestmark = pytest.mark.skipif("/san/" in os.environ.get("THANOSQL_KERNEL", ""), reason="a sanitizer makes it slow and large")

START, CELL, WORST_CELL = 0.040, 0.0015, 0.004  # seconds: first kernel_info, trivial cell in the middle and at 95 %
MEMORY = 20  # MiB


def first_reply(folder):
    """Seconds from the start of the process to the reply to a kernel_info_request."""
    class Coming:
        connection, log, endpoint = connection(folder, transport="ipc"), "", Kernel.endpoint
    place = f"{Coming.connection['ip']}-{Coming.connection['shell_port']}"
    began = time.monotonic()
    process = launch(folder, json.dumps(Coming.connection))
    try:
        while not os.path.exists(place):  # a socket that is refused would wait before it tries again
            assert process.poll() is None and time.monotonic() < began + 10
            time.sleep(0.001)
        client = Client(Coming(), topics=None)
        client.reply(client.send("shell", "kernel_info_request"))
        seconds = time.monotonic() - began
        client.close()
        return seconds
    finally:
        process.kill()
        process.wait()


def test_start(folder):
    times = []
    for i in range(15):
        (folder / str(i)).mkdir()
        times.append(first_reply(folder / str(i)))
    assert min(times) < START, times


def cell_times(client, count=200):
    times = []
    for _ in range(count):
        began = time.monotonic()
        client.reply(client.execute("SELECT 1"))
        times.append(time.monotonic() - began)
    return sorted(times)


def test_trivial_cell(client):
    client.run("SELECT 1")
    rounds = [cell_times(client) for _ in range(5)]
    assert min(r[100] for r in rounds) < CELL and min(r[190] for r in rounds) < WORST_CELL, [(r[100], r[190]) for r in rounds]


def test_memory(kernel, client):
    assert client.run("SELECT 1").status == "ok"
    assert psutil.Process(kernel.pid).memory_info().rss < MEMORY << 20


def test_ten_sleep(folder):
    """Ten kernels that were used, one of them in five shells: no processor time, and not one of their threads wakes."""
    with contextlib.ExitStack() as stack:
        kernels = []
        for i in range(10):
            (folder / str(i)).mkdir()
            kernels.append(stack.enter_context(contextlib.closing(Kernel(folder / str(i)))))
            client = stack.enter_context(contextlib.closing(Client(kernels[-1]).welcome()))
            assert client.run("SELECT 1").status == "ok"
        for _ in range(4):
            subshell = client.request("control", "create_subshell_request").content["subshell_id"]
            assert client.run("SELECT 1", subshell=subshell).status == "ok"
        time.sleep(0.5)
        processes = [psutil.Process(k.pid) for k in kernels]

        def used():
            return [(sum(p.cpu_times()[:2]), switches(p.pid)) for p in processes]
        before = used()
        time.sleep(3)
        assert used() == before
