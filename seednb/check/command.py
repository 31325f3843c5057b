"""What `seednb check` does: finds the files, checks each, and says what was found."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from seednb._files import shown
from seednb.check.engine import Checked, check_file
from seednb.check.pages import overview, page
from seednb.check.rule import ERROR, Finding
from seednb.check.rules import RULES
from seednb.check.select import Selection
from seednb.errors import NotebookError, SettingsError

FORMAT = 1
_LEFT_OUT = {"node_modules", "__pycache__", "site-packages"}
_COLOURS = {ERROR: "red"}


def explain(code: str) -> None:
    """Print a rule's page, or with `all` one line for each rule."""
    if code.lower() == "all":
        click.echo(overview(), nl=False)
        return
    rule = RULES.get(code.upper())
    if rule is None:
        raise SettingsError(f"--explain: there is no rule {code[:40]!r} (seednb check --explain all lists them)")
    click.echo(page(rule), nl=False)


def check(paths: Sequence[Path], selection: Selection, *, as_json: bool) -> tuple[int, int]:
    """Check files and folders and print what was found; return how many findings there are, and how many files that cannot be read."""
    results: list[tuple[Path, Checked | NotebookError]] = []
    for path in _files(paths):
        result = _checked(path, selection)
        results.append((path, result))
        if not as_json:
            _say(path, result)
    checked = [result for _, result in results if isinstance(result, Checked)]
    findings = [finding for result in checked for finding in result.findings]
    if as_json:
        click.echo(json.dumps(_to_json(results), indent=1))
    else:
        click.echo(_summary(findings, len(checked), sum(bool(result.findings) for result in checked)))
    return len(findings), len(results) - len(checked)


def _checked(path: Path, selection: Selection) -> Checked | NotebookError:
    try:
        return check_file(path, selection.codes(path))
    except NotebookError as error:
        return error


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and the notebooks of the folders."""
    for path in paths:
        if path.is_dir():
            yield from _notebooks(path)
        else:
            yield path


def _notebooks(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_OUT)
        yield from (Path(root, name) for name in sorted(names) if name.endswith(".ipynb"))


def _say(path: Path, result: Checked | NotebookError) -> None:
    if isinstance(result, NotebookError):
        click.echo(f"seednb: {result}", err=True)
        return
    if result.findings or result.notes:
        click.secho(shown(path), bold=True)
    for finding in result.findings:
        place = f"{finding.line}:{finding.column}" if path.suffix == ".py" else f"cell {finding.cell}, {finding.line}:{finding.column}"
        code = click.style(finding.code, fg=_COLOURS.get(finding.severity, "yellow"))
        click.echo(f"  {place:<15} {code} {finding.severity}: {shown(finding.message)}; {finding.instead}")
    for note in result.notes:
        click.secho(f"  note: {shown(note)}", dim=True)


def _summary(findings: list[Finding], files: int, with_findings: int) -> str:
    if not findings:
        return f"seednb: nothing found in {_plural(files, 'file')}"
    errors = sum(finding.severity == ERROR for finding in findings)
    counts = f"{_plural(errors, 'error')} and {_plural(len(findings) - errors, 'warning')} in {with_findings} of {_plural(files, 'file')}"
    return f"seednb: {counts} (seednb check --explain CODE tells more)"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _to_json(results: list[tuple[Path, Checked | NotebookError]]) -> dict[str, Any]:
    files: list[dict[str, Any]] = []
    for path, result in results:
        if isinstance(result, Checked):
            files.append({"path": str(path), "findings": [finding.to_json() for finding in result.findings], "notes": result.notes})
        else:
            files.append({"path": str(path), "error": str(result)})
    return {"version": FORMAT, "files": files}
