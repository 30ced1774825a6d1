"""Encryption: with the keys of the connection file all five sockets speak CurveZMQ and nothing else does."""
import json
import os

import pytest
import zmq
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from zmq.utils.monitor import recv_monitor_message

from process import connection, curve_keys, refusal

KINDS = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.SUB, "hb": zmq.REQ}


def handshake(kernel, channel, server):
    """The events of a connection that is made with a server's public key (None: without encryption)."""
    with zmq.Context() as context, context.socket(KINDS[channel]) as s:
        s.linger = 0
        if server:
            s.curve_publickey, s.curve_secretkey = zmq.curve_keypair()
            s.curve_serverkey = server.encode()
        monitor = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL |
                                       zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_DISCONNECTED)
        s.connect(kernel.endpoint(channel))
        assert monitor.poll(5000), "neither success nor failure"
        event = recv_monitor_message(monitor)["event"]
        s.disable_monitor()
        return event


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_only_encrypted_connections_succeed(start, connect, transport):
    kernel = start(transport=transport, curve=True)
    assert connect(kernel).run("SELECT 1 AS one").types == ["execute_input", "execute_result"]
    for channel in KINDS:
        assert handshake(kernel, channel, kernel.connection["curve_publickey"]) == zmq.EVENT_HANDSHAKE_SUCCEEDED
        assert handshake(kernel, channel, None) != zmq.EVENT_HANDSHAKE_SUCCEEDED
        assert handshake(kernel, channel, curve_keys()["curve_publickey"]) != zmq.EVENT_HANDSHAKE_SUCCEEDED


@pytest.mark.parametrize("policy", ["required", "auto", "disabled"])
def test_jupyter_client(folder, jupyter_path, policy):
    spec = KernelSpecManager(kernel_dirs=[str(jupyter_path / "kernels")])
    manager = KernelManager(kernel_name="thanosql", kernel_spec_manager=spec, transport_encryption=policy)
    manager.start_kernel(env=dict(os.environ, THANOSQL_WORKSPACE=str(folder)), cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        assert bool(manager.get_connection_info().get("curve_publickey")) == (policy != "disabled")
        client.wait_for_ready(timeout=20)
        assert client.execute_interactive("SELECT 1 AS one", timeout=20)["content"]["status"] == "ok"
        assert client.hb_channel.is_alive() and client.is_alive()
        manager.restart_kernel()
        client.wait_for_ready(timeout=20)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


BAD = {"no secret key": lambda k: {"curve_publickey": k["curve_publickey"]},
       "no public key": lambda k: {"curve_secretkey": k["curve_secretkey"]},
       "short": lambda k: k | {"curve_secretkey": k["curve_secretkey"][:-1]},
       "not Z85": lambda k: k | {"curve_secretkey": " " * 40},
       "another's": lambda k: k | {"curve_publickey": curve_keys()["curve_publickey"]},
       "a number": lambda k: k | {"curve_publickey": 5}}


@pytest.mark.parametrize("how", BAD)
def test_bad_keys(folder, how):
    """Never started without the encryption that was asked for."""
    status, words = refusal(folder, json.dumps(connection(folder) | BAD[how](curve_keys())))
    assert status > 0 and "curve_" in words and words.count("\n") == 1, words
