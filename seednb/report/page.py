"""The report as one page of HTML: one file, no script, nothing loaded from anywhere; light and dark, on a phone and on a desk."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from string import Template

from seednb import __version__
from seednb.compare import Verdict
from seednb.compare.verdict import total
from seednb.report.cellview import Budget, badge, cell_view, differences_table, differs, table
from seednb.report.facts import CellFacts, Facts
from seednb.report.markup import Html, joined, tag, text
from seednb.report.strip import strip
from seednb.report.words import LOOKS, advice, counts, headline, interruption, plural

MAX_PAGE = 30_000_000
_LONG_ROW = 4


def page(all_facts: Sequence[Facts], *, limit: int = MAX_PAGE) -> str:
    """Return a page with the reports of one notebook or several. limit: about how many characters of outputs it may have."""
    style = _file("page.css")
    budget = Budget(limit)
    reports = [_report(facts, f"n{number}", budget) for number, facts in enumerate(all_facts, 1)]
    contents = _contents(all_facts) if len(all_facts) > 1 else None
    title = all_facts[0].notebook if len(all_facts) == 1 else plural(len(all_facts), "notebook")
    return Template(_file("page.html")).substitute(
        title=text(f"{title}: seednb"),
        style=style,
        hash=base64.b64encode(sha256(style.encode()).digest()).decode("ascii"),
        contents=contents or "",
        reports=joined(reports),
        version=text(__version__),
    )


def _file(name: str) -> str:
    return (files("seednb.report") / name).read_text(encoding="utf-8")


def _contents(all_facts: Sequence[Facts]) -> Html:
    items = [
        tag("li", tag("a", facts.notebook, href=f"#n{number}"), " ", badge(facts.comparison.verdict.value))
        for number, facts in enumerate(all_facts, 1)
    ]
    return tag("nav", tag("ol", *items), aria_label="notebooks", class_="contents")


def _report(facts: Facts, anchor: str, budget: Budget) -> Html:
    anchors = {place: f"{anchor}-c{place}" for place in range(len(facts.cells))}
    what = facts.other if facts.command == "compare" else None
    return tag(
        "article",
        tag("header", tag("h1", facts.notebook), tag("p", " and ".join(facts.names) if what is None else f"and {what}", class_="dim")),
        _outcome(facts),
        tag("p", interruption(facts.failed), class_="why") if facts.interrupted else None,
        tag("h2", "Cells"),
        strip(facts, anchors),
        _why(facts, anchors),
        _surroundings(facts),
        _rules(facts),
        tag("h2", "Cell by cell"),
        tag("label", tag("input", type="checkbox", class_="only-differing"), " only cells that differ", class_="switch"),
        *_cells(facts, anchors, budget),
        *(tag("p", note, class_="dim") for note in facts.comparison.notes),
        tag("p", "Side by side in nbdime: ", tag("code", facts.diff_command)) if facts.diff_command else None,
        id=anchor,
    )


def _cells(facts: Facts, anchors: dict[int, str], budget: Budget) -> list[Html]:
    """Return the cells in their order, long rows of identical ones folded into one; those that differ are the first to get room."""
    order = sorted(range(len(facts.cells)), key=lambda place: not differs(facts.cells[place]))
    views = {place: cell_view(facts, facts.cells[place], anchors[place], budget) for place in order}
    shown: list[Html] = []
    for is_identical, row in groupby(range(len(facts.cells)), lambda place: facts.cells[place].result.verdict is Verdict.IDENTICAL):
        places = list(row)
        parts = [views[place] for place in places]
        shown += [_group(facts.cells[places[0]], facts.cells[places[-1]], parts)] if is_identical and len(places) >= _LONG_ROW else parts
    return shown


def _group(first: CellFacts, last: CellFacts, views: Sequence[Html]) -> Html:
    """Return a row of identical cells, folded."""
    verdict = Verdict.IDENTICAL.value
    told = tag("span", f"cells {first.number} to {last.number}", class_="no")
    return tag("details", tag("summary", told, badge(verdict)), *views, class_=f"cell group {verdict}")


def _outcome(facts: Facts) -> Html:
    first = facts.first
    word = headline(facts.comparison) if first or not facts.interrupted else "interrupted"
    verdict = "identical" if word == "reproduced" else first.result.verdict.value if first else "missing"
    where = f"first at cell {first.number}" if first else f"{plural(len(facts.cells), 'code cell')} compared"
    tiles = [
        tag("div", tag("b", f"{LOOKS[name].mark} {count}", class_=name), tag("span", name))
        for name, count in counts(facts.comparison).items()
    ]
    if facts.seed is not None:
        tiles.append(tag("div", tag("b", str(facts.seed)), tag("span", f"seed, {_origin(facts)}")))
    big = tag(
        "div", tag("b", tag("i", LOOKS[verdict].mark, aria_hidden="true"), f" {word}", class_=verdict), tag("span", where), class_="big"
    )
    return tag("div", big, *tiles, class_=f"outcome {verdict}")


def _origin(facts: Facts) -> str:
    record = facts.sides[0].record
    recorded = facts.had_record and record is not None and record.seed == facts.seed
    return f"from the record ({facts.origin})" if recorded else str(facts.origin)


def _why(facts: Facts, anchors: dict[int, str]) -> Html | None:
    first = facts.first
    if first is None:
        return None
    words = advice(first.result)
    anchor = anchors[facts.cells.index(first)]
    parts: list[Html | None] = [
        tag("h2", tag("a", f"Cell {first.number}", href=f"#{anchor}"), " is the first that differs"),
        tag("p", tag("b", first.result.cause), f": {words.cause}") if words and first.result.cause else None,
        tag("p", first.result.detail, class_="detail") if first.result.detail else None,
        tag("p", _state_before(facts, first), class_="dim"),
        tag("p", f"It ended the replay: {facts.reason}") if facts.failed == first.result.index else None,
        tag("p", tag("b", "What to do: "), words.remedy) if words else None,
    ]
    return tag("section", *parts, class_="why")


def _state_before(facts: Facts, first: CellFacts) -> str | None:
    """Say whether randomness can be the reason: whether both runs came to the cell in one state."""
    place = facts.cells.index(first)
    before = next((cell.states for cell in reversed(facts.cells[:place]) if all(state.known for state in cell.states)), None)
    if before is None:
        return None
    if before[0].name == before[1].name:
        return "The random state before it is the same in both runs."
    return "The random state before it is not the same in both runs."


def _surroundings(facts: Facts) -> Html | None:
    if any(side.record is None for side in facts.sides):
        return None
    found = facts.surroundings
    title = "Environment"
    if not found:
        return joined(
            [tag("h2", title), tag("p", "The same in both runs: versions, processor, threads, settings, input files.", class_="dim")]
        )
    return joined([tag("h2", title), differences_table(found, facts.names, caption="What differs around the two runs")])


def _rules(facts: Facts) -> Html | None:
    rules = total(cell.result.rules for cell in facts.cells)
    if not rules:
        return None
    rows = [
        (name, str(count), ", ".join(str(cell.number) for cell in facts.cells if name in cell.result.rules))
        for name, count in rules.items()
    ]
    return joined([tag("h2", "Rules that fired"), table(("rule", "times", "cells"), rows, caption="Rules that fired")])
