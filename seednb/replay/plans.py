"""What a replay asks of a fresh runtime: the environment that the record was made in, its seed, streams and settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seednb.determinism import RESTORED_SWITCHES
from seednb.launch import Environment, plan_environment
from seednb.record import Record
from seednb.replay.execute import make_plan
from seednb.settings import Choice
from seednb.streams import PER_CELL, STREAM
from seednb.wire import Plan

_WAY = "restart and run all with that seed to have a record that can be replayed"


def as_recorded(record: Record | None, environ: Mapping[str, str] | None = None) -> Environment:
    """Return the environment of a replay: the given one, or else this process's, with what the record may restore."""
    if record is None:
        return plan_environment(environ)
    known = record.environment
    found = plan_environment(environ, hash_seed=record.hash_seed or 0, threads=known.get("threads"), flags=known.get("flags"))
    between = [str(seed) for cell, seed in record.reseeds if not cell]
    if not between:
        return found
    notice = f"seed {', '.join(between)} was set between cells, which a replay does not repeat: {_WAY}"
    return found._replace(notices=(*found.notices, notice))


def replay_plan(
    record: Record | None,
    keys: Iterable[str],
    choice: Choice,
    environment: Environment,
    *,
    chosen: bool = False,
    interactive: bool = False,
) -> Plan:
    """Return the plan of a replay, or of a first run where there is no record.

    keys: of the notebook's cells, in their order. chosen: the seed is not the record's, it was asked for.
    """
    return make_plan(
        choice.seed,
        choice.origin,
        environment,
        override=chosen,
        seal=record.sealed if record is not None else True,
        replay=record is not None and not chosen,
        reseeds=tuple(record.reseeds) if record is not None else (),
        settings={} if record is None else {name: value for name, value in record.determinism.items() if name in RESTORED_SWITCHES},
        interactive=interactive,
        **_streams(record, keys),
    )


def _streams(record: Record | None, keys: Iterable[str]) -> dict[str, Any]:
    """Return the mode of the first cell, and the recorded keys of cells' own streams: they win over the cells' keys."""
    if record is None:
        return {}
    lines = [record.cells[key] for key in keys if key in record.cells]
    streams = {key: line.stream for key, line in record.cells.items() if line.stream is not None}
    return {"mode": PER_CELL if lines and lines[0].stream is not None else STREAM, "streams": streams}
