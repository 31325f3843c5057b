"""Writes the pages of `seednb check`'s rules (docs/rules) and their table in docs/check.md, from the rules themselves."""

from __future__ import annotations

import re
from pathlib import Path

from seednb.check.pages import page, table
from seednb.check.rules import RULES

DOCS = Path(__file__).parent
TABLE = re.compile(r"(?<=<!-- rules -->\n)(?:\|[^\n]*\n)*")


def main() -> None:
    """Write what has changed, and remove the pages of no rule."""
    folder = DOCS / "rules"
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.md"):
        if path.stem not in RULES:
            path.unlink()
    for code, rule in RULES.items():
        (folder / f"{code}.md").write_text(page(rule), encoding="utf-8")
    check = DOCS / "check.md"
    check.write_text(TABLE.sub(lambda _: table(), check.read_text(encoding="utf-8"), count=1), encoding="utf-8")


if __name__ == "__main__":
    main()
