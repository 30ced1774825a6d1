"""A kernel that does nothing says nothing and costs nothing; and how it describes itself."""
import time

import psutil
import pytest

from process import switches

SECONDS = 3


@pytest.mark.parametrize("code", ["", "SELECT 1 AS one"], ids=["new", "used"])
def test_idle(kernel, client, code):
    """Clients wait for iopub to fall silent, so nothing is ever published on a timer."""
    client.run(code)
    process = psutil.Process(kernel.pid)
    time.sleep(0.5)
    before, woken = process.cpu_times(), switches(kernel.pid)
    assert client.quiet(SECONDS) == []
    after = process.cpu_times()
    assert after.user + after.system == before.user + before.system, "time in use, in steps of 10 ms"
    assert switches(kernel.pid) == woken


def test_idle_after_training(kernel, client, pictures):
    assert client.run("BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 100").status == "ok"
    process = psutil.Process(kernel.pid)
    time.sleep(0.5)
    before = sum(process.cpu_times()[:2])
    assert client.quiet(1) == [] and sum(process.cpu_times()[:2]) - before < 0.02


def test_description(client):
    """The shape of the reply, and that no field of language_info is empty, is in messages.py."""
    told = client.request("shell", "kernel_info_request").content
    assert told["implementation"] == "thanosql-kernel" and told["protocol_version"] == "5.5"
    language = told["language_info"]
    assert language["name"] == "thanosql" and language["file_extension"] == ".sql"


def test_lexer_exists(client):
    from pygments.lexers import get_lexer_by_name
    language = client.request("shell", "kernel_info_request").content["language_info"]
    assert get_lexer_by_name(language["pygments_lexer"]) and language["codemirror_mode"].startswith("text/")
