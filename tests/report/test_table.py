"""What people read on a terminal: at 80 columns, without colour, obeying nothing that a notebook says."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from seednb.report.facts import Facts
from seednb.report.table import MAX_ROWS, show
from tests.report.made import facts, of_all_verdicts, stream


def shown(given: Facts, *, width: int = 80, colour: bool = False) -> str:
    """Return what a terminal shows."""
    file = io.StringIO()
    show(given, Console(file=file, width=width, force_terminal=colour, highlight=False, soft_wrap=True), "nb.ipynb")
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    """No line of the table, and none of the words below it, is wider than the terminal; only a command and the summary stay whole."""
    long = facts(["x" * 300], [[stream("a " * 400)]], [[stream("b " * 400)]])
    for given in (of_all_verdicts(), long):
        *lines, _ = shown(given, width=width).splitlines()
        assert max(len(line) for line in lines if "nbdiff-web" not in line) <= width


def test_notes_are_wrapped():
    """A note longer than the terminal is cut between words, and all of its words are there."""
    given = facts(["x"], [[stream("a")]], [[stream("a")]])
    note = "what no terminal holds in one line: " + ", ".join(f"cell {number}: value_{number}" for number in range(20))
    given.comparison.notes.append(note)
    lines = shown(given, width=60).splitlines()
    assert max(map(len, lines)) <= 60
    assert note in " ".join(line.strip() for line in lines)


def test_an_interrupted_run_says_so():
    """The last line names an interrupted run, which is neither reproduced nor different."""
    given = facts(["x", "y"], [[stream("a")], []], [[stream("a")], []], failed=1, reason="interrupted", interrupted=True)
    assert shown(given).splitlines()[-1].startswith("interrupted: ")


def test_verdict_difference_and_cause_without_colour():
    """Without colour each cell's mark, word, first difference and cause are there, and the last line sums up."""
    text = shown(of_all_verdicts())
    assert "\x1b" not in text
    assert "✗ diverged" in text
    assert "of 1200 pixels differ" in " ".join(text.split())
    assert "cell 3: The runs had other versions of a library." in text
    assert "package numpy 2.1.0, then 2.2.0" in text
    assert "nbdiff-web nb.ipynb new.ipynb" in text
    assert text.splitlines()[-1].startswith("diverged first at cell 3 (library-version): ")


def test_identical_cells_in_a_row_take_one_line():
    """A thousand identical cells are one line of the table."""
    text = shown(facts(["print(1)"] * 1000, [[stream("1\n")]] * 1000, [[stream("1\n")]] * 1000))
    assert "1 to 1000" in text
    assert len(text.splitlines()) < 10
    assert text.splitlines()[-1] == "reproduced: 1000 identical"


def test_of_very_many_cells_those_that_differ_are_shown_first():
    """Of more rows than people read, those that differ are in the table, at most 200 of them; a line says how many cells are not."""
    count = 2 * MAX_ROWS + 7
    given = [[stream(f"<A at 0x7f000000{number:04x}>" if number % 2 else f"{number}\n")] for number in range(count)]
    other = [[stream(f"<A at 0x7e000000{number:04x}>" if number % 2 else f"{number + 1}\n")] for number in range(count)]
    text = shown(facts(["print(1)"] * count, given, other))
    assert MAX_ROWS == text.count("✗ diverged")
    assert "✓ identical" not in text
    assert f"{count - MAX_ROWS} cells more: --json and --html FILE tell of all" in text


def test_a_terminal_obeys_nothing():
    """Control characters and rich's own markup in sources, outputs and names come out as text."""
    hostile = "[red]\x1b]0;title\x07[/red]\x9b"
    text = shown(facts([f"print({hostile!r})#{hostile}"], [[stream(hostile)]], [[stream("b")]], other=hostile), width=200)
    assert not set(text) & {"\x1b", "\x07", "\x9b"}
    assert "[red]" in text
