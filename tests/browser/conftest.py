"""One JupyterLab and one Chromium for the tests here. Pictures of what was seen go to build/browser."""
import pytest
from playwright.sync_api import sync_playwright

import lab


def pytest_collection_modifyitems(items):
    if not lab.CHROMIUM:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="there is no chromium on PATH: apt-get install chromium"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="session")
def address(folder):
    if not lab.BINARY.is_file():
        pytest.fail(f"{lab.BINARY} is not built: run make, or set THANOSQL_KERNEL")
    with lab.server(folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    lab.PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def open_notebook(folder, address, browser):
    """open_notebook(name, cells): a new notebook of these cells (as nbformat has them), open in the browser."""
    def opened(name, cells):
        lab.write_notebook(folder / "work" / name, cells)
        return lab.Notebook(browser, address, name)
    return opened
