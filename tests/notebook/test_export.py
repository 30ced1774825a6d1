"""COPY MODEL: the file is the model, for UPLOAD MODEL in another workspace, for PyTorch by its names, for ONNX."""
import json
import os
import pathlib
import shutil
import sqlite3
import struct

import numpy
import pytest
from PIL import Image

import onnx_twin
from cells import model_file

SETUP = """GET THANOSQL DATASET digits_data;
COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';
COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv'"""
BUILD = "BUILD MODEL {} USING SimCLR OPTIONS ({}) AS SELECT * FROM train LIMIT 60"
COUNT = 8


@pytest.fixture(scope="module")
def models(start_kernel, tmp_path_factory):
    """A workspace with a default model and networks, the files they were copied to, and the kernel."""
    folder = tmp_path_factory.mktemp("models")
    with start_kernel(folder) as run:
        assert run(SETUP).ok
        for name, options in (("plain", "max_epochs=1, label_col='label'"), ("cnn", "backbone='cnn', width=4, max_epochs=1"),
                              ("both", "backbone='cnn', width=4, max_epochs=1, features='joined', embedding_size=32"),
                              ("res", "backbone='resnet18', width=4, max_epochs=1, image_size=64")):
            assert run(BUILD.format(name, options)).ok
            assert run(f"COPY MODEL {name} TO '{name}.safetensors'").ok
        yield folder, run


def header(path):
    data = path.read_bytes()
    return json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])


def vectors(run, folder, model):
    assert run(f"CONVERT USING {model} OPTIONS (table_name='found', result_col='v') AS SELECT * FROM test LIMIT {COUNT}").ok
    with sqlite3.connect(folder / ".thanosql/store.db") as db:
        rows = db.execute("SELECT image_path, v FROM found ORDER BY rowid").fetchall()
    return [folder / path for path, _ in rows], numpy.array([numpy.frombuffer(v, "<f4") for _, v in rows])


@pytest.mark.parametrize("name", ["plain", "cnn", "both", "res"])
def test_another_workspace_takes_it(models, start_kernel, tmp_path, name):
    folder, run = models
    paths, before = vectors(run, folder, name)
    shutil.copy(folder / f"{name}.safetensors", tmp_path / "given.safetensors")
    with start_kernel(tmp_path) as other:
        assert other(SETUP).ok and other("UPLOAD MODEL again FROM 'given.safetensors'").ok
        _, after = vectors(other, tmp_path, "again")
        told, said = (json.loads(json.dumps(header(p)["__metadata__"]))
                      for p in (folder / f"{name}.safetensors", model_file(tmp_path, "again")))
    assert before.tobytes() == after.tobytes() and len(before) == COUNT
    assert said.pop("name") == "again" and told.pop("name") == name
    assert told == said and any(key.startswith("report.") for key in told)


@pytest.mark.parametrize("where, what", [(0.1, "cut"), (0.5, "cut"), (0.999, "cut"), (0.3, "changed")])
def test_damaged_is_refused(models, where, what):
    folder, run = models
    data = bytearray((folder / "plain.safetensors").read_bytes())
    at = int(len(data) * where)
    if what == "cut":
        del data[at:]
    else:
        data[at // 4 * 4:at // 4 * 4 + 4] = struct.pack("<f", float("nan"))
    (folder / "damaged.safetensors").write_bytes(data)
    failed = run("UPLOAD MODEL damaged FROM 'damaged.safetensors'")
    assert failed.ename == "ThanoSQLModelError" and "damaged.safetensors" in failed.shown
    assert ">damaged<" not in run("LIST MODEL").html


def test_a_damaged_model_is_not_copied(models):
    folder, run = models
    assert run(BUILD.format("broken", "max_epochs=1")).ok
    path = model_file(folder, "broken")
    path.write_bytes(path.read_bytes()[:-4])
    failed = run("COPY MODEL broken TO 'broken.safetensors'")
    assert failed.ename == "ThanoSQLModelError" and "build it again" in failed.shown
    assert not list(folder.glob("broken.safetensors*"))
    (folder / "there.safetensors").write_text("mine")
    assert run("COPY MODEL broken TO 'there.safetensors' OPTIONS (overwrite=True)").ename == "ThanoSQLModelError"
    assert (folder / "there.safetensors").read_text() == "mine"


def lie(folder, name, change):
    """A copy of the file whose header and tensors `change` has been at."""
    path = folder / f"{name}.safetensors"
    data, head = path.read_bytes(), header(path)
    body = bytearray(data[8 + struct.unpack("<Q", data[:8])[0]:])
    change(head, body)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    (folder / "lying.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)


def fill(tensor, value):
    def change(head, body):
        begin, end = head[tensor]["data_offsets"]
        body[begin:end] = struct.pack("<f", value) * ((end - begin) // 4)
    return change


def note(key, value):
    return lambda head, body: head["__metadata__"].update({key: value})


def without(tensor):
    def change(head, body):
        head["another.name"] = head.pop(tensor)
    return change


def all_large(head, body):
    for entry in head.values():
        if "shape" in entry and len(entry["shape"]) == 4:
            begin, end = entry["data_offsets"]
            body[begin:end] = struct.pack("<f", 3e38) * ((end - begin) // 4)


@pytest.mark.parametrize("name, change", [
    ("plain", fill("layer.weights", 3e38)), ("plain", fill("layer.weights", 0.0)), ("plain", note("encoder.preset", "nothing")),
    ("plain", note("encoder.format", "thanosql encoder 99")), ("plain", note("encoder.dimension", "999999999")),
    ("plain", note("encoder.components", "3")), ("plain", without("stem.mean")),
    ("plain", note("encoder.format", "thanosql backbone 1")), ("cnn", note("encoder.format", "thanosql encoder 1")),
    ("cnn", all_large), ("cnn", fill("bn1.running_var", -1.0)), ("cnn", fill("input.deviation", 0.0)),
    ("cnn", note("backbone.channels", "2")), ("cnn", note("backbone.arch", "resnet18")),
    ("both", note("encoder.joined", "0")), ("both", note("encoder.joined", "nan")), ("both", note("encoder.joined", "1e9")),
    ("both", lambda head, body: head["embedding.basis"]["shape"].reverse()), ("both", without("layer.centre")),
    ("plain", note("encoder.format", "thanosql joined 1")),
    ("cnn", without("conv4.weight")), ("cnn", note("backbone.width", "4096")),
])
def test_lying_is_refused(models, name, change):
    folder, run = models
    lie(folder, name, change)
    failed = run("UPLOAD MODEL lying FROM 'lying.safetensors'")
    assert failed.status == "error" and failed.ename in ("ThanoSQLModelError", "ThanoSQLValueError")
    assert "lying.safetensors" in failed.shown or failed.ename == "ThanoSQLValueError"


def test_lying_weights_are_refused(models):
    folder, run = models
    for change in (note("backbone.size", "0"), note("backbone.size", "x"), without("input.mean"), without("bn2.running_var"),
                   fill("bn2.running_var", -1.0), lambda head, body: head["input.mean"].update(shape=[1, 1])):
        lie(folder, "cnn", change)
        failed = run("BUILD MODEL lying USING SimCLR OPTIONS (pretrained='lying.safetensors') AS SELECT * FROM train LIMIT 20")
        assert failed.status == "error" and failed.ename in ("ThanoSQLModelError", "ThanoSQLValueError")


def test_a_name_in_a_file_does_no_harm(models):
    folder, run = models
    lie(folder, "plain", note("image_col", "x'; DROP TABLE test; --"))
    assert run("UPLOAD MODEL named OPTIONS (overwrite=True) FROM 'lying.safetensors'").ok
    assert run("CONVERT USING named AS SELECT * FROM test LIMIT 2").ok
    lie(folder, "plain", note("image_col", "x" * 100000))
    assert run("UPLOAD MODEL named OPTIONS (overwrite=True) FROM 'lying.safetensors'").ok
    assert len(run("LIST MODEL").html) < 10000


def block(inputs, width, stride):
    """torchvision's names and shapes of a BasicBlock."""
    yield from {"conv1.weight": [width, inputs, 3, 3], "conv2.weight": [width, width, 3, 3]}.items()
    norms = ["bn1", "bn2"]
    if stride > 1:
        yield "downsample.0.weight", [width, inputs, 1, 1]
        norms.append("downsample.1")
    for norm in norms:
        yield from ((f"{norm}.{part}", [width]) for part in ("weight", "bias", "running_mean", "running_var"))


def test_names_are_those_of_torchvision(models):
    folder, _ = models
    wanted = {"conv1.weight": [4, 1, 7, 7]} | {f"bn1.{p}": [4] for p in ("weight", "bias", "running_mean", "running_var")}
    for stage in range(4):
        for i in range(2):
            inputs = 4 << (stage - (i == 0 and stage > 0))
            for name, shape in block(inputs, 4 << stage, 2 if stage and not i else 1):
                wanted[f"layer{stage + 1}.{i}.{name}"] = shape
    found = {name: entry["shape"] for name, entry in header(folder / "res.safetensors").items() if name != "__metadata__"}
    more = {name: found.pop(name) for name in ("input.mean", "input.deviation", "embedding.centre")}
    assert found == wanted and more == {"input.mean": [1], "input.deviation": [1], "embedding.centre": [32]}


def draw(folder, run, size):
    """The table drawn: pictures of twice that size, patches and noise in squares that shrink exactly; and as an ONNX
    file takes them: 0..1, channels first."""
    random, seen = numpy.random.default_rng(1), []
    for i in range(24):
        picture = random.integers(0, 200, (8, 8, 3)).repeat(8, 0).repeat(8, 1)[:size, :size]
        picture = picture + random.integers(0, 56, picture.shape)
        Image.fromarray(picture.repeat(2, 0).repeat(2, 1).astype("uint8")).save(folder / f"drawn{i}.png")
        seen.append(picture.transpose(2, 0, 1) / 255)
    (folder / "drawn.csv").write_text("\n".join(["image_path", *(f"drawn{i}.png" for i in range(24))]))
    assert run("COPY drawn OPTIONS (overwrite=True) FROM 'drawn.csv'").ok
    return numpy.array(seen)


LITE = pathlib.Path(os.environ.get("THANOSQL_DATASET_MIRROR", "/nowhere")) / "models/efficientnet-lite0-57934424.pth"


@pytest.mark.parametrize("options, size", [
    ("backbone='cnn', width=4, max_epochs=1", 20),  # 20, 10, 5, 3: cells that overlap
    ("backbone='cnn', width=4, max_epochs=1", 32),
    ("backbone='resnet18', width=4, max_epochs=1", 64),
    ("backbone='resnet50', width=2, max_epochs=1, embedding_size=8", 17),
    pytest.param(f"pretrained='{LITE}'", 40,
                 marks=pytest.mark.skipif(not LITE.exists(), reason="THANOSQL_DATASET_MIRROR has no EfficientNet-Lite0")),
])
def test_onnx_computes_the_same(models, options, size):
    folder, run = models
    pictures = draw(folder, run, size)
    more = f"image_size={size}, augment='photo', overwrite=True"
    assert run(f"BUILD MODEL net USING SimCLR OPTIONS ({options}, {more}) AS SELECT * FROM drawn").ok
    assert run("COPY MODEL net TO 'net.onnx' OPTIONS (overwrite=True)").ok
    assert run("CONVERT USING net OPTIONS (table_name='vectors', result_col='v') AS SELECT * FROM drawn").ok
    with sqlite3.connect(folder / ".thanosql/store.db") as db:
        stored = numpy.array([numpy.frombuffer(v, "<f4") for v, in db.execute("SELECT v FROM vectors ORDER BY rowid")])
    computed = onnx_twin.run(folder / "net.onnx", pictures)
    assert computed.shape == stored.shape
    numpy.testing.assert_allclose(computed, stored, rtol=0, atol=1e-3)
    assert abs(stored[0] - stored[1]).max() > 0.01  # and not because all are alike


def test_onnx_finds_the_ink(models):
    """Digits are read as what stands out from the border, black on white or white on black."""
    folder, run = models
    assert run("COPY MODEL cnn TO 'cnn.onnx'").ok
    paths, stored = vectors(run, folder, "cnn")
    pictures = numpy.array([numpy.asarray(Image.open(path).convert("L"), float)[None] / 255 for path in paths])
    for seen in (pictures, 1 - pictures):
        numpy.testing.assert_allclose(onnx_twin.run(folder / "cnn.onnx", seen), stored, rtol=0, atol=1e-3)
