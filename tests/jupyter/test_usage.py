"""usage_request, an extension of ipykernel's that resource monitors ask."""
import os
import socket

import psutil


def test_usage(kernel, client):
    first = client.request("control", "usage_request").content
    assert first["pid"] == kernel.pid and first["hostname"] == socket.gethostname()
    assert first["cpu_count"] == os.cpu_count() and first["kernel_cpu"] == 0 and "host_cpu_percent" not in first
    assert 0.1 < first["kernel_memory"] / psutil.Process(kernel.pid).memory_info().rss <= 1.1
    memory = psutil.virtual_memory()
    assert first["host_virtual_memory"]["total"] == memory.total
    assert abs(first["host_virtual_memory"]["available"] - memory.available) < 0.2 * memory.total


def test_shares_are_of_the_time_between(client):
    client.request("control", "usage_request")
    client.run("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n", seconds=60)
    busy = client.request("control", "usage_request").content
    # All threads together: the cell's, and those that speak. 5 for two clocks that are not read at once.
    assert 5 < busy["kernel_cpu"] <= 100 * os.cpu_count() + 5 and 0 < busy["host_cpu_percent"] <= 100
    client.quiet(0.5)
    assert client.request("control", "usage_request").content["kernel_cpu"] < busy["kernel_cpu"] / 2


def test_threads_that_are_no_number(start):
    """Said in the log, once; all cores are used."""
    kernel = start(environment={"THANOSQL_THREADS": "abc"})
    assert kernel.log.count("THANOSQL_THREADS is 'abc'") == 1 and kernel.log.count("\n") == 1
    kernel = start(environment={"THANOSQL_THREADS": "1"})
    assert kernel.log == ""


def test_not_on_shell(client):
    """It belongs to control, where it is answered while a cell runs."""
    request = client.send("shell", "usage_request")
    client.outputs(request)
    assert client.receive("shell", 0.05) is None
