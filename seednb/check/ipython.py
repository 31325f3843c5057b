"""IPython's syntax as Python that the `ast` module reads, line by line, so that every position stays where the user sees it."""

from __future__ import annotations

import ast
import re
import warnings
from typing import NamedTuple

RUNS_PYTHON = frozenset({"capture", "prun", "python", "python3", "pypy", "seed", "seednb", "time", "timeit", "memit", "mprun", "lprun"})
_TIMED = re.compile(r"(?P<indent>\s*)(?P<magic>%(?:time|timeit|prun|memit)\b(?:\s+-\w+(?:\s+\d+)?)*\s*)(?P<code>.*)")
_ASSIGNED = re.compile(r"(?P<target>\s*[\w.,\[\]'\"* ]+=\s*)(?P<magic>[!%].*)")
_HELP = re.compile(r"\s*(?:\?{1,2}\s*[\w.*%!]+|[\w.*%!]+(?:\[[^\]]*\])?\s*\?{1,2})\s*(?:#.*)?")
_ESCAPE = re.compile(r"\s*[%!/,;?]")
MAX_LINES = 10_000
MAX_MENDINGS = 100


class Parsed(NamedTuple):
    """A cell's syntax tree, or None where it is not Python; the magics in it, by line, `%%` kept; and why it cannot be read."""

    tree: ast.Module | None
    magics: list[tuple[int, str]]
    problem: str = ""


def parse_cell(source: str) -> Parsed:
    """Parse a cell. Magics and shell lines become `pass`; what `%time` and its like run is kept."""
    lines = source.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    magics: list[tuple[int, str]] = []
    while lines[first].startswith("%%"):
        name = re.match(r"%%([\w.]*)", lines[first])
        magics.append((first + 1, lines[first].strip()))
        if name is None or name[1] not in RUNS_PYTHON:
            return Parsed(None, magics)
        lines[first] = ""
        first = next((at for at in range(first, len(lines)) if lines[at].strip()), 0)
    return _parse_lines(lines, magics)


def _parse_lines(lines: list[str], magics: list[tuple[int, str]]) -> Parsed:
    if len(lines) > MAX_LINES:
        return Parsed(None, magics, f"has more than {MAX_LINES} lines")
    for _ in range(MAX_MENDINGS):
        try:
            return Parsed(_parse("\n".join(lines)), magics)
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if _mend(lines, at, magics):
                _mend_below(lines, at, magics)
            else:
                return Parsed(None, magics, f"is not Python that can be read (line {at + 1}: {error.msg})")
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            return Parsed(None, magics, f"is not Python that can be read ({_reason(error)})")
    return Parsed(None, magics, f"has more than {MAX_MENDINGS} places that are not Python")


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _reason(error: BaseException) -> str:
    if isinstance(error, ValueError) and "null" in str(error):
        return "it holds a null character"
    return "it nests too deeply" if isinstance(error, (RecursionError, MemoryError)) else str(error).split("\n")[0]


def _mend(lines: list[str], at: int, magics: list[tuple[int, str]]) -> bool:
    """Turn the line that Python cannot read into Python; tell whether it was IPython's."""
    if not 0 <= at < len(lines):
        return False
    line = lines[at]
    timed, assigned = _TIMED.fullmatch(line), _ASSIGNED.fullmatch(line)
    if line.lstrip().startswith(("%", "!")):
        magics.append((at + 1, line.strip().lstrip("%")))
    if timed and _stands_alone(timed["code"]):
        lines[at] = timed["indent"] + "if 1:".ljust(len(timed["magic"])) + timed["code"]
    elif assigned:
        lines[at] = assigned["target"] + "None"
        _blank_rest(lines, at, line)
    elif _HELP.fullmatch(line) or _ESCAPE.match(line):
        lines[at] = line[: len(line) - len(line.lstrip())] + "pass"
        _blank_rest(lines, at, line)
    else:
        return False
    return lines[at] != line


def _mend_below(lines: list[str], at: int, magics: list[tuple[int, str]]) -> None:
    """Mend the magics that follow at once: below one, a line begins a statement."""
    while at + 1 < len(lines) and (not lines[at + 1] or lines[at + 1].lstrip().startswith(("%", "!"))):
        at += 1
        _mend(lines, at, magics)


def _blank_rest(lines: list[str], at: int, line: str) -> None:
    while line.endswith("\\") and at + 1 < len(lines):
        at += 1
        line, lines[at] = lines[at], ""


def _stands_alone(code: str) -> bool:
    """Tell whether code may follow `if 1:` on its line."""
    try:
        return bool(code) and bool(_parse(f"if 1: {code}"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
