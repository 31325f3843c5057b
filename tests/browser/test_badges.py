"""The badges of cells that do not tell what a fresh runtime would, for what others do to the generators: their words, and the ways out."""

from __future__ import annotations

import pytest

from tests.browser.test_replay import DRAW, LOAD
from tests.browser.test_seed import numbers

pytestmark = pytest.mark.slow

THREAD = """
import queue, random, threading
orders, done = queue.Queue(), queue.Queue()
def work():
    while orders.get():
        done.put(random.random())
threading.Thread(target=work, daemon=True).start()
"""
BETWEEN = "(orders.put(1), done.get())[1]"
LIBRARY = "import random\nclass Trainer:\n    def __init__(self):\n        random.seed(7)\n"
IMPORT = f"""
import pathlib, sys
folder = pathlib.Path("site-packages")
folder.mkdir(exist_ok=True)
(folder / "trains.py").write_text({LIBRARY!r})
sys.path.insert(0, str(folder.absolute()))
import trains
"""


def begun(page, count):
    """Run the first cells, to the badge-free end of the last one."""
    page.run(0)
    page.state("recorded", "new")
    for index in range(1, count):
        page.run(index)
    page.recorded(seed=42)
    assert 0 == page.tab.locator(".seednb-badge").count()


def kinds(page, index):
    """Return the kinds of a cell's badges, once it has any."""
    page.badge(index).first.wait_for()
    return page.badge(index).evaluate_all("badges => badges.map(badge => badge.dataset.kind)")


def test_draws_between_cells_are_told_of_at_each_cell_that_follows_them(app, open_notebook):
    """A thread that draws between two cells is named at the second one, each time; the way out is a replay."""
    page = open_notebook(app, LOAD, THREAD, DRAW, DRAW, "import random\nprint(random.random(), random.random())")
    begun(page, 3)
    for index in (3, 4):
        page.ask(BETWEEN)
        page.run(index)
        assert ["between"] == kinds(page, index)
    assert "Something drew from python between cells, which was not put back: a thread" in page.badge(4).inner_text()
    assert 0 == page.badge(2).count()
    assert 0 == page.badge(3).locator('[data-seednb="rewind-and-run"]').count()
    page.badge(3).locator('[data-seednb="replay"]').click()
    page.accept()
    assert "42 · diverged at 4" == page.state("diverged")
    assert 0 == page.tab.locator(".seednb-badge").count()
    assert numbers(42, 2) == f"{page.text(2).strip()} {page.text(3)}{page.text(4)}"


def test_a_library_that_reseeds_is_told_of_where_it_does(app, open_notebook):
    """The cell says which file and line has reseeded what, also when it runs again; its notebook replays, whoever has shown the warning."""
    page = open_notebook(app, LOAD, IMPORT, "trains.Trainer();", DRAW)
    page.run_all()  # seednb's warning is in the output, where the page was not known to the kernel yet
    page.recorded(seed=42)
    page.save()
    before = page.saved()
    page.replay()
    assert "42 · reproduced" == page.state("reproduced")
    assert ["reseeded"] == kinds(page, 2)
    assert "trains.py line 4 has reseeded python: seed 7; what is drawn" in page.badge(2).inner_text()
    assert 0 == page.badge(2).locator("button").count()
    assert 0 == page.badge(3).count()
    page.save()
    assert before == page.saved()
    page.run(2)
    assert ["re-run", "reseeded"] == kinds(page, 2)
