"""Runs programs in fresh processes, and tells from the results what a seed does to a library."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

from tests.conftest import REPOSITORY, environment

PYTHON = os.environ.get("SEEDNB_TEST_SUPPORT_PYTHON", "")
SEED, OTHER = "42", "43"
FOLLOWS, CONSTANT, RESEEDS, NOT_COVERED, NOT_TESTED = "follows", "constant", "reseeds", "not covered", "not tested"
_MISSING = "ModuleNotFoundError: "
_QUIET = {"HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "NUMBA_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}

Run = Callable[[str], dict[str, Any]]
"""Runs a program in a fresh process, with a seed or with none; returns what `tests.support.child` prints."""


class MissingError(Exception):
    """A library cannot be imported."""


def run(name: str, seed: str) -> dict[str, Any]:
    """Run a program once. Raises MissingError."""
    command = [PYTHON, "-W", "ignore", "-m", "tests.support.child", name, *filter(None, [seed])]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment(**_QUIET), capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        if last.startswith(_MISSING):
            raise MissingError(last[len(_MISSING) :])
        raise AssertionError(f"{name} {seed}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def classify(run: Run) -> str:
    """Return what a seed does: a class is told from as few runs as it takes.

    `reseeds`: a library gave the generators a seed of its own. `follows`: equal under one seed, and other under another one.
    `constant`: equal whatever the seed, and without one. `not covered`: all else.
    """
    first = run(SEED)
    if first["notes"]:
        return RESEEDS
    if first["shown"] != run(SEED)["shown"]:
        return NOT_COVERED
    if first["shown"] != run(OTHER)["shown"]:
        return FOLLOWS
    return CONSTANT if all(first["shown"] == run("")["shown"] for _ in range(2)) else NOT_COVERED


def row(name: str) -> dict[str, Any]:
    """Return a program's row: its class, whether it differs without seednb, who reseeds, and the versions."""
    try:
        seeded, plain = run(name, SEED), [run(name, "") for _ in range(2)]
    except MissingError as error:
        return {"class": NOT_TESTED, "without": "", "by": [str(error)], "versions": {}}
    by = [f"{note['where'].rpartition(', through ')[2]} ({note['what']})" for note in seeded["notes"]]
    without = "equal" if plain[0]["shown"] == plain[1]["shown"] else "differs"
    done = {SEED: [seeded], "": plain}
    found = classify(lambda seed: done[seed].pop() if done.get(seed) else run(name, seed))
    return {"class": found, "without": without, "by": by, "versions": seeded["versions"]}
