"""Weights as PyTorch saves them, and files that pretend to be: tests/data/weights/. Needs torch; what it writes is kept.

    python3 tests/data/make_weights.py

good_*: the state_dict of the cnn of width 2, in the forms that occur. bad_*: pickles that would run something."""
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
    yield "memo_call", b"\x80\x02cos\nsystem\nq\x00(" + text(CALL) + b"th\x000R."


def main():
    os.makedirs(OUT, exist_ok=True)
    good()
    for name, pickle in bad():
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as z:
            z.writestr(zipfile.ZipInfo("archive/data.pkl"), pickle)
            z.writestr(zipfile.ZipInfo("archive/version"), "3\n")
        with open(os.path.join(OUT, f"bad_{name}.pth"), "wb") as f:
            f.write(archive.getvalue())
    magic = bytes([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]) + b"."
    with open(os.path.join(OUT, "bad_before_1_6.pth"), "wb") as f:
        f.write(magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." + call("os", "system", text(CALL)) + b"\x80\x02].")
    with open(os.path.join(OUT, "bad_deflated.pth"), "wb") as f:
        with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr(zipfile.ZipInfo("archive/data.pkl"), b"\x80\x02}." * 50, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
