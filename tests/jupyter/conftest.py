"""Kernels and clients that end with the test, and a workspace with pictures to train on."""
import contextlib
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
    with contextlib.ExitStack() as stack:
        def begin(**options):
            kernel = Kernel(folder, **options)
            stack.callback(kernel.close)
            return kernel
        yield begin


@pytest.fixture
def kernel(start):
    return start()


@pytest.fixture
def connect():
    """connect(kernel, **options): a client that has been welcomed."""
    with contextlib.ExitStack() as stack:
        def begin(kernel, **options):
            client = Client(kernel, **options)
            stack.callback(client.close)
            return client.welcome() if client.topics else client
        yield begin


@pytest.fixture
def client(kernel, connect):
    return connect(kernel)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """The folder of a dataset of 1,000 drawn digits, made by the kernel."""
    workspace = tmp_path_factory.mktemp("workspace")
    with contextlib.closing(Kernel(workspace)) as kernel, contextlib.closing(Client(kernel).welcome()) as client:
        made = client.run("GET THANOSQL DATASET digits_data", seconds=60)
        assert made.status == "ok", made.content
    return workspace / "thanosql-dataset"


@pytest.fixture
def give_pictures(folder, dataset):
    """give_pictures(client): the table `train` in the workspace of the test's folder."""
    def give(client):
        (folder / "thanosql-dataset").symlink_to(dataset)
        assert client.run("COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv'").status == "ok"
    return give


@pytest.fixture
def pictures(client, give_pictures):
    give_pictures(client)


LONG_BUILD = "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1000, overwrite=True) AS SELECT * FROM train"
LONG_QUERY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(params=[LONG_BUILD, LONG_QUERY], ids=["build", "query"])
def long_cell(request, pictures):
    return request.param
