"""The messages between kernel, runner and front end: plain JSON, typed once, with a version that both sides check.

Kernel to listener: IOPub messages of type `seednb_event`, sent only once a listener has said hello, since clients that do
not know the type print an error line for it. Listener to kernel: silent execute requests with a user expression, answered
in JSON (see `docs/messages.md`).
"""

from __future__ import annotations

from typing import Any, Optional, TypedDict

from seednb.digest import ALGORITHM

WIRE_VERSION = 3
EVENT_TYPE = "seednb_event"
RECORD_MIME = "application/vnd.seednb.record+json"
RECORD_VERSION = 1
CANON_VERSION = 2
VARIABLES_ALGORITHM = "s3"
"""Names how variables are digested: SHA-256 of their contents, cut to 40 bits. Another form of the contents gets another name."""


class Note(TypedDict):
    """Something that happened while a cell ran and that a reader of the verdict should know.

    kind: `sealed` (an unseeded generator took its entropy from the run's seed), `unsealed` (it kept the operating
    system's), `threads` (it was made where no stable path names it, or several threads drew from one global generator),
    `between` (sources were drawn from between this cell and the one before), `overridden` (a Caffe solver's own seed
    took the place of the run's) or `reseeded` (installed code gave a global generator a seed that nobody asked for).
    where: `line N` of the cell, `line N, through PLACE line M` where the cell called something, or `PLACE line M` outside
    cells; a place is a file, from its package on where it is installed, or one of the notebook's own functions. what: the
    call site's innermost Python function, or what became of the draws, or the seed and its file, or the sources and their seed.
    """

    kind: str
    where: str
    what: str


class Variables(TypedDict):
    """What a cell's variables hold after it: those that it assigned, and those that it read and may have changed.

    digest: of all together, `s3:` and 10 digits, for the record; after a slash, 4 digits of the names that there was no time
    for; empty where no variable was digested. names: the digest of each. uncompared: why others have none: `clock` (its value comes
    from a clock), `identity` (from an id, a process, a temporary name), `bound` (no time was left) or `type: …`; `part: …`
    for one that has a digest, without its parts of these types (`clock`, `identity`: without these values of a dictionary).
    """

    digest: str
    names: dict[str, str]
    uncompared: dict[str, str]


class Plan(TypedDict):
    """What a runner asks of a fresh runtime before its first cell.

    mode: how cells draw from the first one on. streams: keys of cells' own streams that win over the cells' keys. settings:
    what a record asks to restore; only the closed list of `determinism` is applied. variables: whether cells' events are to have
    digests of their variables. interactive: the kernel is a front end's, which goes on with it once `finish` is asked.
    """

    version: int
    seed: Optional[int]
    origin: str
    override: bool
    seal: bool
    replay: bool
    reseeds: list[list[Any]]
    mode: str
    streams: dict[str, str]
    settings: dict[str, Any]
    restore_env: dict[str, Optional[str]]
    stable_files: bool
    variables: bool
    interactive: bool


class CellEvent(TypedDict):
    """`cell`: a cell has ended. What it did to the sources: their digests after it, for each source that it changed.

    stream: the key of the cell's own stream, null where it drew from the common one. variables: null unless somebody asked.
    """

    event: str
    version: int
    epoch: str
    key: str
    source: str
    sources: dict[str, str]
    seeded: bool
    stream: Optional[str]
    notes: list[Note]
    variables: Optional[Variables]


class StateEvent(TypedDict):
    """`state`: the seed, the mode or a switch has changed. `strict` and `display_ids`: which of ours are on now."""

    event: str
    version: int
    epoch: str
    seed: Optional[int]
    origin: str
    mode: str
    strict: bool
    display_ids: bool
    determinism: dict[str, Any]


class WarningEvent(TypedDict):
    """`warning`: a cell that is about to run, or has run, does not do what it does in a fresh runtime.

    kind: `re-run`, `edited`, `out of order`, `between` or `reseeded`. sources: what it draws from. names: what it reads and
    has changed.
    """

    event: str
    version: int
    epoch: str
    key: str
    kind: str
    text: str
    sources: list[str]
    names: list[str]


class RestartEvent(TypedDict):
    """`restart`: the kernel is about to restart in place; the new runtime has another epoch and knows no listener."""

    event: str
    version: int
    epoch: str


class Hello(TypedDict):
    """What a listener says.

    badges: it shows warnings itself, so that they need not enter the cells' outputs. variables: it wants digests of variables.
    records: it writes the record into the notebook's metadata, so that no output needs to carry it.
    """

    version: int
    client: str
    badges: bool
    variables: bool
    records: bool


class Current(TypedDict):
    """The state of a runtime as a whole. `seed` and `origin` are those of the start; `reseeds` came later.

    strict, display_ids: which of our switches are on now; `determinism` is what the record says of them.
    """

    version: int
    epoch: str
    seed: Optional[int]
    origin: str
    mode: str
    sealed: bool
    hash_seed: Optional[int]
    reseeds: list[list[Any]]
    environment: dict[str, Any]
    strict: bool
    display_ids: bool
    determinism: dict[str, Any]
    inputs: list[str]
    busy_at_exit: bool


class Answer(TypedDict):
    """The answer to hello, and to whoever joins late: the whole runtime, and its record so far."""

    version: int
    package: str
    current: Current
    record: dict[str, Any]


class Asked(TypedDict):
    """The answer to what a front end asks for outside cells: what was done, in words, and the runtime and record after it."""

    version: int
    text: str
    current: Current
    record: dict[str, Any]


def cell_line(event: CellEvent) -> str:
    """Return the record's line of a cell, without the output digests, which the kernel cannot know."""
    words = [ALGORITHM, f"s={event['source']}"]
    if not event["seeded"]:
        words.append("unseeded")
    if event["variables"] and event["variables"]["digest"]:
        words.append(f"v={event['variables']['digest']}")
    if event["stream"]:
        words.append(f"k={event['stream']}")
    words.extend(f"{name}={value}" for name, value in sorted(event["sources"].items()))
    return " ".join(words)
