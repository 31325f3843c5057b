"""The environment plan of a fresh runtime: what must be in force before the interpreter starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from seednb.determinism import THREADS, cores

HASH_SEED = "PYTHONHASHSEED"
DATE = "SOURCE_DATE_EPOCH"
TENSORFLOW_LOG = "TF_CPP_MIN_LOG_LEVEL"
_WITHOUT_INFO = "1"
"""TensorFlow's informational lines carry the time and the thread's id into the outputs; its warnings stay."""
_DATE = "315532800"
"""1980-01-01T00:00:00Z, the first moment that ZIP archives can hold: matplotlib's SVG and PDF files carry it as their date."""


class Environment(NamedTuple):
    """A plan: the whole environment to start with, what the kernel puts back once it runs, and the hash seed in force."""

    variables: dict[str, str]
    restore: dict[str, str | None]
    hash_seed: int | None


def plan_environment(
    environ: Mapping[str, str] | None = None, *, hash_seed: int = 0, threads: Mapping[str, Any] | None = None
) -> Environment:
    """Return the environment of a fresh runtime.

    The hash seed is `hash_seed` unless the user has set PYTHONHASHSEED; the kernel puts the variable back, so that the
    processes it starts are not affected. `threads` are a record's thread counts: those that libraries read from the
    environment are restored, up to the cores there are, unless the user has set them.
    """
    given = dict(os.environ if environ is None else environ)
    planned = {
        DATE: given.get(DATE) or _DATE,
        TENSORFLOW_LOG: given.get(TENSORFLOW_LOG) or _WITHOUT_INFO,
        HASH_SEED: given.get(HASH_SEED) or str(hash_seed),
    }
    for name in THREADS:
        count = (threads or {}).get(name)
        if name not in given and isinstance(count, int) and 0 < count <= cores():
            planned[name] = str(count)
    in_force = planned[HASH_SEED]
    return Environment(
        variables={**given, **planned},
        restore={HASH_SEED: given.get(HASH_SEED)},
        hash_seed=int(in_force) if in_force.isdigit() else None,
    )
