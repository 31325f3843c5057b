"""An intent: what a runtime has recorded, kept in a file of the user's across a restart, so that the next run of all cells replays it."""

from __future__ import annotations

import json
import os
import stat
import time
from typing import Any, Callable, NamedTuple, Optional

from seednb.determinism import RESTORED_SWITCHES
from seednb.errors import SeedError, SeednbError
from seednb.kernel.comparing import Line, read_line
from seednb.kernel.kept import PREFIX, places
from seednb.kernel.status import ORIGINS
from seednb.settings import check_seed
from seednb.streams import MODES, STREAM

MAX_AGE = 3600.0
"""Seconds after which an intent is no one's any more."""
MAX_BYTES = 8_000_000
MAX_CELLS = 10_000
_MAX_KEY = 200
_MAX_RESEEDS = 1000
_VERSION = 1
KEYS = ("version", "time", "process", "seed", "origin", "mode", "sealed", "hash_seed", "reseeds", "settings", "cells")
"""What an intent's file has, and no more."""
_POSIX = os.name == "posix"


class Intent(NamedTuple):
    """What is to be replayed: the seed, the reseeds, the mode, the seal, switches of the closed list, and each cell's line.

    process: the session of the kernel's process that recorded it, which does not replay itself. hash_seed: shown, never set.
    """

    process: str
    seed: int
    origin: str
    mode: str
    sealing: bool
    hash_seed: Optional[int]
    reseeds: list[tuple[str, int]]
    settings: dict[str, bool]
    cells: dict[str, Line]


def store(shell: Any, record: dict[str, Any], *, _clock: Callable[[], float] = time.time) -> None:
    """Keep a record for the runtime that follows this one; raise SeednbError, in one line, where that cannot be done."""
    found = places(shell)
    if not found:
        raise SeednbError("this kernel has no connection file by which the next runtime would find what to replay")
    told = {name: record[name] for name in KEYS if name in record}
    told["settings"] = {name: True for name in sorted(RESTORED_SWITCHES) if record["determinism"].get(name) is True}
    told.update(version=_VERSION, time=_clock(), process=_process(shell))
    data = json.dumps(told).encode()
    if len(data) > MAX_BYTES:
        raise SeednbError("this runtime has run too many cells to keep what they did across a restart")
    _sweep(os.path.dirname(found[0]), _clock())
    try:
        _write(found[0], data)
    except OSError as error:
        raise SeednbError(f"what to replay cannot be kept in {os.path.dirname(found[0])}: {error.strerror}") from None


def take(shell: Any, *, _clock: Callable[[], float] = time.time) -> Optional[Intent]:
    """Take the intent that an earlier runtime of this notebook has left, once; None where there is none that can be used."""
    for path in places(shell):
        data = _read(path)
        if data is None:
            continue
        intent, age = read_intent(data, _clock())
        if intent is not None and intent.process == _process(shell):
            return None
        os.unlink(path)
        if intent is not None and 0 <= age <= MAX_AGE:
            return intent
    return None


def read_intent(data: bytes, now: float) -> tuple[Optional[Intent], float]:
    """Return what an intent's file says, and how old it is; None where a part of it is not as it should be."""
    try:
        told = json.loads(data)
        mode, sealing, process = told["mode"], told["sealed"], told["process"]
        if told["version"] != _VERSION or mode not in MODES or not isinstance(sealing, bool) or not isinstance(process, str):
            return None, 0.0
        hash_seed = None if told["hash_seed"] is None else check_seed(told["hash_seed"])
        settings = {name: True for name, value in told["settings"].items() if name in RESTORED_SWITCHES and value is True}
        seed, reseeds, cells = check_seed(told["seed"]), _reseeds(told["reseeds"]), _cells(told["cells"])
        origin = told["origin"] if told["origin"] in ORIGINS else "record"
        return Intent(process, seed, origin, mode, sealing, hash_seed, reseeds, settings, cells), now - float(told["time"])
    except (AttributeError, KeyError, TypeError, ValueError, SeedError, RecursionError):
        return None, 0.0


def streams(intent: Intent) -> dict[str, str]:
    """Return the keys of cells' own streams, as a plan has them."""
    return {} if intent.mode == STREAM else {key: line.stream for key, line in intent.cells.items() if line.stream}


def _cells(cells: dict[str, Any]) -> dict[str, Line]:
    if len(cells) > MAX_CELLS:
        raise ValueError("too many cells")
    lines = ((key, read_line(text)) for key, text in cells.items() if 0 < len(key) <= _MAX_KEY)
    return {key: line for key, line in lines if line is not None}


def _reseeds(items: list[Any]) -> list[tuple[str, int]]:
    found = [(key, check_seed(seed)) for key, seed in items[:_MAX_RESEEDS]]
    if not all(isinstance(key, str) and len(key) <= _MAX_KEY for key, _ in found):
        raise ValueError("not a cell")
    return found


def _write(path: str, data: bytes) -> None:
    """Write a file that nobody else can read: whole, or not at all."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    beside = f"{path}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise


def _read(path: str) -> Optional[bytes]:
    """Return what a file holds, if it is a plain one of this user's that nobody else can read or write."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        theirs = _POSIX and (found.st_uid != os.geteuid() or found.st_mode & 0o077)
        if theirs or not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        return file.read(MAX_BYTES)


def _sweep(folder: str, now: float) -> None:
    """Remove intents that nobody has taken in time."""
    try:
        with os.scandir(folder) as entries:
            old = [entry.path for entry in entries if entry.name.startswith(PREFIX) and now - entry.stat().st_mtime > MAX_AGE]
        for path in old:
            os.unlink(path)
    except OSError:  # gone meanwhile, or not ours
        return


def _process(shell: Any) -> str:
    """Return what names the process of a shell's kernel, also where process ids come again."""
    return str(getattr(getattr(shell.kernel, "session", None), "session", ""))
