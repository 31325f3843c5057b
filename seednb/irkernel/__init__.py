"""The R side, as a runner sees it: the text that an R kernel is sent, and what its answers and events mean."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

from seednb.digest import digest, source_digest
from seednb.environment import cores, cpu
from seednb.errors import SeedError
from seednb.wire import WIRE_VERSION, CellEvent, Current, Plan

LANGUAGE = "r"
MAX_SEED = 2**31 - 1
FOLDER = Path(__file__).parent
ENVIRONMENT = "new.env(parent = baseenv())"
"""Where the R side lives: R's own functions are found first, whatever the notebook calls its variables."""


def text() -> str:
    """Return the R side: definitions only, in any order."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.R")))


def attach_code() -> str:
    """Return the R code of the request that loads the R side; the next one can be a question."""
    return f"local({{\n{text()}\ninject()\n}}, envir = {ENVIRONMENT})"


def question(ask: str, plan: Plan | None = None) -> dict[str, str]:
    """Return the user expressions of a question, `attach`, `current` or `finish`: JSON, which the R side evaluates nothing of."""
    return {"seednb": json.dumps({"ask": ask, "plan": plan})}


def check_seed(seed: int) -> None:
    """Raise SeedError unless R takes the seed."""
    if seed > MAX_SEED:
        raise SeedError(f"seed {seed} is out of range for R, whose set.seed takes 31 bits: give an integer from 0 to {MAX_SEED}")


def current(reply: dict[str, Any]) -> Current | None:
    """Return the answer to a question, None where nobody there answers questions; raise ValueError with R's words where it is an error."""
    content = reply.get("content", {})
    result = content.get("user_expressions", {}).get("seednb")
    if not isinstance(result, dict):
        return None
    if result.get("status") != "ok":
        raise ValueError(str(result.get("evalue", "no answer")))
    told = json.loads(result["data"]["text/plain"])
    return {
        "version": WIRE_VERSION,
        "epoch": told["epoch"],
        "seed": told["seed"],
        "origin": told["origin"],
        "mode": told["mode"],
        "sealed": told["sealed"],
        "hash_seed": None,
        "reseeds": told["reseeds"],
        "environment": {**told["environment"], "cpu": cpu(), "cores": cores()},
        "strict": False,
        "display_ids": False,
        "determinism": told["determinism"],
        "inputs": [],
        "busy_at_exit": False,
    }


def cell_event(told: dict[str, Any], source: str) -> CellEvent:
    """Return what the R side tells of a cell as the event that Python kernels send: R sends states, since it has no BLAKE2b."""
    stream = told.get("stream")
    return {
        "event": "cell",
        "version": WIRE_VERSION,
        "epoch": told["epoch"],
        "key": told["key"],
        "source": source_digest(source),
        "sources": {name: _digest(state) for name, state in told["states"].items()},
        "seeded": told["seeded"],
        "stream": stream if isinstance(stream, str) else None,
        "notes": told["notes"],
        "variables": None,
    }


def _digest(state: str) -> str:
    try:
        return digest(b64decode(state))
    except binascii.Error:
        return "-"
