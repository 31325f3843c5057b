"""Makes docs/support.md from what the programs do: `python -m tests.support.make_table [--render | NAME …]`.

SEEDNB_TEST_SUPPORT_PYTHON names the interpreter that has the libraries (`make test-support` makes one).
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.conftest import REPOSITORY
from tests.support.measure import CONSTANT, FOLLOWS, NOT_COVERED, NOT_TESTED, PYTHON, RESEEDS, row
from tests.support.programs import PROGRAMS

RESULTS = REPOSITORY / "tests" / "support" / "results.json"
PAGE = REPOSITORY / "docs" / "support.md"

HEAD = """# Libraries: what the seed does to them

Made by `python -m tests.support.make_table` from runs of each library, not by hand. `make test-support` runs them again, and fails where
a class is not the one below. Each program gives the library no seed, and runs in fresh processes: twice without seednb, twice with seed 42,
once with seed 43; string hashes fixed, one thread.

| class | with seed 42, twice | with seed 43 | what it means |
|---|---|---|---|
| `follows` | equal | differs | the run's seed reaches it |
| `constant` | equal | equal | its seed is a constant, or it draws nothing: a sweep over seeds shows no variance; give it a `random_state` |
| `reseeds` | – | – | it sets the global generators behind your back: what is drawn from there on does not follow the seed |
| `not covered` | differs | – | the seed does not reach it |
| `not tested` | – | – | it could not be imported where the table was made |
"""
IDENTIFIERS = """Names that libraries make up for elements of a page. They keep the operating system's entropy on purpose, and are compared
after renaming ([seal.md](seal.md)).
"""
GROUPS = {
    "numbers": ("Numbers", ""),
    "workers": ("Threads and processes", "Here several threads or processes draw.\n"),
    "identifiers": ("Identifiers", IDENTIFIERS),
}


def render(rows: dict[str, Any]) -> str:
    """Return the page."""
    return HEAD + "".join(_section(group, rows) for group in GROUPS) + _counts(rows)


def _section(group: str, rows: dict[str, Any]) -> str:
    title, text = GROUPS[group]
    lines = [f"\n## {title}\n", *filter(None, [text]), "| library | what runs | without seednb | under a seed |", "|---|---|---|---|"]
    for name, program in PROGRAMS.items():
        if program.group == group:
            found = rows[name]
            versions = ", ".join(f"{package} {version}" for package, version in found["versions"].items()) or program.packages.split()[0]
            by = f": {'; '.join(found['by'])}" if found["by"] else ""
            lines.append(f"| {versions} | {program.what} | {found['without']} | `{found['class']}`{by} |")
    return "\n".join(lines) + "\n"


def _counts(rows: dict[str, Any]) -> str:
    classes = [found["class"] for found in rows.values()]
    told = ", ".join(f"{classes.count(name)} `{name}`" for name in (FOLLOWS, CONSTANT, RESEEDS, NOT_COVERED, NOT_TESTED) if name in classes)
    return f"\nTogether: {told}.\n"


def measure(names: list[str]) -> None:
    """Run programs, and write what they did beside what the others had done."""
    known: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    with ThreadPoolExecutor(2) as pool:
        known.update(zip(names, pool.map(row, names), strict=True))
    lines = (f" {json.dumps(name)}: {json.dumps(known[name])}" for name in PROGRAMS if name in known)
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--render"]:
        if not PYTHON:
            sys.exit("SEEDNB_TEST_SUPPORT_PYTHON names no interpreter: `make test-support` makes .venv-support/bin/python")
        measure(sys.argv[1:] or list(PROGRAMS))
    PAGE.write_text(render(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
