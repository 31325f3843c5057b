"""The messages between kernel and runner: plain JSON, typed once, with a version that both sides check."""

from __future__ import annotations

from typing import Any, Optional, TypedDict

from seednb.digest import ALGORITHM

WIRE_VERSION = 1
EVENT_TYPE = "seednb_event"
RECORD_MIME = "application/vnd.seednb.record+json"


class Note(TypedDict):
    """Something that happened while a cell ran and that a reader of the verdict should know.

    kind: `sealed` (an unseeded generator took its entropy from the run's seed), `unsealed` (it kept the operating
    system's) or `threads` (it was made off the main thread, where no stable path names it).
    where: `line N` of the cell, `line N, through PLACE line M` where the cell called something, or `PLACE line M` outside
    cells; a place is a file or one of the notebook's own functions. what: the call site's innermost Python function.
    """

    kind: str
    where: str
    what: str


class Plan(TypedDict):
    """What a runner asks of a fresh runtime before its first cell."""

    version: int
    seed: Optional[int]
    origin: str
    override: bool
    seal: bool
    replay: bool
    reseeds: list[list[Any]]
    restore_env: dict[str, Optional[str]]
    stable_files: bool


class CellEvent(TypedDict):
    """What one cell did to the sources: their digests after it, for each source that it changed."""

    event: str
    key: str
    source: str
    sources: dict[str, str]
    seeded: bool
    notes: list[Note]


class Current(TypedDict):
    """The state of a runtime as a whole."""

    version: int
    seed: Optional[int]
    origin: str
    mode: str
    sealed: bool
    hash_seed: Optional[int]
    reseeds: list[list[Any]]
    environment: dict[str, Any]
    determinism: dict[str, Any]
    inputs: list[str]
    busy_at_exit: bool


def cell_line(event: CellEvent) -> str:
    """Return the record's line of a cell, without the output digests, which the kernel cannot know."""
    words = [ALGORITHM, f"s={event['source']}"]
    if not event["seeded"]:
        words.append("unseeded")
    words.extend(f"{name}={value}" for name, value in sorted(event["sources"].items()))
    return " ".join(words)
