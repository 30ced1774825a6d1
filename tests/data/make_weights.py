"""Weights as PyTorch saves them, and files that pretend to be: tests/data/weights/. Needs torch; what it writes is kept.

    python3 tests/data/make_weights.py

good_*: the state_dict of the cnn of width 2, in the forms that occur. bad_*: pickles that would run something.
lying_*: an archive with one tensor, each with one lie; without one it is sound.pth."""
import collections
import io
import os
import struct
import sys
import zipfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "weights")
sys.path.insert(0, os.path.join(HERE, "..", "parity"))
from make_parity import Cnn, fill  # noqa: E402


def good():
    model = Cnn(2, 1)
    fill(model)
    plain = model.state_dict()
    save = lambda name, what, **more: torch.save(what, os.path.join(OUT, f"good_{name}.pth"), **more)  # noqa: E731
    save("zip", plain)
    save("before_1_6", plain, _use_new_zipfile_serialization=False)
    save("double", {k: v.double() if v.is_floating_point() else v for k, v in plain.items()})
    save("half", {k: v.half() if v.is_floating_point() else v for k, v in plain.items()})
    save("bfloat", {k: v.bfloat16() if v.is_floating_point() else v for k, v in plain.items()})
    parallel = collections.OrderedDict(("module." + k, v) for k, v in plain.items())
    save("checkpoint", dict(epoch=3, lr=0.1, done=True, name="run", state_dict=parallel, history=[1, 2, (3, None)]))
    # a tensor that is not in row-major order, and two that share a storage
    turned = {k: v.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0) if v.dim() == 4 else v for k, v in plain.items()}
    together = torch.cat([plain["bn1.weight"], plain["bn1.bias"]])
    turned["bn1.weight"], turned["bn1.bias"] = together[:2], together[2:]
    save("turned", turned)
    del plain["bn3.bias"]
    torch.save(plain, os.path.join(OUT, "lacking.pth"))


CALL = "touch tests_were_run_by_a_pickle"


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def call(module, name, *args):
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + b"(" + b"".join(args) + b"tR."


def bad():
    code = f"__import__('os').system('{CALL}')"
    yield "os_system", call("os", "system", text(CALL))
    yield "posix_system", call("posix", "system", text(CALL))
    yield "nt_system", call("nt", "system", text(CALL))
    yield "popen", call("subprocess", "Popen", text(CALL))
    yield "check_output", call("subprocess", "check_output", text(CALL))
    yield "eval", call("builtins", "eval", text(code))
    yield "exec", call("builtins", "exec", text(code))
    yield "python2_eval", call("__builtin__", "eval", text(code))
    yield "import", call("builtins", "__import__", text("os"))
    yield "getattr", call("builtins", "getattr", text("x"), text("__class__"))
    yield "run_code", call("runpy", "_run_code", text(code), b"}")
    yield "import_module", call("importlib", "import_module", text("os"))
    yield "pickle_loads", call("pickle", "loads", text("cos\nsystem\n."))
    yield "torch_load", call("torch", "load", text("x.pth"))
    yield "torch_hub", call("torch.hub", "load", text("owner/repo"), text("model"))
    yield "torch_dotted", call("torch", "_utils.os.system", text(CALL))
    yield "rebuild_other", call("torch._utils", "_rebuild_parameter", text("x"))
    yield "storage_called", call("torch", "FloatStorage", text("x"))
    yield "dict_of_call", b"\x80\x02}" + text("w") + call("os", "system", text(CALL))[2:-1] + b"s."
    yield "partial", call("functools", "partial", text("x"))
    yield "attrgetter", call("operator", "attrgetter", text("system"))
    yield "webbrowser", call("webbrowser", "open", text("x"))
    yield "rmtree", call("shutil", "rmtree", text("/nowhere"))
    yield "function", call("types", "FunctionType", text(code))
    yield "inst", b"\x80\x02(" + text(CALL) + b"ios\nsystem\n."
    yield "obj", b"\x80\x02(cos\nsystem\n" + text(CALL) + b"o."
    yield "newobj", b"\x80\x02csubprocess\nPopen\n(" + text(CALL) + b"t\x81."
    yield "newobj_known", b"\x80\x02ccollections\nOrderedDict\n)\x81."
    yield "stack_global", b"\x80\x04" + text("os") + text("system") + b"\x93(" + text(CALL) + b"tR."
    yield "extension", b"\x80\x02\x82\x01(" + text(CALL) + b"tR."
    yield "persistent_line", b"\x80\x02Pos.system\n."
    yield "persistent_call", b"\x80\x02cos\nsystem\n(" + text(CALL) + b"tQ."
    yield "build", b"\x80\x02ccollections\nOrderedDict\n)R}" + text("__class__") + b"cos\nsystem\nsb."
    yield "set_state", b"\x80\x02ccollections\nOrderedDict\n}b."
    yield "later_pickle", b"\x80\x02}." + call("os", "system", text(CALL))
    yield "buffer", b"\x80\x05\x97."
    yield "ctypes", call("ctypes", "CDLL", text("libc.so.6"))
    yield "compile", call("builtins", "compile", text(code), text("x"), text("exec"))
    yield "open", call("builtins", "open", text("tests_were_run_by_a_pickle"), text("w"))
    yield "spawn", call("pty", "spawn", text(CALL))
    yield "timeit", call("timeit", "timeit", text(code))
    yield "numpy_load", call("numpy", "load", text("x.npy"))
    yield "reconstruct", call("numpy.core.multiarray", "_reconstruct", text("x"))
    yield "copyreg", call("copyreg", "_reconstructor", text("x"))
    yield "object_reduce", b"\x80\x02cbuiltins\nobject\n)\x81cos\nsystem\nR."
    yield "newobj_ex", b"\x80\x04csubprocess\nPopen\n(" + text(CALL) + b"t}\x92."
    yield "name_with_newline", b"\x80\x04" + text("collections\nOrderedDict") + text("x") + b"\x93."
    yield "memo_call", b"\x80\x02cos\nsystem\nq\x00(" + text(CALL) + b"th\x000R."


def state(sizes=(2, 3), strides=(3, 1), offset=0, count=6, key="0", whole=lambda n: b"J" + struct.pack("<i", n)):
    """A state_dict of one tensor of floats, as torch.save pickles it."""
    numbers = lambda row: b"(" + b"".join(whole(n) for n in row) + b"t"  # noqa: E731
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + whole(count) + b"tQ"
    tensor = (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + whole(offset) + numbers(sizes) + numbers(strides) +
              b"\x89ccollections\nOrderedDict\n)RtR")
    return b"\x80\x02}" + text("w") + tensor + b"s."


def archive(pickle=state(), storage=struct.pack("<6f", *range(6)), names=("data.pkl", "data/0", "version")):
    contents = {"data.pkl": pickle, "data/0": storage, "version": b"3\n"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        for name in names:
            z.writestr(zipfile.ZipInfo("archive/" + name), contents[name])
    return bytearray(out.getvalue())


def patched(at, format, *values, **more):
    """The archive with numbers written over it: `at` counts from the directory's row of data/0, or from the end."""
    data = archive(**more)
    row = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    struct.pack_into(format, data, at + (row if at >= 0 else len(data)), *values)
    return data


def lying():
    long = lambda n: b"\x8a\x08" + struct.pack("<q", n)  # noqa: E731
    yield "checksum", patched(16, "<I", 1)
    yield "packed", patched(20, "<I", 7)
    yield "size", patched(20, "<II", 1000, 1000)
    yield "size_huge", patched(20, "<II", 2**32 - 1, 2**32 - 1)
    yield "encrypted", patched(8, "<H", 1)
    yield "method", patched(10, "<H", 8)
    yield "name_length", patched(28, "<H", 65535)
    yield "extra_length", patched(30, "<H", 60000)
    yield "place", patched(42, "<I", 0)
    yield "place_outside", patched(42, "<I", 2**32 - 2)
    yield "two_names", bytes(archive()).replace(b"archive/data/0", b"archive/data/1", 1)
    yield "count", patched(-12, "<H", 2000)
    yield "directory", patched(-6, "<I", 2**32 - 2)
    yield "directory_inside", patched(-6, "<I", 5)
    yield "pickle_twice", archive(names=("data.pkl", "data.pkl", "data/0"))
    yield "no_pickle", archive(names=("data/0", "version"))
    yield "no_storage", archive(names=("data.pkl", "version"))
    yield "storage_short", archive(storage=b"\0" * 20)
    yield "storage_empty", archive(storage=b"")
    yield "storage_many", archive(state(count=2**31 - 1))
    yield "storage_key", archive(state(key="../0"))
    yield "sizes", archive(state(sizes=(200, 300), strides=(300, 1)))
    yield "sizes_negative", archive(state(sizes=(-2, -3)))
    yield "sizes_product", archive(state(sizes=(2**31 - 1,) * 4, strides=(0,) * 4))
    yield "sizes_product_long", archive(state(sizes=(2**32, 2**32), strides=(0, 0), whole=long))
    yield "strides", archive(state(strides=(2**31 - 1, 1)))
    yield "strides_negative", archive(state(strides=(-3, 1)))
    yield "strides_long", archive(state(strides=(2**62, 1), whole=long))
    yield "strides_few", archive(state(strides=(1,)))
    yield "offset", archive(state(offset=1))
    yield "offset_negative", archive(state(offset=-1))
    yield "offset_long", archive(state(offset=2**63 - 1, whole=long))
    yield "rank", archive(state(sizes=(1,) * 9, strides=(1,) * 9))
    yield "text_length", archive(b"\x80\x02X" + struct.pack("<I", 2**31) + b"w.")
    yield "no_stop", archive(state()[:-1])
    yield "empty_stack", archive(b"\x80\x02.")
    yield "no_mark", archive(b"\x80\x02t.")
    yield "memo", archive(b"\x80\x02h\x07.")
    yield "nested", archive(b"\x80\x02" + b"(" * 20000 + b"t" * 20000 + b".")
    yield "nested_lists", archive(b"\x80\x02" + b"]" * 20000 + b"a" * 19999 + b".")
    yield "itself", archive(b"\x80\x02}q\x00" + text("state_dict") + b"h\x00s.")
    yield "no_dict", archive(b"\x80\x02K\x01.")


def write(name, data):
    with open(os.path.join(OUT, name + ".pth"), "wb") as f:
        f.write(data)


def main():
    os.makedirs(OUT, exist_ok=True)
    if "bad" not in sys.argv:  # else the good ones stay
        good()
    write("sound", archive())
    for name, data in lying():
        write("lying_" + name, data)
    for name, pickle in bad():
        write("bad_" + name, archive(pickle, names=("data.pkl", "version")))
    magic = bytes([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]) + b"."
    write("bad_before_1_6", magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." + call("os", "system", text(CALL)) + b"\x80\x02].")
    with open(os.path.join(OUT, "bad_deflated.pth"), "wb") as f:
        with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr(zipfile.ZipInfo("archive/data.pkl"), b"\x80\x02}." * 50, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
