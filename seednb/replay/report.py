"""What the command line shows: one line by default, a table where cells are compared, details on demand."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seednb.report.table import escaped, show
from seednb.report.words import first_line, plural

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    from seednb.doctor import Examination
    from seednb.notebook import Notebook
    from seednb.record import Record
    from seednb.replay.run import RunResult
    from seednb.replay.verify import Verification
    from seednb.report import Facts

_STATES = {"well": ("✓", "green"), "note": ("·", "dim"), "wrong": ("✗", "bold red")}
_SOURCE_WIDTH = 44


class Report:
    """Writes for people: results to standard output, progress and notices to standard error."""

    def __init__(self, *, quiet: bool = False, stream: bool = False, console: Console | None = None) -> None:
        self._quiet = quiet
        self._stream = stream
        self._consoles: dict[bool, Console] = {} if console is None else {False: console}

    def progress(self, path: Path) -> CellProgress:
        """Return what shows a run's progress on a terminal, cell by cell."""
        return CellProgress(self, path, quiet=self._quiet, stream=self._stream)

    def console(self, *, stderr: bool = False) -> Console:
        """Return the console for one of the two streams."""
        if stderr not in self._consoles:
            from rich.console import Console

            self._consoles[stderr] = Console(stderr=stderr, highlight=False, soft_wrap=True)
        return self._consoles[stderr]

    def ran(self, result: RunResult) -> None:
        """Say how a run ended and where it was written."""
        execution = result.execution
        for notice in execution.notices:
            self._say(notice, stderr=True)
        record = result.record
        seed = f"seed {record.seed} ({record.origin})" if record is not None else "no record"
        if execution.complete:
            kept = f", {result.kept} unchanged" if result.kept else ""
            self._say(f"{seed} · {plural(len(execution.cells), 'cell')} ran{kept} · {result.written}")
            return
        reason = "was interrupted" if execution.interrupted else f"failed: {execution.reason}"
        self._say(f"cell {_number(execution.failed)} {reason} · {seed} · what ran is in {result.written}", stderr=True, always=True)

    def verified(self, result: Verification) -> None:
        """Show a verification's table and its summary."""
        for notice in result.notices:
            self._say(notice, stderr=True)
        if self._quiet:
            return
        what = "recorded run and its replay" if result.had_record else "two fresh runs (the notebook has no record)"
        show(result.facts, self.console(), f"{result.path}: {what}, seed {result.seed}")
        if result.failed is not None:
            how = "was interrupted" if result.interrupted else f"failed: {result.reason}"
            self._say(f"cell {_number(result.failed)} {how}", stderr=True)

    def compared(self, facts: Facts) -> None:
        """Show a comparison's table and its summary."""
        if not self._quiet:
            show(facts, self.console(), f"{facts.notebook} and {facts.other}")

    def accepted(self, path: Path, cells: list[int]) -> None:
        """Say which cells of a replay are the new record."""
        numbers = ", ".join(_number(index) for index in cells)
        self._say(f"{path}: accepted {plural(len(cells), 'cell')}: {numbers}" if cells else f"{path}: nothing to accept, it is as recorded")

    def wrote(self, paths: Sequence[Path]) -> None:
        """Say which reports were written."""
        for path in paths:
            self._say(f"wrote {path}", stderr=True)

    def examined(self, examination: Examination) -> None:
        """Show what `seednb doctor` has found."""
        for title, findings in (("this environment", examination.environment), ("front end", examination.front_ends)):
            table = _table("", title, "", "what to do")
            for finding in findings:
                mark, style = _STATES[finding.state]
                table.add_row(f"[{style}]{mark}[/]", finding.what, escaped(finding.text), escaped(finding.fix))
            self.console().print(table)

    def shown(self, notebook: Notebook, record: Record) -> None:
        """Show a record."""
        table = _table("cell", "source", "changed")
        for index, key, cell in notebook.code_cells:
            line = record.cells.get(key)
            changed = "not recorded" if line is None else "unseeded" if line.unseeded else "  ".join(sorted(line.sources)) or "nothing"
            table.add_row(str(index + 1), escaped(first_line("".join(cell["source"]), _SOURCE_WIDTH)), changed)
        environment = record.environment
        console = self.console()
        console.print(f"seed [bold]{record.seed}[/bold] · {record.origin} · {record.mode} · {'sealed' if record.sealed else 'not sealed'}")
        versions = ", ".join(f"{name} {version}" for name, version in sorted(environment.get("packages", {}).items()))
        console.print(f"{escaped(_language(environment))} · {escaped(str(environment.get('cpu')))} · {environment.get('cores')} cores")
        console.print(escaped(versions or "no packages that draw or compute were loaded"))
        for key, seed in record.reseeds:
            console.print(f"reseeded with {seed} in cell {escaped(key)}")
        for name in record.inputs:
            console.print(f"read {escaped(name)}")
        console.print(table)

    def _say(self, text: str, *, stderr: bool = False, always: bool = False) -> None:
        if always or not self._quiet:
            self.console(stderr=stderr).print(f"seednb: {escaped(text)}")


class CellProgress:
    """Shows which cell runs, on a terminal; and the cells' streams, when asked for."""

    def __init__(self, report: Report, path: Path, *, quiet: bool, stream: bool) -> None:
        self._report = report
        self._path = path
        self._quiet = quiet
        self._stream = stream
        self._bar: RichProgress | None = None
        self._total = 0

    def launched(self) -> None:
        """The kernel is starting: the moment for slow imports."""
        if not self._quiet:
            self._report.console(stderr=True)

    def started(self, cells: int) -> None:
        """Begin to show progress."""
        self._total = cells
        if self._quiet or not self._report.console(stderr=True).is_terminal:
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self._report.console(stderr=True), transient=True)
        self._bar.add_task(escaped(self._path.name), total=cells)
        self._bar.start()

    def cell(self, position: int, index: int) -> None:
        """Show that a cell begins."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=position, description=f"{escaped(self._path.name)} cell {index + 1}")

    def stream(self, name: str, text: str) -> None:
        """Pass on what a cell prints."""
        if not self._stream:
            return
        if self._bar is not None:
            self._bar.console.out(text, end="")
        else:
            target = sys.stderr if name == "stderr" else sys.stdout
            target.write(text)
            target.flush()

    def ended(self) -> None:
        """Take the progress away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _table(*columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column, justify="right" if column == "cell" else "left", overflow="ellipsis" if column in {"cell", "source"} else "fold"
        )
    return table


def _number(index: int | None) -> str:
    return "?" if index is None else str(index + 1)


def _language(environment: Mapping[str, Any]) -> str:
    if "r" in environment:
        return f"R {environment['r']} ({environment.get('rng_kind')})"
    return f"Python {environment['python']}" if "python" in environment else str(environment.get("kernel"))
