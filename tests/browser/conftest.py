"""The built wheel in the browser: JupyterLab and Notebook 7, with real servers and real kernels."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.pages import APPS, Page
from tests.browser.servers import Server
from tests.browsers import started_browser
from tests.conftest import notebook

PYTHON = os.environ.get("SEEDNB_TEST_BROWSER_PYTHON", "")
WHERE = "import seednb, sys; print(seednb.__file__.startswith(sys.prefix))"

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def python() -> str:
    """Return the interpreter of the environment that has the built wheel."""
    if not PYTHON:
        pytest.skip("SEEDNB_TEST_BROWSER_PYTHON names no interpreter; `make test-browser` makes one with the built wheel")
    done = subprocess.run([PYTHON, "-P", "-c", WHERE], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert done.stdout == "True\n", f"{PYTHON} does not have seednb's wheel: {done.stderr or done.stdout}"
    return PYTHON


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start the system's browser."""
    with started_browser("nothing is tried in a browser") as started:
        yield started


@pytest.fixture(scope="session")
def server(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the server that most tests share."""
    started = Server(python, tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


@pytest.fixture(params=list(APPS))
def app(request: pytest.FixtureRequest) -> str:
    """Run the test in JupyterLab, and again in Notebook 7."""
    return str(request.param)


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """Return a fresh browser profile."""
    made = browser.new_context(viewport={"width": 1400, "height": 1000})
    made.set_default_timeout(30_000)
    yield made
    made.close()


@pytest.fixture
def open_path(server: Server, context: Any) -> Iterator[Open]:
    """Return a function that opens a notebook of the server's; no page may complain of us."""
    opened: list[Page] = []

    def open_it(app: str, name: str, *, at: Server = server) -> Page:
        page = Page(at, context.new_page(), app, name)
        opened.append(page)
        return page

    yield open_it
    assert [] == [complaint for page in opened for complaint in page.complaints]


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of this test's notebook."""
    return f"{request.node.name.replace('[', '-').rstrip(']')}.ipynb"


@pytest.fixture
def open_notebook(server: Server, open_path: Open, name: str) -> Open:
    """Return a function that writes a notebook of code cells into the server's folder and opens it."""

    def make(app: str, *sources: str, **more: Any) -> Page:
        return open_path(app, server.write(name, notebook(*sources, **more)))

    return make
