"""Networks in everyday use: what stops, crashes, limits and numbers that run away leave behind."""
import json
import os
import random
import re
import signal
import sqlite3
import struct
import time

import pytest

from cells import Result, model_file

PICTURE = "thanosql-dataset/digits_data/test/0.jpg"
SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv'"""
STOPS = 50


def net(epochs, more="", model="m", rows=60, width=4):
    return (f"BUILD MODEL {model} USING SimCLR OPTIONS (backbone='cnn', width={width}, max_epochs={epochs}, overwrite=True{more}) "
            f"AS SELECT * FROM train LIMIT {rows}")


@pytest.fixture
def cells(start_kernel, tmp_path):
    with start_kernel(tmp_path) as run:
        assert run(SETUP).ok
        yield run


def begin(cells, code):
    """Sends a cell; returns when it runs."""
    request = cells.client.execute(code)
    while True:
        message = cells.client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == "execute_input":
            return request


def end(cells, request):
    outputs = []
    while True:
        message = cells.client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") == request:
            outputs.append((message["msg_type"], message["content"]))
            if message["content"].get("execution_state") == "idle":
                break
    while True:
        message = cells.client.get_shell_msg(timeout=30)
        if message["parent_header"].get("msg_id") == request:
            return Result(message["content"], outputs)


def files(workspace):
    return sorted(p.name for p in (workspace / ".thanosql/models").iterdir())


def checkpoint(workspace):
    return workspace / ".thanosql/models/m.checkpoint"


def wait_until(there):
    until = time.monotonic() + 30
    while not there():
        assert time.monotonic() < until
        time.sleep(0.01)


def stop_when(cells, code, there):
    request = begin(cells, code)
    wait_until(there)
    cells.manager.interrupt_kernel()
    return end(cells, request)


def check_store(workspace):
    with sqlite3.connect(f"file:{workspace}/.thanosql/store.db?mode=ro", uri=True) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        named = [f.removeprefix("models/") for f, in store.execute("SELECT file FROM thanosql_models")]
    assert sorted(named) == [f for f in files(workspace) if f.endswith(".safetensors")]


def test_stops_at_random_moments(cells, tmp_path):
    rng, left = random.Random(1), {"old": 0, "best epoch": 0}
    assert cells(net(1)).ok
    for i in range(STOPS):
        before = model_file(tmp_path, "m").read_bytes()
        request = begin(cells, net(100000, f", seed={i // 4}" + ", on_interrupt='keep'" * (i % 2)))
        time.sleep(rng.uniform(0, 0.4))
        cells.manager.interrupt_kernel()
        stopped = end(cells, request)
        if stopped.ok:
            assert i % 2 and "the best of them is kept" in stopped.stdout
        else:
            assert stopped.ename == "KeyboardInterrupt" and model_file(tmp_path, "m").read_bytes() == before
        left["best epoch" if stopped.ok else "old"] += 1
        others = [f for f in files(tmp_path) if f != model_file(tmp_path, "m").name]
        assert all(re.fullmatch(r"m\.checkpoint(\.[0-9a-f]{16})?", f) for f in others) and len(others) <= 1 + i // 4 + 1
        check_store(tmp_path)
        assert cells("SELECT count(*) FROM (CONVERT USING m AS SELECT * FROM test LIMIT 3)").ok
    print(left)
    assert left["best epoch"] > STOPS / 5 and left["old"] >= STOPS / 2


def test_a_killed_training_goes_on(start_kernel, tmp_path):
    code, rng = net(100, ", seed=5", width=16), random.Random(2)
    with start_kernel(tmp_path) as run:
        assert run(SETUP).ok and run(code).ok
        whole = model_file(tmp_path, "m").read_bytes()
        assert run("DELETE MODEL m").ok and files(tmp_path) == []
    for _ in range(3):
        with start_kernel(tmp_path) as run:
            begin(run, code)
            wait_until(checkpoint(tmp_path).exists)
            time.sleep(rng.uniform(0, 0.3))
            os.kill(run.manager.provisioner.pid, signal.SIGKILL)
    checkpoint(tmp_path).with_name("m.checkpoint.a1B2c3").write_bytes(b"what was being written")
    with start_kernel(tmp_path) as run:
        assert run("SELECT * FROM (LIST MODEL)").ok
        again = run(code)
        assert again.ok and re.search(r"Went on after epoch \d+ of 100, from the checkpoint", again.stdout)
    assert model_file(tmp_path, "m").read_bytes() == whole
    assert len(files(tmp_path)) == 1
    check_store(tmp_path)


def test_a_stop_leaves_a_checkpoint_to_go_on_from(cells, tmp_path):
    stopped = stop_when(cells, net(100000), checkpoint(tmp_path).exists)
    assert stopped.ename == "KeyboardInterrupt" and "the same statement goes on" in stopped.shown
    fit = cells("FIT MODEL n USING m AS SELECT * FROM train")
    assert fit.ename == "ThanoSQLNotFoundError" and "only a checkpoint" in fit.shown
    assert cells("DELETE MODEL M").ok and files(tmp_path) == []
    assert cells("DELETE MODEL m").ename == "ThanoSQLNotFoundError"


def test_fit_goes_on(cells, tmp_path):
    limit = ", seed=2, time_limit=0.4"
    cut = cells(net(100000, limit, width=16))
    assert cut.ok and "The time limit came" in cut.stdout and checkpoint(tmp_path).exists()
    fit = "FIT MODEL n USING m OPTIONS (overwrite=True, time_limit=0.4{}) AS SELECT * FROM train LIMIT {}"
    same = cells(fit.format("", 60))
    assert same.ok and re.search(r"Went on after epoch \d+ of 100000", same.stdout)
    assert cells("DELETE MODEL n").ok
    for more, rows in ("", 50), (", learning_rate=0.1", 60):
        assert "Started from the weights of m; the checkpoint of m is of other pictures or options." in cells(fit.format(more, rows)).stdout
        assert cells("DELETE MODEL n").ok
    assert cells(fit.format("", 60)).ok
    assert "Started from the weights of m; the checkpoint of n is of other" in cells(fit.format("", 50)).stdout
    other = cells(net(1, ", seed=3"))
    assert "Started from the beginning; the checkpoint of m is of other pictures, options or weights" in other.stdout
    assert not list((tmp_path / ".thanosql/models").glob("m.checkpoint*"))
    assert cells("DELETE MODEL n").ok and not list((tmp_path / ".thanosql/models").glob("*.checkpoint*"))
    assert "Started from the weights of m.\n" in cells(fit.format("", 60)).stdout


def test_another_build_of_the_name_destroys_nothing(cells, tmp_path):
    models = tmp_path / ".thanosql/models"
    assert stop_when(cells, net(100000), checkpoint(tmp_path).exists).ename == "KeyboardInterrupt"
    first = checkpoint(tmp_path).read_bytes()
    stopped = stop_when(cells, net(99999), lambda: len(list(models.glob("m.checkpoint*"))) > 1)
    assert stopped.ename == "KeyboardInterrupt"
    assert "Started from the beginning; the checkpoint of m is of other pictures, options or weights, and is kept until" in stopped.stdout
    assert first in [f.read_bytes() for f in models.glob("m.checkpoint.*")]
    again = cells(net(100000, ", time_limit=0.4"))
    assert again.ok and re.search(r"Went on after epoch \d+ of 100000, from the checkpoint", again.stdout)
    assert cells("DELETE MODEL m").ok and files(tmp_path) == []


@pytest.mark.parametrize("damage", [lambda b: b[:len(b) // 2], lambda b: bytes(len(b)), lambda b: b"\xff" * 8 + b[8:],
                                    lambda b: b[:-100] + bytes([b[-100] ^ 1]) + b[-99:]])
def test_damage_to_a_checkpoint_is_told(cells, tmp_path, damage):
    assert cells(net(100000, ", time_limit=0.3")).ok
    checkpoint(tmp_path).write_bytes(damage(checkpoint(tmp_path).read_bytes()))
    told = "; the checkpoint of m is damaged or cannot be read."
    fit = cells("FIT MODEL n USING m OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 60")
    assert fit.ok and "Started from the weights of m" in fit.stdout
    assert "Started from the beginning" + told in cells(net(100000, ", time_limit=0.3")).stdout


def test_a_checkpoint_of_a_later_training_is_not_the_models(cells, tmp_path):
    assert cells(net(1)).ok
    assert stop_when(cells, net(100000), checkpoint(tmp_path).exists).ename == "KeyboardInterrupt"
    fit = cells("FIT MODEL n USING m OPTIONS (max_epochs=100000, time_limit=0.2) AS SELECT * FROM train LIMIT 60")
    assert fit.ok and "Started from the weights of m.\n" in fit.stdout


def report(result):
    return "".join(c["data"]["text/html"] for t, c in result.outputs if t == "display_data")


def test_training_that_leads_nowhere_ends_early(cells):
    assert "20 epochs found no more views" in report(cells(net(60, ", optimizer='sgd', learning_rate=10, temperature=0.001, batch_size=8")))


def test_the_default_says_what_a_network_would_cost(cells):
    said = report(cells("BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, augment='digits') AS SELECT * FROM train LIMIT 300"))
    assert re.search(r"backbone=.{1,6}cnn.{1,6} would take about \d+ s for 20 epochs; on MNIST it found less", said)
    assert "would take" not in report(cells(net(1)))


def write_wild_weights(model, path):
    """The weights of a model, its last norm scaled beyond what a float can hold further on."""
    data = bytearray(model.read_bytes())
    length = int.from_bytes(data[:8], "little")
    begin, stop = json.loads(data[8:8 + length])["bn4.weight"]["data_offsets"]
    data[8 + length + begin:8 + length + stop] = struct.pack("<f", 3e38) * ((stop - begin) // 4)
    path.write_bytes(data)


def test_numbers_that_run_away(cells, tmp_path):
    assert cells(net(1)).ok
    before = model_file(tmp_path, "m").read_bytes()
    write_wild_weights(model_file(tmp_path, "m"), tmp_path / "wild.safetensors")
    wild = cells(net(3, ", pretrained='wild.safetensors'"))
    assert wild.ename == "ThanoSQLModelError" and "no longer a number in epoch 1" in wild.shown and "learning_rate" in wild.shown
    assert model_file(tmp_path, "m").read_bytes() == before
    check_store(tmp_path)
    assert cells("SELECT count(*) FROM (CONVERT USING m AS SELECT * FROM test LIMIT 3)").ok


def test_a_batch_that_does_not_fit(cells, tmp_path):
    large = cells(f"BUILD MODEL m USING SimCLR OPTIONS (backbone='resnet50', width=256, image_size=64, batch_size=1000) "
                  f"AS SELECT * FROM train")
    assert large.ename == "ThanoSQLValueError" and "batch_size is 1000: training resnet50 of width 256" in large.shown
    assert re.search(r"the largest batch_size that fits is \d+|a smaller width needs less", large.shown)
    assert not (tmp_path / ".thanosql/models").exists() or files(tmp_path) == []
