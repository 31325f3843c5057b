"""JSON of two runs, compared without the numbers that both have: every difference stays one, and no new one appears."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from seednb._lean import Deferred, outputs
from seednb.compare import Verdict, compare_outputs, output_digests
from seednb.compare.alike import MIN_LIST, without_equal_numbers
from seednb.compare.texts import EQUAL_NUMBERS, marked
from tests.compare.catching import changes, honest
from tests.compare.make import display

LONG = [number / 7 for number in range(MIN_LIST)]
OTHER = [number / 9 for number in range(MIN_LIST)]
PLOT = "application/vnd.plotly.v1+json"


def deferred(given: list[Any]) -> list[Any]:
    """Return outputs as they are read for comparing."""
    found: list[Any] = outputs(json.dumps(given), 0)[0]
    return found


def plot(value: Any) -> list[Any]:
    """Return the outputs of a cell that shows a plot."""
    return [display(**{PLOT.replace("/", "_", 1): value})]


def parts(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two values without the numbers that both have."""
    one, other = without_equal_numbers(Deferred(json.dumps(a)), Deferred(json.dumps(b)))
    return one.value, other.value


def test_equal_lists_have_equal_marks_and_others_stay():
    """A long list that both have in one place becomes a mark, the same one wherever it is; what differs, or is short, stays."""
    a, b = parts({"x": LONG, "y": LONG, "z": OTHER, "s": [1.5]}, {"x": LONG, "y": LONG, "z": [*OTHER[1:], 0.5], "s": [1.5]})
    mark = [marked(f"{EQUAL_NUMBERS}1")]
    assert {"x": mark, "y": mark, "z": OTHER, "s": [1.5]} == a
    assert {"x": mark, "y": mark, "z": [*OTHER[1:], 0.5], "s": [1.5]} == b


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"x": LONG, "y": OTHER}, {"x": OTHER, "y": LONG}),
        ({"x": LONG, "y": OTHER}, {"y": LONG, "x": OTHER}),
        ({"x": [LONG, OTHER]}, {"x": [LONG, LONG]}),
        ({"x": LONG, "t": str(LONG)}, {"x": LONG, "t": str(OTHER)}),
        ({"t": str(LONG), "y": 1}, {"t": str(LONG), "y": 2}),
        ({"x": LONG}, {"x": [*LONG[:-1], 7]}),
        ({"x": LONG, "title": "0.5"}, {"x": LONG, "title": "0.6"}),
        ({"x": LONG}, {"x": [marked(f"{EQUAL_NUMBERS}1")]}),
        ([[marked(f"{EQUAL_NUMBERS}1")], LONG], [LONG, [marked(f"{EQUAL_NUMBERS}1")]]),
    ],
)
def test_every_difference_stays_one(a, b):
    """Lists that change places, texts that read as lists, a last number, and a notebook that brings a mark of its own are told apart."""
    one, other = parts(a, b)
    assert one != other
    assert [Verdict.DIVERGED] == [result.verdict for result in compare_outputs(deferred(plot(a)), deferred(plot(b)))]


def test_equal_values_are_equal_whatever_their_text_is():
    """Other keys first, and numbers that are written in another way, are no difference."""
    one = [{"output_type": "display_data", "metadata": {}, "data": {PLOT: Deferred(json.dumps({"x": LONG, "y": OTHER}))}}]
    two = [{"output_type": "display_data", "metadata": {}, "data": {PLOT: Deferred(json.dumps({"y": OTHER, "x": LONG}, indent=1))}}]
    three = copy.deepcopy(one)
    three[0]["data"][PLOT] = Deferred(one[0]["data"][PLOT].text.replace(", 1.0,", ", 1.00,", 1))
    assert one[0]["data"][PLOT].text != three[0]["data"][PLOT].text
    for other in (two, three):
        assert [Verdict.IDENTICAL] == [result.verdict for result in compare_outputs(one, other)]


def test_what_is_said_of_numbers_is_what_the_whole_text_gives():
    """The first difference and the distance do not change with the numbers that are left out; only how many there are is not said."""
    a, b = {"x": LONG, "y": 0.3}, {"x": LONG, "y": 0.30000000000000004}
    details = [compare_outputs(make(plot(a)), make(plot(b)))[0].detail for make in (list, deferred)]
    assert details[0].endswith("1 of 201 numbers differ, at most 1 ULP, relative 1.9e-16")
    assert details[1].endswith("1 numbers differ, at most 1 ULP, relative 1.9e-16")
    assert 'expected \'{"x": ["equal numbers 1"], "y": 0.3}\'' in details[1]


def test_two_outputs_still_share_their_names():
    """An address in JSON that both runs have is told apart from the one that the text beside it has in one run only."""
    both = {"at": "at 0x7f0000001000", "x": LONG}
    a, b = (deferred([*plot(both), display(text_plain=f"at {address}")]) for address in ("0x7f0000001000", "0x7f0000002000"))
    assert [Verdict.IDENTICAL, Verdict.DIVERGED] == [result.verdict for result in compare_outputs(a, b)]


def test_real_outputs_compare_and_digest_alike_in_both_forms():
    """Two honest runs, and each change of one, get the same verdict and rules from outputs as read for comparing; digests are the same."""
    for key, cell in honest().items():
        first = cell["runs"][0]
        assert output_digests(first, cell["source"]) == output_digests(deferred(first), cell["source"])
        for second in [cell["runs"][1], *(change.outputs for change in changes() if change.cell == key)]:
            full = compare_outputs(first, second, source=cell["source"])
            lean = compare_outputs(deferred(first), deferred(second), source=cell["source"])
            assert [(one.verdict, one.rules) for one in full] == [(one.verdict, one.rules) for one in lean]
