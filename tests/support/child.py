"""Runs one program as a notebook's cell: `python -m tests.support.child NAME [SEED]`, with a seed under seednb. Prints JSON."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
from typing import Any

from tests.support.programs import PROGRAMS

shown: list[str] = []


def show(*values: Any) -> None:
    """Take what a program found."""
    shown.extend(digest(value) for value in values)


def digest(value: Any) -> str:
    """Return a digest of a value: its bytes where it is a text or an array, else the digests of what it holds."""
    if isinstance(value, str):
        content = value.encode()
    elif hasattr(value, "tobytes"):
        content = value.tobytes()
    elif isinstance(value, (list, tuple)):
        content = "".join(map(digest, value)).encode()
    else:
        content = repr(value).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def main(name: str, seed: str = "") -> dict[str, Any]:
    """Run a program; return what it showed, who reseeded, and the versions of its packages."""
    program, code = PROGRAMS[name], compile(PROGRAMS[name].code.lstrip(), "cell", "exec")
    notes: list[Any] = []
    if seed:
        from seednb.runtime import session

        runtime = session()
        runtime.start(int(seed), "api")
        runtime.begin_cell("cell")
        exec(code, globals())
        facts = runtime.end_cell()
        notes = [] if facts is None else [note for note in facts.notes if note["kind"] == "reseeded"]
    else:
        exec(code, globals())
    python = {} if program.packages else {"Python": platform.python_version()}
    versions = {**python, **{package: importlib.metadata.version(package) for package in program.packages.split()}}
    return {"shown": shown, "notes": notes, "versions": versions}


if __name__ == "__main__":
    print("\n" + json.dumps(main(*sys.argv[1:])))
