"""Replays that come to grief: kernels that die, interrupts, closed tabs. The notebook stays whole."""

from __future__ import annotations

import nbformat
import pytest

from tests.browser.test_replay import DRAW, LOAD, recorded
from tests.conftest import texts

pytestmark = pytest.mark.slow

TROUBLE = """
import os, pathlib, time
notebook = pathlib.Path(os.environ["JPY_SESSION_NAME"])
if notebook.with_suffix(".die").exists():
    notebook.with_suffix(".die").unlink()
    os.kill(os.getpid(), 9)
while notebook.with_suffix(".block").exists():
    time.sleep(0.02)
"""


def sources(page):
    """Return the sources of all cells."""
    return page.tab.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.getSource())")


def held(page):
    """Let TROUBLE wait in its cell until the file that is returned is gone."""
    block = page.path.with_suffix(".block")
    block.touch()
    return block


def test_a_kernel_that_dies_ends_the_replay(app, open_notebook):
    """The replay ends, every cell and output is there, the saved file is what it was, and a further replay reproduces it."""
    page = open_notebook(app, LOAD, TROUBLE, DRAW)
    before, cells = recorded(page), sources(page)
    page.path.with_suffix(".die").touch()
    page.replay()
    page.tab.locator(".jp-Dialog").get_by_text("appears to have died").wait_for()
    page.dismiss()
    page.state("recorded", "failed", "diverged")
    assert cells == sources(page)
    page.save()
    assert before == page.saved()
    page.ready()
    page.replay()
    page.state("reproduced")


def test_a_kernel_that_is_shut_down_ends_the_replay(app, open_notebook):
    """What the running cell tells of its end does not enter the notebook: the saved file is what it was."""
    page = open_notebook(app, LOAD, TROUBLE, DRAW)
    before = recorded(page)
    held(page)
    page.replay()
    page.verdict(0, "identical")
    page.tab.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.state("recorded", "failed", "diverged")
    page.save()
    assert before == page.saved()


def test_a_replay_begun_while_cells_run_shows_what_they_give(app, open_notebook):
    """The outputs of cells that wait or run are gone from the page: the replay's take their place, and nothing is put back over them."""
    page = open_notebook(app, LOAD, TROUBLE, DRAW)
    recorded(page)
    drawn, block = page.text(2), held(page)
    page.start("notebook:run-all-cells")
    page.cell(2).locator('.jp-InputPrompt:text("[*]:")').wait_for()
    page.replay()
    page.state("replaying")
    block.unlink()
    assert "42 · reproduced" == page.state("reproduced")
    assert drawn == page.text(2)
    page.save()
    assert ["", drawn] == texts(page.path)[1:]


def test_an_interrupt_ends_the_replay(app, open_notebook):
    """An interrupted replay says so, and the notebook can be replayed again."""
    page = open_notebook(app, LOAD, TROUBLE, DRAW)
    before = recorded(page)
    block = held(page)
    page.replay()
    page.state("replaying")
    page.cell(1).locator('.jp-InputPrompt:text("[*]:")').wait_for()
    page.command("notebook:interrupt-kernel")
    page.state("failed", "diverged", "recorded")
    block.unlink()
    page.ready()
    page.replay()
    page.state("reproduced")
    page.save()
    assert before == page.saved()


def test_stopping_a_replay(app, open_notebook):
    """Stop ends a replay in its running cell; the outputs are the recorded ones again."""
    page = open_notebook(app, LOAD, TROUBLE, DRAW)
    before = recorded(page)
    block = held(page)
    page.replay()
    page.cell(1).locator('.jp-InputPrompt:text("[*]:")').wait_for()
    page.press("stop")
    page.state("failed", "diverged", "recorded")
    block.unlink()
    page.ready()
    page.save()
    assert before == page.saved()


def test_a_save_in_a_replay_keeps_what_is_shown(app, open_notebook):
    """What is saved while a cell runs is a whole notebook with its record; once all has reproduced, a save gives the old bytes again."""
    page = open_notebook(app, LOAD, DRAW, TROUBLE + "print('past')", DRAW)
    before = recorded(page)
    content, drawn, block = page.file(), page.text(1), held(page)
    page.replay()
    page.cell(2).locator('.jp-InputPrompt:text("[*]:")').wait_for()  # it is on its way, and those before it were cleared
    page.text_becomes(1, drawn)
    page.save()
    saved = page.file()
    nbformat.validate(saved)
    assert content["metadata"]["seednb"] == saved["metadata"]["seednb"]
    assert [cell["id"] for cell in content["cells"]] == [cell["id"] for cell in saved["cells"]]
    assert ["seednb: seed 42", drawn, "", page.text(3)] == texts(page.path)
    block.unlink()
    assert "42 · reproduced" == page.state("reproduced")
    assert page.is_dirty()
    page.save()
    assert before == page.saved()


def test_a_tab_that_is_closed_in_a_replay_leaves_the_file_alone(app, open_notebook, open_path):
    """The file has the same bytes; opened again, the notebook replays."""
    page = open_notebook(app, LOAD, TROUBLE, DRAW)
    before = recorded(page)
    block = held(page)
    page.replay()
    page.cell(1).locator('.jp-InputPrompt:text("[*]:")').wait_for()
    page.tab.close()
    block.unlink()
    again = open_path(app, page.name)
    assert before == again.saved()
    again.replay()
    assert "42 · reproduced" == again.state("reproduced")
