"""A notebook that comes with a record, and one that is open twice."""

from __future__ import annotations

import pytest

from tests.browser.test_replay import DRAW, LOAD, recorded
from tests.browser.test_seed import numbers
from tests.conftest import notebook

pytestmark = pytest.mark.slow

COMPLETE = """count => Object.values(jupyterapp.shell.currentWidget.model.getMetadata('seednb')?.cells ?? {})
  .filter(line => / o=/.test(line)).length === count"""
OTHER = "keys => !Object.keys(jupyterapp.shell.currentWidget.model.getMetadata('seednb').cells).includes(keys[0])"
ONE = "import random\nprint(random.random(), random.random())"


def test_the_recorded_seed_is_offered(app, server, open_path, name):
    """A recorded notebook shows its seed when it is opened; one press seeds a fresh kernel with it, and the cells give what they gave."""
    made = notebook("%load_ext seednb", ONE, metadata={"seednb": RECORD})
    page = open_path(app, server.write(name, made))
    assert "42 · recorded" == page.state("recorded")
    page.press("load")
    page.press("use-recorded")
    page.popover().locator('[data-seednb="use-recorded"]').wait_for(state="detached")
    page.run(1)
    assert numbers(42, 1) == page.text(1)
    assert "record" == page.recorded(seed=42)["origin"]


def test_another_machines_record_says_what_differs(app, server, open_path, name):
    """Versions, threads and CPU that are not those of the record are listed."""
    environment = {"python": "3.1.4", "cpu": "vax", "packages": {}}
    page = open_path(app, server.write(name, notebook(ONE, metadata={"seednb": {**RECORD, "environment": environment}})))
    page.state("recorded")
    page.press("load")
    differences = page.popover().locator('[data-seednb="differences"]')
    differences.wait_for()
    differences.locator("summary").click()
    assert differences.get_by_text("3.1.4").is_visible()
    assert differences.get_by_text("vax").is_visible()


def test_a_notebook_without_cell_ids_keeps_its_record(app, open_notebook):
    """In a file of format 4.4 what is recorded is found when it is opened again: it replays, and lines of cells that do not run stay."""
    page = open_notebook(app, LOAD, DRAW, DRAW, minor=4)
    page.run_all()
    page.tab.wait_for_function(COMPLETE, arg=3)
    page.save()
    before = page.saved()
    assert not any("id" in cell for cell in page.file()["cells"])
    page.open()
    page.replay()
    assert "42 · reproduced" == page.state("reproduced")
    page.verdict(2, "identical")
    page.save()
    assert before == page.saved()
    lines = page.file()["metadata"]["seednb"]["cells"]
    assert all(key.startswith("h-") for key in lines)
    page.open()
    page.run(0)
    page.edit(0, LOAD + "  # edited")
    page.run(0)
    page.tab.wait_for_function(OTHER, arg=list(lines))
    found = page.record()["cells"]
    assert [3, *list(lines.items())[1:]] == [len(found), *list(found.items())[1:]]


def test_two_tabs_keep_one_record(app, open_notebook, open_path):
    """What is recorded and saved in one tab asks nothing of the other: it learns of the seed, and shows the record once loaded again."""
    first = open_notebook(app, LOAD, DRAW)
    second = open_path(app, first.name)
    before = recorded(first)
    assert "42" in second.state("new", "recorded")
    assert not second.tab.locator(".jp-Dialog").is_visible()
    second.open()
    assert "42 · recorded" == second.state("recorded")
    first.save()
    assert before == first.saved()


def test_a_replay_in_one_tab_leaves_the_other_whole(app, open_notebook, open_path):
    """While one tab replays, the other keeps its cells and outputs, and shows no verdict of its own making."""
    first = open_notebook(app, LOAD, DRAW)
    before = recorded(first)
    second = open_path(app, first.name)
    outputs = second.outputs(1)
    first.replay()
    first.state("reproduced")
    second.ready()
    assert outputs == second.outputs(1)
    first.save()
    assert before == first.saved()


RECORD = {
    "version": 1,
    "canon": 2,
    "seed": 42,
    "origin": "command-line",
    "mode": "stream",
    "reseeds": [],
    "sealed": True,
    "hash_seed": None,
    "determinism": {},
    "environment": {},
    "inputs": {},
    "parameters": {},
    "cells": {},
}
