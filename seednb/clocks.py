"""The functions that read a clock or give an identity, by their dotted names, and the ways in which such values go on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any, Optional

CLOCK, IDENTITY, TIMER = "clock", "identity", "timer"
PARTS = "parts"
"""`timer CLASS`: an object of a class of the notebook's that reads a clock; only some of its attributes come from there."""
_CLOCKS = re.compile(
    r"timeit\.\w+|(?:[\w.]+\.)?(?:now|utcnow|today)"
    r"|os\.(?:times|stat)|os\.path\.get[amc]time|psutil\..+|resource\.getrusage|cProfile\..+|pstats\..+|tensorflow\.timestamp"
)
_IDENTITIES = re.compile(
    r"id|os\.(?:getpp?id|getcwd|getlogin|cpu_count|uname|getenv|environ.*)|os\.path\.(?:abspath|realpath|expanduser)"
    r"|uuid\.uuid[14]|secrets\.token_\w+|tempfile\..+|socket\..+|platform\..+|getpass\.getuser|pathlib\.Path\.(?:cwd|home)"
    r"|sys\.(?:executable|path|argv|prefix|getsizeof|getrefcount)|threading\.get_(?:ident|native_id)|multiprocessing\.cpu_count"
    r"|(?:[\w.]+\.)?(?:absolute|resolve|data_ptr)"
)
_WITH_NS = ("clock_gettime", "monotonic", "perf_counter", "process_time", "thread_time", "time")
READINGS = frozenset(
    [
        *(f"time.{name}{unit}" for name in _WITH_NS for unit in ("", "_ns")),
        *(f"time.{name}" for name in ("asctime", "clock", "ctime", "gmtime", "localtime", "strftime")),
        *(f"{kind}.{name}" for kind in ("datetime.datetime", "pandas.Timestamp") for name in ("now", "today", "utcnow")),
        *("arrow.now", "arrow.utcnow", "datetime.date.today", "timeit.default_timer"),
    ]
)
"""The functions that read a clock and do nothing else: for variables, for printed clocks and for the lint."""
SEEDING = re.compile(r"(?i)seed|random_?state|default_rng|prngkey|\brng\b|(?:^|\.)(?:Random|Generator|PCG64|MT19937|Philox|SFC64)$")
TEXTUAL = re.compile(
    r"(?:.+\.)?(?:str|repr|int|float|hex|oct|format|join|list|tuple|set|dict|sorted|len|round|abs|min|max|sum|Path|PurePath|with_suffix|array"
    r"|joinpath|replace|strip|split|dirname|basename|relative_to|as_posix|upper|lower|encode|decode|Series|DataFrame|splitext|fspath|append)"
)
MAGICS = {"time", "timeit", "prun", "memit", "mprun"}
SHELL = re.compile(r"\b(?:date|df|du|free|hostname|mktemp|nvidia-smi|ps|stat|top|uptime|uuidgen|who|whoami)\b")


def kind_named(name: str) -> Optional[str]:
    """Return whether what has this dotted name reads a clock or gives an identity."""
    if name in READINGS or _CLOCKS.fullmatch(name):
        return CLOCK
    return IDENTITY if _IDENTITIES.fullmatch(name) else None


def is_timer(kind: Optional[str]) -> bool:
    """Tell whether a taint is that of an object that reads a clock."""
    return kind is not None and kind.startswith(TIMER)


def parts(keys: Iterable[str], origin: str = CLOCK) -> str:
    """Return the taint of dictionaries, or containers of them, of which only the values under these keys are tainted."""
    return "\0".join([PARTS, origin, *sorted(keys)])


def parts_of(kind: Optional[str]) -> Optional[tuple[str, frozenset[str]]]:
    """Return what taints the values under some keys, and these keys; None where it is no such taint."""
    if kind is None or not kind.startswith(PARTS):
        return None
    _, origin, *keys = kind.split("\0")
    return origin, frozenset(keys)


def worse(kinds: Iterable[Optional[str]]) -> Optional[str]:
    """Return the taint of what holds things with these taints, of which only those of clocks, identities and parts go on."""
    found = set(kinds)
    for whole in (CLOCK, IDENTITY):
        if whole in found:
            return whole
    known = [part for part in map(parts_of, found) if part is not None]
    return parts(frozenset().union(*(keys for _, keys in known)), min(origin for origin, _ in known)) if known else None


def whole(kind: Optional[str]) -> Optional[str]:
    """Return the taint of what is computed from all of a thing."""
    known = parts_of(kind)
    return kind if known is None else known[0]


def key_of(node: Any) -> Optional[str]:
    """Return the text by which an expression picks an item, if it is written there."""
    index = getattr(node, "slice", None)
    return index.value if isinstance(index, ast.Constant) and isinstance(index.value, str) else None


def texts_in(node: ast.Call) -> list[str]:
    """Return the texts among the arguments of a call."""
    return [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]


class Imports(dict):  # type: ignore[type-arg]
    """What imported names stand for: dotted names, from the module on."""

    def add(self, node: Any) -> list[str]:
        """Follow an import; return the names that it binds."""
        base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        bound = []
        for alias in node.names:
            bound.append(alias.asname or (alias.name if base else alias.name.partition(".")[0]))
            self[bound[-1]] = base + alias.name if base or alias.asname else bound[-1]
            if alias.name == "*" and node.module == "time":
                self.update({name: f"time.{name}" for name in ("time", "perf_counter", "monotonic", "process_time", "strftime")})
        return bound

    def dotted(self, node: ast.AST) -> str:
        """Return the dotted name of an expression, or nothing where it has none."""
        if isinstance(node, ast.Name):
            return str(self.get(node.id, node.id))
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""
