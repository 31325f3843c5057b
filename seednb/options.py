"""Options that commands of the command line share, and the forms of a report that they ask for."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seednb.settings import check_seed

if TYPE_CHECKING:
    from seednb.report import Facts

PATH = click.Path(path_type=Path)
Command = Callable[..., int]


class _Seed(click.ParamType):  # type: ignore[type-arg]  # generic only since Click 8.4
    name = "seed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return check_seed(value, where="--seed")


seed = click.option("--seed", type=_Seed(), metavar="N", help="An integer from 0 to 4294967295.")
timeout = click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Longest time for one cell, in seconds.")
kernel = click.option("--kernel", metavar="NAME", help="Run in this kernel, in place of the one that the notebook names.")
rtol = click.option("--rtol", type=click.FloatRange(min=0), metavar="X", help="Numbers are close that differ by this much of the first.")
atol = click.option("--atol", type=click.FloatRange(min=0), metavar="X", help="Numbers are close that differ by this much.")
ulp = click.option("--ulp", type=click.IntRange(min=0), metavar="N", help="Numbers are close that are at most N doubles apart.")
quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
user = click.option("--user", is_flag=True, help="For all environments of this user.")
system = click.option("--system", is_flag=True, help="For all users of this machine.")


@dataclass(frozen=True)
class Forms:
    """The forms of a report that were asked for, beside the table on the terminal."""

    as_json: bool
    junit: Path | None
    html: Path | None

    def check(self) -> None:
        """Raise NotebookError for a file that cannot be written: now, and not after hours of running."""
        from seednb._files import check_writable

        for path in (self.junit, self.html):
            if path is not None:
                check_writable(path)

    def write(self, facts: Sequence[Facts]) -> list[Path]:
        """Print the JSON, write the files, and return their paths."""
        from seednb._files import replace
        from seednb.report import documents, junit, page

        if self.as_json:
            print_json(documents(facts))
        if self.junit is not None:
            replace(self.junit, junit(facts))
        if self.html is not None:
            replace(self.html, page(facts).encode("utf-8"))
        return [path for path in (self.junit, self.html) if path is not None]


def forms(command: Command) -> Command:
    """Give a command the options --json, --junit and --html, and their values as its argument `forms`."""

    @as_json
    @click.option("--junit", type=PATH, metavar="FILE", help="Write the report as JUnit's XML, a test case for each cell.")
    @click.option("--html", type=PATH, metavar="FILE", help="Write the report as one page of HTML.")
    @functools.wraps(command)
    def wrapped(*, as_json: bool, junit: Path | None, html: Path | None, **others: Any) -> int:
        asked = Forms(as_json, junit, html)
        asked.check()
        return command(forms=asked, **others)

    return wrapped


def place(user: bool, system: bool) -> str:  # noqa: FBT001  # as Click passes them
    """Return the place that --user and --system name."""
    if user and system:
        raise click.UsageError("give --user or --system, not both")
    return "user" if user else "system" if system else "environment"


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))
