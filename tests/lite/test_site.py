"""JupyterLite as it is served: a site with the extension in it, its kernel on Pyodide, in the browser, and no server but one of files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from seednb.wire import RECORD_MIME
from tests.browsers import started_browser
from tests.conftest import REPOSITORY, notebook
from tests.lite.test_lite import PLACE, numbers, pytestmark

__all__ = ["pytestmark"]

PYTHON = os.environ.get("SEEDNB_TEST_BROWSER_PYTHON", "")
SPEC = {"kernelspec": {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}}
KERNEL = {"@jupyterlite/pyodide-kernel-extension:kernel": {"pyodideUrl": "./static/pyodide/pyodide.mjs"}}
CONFIG = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {"exposeAppInBrowser": True, "litePluginSettings": KERNEL}}
CELLS = ("%pip install -q seednb\n%load_ext seednb\n%seed 42", "import random\nprint(random.random())", "print(random.random())")
READY = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
RUN = "() => jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)"
OUTPUTS = "() => [...jupyterapp.shell.currentWidget.model.cells].map(cell => cell.sharedModel.getOutputs())"
PILL = "words => document.querySelector('button.seednb-pill')?.textContent.includes(words)"
SECONDS = 1000


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def pyodide(place: Path, to: Path) -> None:
    """Put Pyodide there, with the packages that its kernel needs as its index names them: no network is asked for any."""
    shutil.copytree(place / "node_modules/pyodide", to)
    lock = json.loads((to / "pyodide-lock.json").read_text())
    known = {name.replace("-", "_").lower(): name for name in lock["packages"]}
    for wheel in (place / "wheels").glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        fresh = {
            "name": name,
            "depends": [],
            "imports": [name],
            "install_dir": "site",
            "package_type": "package",
            "tool": {},
            "unvendored_tests": False,
        }
        entry = lock["packages"].setdefault(known.get(name.lower(), name), fresh)
        entry.update(file_name=wheel.name, sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(), version=version)
        shutil.copy(wheel, to)
    (to / "pyodide-lock.json").write_text(json.dumps(lock))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the site as its users do, from an environment that has seednb's wheel, and serve its files."""
    if not PYTHON:
        pytest.skip("SEEDNB_TEST_BROWSER_PYTHON names no interpreter; `make test-lite` makes one with the built wheel")
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site") / "site"
    (source / "files").mkdir()
    (source / "files/draws.ipynb").write_text(json.dumps(notebook(*CELLS, metadata=SPEC)))
    (source / "jupyter-lite.json").write_text(json.dumps(CONFIG))
    (wheel,) = (REPOSITORY / "build/wheel").glob("*.whl")
    options = ["--lite-dir", source, "--contents", source / "files", "--output-dir", site, "--piplite-wheels", wheel]
    command = [str(Path(PYTHON).with_name("jupyter-lite")), "build", *map(str, options)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pyodide(Path(PLACE), site / "static/pyodide")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    """Open the notebook, and wait for its kernel."""
    with started_browser("JupyterLite is not tried in a browser") as browser:
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        opened.set_default_timeout(120 * SECONDS)
        opened.goto(f"{address}/lab/index.html?path=draws.ipynb")
        opened.wait_for_function(READY)
        yield opened


def test_a_site_seeds_and_says_what_it_cannot_show(page):
    """Cells draw what CPython draws; the pill says that nothing is shown here, and a replay that there is no server."""
    page.wait_for_function(PILL, arg="not shown here")
    page.evaluate(RUN)
    (seeded, *_), *drawn = page.evaluate(OUTPUTS)
    assert 42 == seeded["data"][RECORD_MIME]["seed"]
    assert [[f"{number}\n"] for number in numbers(2)] == [[output["text"] for output in outputs] for outputs in drawn]

    page.locator("button.seednb-pill").click()
    popover = page.locator(".seednb-popover[role=dialog]")
    popover.get_by_text("seed it with %seed 42 in a cell").wait_for()
    popover.get_by_role("button", name="Restart & replay").click()
    page.get_by_text("there is no Jupyter server that could do this").first.wait_for()
    assert drawn == page.evaluate(OUTPUTS)[1:]
