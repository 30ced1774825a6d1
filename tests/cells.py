"""Run cells in a real kernel process, and see what a notebook would show."""
import contextlib
import dataclasses
import os
import pathlib
import re
import types

from jupyter_client import KernelManager

import messages

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = pathlib.Path(os.environ.get("THANOSQL_KERNEL", ROOT / "build/thanosql-kernel")).resolve()


@dataclasses.dataclass
class Result:
    reply: dict
    outputs: list  # (message type, content)

    status = property(lambda self: self.reply["status"])
    ok = property(lambda self: self.status == "ok")
    ename = property(lambda self: self.reply.get("ename"))
    evalue = property(lambda self: self.reply.get("evalue"))
    traceback = property(lambda self: [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in self.reply.get("traceback", [])])
    shown = property(lambda self: "\n".join(self.traceback))
    stdout = property(lambda self: self._stream("stdout"))
    stderr = property(lambda self: self._stream("stderr"))
    html = property(lambda self: "\n".join(c["data"].get("text/html", "") for t, c in self.outputs if t == "execute_result"))
    pictures = property(lambda self: [c["data"] for t, c in self.outputs if t == "display_data" and any(k.startswith("image/") for k in c["data"])])

    def _stream(self, name):
        return "".join(c["text"] for t, c in self.outputs if t == "stream" and c["name"] == name)


def check(channel, message):
    """Against the protocol; jupyter_client has made the header's date a datetime."""
    header = message["header"]
    messages.check(types.SimpleNamespace(
        channel=channel, type=header["msg_type"], parent=message["parent_header"], metadata=message["metadata"],
        content=message["content"], header=header | {"date": header["date"].isoformat(timespec="microseconds")}))


class Cells:
    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    def __call__(self, code, timeout=120):
        outputs = []

        def note(message):
            check("iopub", message)
            outputs.append((message["header"]["msg_type"], message["content"]))
        reply = self.client.execute_interactive(code, timeout=timeout, stop_on_error=False, allow_stdin=False, output_hook=note)
        check("shell", reply)
        return Result(reply["content"], outputs)


def model_file(workspace, name):
    """The one file of a model, whose name has a fingerprint in it."""
    (path,) = (pathlib.Path(workspace) / ".thanosql/models").glob(f"{name}.*.safetensors")
    return path


@contextlib.contextmanager
def kernel(workspace, **environment):
    """A kernel of its own on `workspace`, called with a cell's code."""
    manager = KernelManager()
    manager._kernel_spec = None
    from jupyter_client.kernelspec import KernelSpec
    manager._kernel_spec = KernelSpec(argv=[str(BINARY), "-f", "{connection_file}"], display_name="ThanoSQL",
                                      language="thanosql", interrupt_mode="signal", env={})
    manager.start_kernel(env=dict(os.environ, THANOSQL_WORKSPACE=str(workspace), **environment), cwd=str(workspace))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=30)
        yield Cells(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)
