"""Restart & replay: what reproduces leaves the file as it was; what differs, or fails, is marked and can be undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seednb.report.words import ADVICE
from tests.browser.pages import Page
from tests.browser.servers import Server

LOAD = "%load_ext seednb\n%seed 42"
DRAW = "import random\nprint(random.random())"
ALL_KINDS = [
    LOAD,
    DRAW,
    "import random\nrandom.random()",
    "print(object())",
    'from IPython.display import SVG\nSVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><circle r="4"/></svg>\')',
    "import pandas\npandas.DataFrame({'x': [random.random() for _ in range(3)]}).style.background_gradient()",
    "raise ValueError(random.random())",
    "x = 1",
]
RAISES = 6
SETTINGS = "@seednb/labextension:plugin"
COUNTED = "index => jupyterapp.shell.currentWidget.model.cells.get(index).executionCount !== null"


@pytest.fixture
def stops_at_first(server: Server) -> Iterator[None]:
    """Let replays in pages that are opened now stop at the first cell that differs."""
    server.set(SETTINGS, {"stopAtFirst": True})
    yield
    server.set(SETTINGS, {})


def recorded(page: Page, *again: int) -> str:
    """Run all cells, some of them again, and save with the record; return the file's text."""
    page.run_all()
    for index in again:
        page.run(index)
    page.recorded(seed=42)
    page.save()
    return page.saved()


def puts_back(page: Page, before: str, text: str) -> None:
    """After a replay in which the third cell differs, another file is saved; with the recorded outputs put back, the old one."""
    page.save()
    assert before != page.saved()
    page.press("restore")
    page.text_becomes(2, text)
    page.save()
    assert before == page.saved()


def test_an_identical_replay_leaves_the_file_as_it_was(app, open_notebook):
    """After the confirmation a new process gives the same again, cell by cell; the saved file has the same bytes."""
    page = open_notebook(app, LOAD, DRAW, "print(object())", "x = 1")
    before, process = recorded(page), page.process()
    page.press("replay")
    page.accept()
    assert "42 · reproduced" == page.state("reproduced")
    for index in range(4):
        page.verdict(index, "identical")
    assert process != page.process()
    page.save()
    assert before == page.saved()
    assert page.popover().locator('[data-seednb="report"]').is_visible()


def test_a_refused_replay_does_nothing(app, open_notebook):
    """Who dismisses the confirmation keeps kernel, outputs and pill as they were."""
    page = open_notebook(app, LOAD, DRAW)
    before, process = recorded(page), page.process()
    page.press("replay")
    page.tab.locator(".jp-Dialog .jp-mod-reject").click()
    assert "42 · recorded" == page.state("recorded")
    assert process == page.process()
    page.save()
    assert before == page.saved()


def test_a_cell_that_differs_is_named_and_can_be_undone(app, open_notebook):
    """The first cell that differs is named, and says why; its new output stays and is recorded; one button puts outputs and record back."""
    page = open_notebook(app, LOAD, DRAW, "import secrets\nprint(secrets.token_hex(8))", "x = 1")
    before, outputs = recorded(page), [page.outputs(index) for index in range(4)]
    page.replay()
    assert "42 · diverged at 3" == page.state("diverged")
    page.verdict(1, "identical")
    page.verdict(2, "diverged")
    assert page.why(2).startswith(" ".join(ADVICE["unsealed-entropy"]) + "\n")
    assert outputs[1] == page.outputs(1)
    assert outputs[2] != page.outputs(2)
    puts_back(page, before, outputs[2][0]["text"])


def test_a_failing_cell_stops_the_replay(app, open_notebook):
    """A cell that fails where it did not is named, and the notebook keeps all its cells; the recorded outputs can be put back."""
    flag = "import os\nprint(1 / (not os.path.exists(f'{os.environ[\"JPY_SESSION_NAME\"]}.flag')))"
    page = open_notebook(app, LOAD, flag, DRAW)
    before = recorded(page)
    flagged = page.path.with_name(f"{page.name}.flag")
    flagged.touch()
    page.replay()
    assert "42 · failed at 2" == page.state("failed")
    page.verdict(1, "failed")
    flagged.unlink()
    page.press("restore")
    page.text_becomes(1, "1.0\n")
    page.save()
    assert before == page.saved()


def test_a_notebook_that_ends_in_a_failure(app, open_notebook):
    """A cell that fails in both runs is told of; those behind it, sent ahead and dropped by the kernel, do not look as if they ran."""
    page = open_notebook(app, LOAD, "1 / 0", DRAW, "print('behind')")
    before = recorded(page)
    page.replay()
    assert "42 · reproduced" == page.state("reproduced")
    assert "cell 2 fails in both runs (ZeroDivisionError: division by zero): the comparison ends there" in page.popover().inner_text()
    assert ["[1]:", "[2]:", "[ ]:", "[ ]:"] == page.tab.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    page.save()
    assert before == page.saved()


@pytest.mark.slow
def test_a_cell_that_asks_its_user(app, open_notebook):
    """While a cell waits for a line, no other is sent: JupyterLab would refuse it. The replay goes on with the answer."""
    page = open_notebook(app, LOAD, *["x = 1"] * 6, "print(input())", *["y = 2"] * 12, DRAW)
    field = page.tab.locator(".jp-Stdin-input")
    page.start("notebook:run-all-cells")
    field.fill("line")
    field.press("Enter")
    page.tab.wait_for_function(COUNTED, arg=20)
    page.recorded(seed=42)
    page.save()
    before = page.saved()
    page.replay()
    field.fill("line")
    field.press("Enter")
    assert "42 · reproduced" == page.state("reproduced", "diverged", "failed", "recorded")
    assert 0 == page.tab.locator(".jp-Dialog").count()
    page.save()
    assert before == page.saved()


@pytest.mark.slow
def test_a_replay_that_ends_before_cells_that_had_run_says_so(app, open_notebook):
    """A cell that fails as recorded ends a replay that is not whole: those behind it had run, and show again what they showed."""
    page = open_notebook(app, LOAD, "1 / 0", DRAW, "print('behind')")
    page.run_all()
    for index in (2, 3):
        page.run(index)
    page.recorded(seed=42)
    page.save()
    shown = page.text(3)
    page.replay()
    assert "reproduced" not in page.state("reproduced", "recorded", "failed", "diverged")
    assert "those after it have not run" in page.popover().inner_text()
    assert ("behind\n", shown) == (shown, page.text(3))


@pytest.mark.slow
@pytest.mark.usefixtures("stops_at_first")
def test_a_replay_can_stop_at_the_first_difference(app, open_notebook):
    """Where the user wants it, cells after the first that differs do not run, and that is said; all can be put back."""
    page = open_notebook(app, LOAD, DRAW, "import secrets\nprint(secrets.token_hex(8))", "behind = True\nprint('behind')")
    before, outputs = recorded(page), [page.outputs(index) for index in range(4)]
    page.replay()
    assert "42 · diverged at 3" == page.state("diverged")
    assert "False" == page.ask("'behind' in globals()")
    page.verdict(1, "identical")
    page.verdict(2, "diverged")
    page.verdict(3, "missing")
    assert outputs[3] == page.outputs(3)
    assert "Cell 3 is the first that differs. The cells after the first difference have not run" in page.popover().inner_text()
    puts_back(page, before, outputs[2][0]["text"])

    page.delete(3)
    page.replay()
    page.state("replaying")
    assert "42 · diverged at 3" == page.state("diverged")
    told = page.popover().inner_text()
    assert "secrets.token_hex" in told
    assert "have not run" not in told


@pytest.mark.slow
@pytest.mark.parametrize("timing", [False, True], ids=["no-timing", "timing"])
def test_each_kind_of_output_survives_a_replay(timing, app, server, open_notebook):
    """Styler, SVG, address, expected error, odd execution counts: the saved file has the same bytes, with times and without."""
    server.set("@jupyterlab/notebook-extension:tracker", {"recordTiming": timing})
    page = open_notebook(app, *ALL_KINDS, tags={RAISES: "raises-exception"})
    before = recorded(page, len(ALL_KINDS) - 1, 3)
    cells = page.file()["cells"]
    assert timing == ("execution" in cells[1]["metadata"])
    assert [cell["execution_count"] for cell in cells] != sorted(cell["execution_count"] for cell in cells)
    page.replay()
    assert "42 · reproduced" == page.state("reproduced")
    page.save()
    assert before == page.saved()


@pytest.mark.slow
def test_a_replay_can_be_done_again(app, open_notebook):
    """The second replay ends as the first one did."""
    page = open_notebook(app, LOAD, DRAW, "print(object())")
    before = recorded(page)
    for _ in range(2):
        page.replay()
        page.state("replaying")
        page.state("reproduced")
    page.save()
    assert before == page.saved()


@pytest.mark.slow
def test_a_notebook_without_a_record_is_recorded(app, open_notebook):
    """The first replay seeds, runs and records; the second one compares with that."""
    page = open_notebook(app, DRAW, "x = 1")
    page.replay()
    page.state("recorded")
    record = page.recorded()
    page.replay()
    page.state("replaying")
    page.state("reproduced")
    assert record == page.record()
