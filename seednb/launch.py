"""The environment plan of a fresh runtime: what must be in force before the interpreter starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from seednb.environment import THREADS, cores
from seednb.settings import JAX_OFFSET

LAUNCH = "SEEDNB_LAUNCH"
"""The variable by which a launcher tells the kernel what to put back: {"restore": {"PYTHONHASHSEED": null}}."""

RESTART = "SEEDNB_RESTART"
"""The variable by which a kernel that restarts in place tells the new process of the old one."""

HASH_SEED = "PYTHONHASHSEED"
DATE = "SOURCE_DATE_EPOCH"
TENSORFLOW_LOG = "TF_CPP_MIN_LOG_LEVEL"
_WITHOUT_INFO = "1"
"""TensorFlow's informational lines carry the time and the thread's id into the outputs; its warnings stay."""
FIXED_DATE = "315532800"
"""1980-01-01T00:00:00Z, the first moment that ZIP archives can hold: matplotlib's SVG and PDF files carry it as their date."""


_MAX_THREADS = 100_000

RESTORED_FLAGS: Mapping[str, frozenset[str]] = {
    "ATEN_CPU_CAPABILITY": frozenset({"avx2", "avx512", "default"}),
    "CUBLAS_WORKSPACE_CONFIG": frozenset({":16:8", ":4096:8"}),
    "KERAS_BACKEND": frozenset({"jax", "numpy", "tensorflow", "torch"}),
    "MKL_CBWR": frozenset({"AUTO", "AVX", "AVX2", "AVX512", "COMPATIBLE", "SSE2", "SSE4_2"}),
    "ONEDNN_MAX_CPU_ISA": frozenset({"AVX", "AVX2", "AVX512_CORE", "DEFAULT", "SSE41"}),
    JAX_OFFSET: frozenset({"0", "1"}),
    "TF_CUDNN_DETERMINISTIC": frozenset({"0", "1"}),
    "TF_DETERMINISTIC_OPS": frozenset({"0", "1"}),
    "TF_ENABLE_ONEDNN_OPTS": frozenset({"0", "1"}),
}
"""The flags that a replay restores from a record, with the only values that it may give them; anything else is named."""


class Environment(NamedTuple):
    """A plan: the whole environment to start with, what the kernel puts back once it runs, the hash seed, what was not restored."""

    variables: dict[str, str]
    restore: dict[str, Optional[str]]
    hash_seed: Optional[int]
    notices: tuple[str, ...] = ()


def plan_environment(
    environ: Optional[Mapping[str, str]] = None,
    *,
    hash_seed: int = 0,
    threads: Optional[Mapping[str, Any]] = None,
    flags: Optional[Mapping[str, Any]] = None,
) -> Environment:
    """Return the environment of a fresh runtime.

    The hash seed is `hash_seed` unless the user has set PYTHONHASHSEED; the kernel puts the variable back, so that the
    processes it starts are not affected. `threads` and `flags` are a record's: thread counts that libraries read from the
    environment are restored up to the cores there are, flags if the closed list has them with that value, both unless the
    user has set them; `notices` names the others.
    """
    given = dict(os.environ if environ is None else environ)
    planned = {
        DATE: given.get(DATE) or FIXED_DATE,
        TENSORFLOW_LOG: given.get(TENSORFLOW_LOG) or _WITHOUT_INFO,
        HASH_SEED: given.get(HASH_SEED) or str(hash_seed),
    }
    notices = _restore_threads(planned, given, threads or {}) + _restore_flags(planned, given, flags or {})
    in_force = planned[HASH_SEED]
    return Environment(
        variables={**given, **planned},
        restore={HASH_SEED: given.get(HASH_SEED)},
        hash_seed=int(in_force) if in_force.isdigit() else None,
        notices=tuple(notices),
    )


def put_back(variables: Mapping[str, Optional[str]]) -> None:
    """Give this process's environment variables their values; None takes one away."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _restore_threads(planned: dict[str, str], given: Mapping[str, str], threads: Mapping[str, Any]) -> list[str]:
    notices = []
    for name in THREADS:
        count = threads.get(name)
        if type(count) is not int or not 0 < count < _MAX_THREADS or given.get(name) == str(count):
            continue
        if name in given:
            notices.append(f"the record was made with {name}={count}; {_shown(given[name])} is set here, and stays")
        elif count > cores():
            notices.append(f"the record was made with {name}={count}; this machine has {cores()} cores, and results may differ by rounding")
        else:
            planned[name] = str(count)
    return notices


def _restore_flags(planned: dict[str, str], given: Mapping[str, str], flags: Mapping[str, Any]) -> list[str]:
    notices = []
    for name, value in sorted(flags.items()):
        if given.get(name) == value:
            continue
        if name in given and name in RESTORED_FLAGS:
            notices.append(f"the record was made with {name}={_shown(value)}; {_shown(given[name])} is set here, and stays")
        elif isinstance(value, str) and value in RESTORED_FLAGS.get(name, ()):
            planned[name] = str(value)
        else:
            notices.append(
                f"the record was made with {_shown(name)}={_shown(value)}, which is not restored: set it yourself if you trust it"
            )
    return notices


def _shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else text[:39] + "…")[1:-1]
