"""The rules as tables for the docs, from the registry itself."""

from __future__ import annotations

from collections.abc import Iterable

from seednb.compare.patterns import Rule
from seednb.compare.registry import CANONICAL, FOLDS, REGISTRY

_WIDTH = 70


def renamings_table() -> str:
    """Return the table of the rules of the canonical form."""
    return _table(rule for rule in REGISTRY.values() if rule.id in CANONICAL)


def benign_table() -> str:
    """Return the table of the benign rules."""
    return _table(rule for rule in REGISTRY.values() if rule.id not in CANONICAL)


def folds_table() -> str:
    """Return the table of what is folded before rules are looked at."""
    return "".join(["| name | what it takes away |\n|---|---|\n", *(f"| `{name}` | {what} |\n" for name, what in sorted(FOLDS.items()))])


def _table(rules: Iterable[Rule]) -> str:
    return "".join(["| id | what it takes away | for example |\n|---|---|---|\n", *map(_row, sorted(rules, key=lambda rule: rule.id))])


def _row(rule: Rule) -> str:
    return f"| `{rule.id}` | {rule.reason} | {_code(rule.patterns[0].alike[0])} |\n"


def _code(text: str) -> str:
    """Return a text's last line as code in a cell of a table."""
    line = text.strip("\n").split("\n")[-1]
    shown = line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
    return "<code>" + shown.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;").replace("\\", "&#92;") + "</code>"
