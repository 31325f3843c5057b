from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prefixes import Prefix
from tests.server.frontend import FrontEnd
from tests.server.servers import Server, install_extension


@pytest.fixture(scope="session")
def environment_with_server(tmp_path_factory: pytest.TempPathFactory) -> Prefix:
    """Return an environment that has seednb's wheel, and in which nobody has enabled anything."""
    prefix = Prefix(tmp_path_factory.mktemp("server"))
    install_extension(prefix)
    return prefix


@pytest.fixture(scope="session")
def server(environment_with_server: Prefix) -> Iterator[Server]:
    """Return a server of that environment, shared by all tests."""
    running = Server(environment_with_server)
    yield running
    running.stop()


@pytest.fixture
def work(environment_with_server: Prefix) -> Path:
    """Return the server's root."""
    return environment_with_server.work


@pytest.fixture
def front_end(server: Server, request: pytest.FixtureRequest) -> Iterator[FrontEnd]:
    """Return a front end with a notebook of its own, named after the test."""
    opened = FrontEnd(server, f"{request.node.name.replace('[', '-').replace(']', '')}.ipynb")
    yield opened
    opened.close()
