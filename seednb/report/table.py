"""The report on a terminal: a table that 80 columns hold, the first difference in words, and one line that sums it up."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from seednb.compare import Verdict
from seednb.compare.verdict import total
from seednb.report.facts import CellFacts, Facts
from seednb.report.words import LOOKS, advice, counts, first_line, headline, listed, plural, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDE = 100
_SOURCE_WIDTH = 30
MAX_ROWS = 200


def show(facts: Facts, console: Console, title: str) -> None:
    """Write a report to a console."""
    console.print(f"[bold]{escaped(title)}[/bold]")
    rows = list(_runs(facts.cells))
    kept = rows if len(rows) <= MAX_ROWS else _first_rows(rows)
    console.print(_table(kept, wide=console.width >= _WIDE))
    if len(kept) < len(rows):
        left = sum(map(len, rows)) - sum(map(len, kept))
        console.print(f"{plural(left, 'cell')} more: --json and --html FILE tell of all", style="dim")
    for note in facts.comparison.notes:
        console.print(_wrapped(printable(note), console), style="dim", markup=False)
    for line in _first_difference(facts):
        console.print(_wrapped(line, console), markup=False)
    if facts.diff_command and not facts.reproduced:
        console.print(f"side by side: {escaped(facts.diff_command)}")
    console.print(_summary(facts))


def _wrapped(text: str, console: Console) -> str:
    return "\n".join(textwrap.wrap(text, max(console.width - 1, 20)))


def escaped(text: str) -> str:
    """Return text from a notebook so that a terminal shows it and obeys none of it."""
    from rich.markup import escape

    return escape(printable(text).replace("\t", " "))


def _first_rows(rows: Sequence[Sequence[CellFacts]]) -> Sequence[Sequence[CellFacts]]:
    """Return as many rows as people read: those of cells that differ, if there are any."""
    differ = [row for row in rows if row[0].result.verdict.bad]
    return (differ or rows)[:MAX_ROWS]


def _table(rows: Iterable[Sequence[CellFacts]], *, wide: bool) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column("cell", justify="right", no_wrap=True)
    if wide:
        table.add_column("source", overflow="ellipsis", no_wrap=True, max_width=_SOURCE_WIDTH)
    table.add_column("verdict", no_wrap=True)
    table.add_column("what differed first", overflow="fold")
    table.add_column("cause", overflow="fold", min_width=8)
    for cells in rows:
        look = LOOKS[cells[0].result.verdict.value]
        source = first_line(cells[0].result.source, _SOURCE_WIDTH) if len(cells) == 1 else f"({plural(len(cells), 'cell')})"
        verdict = f"[{look.style}]{look.mark} {cells[0].result.verdict.value}[/]"
        cause = cells[0].result.cause or ""
        table.add_row(_numbers(cells), *([escaped(source)] if wide else []), verdict, escaped(_detail(cells)), escaped(cause))
    return table


def _runs(cells: Sequence[CellFacts]) -> Iterator[list[CellFacts]]:
    """Give the cells one by one, but those that follow each other and are identical together."""
    waiting: list[CellFacts] = []
    for cell in cells:
        if cell.result.verdict is Verdict.IDENTICAL and not cell.result.detail:
            waiting.append(cell)
            continue
        if waiting:
            yield waiting
            waiting = []
        yield [cell]
    if waiting:
        yield waiting


def _numbers(cells: Sequence[CellFacts]) -> str:
    return str(cells[0].number) if len(cells) == 1 else f"{cells[0].number} to {cells[-1].number}"


def _detail(cells: Sequence[CellFacts]) -> str:
    rules = listed(total(cell.result.rules for cell in cells))
    return " · ".join(part for part in (cells[0].result.detail, f"after: {rules}" if rules else "") if part)


def _first_difference(facts: Facts) -> Iterator[str]:
    """Give the cause of the first difference in words."""
    first = facts.first
    if first is None:
        return
    words = advice(first.result)
    if words is not None:
        yield f"cell {first.number}: {words.cause}"
        yield f"what to do: {words.remedy}"
    changed = facts.surroundings
    if changed:
        shown = "; ".join(f"{one.name} {one.first}, then {one.second}" for one in changed[:3])
        yield printable(f"around it: {shown}{f'; and {len(changed) - 3} more' if len(changed) > 3 else ''}")


def _summary(facts: Facts) -> str:
    comparison = facts.comparison
    words = ", ".join(f"[{LOOKS[name].style}]{count} {name}[/]" for name, count in counts(comparison).items()) or "no code cells"
    first = facts.first
    if first is None and facts.interrupted:
        return f"[bold red]interrupted[/]: {words}"
    if first is None:
        style = "bold green" if comparison.reproduced else "bold"
        return f"[{style}]{headline(comparison)}[/]: {words}"
    cause = f" ({first.result.cause})" if first.result.cause else ""
    return f"[bold red]{headline(comparison)}[/] first at cell {first.number}{cause}: {words}"
