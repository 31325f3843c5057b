"""What a server says of itself, and that it starts without what replays need."""

from __future__ import annotations

import seednb
from tests.conftest import notebook
from tests.prefixes import Prefix
from tests.server.frontend import API
from tests.server.servers import Server, install_extension


def test_hello(server):
    """A server that has the package, and nothing enabled, answers front ends."""
    assert {"version": 1, "package": seednb.__version__, "verifications": 2, "problem": ""} == server.ask("GET", f"{API}hello").json


def test_under_another_base_url(tmp_path):
    """Addresses follow the server's base URL, those of reports too."""
    prefix = Prefix(tmp_path)
    install_extension(prefix)
    server = Server(prefix, "--ServerApp.base_url=/user/me/")
    try:
        assert server.url.endswith("/user/me/")
        assert 200 == server.ask("GET", f"{API}hello").status
    finally:
        server.stop()


def test_without_what_replays_need(tmp_path):
    """Where nbclient is missing, a server starts, kernels start, and hello and whoever asks for a replay are told in one line."""
    prefix = Prefix(tmp_path)
    install_extension(prefix)
    (prefix.packages / "without.pth").write_text("import sys; sys.modules['nbclient'] = None\n")
    server = Server(prefix)
    try:
        said = server.ask("GET", f"{API}hello").json["problem"]
        assert "nbclient missing in the server's environment: pip install 'seednb[server]'" == said
        (prefix.work / "nb.ipynb").write_text("{}")
        for address in ("replays", "verifications"):
            answer = server.ask("POST", API + address, {"path": "nb.ipynb", "kernel_id": "x", "notebook": notebook("1")})
            assert (501, said) == (answer.status, answer.json["message"])
        assert 200 == server.ask("GET", f"{API}load").status
        assert server.post("api/kernels")["id"]
    finally:
        server.stop()
