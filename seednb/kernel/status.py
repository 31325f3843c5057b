"""What `%seed` says: the seed, where it comes from, what it covers, and what went wrong."""

from __future__ import annotations

import sys

from seednb.display import LIBRARIES
from seednb.reseeds import told
from seednb.runtime import Runtime
from seednb.sources.base import complete
from seednb.streams import PER_CELL

_MAX_PLACES = 5
_IN_BROWSER = "this kernel runs in the browser: no hash seed is set, and there are no worker processes, no restart in place, no replay"
ORIGINS = {
    "api": "given to seednb.seed()",
    "command-line": "given on the command line",
    "environment": "from SEEDNB_SEED",
    "front-end": "given in the front end",
    "generated": "newly generated",
    "magic": "given to %seed",
    "notebook": "from the notebook",
    "pyproject": "from pyproject.toml",
    "record": "from the record",
}


def origin_of(origin: str) -> str:
    """Return a seed's origin in words."""
    return ORIGINS.get(origin, origin)


def status(runtime: Runtime) -> str:
    """Return the state of a runtime in a few lines."""
    in_browser = [_IN_BROWSER] if sys.platform == "emscripten" else []
    solvers = [f"{what} takes the place of the run's seed" for what in runtime.solvers.seen]
    problems = [*in_browser, *runtime.failures, *_between(runtime), *solvers, *_reseeds(runtime)]
    if runtime.seed is None:
        return "\nseednb: ".join(["no seed is set; %seed 42 sets one, %seed new generates one", *problems])
    loaded = runtime.loaded()
    later = [source.name for source in runtime.sources if source.name not in loaded and not source.on_request]
    parts = [f"seed {runtime.seed} ({origin_of(runtime.seed_origin)})"]
    if runtime.mode == PER_CELL:
        parts.append("each cell draws from its own stream")
    if runtime.switches.strict_now:
        parts.append("strict: deterministic operations only")
    if runtime.switches.display_ids:
        parts.append("display ids follow it")
    parts.append("covers " + ", ".join(loaded) + (f"; at their import: {', '.join(later)}" if later else ""))
    only_set = runtime.unreadable()
    if only_set:
        parts.append(f"{', '.join(only_set)} can be seeded, not put back: %seed per-cell and %seed restart repeat, %seed rewind cannot")
    parts.append("unseeded generators follow it" if runtime.sealing else "unseeded generators do not follow it")
    if complete("jax") is not None and "jax" not in loaded:
        parts.append("JAX keys are data: they follow it where the notebook makes them from it")
    return "\nseednb: ".join(["; ".join(parts), *problems])


def display_ids(runtime: Runtime) -> str:
    """Return whose display ids follow the seed, now and later."""
    if not runtime.switches.display_ids:
        return "display ids: left to the operating system"
    now = runtime.display.libraries()
    later = [name for name in LIBRARIES if name not in now]
    text = f"display ids follow seed {runtime.seed}: {', '.join(now) or 'of nothing yet'}"
    return text + (f"; at their import: {', '.join(later)}" if later else "")


def _between(runtime: Runtime) -> list[str]:
    seen = [between for between in runtime.guard.seen if between.reason]
    return [f"something drew from {', '.join(between.names)} between cells, which was not put back: {between.reason}" for between in seen]


def _reseeds(runtime: Runtime) -> list[str]:
    seen = list(runtime.seal.reseeds.seen.items())
    more = [f"{len(seen) - _MAX_PLACES} more places have reseeded generators"] if len(seen) > _MAX_PLACES else []
    return [f"{place} has reseeded {told(sources)}" for place, sources in seen[:_MAX_PLACES]] + more
