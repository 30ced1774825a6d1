"""A JupyterLab or a Notebook 7 that knows the kernel, and one notebook of it in a headless Chromium."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("THANOSQL_KERNEL", ROOT / "build/thanosql-kernel")).resolve()
PICTURES = ROOT / "build/browser"
CHROMIUM = shutil.which("chromium")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync", "--no-first-run"]
PATIENCE = 60  # seconds that any one wait may take, on a machine that is busy with other things
RUN = "Control+Enter"  # and no new cell
WINDOW = {"width": 1400, "height": 900}
HIGHEST = 16000  # Chromium draws no picture higher than 16384

# No news and no update check (both ask the network, and show a message); every cell in the page, seen or not.
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
            "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "scrollPastEnd": False}}

APPS = {  # module, its class of options, options of its own, and where a notebook is
    "lab": ("jupyterlab", "LabApp", ["--core-mode", "--LabApp.extension_manager=readonly"], "lab/workspaces/{stem}/tree/{name}"),
    "notebook": ("notebook", "JupyterNotebookApp", [], "notebooks/{name}"),
}

KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
RESTED = f"""() => !window.commandRuns && {KERNEL}?.status === 'idle' &&
    [...document.querySelectorAll('.jp-InputPrompt')].every(prompt => prompt.textContent !== '[*]:')"""
CELL = """cell => ({
    prompt: cell.querySelector('.jp-InputPrompt')?.textContent,
    outputs: [...cell.querySelectorAll('.jp-OutputArea-output')].map(output => ({
        mime: output.dataset.mimeType, text: output.innerText,
        tables: [...output.querySelectorAll('table')].map(
            table => [...table.rows].map(row => [...row.cells].map(field => field.innerText))),
        pictures: [...output.querySelectorAll('img')].map(
            picture => [picture.clientWidth, picture.clientHeight, picture.naturalWidth])}))})"""
WORDS = """cell => [...cell.querySelectorAll('.cm-line span')].map(
    word => [word.textContent, getComputedStyle(word).color])"""


def install_kernelspec(data):
    """The kernel's description as `make install` writes it, in the Jupyter data folder `data`."""
    spec = data / "kernels/thanosql"
    spec.mkdir(parents=True)
    text = (ROOT / "kernelspec/kernel.json.in").read_text()
    (spec / "kernel.json").write_text(text.replace("@BINARY@", str(BINARY)))
    for logo in (ROOT / "kernelspec").glob("logo-*"):
        shutil.copy(logo, spec)


@contextlib.contextmanager
def server(folder, app="lab"):
    """Runs JupyterLab, or Notebook 7, on folder/work, which is the kernel's workspace, too; gives its address."""
    module, traits, options, _ = APPS[app]
    install_kernelspec(folder / "data")
    (folder / "work").mkdir()
    (folder / "settings").mkdir()
    (folder / "settings/overrides.json").write_text(json.dumps(SETTINGS))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = dict(os.environ, THANOSQL_WORKSPACE=str(folder / "work"), JUPYTER_PATH=str(folder / "data"))
    for name in "CONFIG", "RUNTIME", "DATA":
        environment[f"JUPYTER_{name}_DIR"] = str(folder / "own" / name)
    command = [sys.executable, "-m", module, "--no-browser", "--allow-root", *options,
               "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
               f"--{traits}.expose_app_in_browser=True", f"--{traits}.app_settings_dir={folder}/settings"]
    PICTURES.mkdir(parents=True, exist_ok=True)
    log = PICTURES / f"{app}.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder / "work", env=environment, stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + PATIENCE
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < until, f"{module} did not start; see {log}"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()  # it ends its kernels, too
        process.wait(PATIENCE)


def write_notebook(path, cells):
    path.write_text(json.dumps({
        "nbformat": 4, "nbformat_minor": 5, "cells": cells,
        "metadata": {"kernelspec": {"name": "thanosql", "display_name": "ThanoSQL", "language": "thanosql"}}}))


class Notebook:
    def __init__(self, browser, address, name, app="lab"):
        """Opens the notebook in a page of its own and waits for its kernel."""
        self.page = browser.new_context(viewport=WINDOW).new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.goto(f"{address}/{APPS[app][-1].format(name=name, stem=name.partition('.')[0])}")
        self.wait()

    def wait(self):
        """Until the last command has its reply, the kernel is idle and no cell waits."""
        self.page.wait_for_function(RESTED)

    def command(self, name, arguments=None):
        self.page.evaluate("""([name, given]) => {
            window.commandRuns = true;
            jupyterapp.commands.execute(name, given ?? {}).finally(() => window.commandRuns = false); }""",
                           [name, arguments])
        self.page.wait_for_function("() => !window.commandRuns")

    def run_all(self):
        self.command("notebook:run-all-cells")
        self.wait()

    def cells(self):
        return [cell.evaluate(CELL) for cell in self.page.locator(".jp-Notebook .jp-CodeCell").all()]

    def type(self, text, key):
        """Types into a new cell at the end and presses a key; gives the cell."""
        self.page.keyboard.press("Escape")  # whatever is still open
        self.page.locator(".jp-Notebook-footer").click()
        cell = self.page.locator(".jp-Notebook .jp-Cell").all()[-1]
        cell.locator(".cm-content").click()
        if key == RUN:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.type(text)
            self.page.wait_for_timeout(700)  # the completer is attached to a new cell late
        self.page.keyboard.press(key)
        return cell

    def run(self, code):
        """The cell, after it ran."""
        cell = self.type(code, RUN)
        self.wait()
        return cell

    def press(self, button):
        self.page.locator(f"[data-jp-item-name={button}]:visible").click()

    def theme(self, name):
        self.command("apputils:change-theme", {"theme": f"JupyterLab {name}"})
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light",
                                    arg="true" if name == "Light" else "false")
        self.page.wait_for_function("() => !document.getElementById('jupyterlab-splash')")

    def picture(self, name, what=".jp-NotebookPanel"):
        """A picture of one cell (a locator), or of the whole notebook in a window as high as it."""
        if isinstance(what, str):
            height = self.page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollHeight") + 150
            self.page.set_viewport_size({**WINDOW, "height": min(max(height, WINDOW["height"]), HIGHEST)})
            self.page.locator(what).screenshot(path=PICTURES / f"{name}.png")
            self.page.set_viewport_size(WINDOW)
        else:
            what.screenshot(path=PICTURES / f"{name}.png")

    def pictures(self, name, what=None):
        """In the dark and in the light, of a locator, or of the page as it stands."""
        for theme in "Dark", "Light":
            self.theme(theme)
            if what:
                self.picture(f"{name}-{theme.lower()}", what)
            else:
                self.page.screenshot(path=PICTURES / f"{name}-{theme.lower()}.png")

    def complaints(self):
        """Errors on the console, and dialogs and messages that stand in the page."""
        return ([message.text for message in self.page.console_messages() if message.type == "error"]
                + [str(error) for error in self.page.page_errors()]
                + self.page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts())
