"""The strip in the popover: a column for each cell, with its verdict and its random states, as recorded and now."""

from __future__ import annotations

import pytest

from tests.browser.test_open import COMPLETE
from tests.browser.test_replay import DRAW, LOAD

pytestmark = pytest.mark.slow

BLOCKS = "columns => columns.map(column => [...column.querySelectorAll('.seednb-block')].map(block => block.textContent))"
APART = "columns => columns.map(column => column.querySelector('.seednb-mod-apart') !== null)"
ACTIVE = "index => jupyterapp.shell.currentWidget.content.activeCellIndex === index"


def columns(page):
    """Return the columns that the popover shows, once it shows some."""
    found = page.popover().locator(".seednb-column")
    found.first.wait_for()
    return found


@pytest.mark.parametrize("minor", [5, 4], ids=["ids", "no-ids"])
def test_states_are_told_apart_at_a_glance(minor, app, open_notebook):
    """An opened file shows its recorded states; after a replay each cell has a verdict and both states, and a press leads to the cell."""
    page = open_notebook(app, LOAD, DRAW, "x = 1", DRAW, minor=minor)
    page.run_all()
    page.tab.wait_for_function(COMPLETE, arg=4)
    page.save()
    page.open()
    page.state("recorded")
    assert [["A"], ["B"], ["B"], ["C"]] == columns(page).evaluate_all(BLOCKS)

    page.edit(3, "random.random()\n" + DRAW)
    page.replay()
    assert "42 · diverged at 4" == page.state("diverged")
    found = columns(page)
    assert [["✓", "A", "A"], ["✓", "B", "B"], ["✓", "B", "B"], ["✗", "C", "D"]] == found.evaluate_all(BLOCKS)
    assert [False, False, False, True] == found.evaluate_all(APART)
    told = "cell 4; diverged; recorded: random state C, drew from python; now: random state D, drew from python"
    assert told == found.nth(3).get_attribute("title")
    found.nth(2).click()
    page.tab.wait_for_function(ACTIVE, arg=2)
