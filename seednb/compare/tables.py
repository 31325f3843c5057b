"""Columns of times in tables: only what stands under the name that a known library gives such a column is a clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from seednb.compare.patterns import JSON, MARKUP, TEXT, Pattern, Rule

_NAME = r"(?:mean_|std_)?(?:fit|score)_time"
_ARRAY = re.compile(rf"(?:'{_NAME}'|&#x27;{_NAME}&#x27;): (?:array\()?(?P<x>\[[^\[\]]*\])")
_HEADER = re.compile(rf"(?<!\S){_NAME}(?!\S)")
_WORD = re.compile(r"\S+")
_TABLE = re.compile(r"<table\b(?:(?!<table\b)[\s\S])*?</table>")
_ROW = re.compile(r"<tr\b[^>]*>(?:(?!<tr\b)[\s\S])*?</tr>")
_CELL = re.compile(r"<t[hd]\b[^>]*>(?P<x>[^<]*)</t[hd]>")
_EXAMPLE = "   mean_fit_time  mean_test_score\n0          {}              0.9\n1          0.003              {}"
_HTML = "<table><tr><th></th><th>fit_time</th><th>score</th></tr><tr><th>0</th><td>{}</td><td>{}</td></tr></table>"


class _Columns(Pattern):
    """The numbers below the headers of a table that pandas has drawn as text."""

    def replace(self, text: str, put: Callable[[str], str]) -> str:
        text = _ARRAY.sub(lambda match: match[0].replace(match["x"], put(match["x"])), text)
        ends: frozenset[int] = frozenset()
        lines = []
        for line in text.split("\n"):
            found = frozenset(match.end() for match in _HEADER.finditer(line))
            if found or not line.strip():
                ends = found
            lines.append(line if found or not ends else _below(line, ends, put))
        return "\n".join(lines)


class _HtmlColumns(Pattern):
    """The numbers below the headers of a table in HTML."""

    def replace(self, text: str, put: Callable[[str], str]) -> str:
        return _TABLE.sub(lambda table: "".join(_rows(table[0], put)), text)


def _below(line: str, ends: frozenset[int], put: Callable[[str], str]) -> str:
    """Replace the words of a line that end where headers end; blanks before them are as wide as the number needs."""
    parts, done = [], 0
    for word in _WORD.finditer(line):
        if word.end() in ends:
            parts += [line[done : word.start()].rstrip(), " ", put(word[0])]
            done = word.end()
    return "".join([*parts, line[done:]])


def _rows(table: str, put: Callable[[str], str]) -> Iterator[str]:
    columns: frozenset[int] = frozenset()
    done = 0
    for row in _ROW.finditer(table):
        yield table[done : row.start()]
        cells = list(_CELL.finditer(row[0]))
        named = frozenset(number for number, cell in enumerate(cells) if re.fullmatch(_NAME, cell["x"].strip()))
        columns = named or columns
        yield row[0] if named or not columns else _filled(row[0], [cells[number] for number in sorted(columns) if number < len(cells)], put)
        done = row.end()
    yield table[done:]


def _filled(row: str, cells: list[re.Match[str]], put: Callable[[str], str]) -> str:
    parts, done = [], 0
    for cell in cells:
        parts += [row[done : cell.start("x")], put(cell["x"])]
        done = cell.end("x")
    return "".join([*parts, row[done:]])


TABLE_RULES = (
    Rule(
        "fit-time",
        "how long fits and scores took, in the columns of scikit-learn's `cv_results_` and `cross_validate`",
        _Columns(
            kinds=(TEXT, JSON),
            pattern=_NAME,
            needs=("t_time", "e_time"),
            alike=(_EXAMPLE.format("0.002", "0.8"), _EXAMPLE.format("0.013", "0.8")),
            unlike=(_EXAMPLE.format("0.002", "0.8"), _EXAMPLE.format("0.002", "0.7")),
        ),
        _HtmlColumns(
            kinds=(MARKUP,),
            pattern=_NAME,
            needs=("_time</th>",),
            alike=(_HTML.format("0.002", "0.9"), _HTML.format("0.013", "0.9")),
            unlike=(_HTML.format("0.002", "0.9"), _HTML.format("0.002", "0.8")),
        ),
    ),
)
