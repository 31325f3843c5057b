"""Makes the picture of the panel from the real thing: a notebook in JupyterLab, run, and replayed from its panel.

Usage: python docs/make_panel.py (needs JupyterLab, ipywidgets, Playwright's Python package and a Chromium)
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SOURCES = (
    "%load_ext seednb\n%seed 42",
    "import random\nimport numpy as np\nsample = np.random.normal(size=1000)",
    "sample.mean()",
    "random.choice(['heads', 'tails'])",
    "%seed panel",
)
READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.context?.isReady && panel.sessionContext.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}"""


def write_notebook(path: Path) -> None:
    """Write the notebook that is shown."""
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for number, source in enumerate(SOURCES)
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}))


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start JupyterLab for a folder, and wait until it answers."""
    kernel = folder / "share" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    places = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR")}
    places["JUPYTER_PATH"] = os.pathsep.join([str(folder / "share"), os.environ.get("JUPYTER_PATH", "")])
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    options += [f"--ServerApp.port={port}", f"--ServerApp.root_dir={folder}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], env={**os.environ, **places}, stdout=log, stderr=log)
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status")
            return server
        except OSError:
            time.sleep(0.2)
    raise SystemExit((folder / "log").read_text())


def photograph(port: int, picture: Path) -> None:
    """Run the notebook, replay it from its panel, and take a picture of that."""
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1250, "height": 1300}, device_scale_factor=1.5)
        tab.goto(f"http://127.0.0.1:{port}/lab/tree/panel.ipynb", wait_until="domcontentloaded")
        tab.wait_for_function(READY, timeout=60_000)
        tab.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        button = tab.get_by_role("button", name="Replay in a fresh runtime and compare")
        button.wait_for(timeout=60_000)
        tab.evaluate("async () => { await jupyterapp.commands.execute('docmanager:save'); }")
        button.click()
        tab.get_by_text("✓ identical").first.wait_for(timeout=60_000)
        tab.locator(".jp-OutputArea-child:has(button)").last.screenshot(path=picture)
        browser.close()


def main() -> None:
    """Make docs/images/panel.png."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        write_notebook(Path(name) / "panel.ipynb")
        server = serve(Path(name), port)
        try:
            photograph(port, HERE / "images" / "panel.png")
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
