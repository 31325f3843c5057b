"""What is said of cells that are compared with the lines of an earlier run."""

from __future__ import annotations

import pytest

from seednb.kernel.comparing import Comparison, read_line

S, OTHER = "s=0a1b2c3d4e", "s=ffffffffff"
A, B = "python=0011223344", "python=5566778899"


def outcome(before, now):
    """Compare one cell; return its verdict and what differs."""
    comparison = Comparison({"a": read_line(before)})
    comparison.add("a", 1, now)
    return tuple(comparison.outcomes["a"])


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (f"b2 {S} {A}", f"b2 {S} {A}", ("as before", "")),
        (f"b2 {S} {A}", f"b2 {S} {B}", ("differs", "python")),
        (f"b2 {S} {A}", f"b2 {S}", ("differs", "python")),
        (f"b2 {S}", f"b2 {S} numpy=- {B}", ("differs", "numpy, python")),
        (f"b2 {S} {A}", f"b2 {OTHER} {B}", ("differs", "its text was edited")),
        (f"b2 {S} unseeded", f"b2 {S} {B}", ("unseeded", "")),
        (f"b2 {S} v=s2:0011223344", f"b2 {S} v=s2:5566778899", ("differs", "its variables")),
        (f"b2 {S} v=s2:0011223344", f"b2 {S} v=s2:0011223344", ("as before", "")),
        (f"b2 {S} v=s2:0011223344", f"b2 {S} v=s3:5566778899", ("as before", "")),
        (f"b2 {S} v=s2:0011223344/00ff", f"b2 {S} v=s2:5566778899", ("as before", "")),
        (f"b2 {S} v=s2:0011223344", f"b2 {S}", ("as before", "")),
        (f"b2 {S} o=0011223344/0011223344 k=key {A}", f"b2 {S} k=other {A}", ("as before", "")),
    ],
)
def test_outcomes(before, now, expected):
    """A cell differs by its text, then its random states, then its variables where both runs digested the same ones."""
    assert expected == outcome(before, now)


@pytest.mark.parametrize(
    "line", [None, 7, "", "b2", "b3 s=0a1b2c3d4e", "b2 s=0a1b2c3d4", "b2 s=0A1B2C3D4E", "b2 " + S + " x" * 600, f"b2 {S} ä=1"]
)
def test_what_is_no_line_is_not_compared(line):
    """Of a line that is none, too long, or of other digests nothing is taken."""
    assert read_line(line) is None


@pytest.mark.parametrize("word", ["python=<b>", "python=0011223344x", "=0011223344", "k=\x00", "v=<script>", f"{'x' * 65}=0011223344"])
def test_words_that_are_not_known_are_passed_over(word):
    """A word that is no source with a digest adds nothing."""
    assert {} == read_line(f"b2 {S} {word}").sources


def test_a_cell_counts_once():
    """The first run of a cell is the one that is compared; that it ran again is told."""
    comparison = Comparison({"a": read_line(f"b2 {S} {A}")})
    assert (False, True) == (comparison.add("a", 1, f"b2 {S} {A}"), comparison.add("a", 2, f"b2 {S} {B}"))
    assert comparison.first is None


COMPARED = "texts and random states were compared, outputs were not: a replay in a fresh runtime compares these too"


def test_the_summary_names_the_first_cell_and_counts_the_others():
    """By number and generator; with how many differ, are new, were unseeded, or did not run."""
    expected = {key: read_line(f"b2 {S} {A}") for key in "abcd"}
    expected["e"] = read_line(f"b2 {S} unseeded")
    comparison = Comparison(expected)
    for number, (key, state) in enumerate([("a", A), ("b", B), ("c", B), ("e", A), ("new", A)], 7):
        comparison.add(key, number, f"b2 {S} {state}")
    assert (
        "cell [8] is the first to differ: python; 2 of 5 cells differ; 1 cell ran before a seed was set; 1 cell had not run before; "
        f"1 cell that had run before did not run; {COMPARED}"
    ) == comparison.summary()


def test_nothing_compared_is_no_success():
    """Where no recorded cell has run it does not say that anything was reproduced."""
    assert comparison_of_nothing().startswith(
        "nothing was compared: none of the recorded cells has run; 1 cell that had run before did not run"
    )


def comparison_of_nothing():
    """Return the summary of a run of none of its cells."""
    return Comparison({"a": read_line(f"b2 {S}")}).summary()
