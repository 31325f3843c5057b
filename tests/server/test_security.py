"""Who may ask, from where, and for which files; and that nothing of a notebook gets more than it should."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.parse

import pytest

from tests.conftest import notebook
from tests.server.frontend import API

ADDRESSES = (
    ("GET", "hello"),
    ("GET", "load"),
    ("POST", "record"),
    ("POST", "lines"),
    ("POST", "differences"),
    ("POST", "replays"),
    ("POST", "replays/x/attached"),
    ("POST", "replays/x/cells"),
    ("POST", "replays/x/end"),
    ("DELETE", "replays/x"),
    ("POST", "verifications"),
    ("GET", "verifications/x"),
    ("DELETE", "verifications/x"),
    ("GET", "reports/x"),
)


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_without_a_token(server, method, address):
    """Nobody is answered who is not logged in."""
    body = {} if method == "POST" else None
    assert 403 == server.ask(method, API + address, body, headers={}).status
    assert 403 == server.ask(method, API + address, body, headers={"Authorization": "token wrong"}).status


def logged_in(server):
    """Return the cookies of a browser that is logged in."""
    answer = server.ask("GET", f"api/me?token={server.token}", headers={})
    cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie")]
    shown = server.ask("GET", f"login?token={server.token}", headers={"Cookie": "; ".join(cookies)})
    cookies += [value.split(";")[0] for value in shown.headers.get_all("Set-Cookie") or []]
    return "; ".join(cookies)


@pytest.mark.parametrize(("method", "address"), [one for one in ADDRESSES if one[0] != "GET"])
def test_another_site(server, method, address):
    """A browser that is logged in sends nothing for another site, and nothing without the token against forged requests."""
    cookies = logged_in(server)
    body = {} if method == "POST" else None
    assert 200 == server.ask("GET", f"{API}hello", headers={"Cookie": cookies}).status
    assert 403 == server.ask(method, API + address, body, headers={"Cookie": cookies}).status
    foreign = server.ask(method, API + address, body, headers={"Cookie": cookies, "Origin": "https://evil.example"})
    assert foreign.status in (403, 404)
    token = re.search(r"_xsrf=([^;]+)", cookies)
    assert token is not None
    known = {"Cookie": cookies, "X-XSRFToken": token[1], "Origin": "https://evil.example"}
    assert 404 == server.ask(method, API + address, body, headers=known).status
    own = {"Cookie": cookies, "X-XSRFToken": token[1], "Origin": server.url.rstrip("/")}
    assert server.ask(method, API + address, body, headers=own).status in (204, 400, 404)


PATHS = (
    "../outside.ipynb",
    "a/../../outside.ipynb",
    "/../outside.ipynb",
    "..\\outside.ipynb",
    ".hidden.ipynb",
    ".private/nb.ipynb",
    "a\0b.ipynb",
    "",
    ".",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("address", ["record", "verifications", "replays"])
def test_outside_the_root(server, work, address, path):
    """What lies outside the server's root, or is hidden, is not found, as if it were not there."""
    (work / ".private").mkdir(exist_ok=True)
    for place in (work.parent / "outside.ipynb", work / ".hidden.ipynb", work / ".private" / "nb.ipynb"):
        place.write_text(json.dumps(notebook("1")))
    answer = server.ask("POST", API + address, {"path": path, "kernel_id": "x", "notebook": {}})
    assert answer.status in ((400,) if not path else (404,)), answer
    assert str(work.parent) not in answer.text


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links(server, work):
    """Links are followed where the contents manager follows them, and nowhere else."""
    (work.parent / "linked.ipynb").write_text(json.dumps(notebook("1")))
    if not (work / "link.ipynb").is_symlink():
        os.symlink(work.parent / "linked.ipynb", work / "link.ipynb")
        os.symlink("nowhere", work / "dangling.ipynb")
    seen = server.ask("GET", "api/contents/link.ipynb?content=0").status
    asked = server.ask("POST", f"{API}record", {"path": "link.ipynb", "record": {}, "known": None})
    assert (200, 400) == (seen, asked.status)
    assert 404 == server.ask("POST", f"{API}record", {"path": "dangling.ipynb"}).status


def test_files_outside_the_root_are_not_digested(server, work, front_end):
    """No digest is to be had of a file outside the root."""
    (work.parent / "secret.txt").write_text("secret")
    (work / "open.txt").write_text("open")
    front_end.open(notebook("1"))
    end, _ = front_end.replay()
    body = {
        "path": front_end.path,
        "known": None,
        "record": end["record"],
        "inputs": ["../secret.txt", "open.txt"],
        "cells": {},
        "keys": [],
    }
    assert ["open.txt"] == list(front_end.ask("POST", "record", body)["record"]["inputs"])


@pytest.mark.parametrize("data", [b"not json", b"[]", b"3", b"[" * 100_000, b"\xff", b'{"path": ["x"]}'])
def test_bodies_that_are_none(server, data):
    """A body that is not what was asked for gets one line."""
    for address in ("record", "lines", "differences", "replays", "verifications"):
        answer = server.ask("POST", API + address, data=data)
        assert (400, 1) == (answer.status, len(answer.json["message"].splitlines())), address


def test_a_huge_body(server):
    """A body beyond the bound is refused."""
    answer = server.ask("POST", f"{API}differences", data=b" " * 200_000_001)
    assert (413, "the request has 200000001 bytes; 200000000 is the most") == (answer.status, answer.json["message"])


HOSTILE_EVENTS = (
    [],
    "x",
    {},
    {
        "event": "cell",
        "version": 2,
        "epoch": "",
        "key": "k",
        "source": "0" * 10,
        "sources": {"python": "<script>"},
        "seeded": True,
        "stream": None,
    },
    {"event": "cell", "source": "0" * 10, "sources": {}, "seeded": True, "stream": None, "notes": [{"kind": 1}], "variables": None},
    {"event": "cell", "source": "0" * 10, "sources": {}, "seeded": True, "stream": None, "notes": [], "variables": {"digest": 3}},
)


def test_hostile_messages(front_end):
    """What a kernel could have told and never tells is refused in one line, and the replay goes on."""
    front_end.open(notebook("1"))
    plan = front_end.begin()
    told = front_end.execute("cell-0")
    cells = f"replays/{plan['id']}/cells"
    for event in HOSTILE_EVENTS:
        assert 400 == front_end.api("POST", cells, {"cells": [{**told, "event": event}]}).status, event
    for outputs in (None, {}, [1], [{"output_type": "stream"}], [{"output_type": "display_data", "data": {"text/html": 3}}]):
        assert 400 == front_end.api("POST", cells, {"cells": [{**told, "outputs": outputs}]}).status, outputs
    assert 404 == front_end.api("POST", cells, {"cells": [{**told, "cell": "<b>nobody</b>"}]}).status
    for cells_told in (None, {}, told, [told, 3]):
        assert 400 == front_end.api("POST", cells, {"cells": cells_told}).status, cells_told
    assert 200 == front_end.api("POST", f"replays/{plan['id']}/attached", {"reply": {}}).status, "there is one more way to try"
    for reply in (
        {},
        {"status": "ok", "user_expressions": {"seednb": {"status": "ok", "data": {"text/plain": "__import__('os').getpid()"}}}},
    ):
        assert 409 == front_end.api("POST", f"replays/{plan['id']}/attached", {"reply": reply}).status, reply
    assert 200 == front_end.api("POST", cells, {"cells": [told]}).status
    assert front_end.end(plan)["record"] is not None


def test_notebooks_that_are_none(front_end):
    """What is no notebook is refused in one line."""
    front_end.open(notebook("1"))
    for nb in (None, [], {}, {"cells": 3}, {**notebook("1"), "nbformat": 3}, {**notebook("1"), "metadata": {"seednb": {"version": 1}}}):
        body = {"path": front_end.path, "kernel_id": front_end.kernel, "notebook": nb, "seed": None}
        answer = front_end.api("POST", "replays", body)
        assert (400, 1) == (answer.status, len(answer.json["message"].splitlines())), nb
    body = {"path": front_end.path, "kernel_id": "nobody", "notebook": notebook("1"), "seed": None}
    assert 404 == front_end.api("POST", "replays", body).status


def test_ids_cannot_be_guessed(front_end):
    """Ids are long and random."""
    front_end.open(notebook("1"))
    first, second = front_end.plan()["id"], front_end.plan()["id"]
    assert first != second
    assert min(len(first), len(second)) >= 22
    assert first == urllib.parse.quote(first)
