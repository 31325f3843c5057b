"""Writes the tables of docs/comparison.md: the rules from their registry, and what the mutation tests catch.

Usage: PYTHONPATH=. python docs/make_comparison.py
"""

from __future__ import annotations

import re
from pathlib import Path

from seednb.compare.pages import benign_table, folds_table, renamings_table
from tests.compare.catching import caught_table

PAGE = Path(__file__).parent / "comparison.md"


def page(text: str) -> str:
    """Return the page with its tables as they have to be."""
    tables = {"renamings": renamings_table(), "benign": benign_table(), "folds": folds_table(), "mutations": caught_table()}
    for name, table in tables.items():
        text = re.sub(rf"(?<=<!-- {name} -->\n)(?:\|[^\n]*\n)*", lambda _, table=table: table, text, count=1)
    return text


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
