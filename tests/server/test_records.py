"""Records that a front end asks for: completed, merged over what is known; and what differs around a record and a runtime."""

from __future__ import annotations

import pytest

from seednb.compare import output_digests
from seednb.digest import source_digest, source_key
from seednb.errors import RecordError
from seednb.server.records import completed, lines_by_id, surroundings
from seednb.server.requests import RefusedError
from tests.conftest import notebook

A, B, C = "a", "b", "c"
OUTPUTS = [{"output_type": "stream", "name": "stdout", "text": "1\n"}]


def line(source, *words):
    """Return a cell's line."""
    return " ".join(["b2", f"s={source_digest(source)}", *words])


def record(cells, **more):
    """Return a record."""
    return {"version": 1, "canon": 2, "seed": 42, "mode": "stream", "sealed": True, "origin": "magic", "cells": cells, **more}


def asked(tmp_path, new, known=None, *, cells=None, keys=(A, B, C), inputs=(), **more):
    """Complete a record."""
    body = {"known": known, "record": new, "cells": cells or {}, "keys": list(keys), "inputs": list(inputs), **more}
    return completed(body, tmp_path, tmp_path)


def test_digests_of_outputs(tmp_path):
    """A cell that ran gets the digests of its outputs, as a run on the command line gives them."""
    found = asked(tmp_path, record({A: line("print(1)")}), cells={A: {"source": "print(1)", "outputs": OUTPUTS}})
    canonical, benign = output_digests(OUTPUTS, "print(1)")
    assert {A: line("print(1)", f"o={canonical}/{benign}")} == found["cells"]


def test_merged_over_what_is_known(tmp_path):
    """Cells that did not run now keep their lines, unless they are gone; a cell that was completed before keeps its digests."""
    o = "o=0000000000/1111111111"
    known = record({A: line("1", o), B: line("2", o), C: line("3", o)}, parameters={"p": 1}, mine="kept", inputs={"old.txt": "0" * 10})
    new = record({A: line("1"), B: line("changed")})
    found = asked(tmp_path, new, known, keys=(C, A, B))
    assert {C: line("3", o), A: line("1", o), B: line("changed")} == found["cells"]
    assert ({"p": 1}, "kept", {"old.txt": "0" * 10}) == (found["parameters"], found["mine"], found["inputs"])
    assert [A] == list(asked(tmp_path, new, known, keys=(A,))["cells"])
    assert found == asked(tmp_path, new, found, keys=(C, A, B))


SOURCES = {A: "1", B: "2", C: "2"}
FIRST, SECOND, THIRD = source_key("1", 0), source_key("2", 0), source_key("2", 1)


def test_a_file_without_ids(tmp_path):
    """In a file that stores no ids, cells are recorded by their sources, whose order tells equal ones apart; other lines stay."""
    known = record({FIRST: line("1", "o=0000000000/1111111111"), SECOND: line("old"), source_key("gone", 0): line("gone")})
    new = record({C: line("2")}, reseeds=[[C, 7]])
    found = asked(tmp_path, new, known, cells={C: {"source": "2", "outputs": OUTPUTS}}, sources=SOURCES, stored_ids=False)
    assert [FIRST, SECOND, THIRD] == list(found["cells"])
    assert (known["cells"][FIRST], known["cells"][SECOND]) == (found["cells"][FIRST], found["cells"][SECOND])
    assert " o=" in found["cells"][THIRD]
    assert [[THIRD, 7]] == found["reseeds"]


def test_a_record_by_sources_of_a_file_with_ids(tmp_path):
    """Lines of a record that calls cells by their sources stay where a front end calls them by their ids."""
    known = record({FIRST: line("1"), SECOND: line("2"), source_key("gone", 0): line("gone")})
    found = asked(tmp_path, record({B: line("2", "python=0123456789")}), known, sources=SOURCES, stored_ids=True)
    assert {FIRST: line("1"), SECOND: line("2", "python=0123456789")} == found["cells"]


def test_a_kernel_that_was_told_no_ids(tmp_path):
    """What a kernel calls by its source, since who executes it tells no ids, is recorded by the id that the file stores."""
    new = record({FIRST: line("1"), THIRD: line("2")})
    found = asked(tmp_path, new, record({B: line("2")}), cells={A: {"source": "1", "outputs": OUTPUTS}}, sources=SOURCES, stored_ids=True)
    assert [A, B, C] == list(found["cells"])
    assert " o=" in found["cells"][A]


def test_the_lines_of_cells_by_their_ids():
    """Of a record that calls cells by their sources, a front end learns which line is whose, also where one is called by its id."""
    known = record({FIRST: line("1"), THIRD: line("2", "python=0123456789"), source_key("gone", 0): line("gone")})
    assert {A: known["cells"][FIRST], C: known["cells"][THIRD]} == lines_by_id({"known": known, "sources": SOURCES, "stored_ids": False})
    known["cells"][B] = line("2")
    assert {A, B, C} == set(lines_by_id({"known": known, "sources": SOURCES}))
    assert {} == lines_by_id({"known": known})
    with pytest.raises(RecordError, match=r"metadata\.seednb"):
        lines_by_id({"sources": SOURCES})


def test_sources_that_are_none(tmp_path):
    """Sources that are no texts are refused."""
    with pytest.raises(RefusedError, match="'sources'"):
        asked(tmp_path, record({}), sources={A: 3})


@pytest.mark.parametrize("other", [{"seed": 43}, {"mode": "per-cell"}, {"sealed": False}])
def test_another_run(tmp_path, other):
    """Lines of a run with another seed, mode or sealing do not stay beside new ones; unknown keys do."""
    known = record({A: line("1"), B: line("2")}, mine="kept", **other)
    found = asked(tmp_path, record({A: line("1")}), known)
    assert ([A], "kept") == (list(found["cells"]), found["mine"])


def test_a_newer_record(tmp_path):
    """A record that a newer seednb has written is returned unchanged."""
    newer = record({}, version=7, more={"x": [1]})
    assert newer == asked(tmp_path, record({A: line("1")}), newer)


def test_what_is_broken(tmp_path):
    """A record that is none, and cells that are none, are refused."""
    with pytest.raises(RecordError, match=r"metadata\.seednb"):
        asked(tmp_path, record({}), {"version": 1})
    with pytest.raises(RecordError, match="the kernel's record"):
        asked(tmp_path, {"version": 1})
    with pytest.raises(RefusedError, match="'cells'"):
        asked(tmp_path, record({}), cells={A: 3})
    with pytest.raises(RefusedError, match="outputs"):
        asked(tmp_path, record({A: line("1")}), cells={A: {"source": "1", "outputs": [3]}})


def test_inputs(tmp_path):
    """Input files are digested if they lie below the server's root and are there."""
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    for path in (root / "near.txt", root / "deep" / "here.txt", tmp_path / "outside.txt"):
        path.write_text("x")
    body = {
        "record": record({}),
        "cells": {},
        "keys": [],
        "inputs": ["here.txt", "../near.txt", "../../outside.txt", "gone.txt", "/etc/passwd"],
    }
    assert {"here.txt", "../near.txt"} == set(completed(body, root / "deep", root)["inputs"])


def test_what_differs_around_a_record():
    """Versions, processor and threads that differ are told; what is not loaded yet, or loaded beside, is not."""
    known = {
        "python": "3.11.1",
        "cpu": "x (avx2)",
        "blas": ["libopenblas.so"],
        "packages": {"numpy": "1.26", "torch": "2.1"},
        "threads": {"OMP_NUM_THREADS": 1, "torch": 4},
        "flags": {"MKL_CBWR": "AVX2"},
    }
    here = {"python": "3.11.1", "cpu": "y", "blas": [], "packages": {"numpy": "2.0", "scipy": "1.9"}, "threads": {}, "flags": {}}
    body = {"known": record({}, environment=known, inputs={"f": "0" * 10}), "current": {"environment": here, "inputs": []}}
    found = {one["name"]: (one["first"], one["second"]) for one in surroundings(body)}
    assert {
        "cpu": ("x (avx2)", "y"),
        "package numpy": ("1.26", "2.0"),
        "threads OMP_NUM_THREADS": ("1", "none"),
        "flag MKL_CBWR": ("AVX2", "none"),
    } == found
    assert [] == surroundings({"known": body["known"], "current": {"environment": known}})


def test_over_http(front_end):
    """The record of cells that ran in a kernel that was loaded by hand is completed through the server, and idempotent."""
    front_end.open(notebook("import random", "random.random()"))
    assert 404 == front_end.api("GET", "load?language=julia").status
    codes = front_end.ask("GET", "load?language=python")
    assert "ok" == front_end.silent(codes["code"], {})["status"]
    front_end.execute("cell-0")
    front_end.execute("cell-1")
    answer = front_end.hello()
    cells = {cell["id"]: {"source": cell["source"], "outputs": cell["outputs"]} for cell in front_end.nb["cells"]}
    body = {"path": front_end.path, "known": None, "record": answer["record"], "inputs": [], "cells": cells, "keys": list(cells)}
    assert all("unseeded" not in told.split() for told in answer["record"]["cells"].values())
    first = front_end.ask("POST", "record", body)["record"]
    assert all(" o=" in told for told in first["cells"].values())
    assert first == front_end.ask("POST", "record", {**body, "known": first, "cells": {}})["record"]
    assert [] == front_end.ask("POST", "differences", {"known": first, "current": answer["current"]})["differences"]


def test_the_archive_loads_too(front_end):
    """The code for kernels that cannot read this machine's files loads the kernel side as well."""
    front_end.open(notebook("1"))
    codes = front_end.ask("GET", "load")
    assert "ok" == front_end.silent(codes["archive"], {})["status"]
    reply = front_end.silent("", {"x": "get_ipython()._seednb is not None"})
    assert "True" == reply["user_expressions"]["x"]["data"]["text/plain"]
