"""The main path: seed, run, run again, rewind, save, and read the file."""

from __future__ import annotations

import random

from seednb.wire import RECORD_MIME

DRAW = "import random\nprint(random.random(), random.random())"


def numbers(seed: int, count: int) -> str:
    """Return the first numbers of Python's generator as DRAW prints them, two a line."""
    generator = random.Random(seed)
    return "".join(f"{generator.random()} {generator.random()}\n" for _ in range(count))


def test_seed_run_rerun_rewind_save(app, open_notebook):
    """`%seed 42` gives CPython's numbers; a cell run again gets a badge; rewinding gives the first numbers; the file has the record."""
    page = open_notebook(app, "%load_ext seednb\n%seed 42", DRAW, "print('quiet')")
    assert "not loaded" in page.state("not-loaded")
    page.run_all()
    assert "42 · recorded" == page.state("recorded")
    assert numbers(42, 1) == page.text(1)
    line = page.recorded(seed=42, origin="magic")["cells"]["cell-1"]

    page.run(1)
    page.badge(1).wait_for()
    assert "re-run" == page.badge(1).get_attribute("data-kind")
    assert "Warning" not in page.text(1)
    assert numbers(42, 1) != page.text(1)
    assert 0 == page.badge(2).count()
    page.line_becomes(1, line, other=True)

    page.cell(1).locator('[data-seednb="rewind-and-run"]').click()
    page.text_becomes(1, numbers(42, 1))
    page.line_becomes(1, line)
    page.save()
    saved = page.file()
    record = saved["metadata"]["seednb"]
    assert 42 == record["seed"]
    assert {cell["id"] for cell in saved["cells"]} == set(record["cells"])
    assert record == page.record()
    data = [output.get("data", {}) for cell in saved["cells"] for output in cell["outputs"]]
    assert not any(RECORD_MIME in bundle for bundle in data)


def test_seeding_from_the_toolbar(app, open_notebook):
    """Without a line of code in the notebook: load, set a seed, generate one, and say what is wrong with a bad one."""
    page = open_notebook(app, DRAW)
    page.state("not-loaded")
    page.press("load")
    page.state("new", "unseeded")
    page.type_seed("7")
    assert "7" == page.state("new", "recorded").split()[0]
    page.run(0)
    assert numbers(7, 1) == page.text(0)
    page.recorded(seed=7, origin="front-end")

    page.type_into_seed("-1")
    popover = page.popover()
    assert popover.get_by_role("alert").is_visible()
    assert popover.locator('[data-seednb="set-seed"]').is_disabled()
    page.press("new-seed")
    page.pill.get_by_text("7", exact=True).wait_for(state="detached")
    assert 7 == page.recorded()["seed"]
