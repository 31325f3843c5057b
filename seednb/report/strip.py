"""The strip: a column for each cell, with its verdict and the random state after it in both runs, each by colour and by letter."""

from __future__ import annotations

from seednb.report.facts import CellFacts, Facts
from seednb.report.markup import Html, tag
from seednb.report.states import State
from seednb.report.words import LOOKS

_HUES = 12
_STEP = 5  # neighbours in rank get hues that lie far apart; 5 and 12 have no common factor


def strip(facts: Facts, anchors: dict[int, str]) -> Html:
    """Return the strip, whose columns lead to the cells. anchors: of each cell, by its place among the report's cells."""
    has_states = any(state.known for cell in facts.cells for state in cell.states)
    heads = ["verdict", *(facts.names if has_states else ())]
    labels = tag("div", *(tag("span", head) for head in heads), class_="heads", aria_hidden="true")
    columns = [tag("li", _column(facts, cell, anchors[place], has_states=has_states)) for place, cell in enumerate(facts.cells)]
    legend = "Each column is a cell. " + (
        "Letters name the random state after it: the same letter is the same state; an outlined block drew nothing." if has_states else ""
    )
    return tag("div", labels, tag("ol", *columns, aria_label="cells"), tag("p", legend, class_="dim"), class_="strip")


def _column(facts: Facts, cell: CellFacts, anchor: str, *, has_states: bool) -> Html:
    verdict = cell.result.verdict.value
    blocks = [tag("i", LOOKS[verdict].mark, class_=f"v {verdict}")]
    told = [f"cell {cell.number}: {verdict}"]
    if has_states:
        blocks += [_block(state, other) for state, other in (cell.states, cell.states[::-1])]
        told += [f"{name}: {_told(state)}" for name, state in zip(facts.names, cell.states)]
    number = tag("b", str(cell.number))
    label = "; ".join(told)
    return tag("a", number, *blocks, href=f"#{anchor}", aria_label=label, title=label)


def _block(state: State, other: State) -> Html:
    if not state.name:
        return tag("i", "·", class_="s none")
    apart = " apart" if other.known and other.name != state.name else ""
    kind = "drew" if state.drew else "kept"
    return tag("i", state.name, class_=f"s h{state.rank * _STEP % _HUES} {kind}{apart}")


def _told(state: State) -> str:
    if not state.name:
        return "nothing drawn so far" if state.known else "no record"
    return f"random state {state.name}, " + (f"drew from {', '.join(state.drew)}" if state.drew else "drew nothing")
