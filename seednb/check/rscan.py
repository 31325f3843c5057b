"""The calls in R code, found without a parser: names before an open bracket, with comments and strings out of the way."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from seednb.check.cells import Code

_TOKEN = re.compile(
    r"""\#[^\n]* | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | (?P<call>(?:[A-Za-z.][\w.]*::)?[A-Za-z.][\w.]*)(?=[ \t]*\()""",
    re.DOTALL | re.VERBOSE,
)
DRAWS = frozenset(
    """sample sample.int rnorm runif rexp rbinom rpois rgamma rbeta rt rchisq rf rcauchy rgeom rhyper rlogis rlnorm rnbinom
    rmultinom rweibull rwilcox rsignrank rmvnorm mvrnorm kmeans jitter slice_sample sample_n sample_frac createDataPartition
    randomForest ranger boot initial_split vfold_cv""".split()
)
_OWN = re.compile(r"\b([A-Za-z.][\w.]*)\s*(?:<-|=)\s*function\b")


class RCall(NamedTuple):
    """A call in R: its name without the package, what stands in its brackets, and where it stands. node: has lineno and so on."""

    name: str
    arguments: str
    cell: Code
    node: RNode


class RNode(NamedTuple):
    """A place in a cell's text, as the nodes of `ast` name theirs."""

    lineno: int
    end_lineno: int
    col_offset: int


def scan_r(cells: Iterable[Code]) -> list[RCall]:
    """Return the calls of R cells, but for those of functions that the notebook itself defines under a library's name."""
    cells = list(cells)
    own = {name for cell in cells for name in _OWN.findall(cell.source)}
    return [call for cell in cells for call in _calls(cell) if call.name not in own]


def _calls(cell: Code) -> Iterator[RCall]:
    starts = [0, *(match.end() for match in re.finditer("\n", cell.source))]
    for match in _TOKEN.finditer(cell.source):
        if match["call"]:
            line = bisect_right(starts, match.start())
            column = match.start() - starts[line - 1]
            name = match["call"].rpartition("::")[2]
            yield RCall(name, _inside(cell.source, match.end()), cell, RNode(line, line, column))


def _inside(source: str, at: int) -> str:
    """Return what stands in the brackets that open behind a name, up to 500 characters of it."""
    start = source.index("(", at) + 1
    depth = 1
    for end in range(start, min(len(source), start + 500)):
        depth += {"(": 1, ")": -1}.get(source[end], 0)
        if depth == 0:
            return source[start:end].strip()
    return source[start : start + 500].strip()
