"""What a server keeps is bounded: reports, replays in the middle, and the starts of kernels that are announced."""

from __future__ import annotations

import json

import pytest

from seednb.errors import SettingsError
from seednb.provisioner import ANNOUNCED
from seednb.server.editor import OpenNotebook
from seednb.server.replays import InteractiveReplay, LiveKernel
from seednb.server.reports import Reports
from seednb.server.requests import RefusedError
from seednb.server.service import Replays
from tests.conftest import notebook


def replay(folder, *, nb=None, seed=None, planned=True):
    """Return a replay that has just been asked for."""
    return InteractiveReplay(OpenNotebook.of(nb or notebook("1"), "nb.ipynb"), LiveKernel("python3", "python", planned), folder, seed)


def test_reports():
    """The oldest reports go, with their files."""
    reports = Reports(most=2)
    names = []
    for number in range(3):
        name, place = reports.place()
        place.write_text(str(number))
        names.append(name)
    assert [None, "1", "2"] == [reports.page(name) for name in names]
    assert 2 == len(list(place.parent.iterdir()))
    assert None is reports.page("../" + names[1])


def test_replays(tmp_path):
    """The replay that was idle longest goes where there are too many, with what it has announced."""
    replays = Replays(most=2)
    first, second = replays.add("kernel-1", replay(tmp_path)), replays.add("kernel-2", replay(tmp_path))
    replays.get(first)
    third = replays.add("kernel-3", replay(tmp_path))
    with pytest.raises(RefusedError, match="has ended"):
        replays.get(second)
    assert None is ANNOUNCED.take("kernel-2")
    assert replays.get(first).replay is not replays.get(third).replay
    assert ANNOUNCED.take("kernel-1") is not None
    replays.drop(third)
    assert None is ANNOUNCED.take("kernel-3")


def test_the_planned_environment(tmp_path):
    """A kernel starts with what the record may restore, on top of what it would have; a planner changes nothing else."""
    record = {
        "version": 1,
        "seed": 1,
        "hash_seed": 7,
        "environment": {"threads": {"OPENBLAS_NUM_THREADS": 1}, "flags": {"MKL_CBWR": "AVX2"}},
        "cells": {},
    }
    planner = replay(tmp_path, nb=notebook("1", metadata={"seednb": record})).planner
    planned = planner({"JPY_SESSION_NAME": "x"})
    assert ("7", "1", "AVX2", "x") == tuple(planned[n] for n in ("PYTHONHASHSEED", "OPENBLAS_NUM_THREADS", "MKL_CBWR", "JPY_SESSION_NAME"))
    assert "3" == planner({"PYTHONHASHSEED": "3"})["PYTHONHASHSEED"]


def test_switched_off(tmp_path):
    """Where seednb is switched off, nothing is replayed."""
    (tmp_path / "pyproject.toml").write_text("[tool.seednb]\nenabled = false\n")
    with pytest.raises(SettingsError, match="switched off by"):
        replay(tmp_path)


def test_what_is_given_back_is_what_was_sent(tmp_path):
    """Outputs come back as they were sent, in whatever form, and metadata that is not ours does not matter."""
    nb = notebook("1", "2")
    nb["cells"][0].update(outputs=[{"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]}], execution_count=9)
    nb["cells"][0]["metadata"] = {"execution": {"iopub.status.busy": "t"}, "mine": 1}
    sent = json.loads(json.dumps(nb))
    opened = OpenNotebook.of(sent, "nb.ipynb")
    assert {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]}],
        "execution_count": 9,
        "execution": {"iopub.status.busy": "t"},
    } == opened.held(0)
    assert {"outputs": [], "execution_count": None, "execution": None} == opened.held(1)
    assert nb == sent


def test_cells_of_one_name(tmp_path):
    """Cells that share an id, or have none, are told apart by the keys of the record."""
    nb = notebook("1", "2", "3", "")
    nb["cells"][1]["id"] = "cell-0"
    del nb["cells"][2]["id"]
    opened = OpenNotebook.of(nb, "nb.ipynb")
    assert 4 == len(set(opened.ids.values()))
    assert ["cell-0", *list(opened.ids.values())[1:3]] == opened.to_run()
