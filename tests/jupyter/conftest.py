"""Kernels and clients that end with the test, and a workspace with pictures to train on."""
import pathlib
import shutil
import tempfile

import pytest

from process import Kernel
from wire import Client


@pytest.fixture
def folder():
    """A folder whose path is short enough for the address of a Unix socket."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="thanosql-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start(folder):
    """start(**options): a kernel on the test's folder; see process.py for the options."""
    kernels = []

    def begin(**options):
        kernels.append(Kernel(folder, **options))
        return kernels[-1]
    yield begin
    for kernel in kernels:
        kernel.close()


@pytest.fixture
def kernel(start):
    return start()


@pytest.fixture
def connect():
    """connect(kernel, **options): a client that has been welcomed."""
    clients = []

    def begin(kernel, **options):
        clients.append(Client(kernel, **options))
        return clients[-1].welcome() if clients[-1].topics else clients[-1]
    yield begin
    for client in clients:
        client.close()


@pytest.fixture
def client(kernel, connect):
    return connect(kernel)


@pytest.fixture
def pictures(client):
    """The table `train` of 1,000 drawn digits in the kernel's workspace."""
    made = client.run("GET THANOSQL DATASET digits_data;"
                      "COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv'", seconds=60)
    assert made.status == "ok", made.content


LONG_BUILD = "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1000, overwrite=True) AS SELECT * FROM train"
LONG_QUERY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(params=[LONG_BUILD, LONG_QUERY], ids=["build", "query"])
def long_cell(request, pictures):
    return request.param
