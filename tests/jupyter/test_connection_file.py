"""Every sound connection file starts a usable kernel; an unsound one, or a port that is taken, ends it at once with a
line that says why."""
import json
import socket
import subprocess

import pytest

from process import BINARY, PORTS, connection, refusal

USABLE = {
    "tcp": {}, "ipc": {"transport": "ipc"}, "string ports": {"ports": str}, "ipc, string ports": {"transport": "ipc", "ports": str},
    "sha512": {"scheme": "hmac-sha512"}, "md5": {"scheme": "hmac-md5"}, "sha384": {"scheme": "hmac-sha384"},
    "long key": {"key": "k" * 1000}, "key that is not ASCII": {"key": "열쇠 🔑"},
    "extra arguments": {"arguments": ["--HistoryManager.enabled=False", "-x", "more", "--log-level=10", "--ip", "1.2.3.4"]},
}


@pytest.mark.parametrize("how", USABLE)
def test_usable(start, connect, how):
    client = connect(start(**USABLE[how]))
    assert client.run("SELECT 1 AS one").types == ["execute_input", "execute_result"]
    assert client.request("control", "kernel_info_request").status == "ok"


@pytest.mark.parametrize("port", PORTS)
def test_taken_port(folder, port):
    description = connection(folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        description[port] = taken.getsockname()[1]
        status, words = refusal(folder, json.dumps(description))
    assert status > 0 and str(description[port]) in words and "in use" in words, words


def changed(**how):
    return lambda description: json.dumps(description | how)


def without(key):
    return lambda description: json.dumps({k: v for k, v in description.items() if k != key})


BAD = {  # what becomes of a sound file, and a word that must be in the message
    "empty": (lambda d: "", "JSON"), "not JSON": (lambda d: "{'ip':", "JSON"), "a list": (lambda d: "[]", "JSON"),
    "binary": (lambda d: "\x00\x01\x02", "JSON"), "cut off": (lambda d: json.dumps(d)[:-20], "JSON"),
    "port too large": (changed(shell_port=65536), "shell_port"), "port 0": (changed(hb_port=0), "hb_port"),
    "negative port": (changed(iopub_port=-5), "iopub_port"), "port in words": (changed(stdin_port="many"), "stdin_port"),
    "half a number": (changed(control_port="80x"), "control_port"), "no number": (changed(control_port=1.5), "control_port"),
    "huge port": (changed(shell_port=2**40 + 80), "shell_port"), "huge port in words": (changed(shell_port="9" * 30), "shell_port"),
    "no port": (without("hb_port"), "hb_port"), "no ip": (without("ip"), "ip"), "ip 5": (changed(ip=5), "ip"),
    "unknown transport": (changed(transport="udp"), "transport"), "transport 3": (changed(transport=3), "transport"),
    "unknown scheme": (changed(signature_scheme="hmac-nonsense"), "signature_scheme"),
    "no scheme": (changed(signature_scheme="sha256"), "signature_scheme"),
    "scheme 7": (changed(signature_scheme=7), "signature_scheme"), "cut scheme": (changed(signature_scheme="hmac-"), "signature_scheme"),
    "key that is no string": (changed(key=12345), "key"), "no such interface": (changed(ip="192.0.2.1"), "192.0.2.1"),
}


@pytest.mark.parametrize("how", BAD)
def test_bad_file(folder, how):
    change, word = BAD[how]
    status, words = refusal(folder, change(connection(folder)))
    assert status > 0 and words.startswith("thanosql-kernel: ") and word in words and words.count("\n") == 1, words


@pytest.mark.parametrize("arguments", [["-f", "/no/such/file.json"], ["/no/such/file.json"], ["-f", "/"]])
def test_missing_file(arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=5)
    assert done.returncode > 0 and done.stderr.startswith("thanosql-kernel: ") and arguments[-1] in done.stderr


def test_a_long_path_for_ipc(folder):
    """Longer than the address of a Unix socket can be."""
    status, words = refusal(folder, json.dumps(connection(folder / ("x" * 200), transport="ipc")))
    assert status > 0 and "ipc://" in words


def test_without_a_file():
    for arguments, status in ([], 1), (["--help"], 0):
        done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=5)
        assert done.returncode == status and "usage" in done.stderr
