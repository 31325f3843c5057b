"""For notebooks that use Caffe: the run's seed inside a solver definition, where every solver made from it starts alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Optional, TypeVar, cast

from seednb.errors import SeednbError
from seednb.prototxt import with_integer
from seednb.settings import check_seed
from seednb.solvers import FIELD

__all__ = ["seeded"]

Solver = TypeVar("Solver")


def seeded(solver: Solver, seed: Optional[int] = None) -> Solver:
    """Return a solver definition with `random_seed` set to the run's seed, or to the one given; what is given stays as it is.

    A text gives a text, whose comments and layout stay; a `SolverParameter` gives a copy. A path gives the path, of the same
    type, of a new file beside it: `solver.prototxt` becomes `solver.seeded.prototxt`. Raises SeedError if it is no seed, and
    SeednbError where no seed is set or a file cannot be read or written.
    """
    return cast("Solver", _seeded(solver, _run_seed() if seed is None else check_seed(seed)))


def _seeded(solver: Any, seed: int) -> Any:
    if hasattr(solver, "CopyFrom") and hasattr(solver, FIELD):
        return _seeded_message(solver, seed)
    if isinstance(solver, str) and not os.path.isfile(solver):
        if solver.endswith(".prototxt") and "\n" not in solver:
            raise SeednbError(f"there is no file {solver!r}; give the path of a solver definition, or its text")
        return with_integer(solver, FIELD, seed)
    if isinstance(solver, (str, os.PathLike)):
        kind: Any = type(solver)
        return kind(_seeded_file(Path(solver), seed))
    raise SeednbError(f"{type(solver).__name__} is no solver definition: give a path, a text or a SolverParameter")


def _run_seed() -> int:
    from seednb.runtime import session

    seed = session().seed
    if seed is None:
        raise SeednbError("no seed is set; %seed 42 sets one, or give one: seeded(solver, 42)")
    return seed


def _seeded_message(message: Any, seed: int) -> Any:
    made = type(message)()
    made.CopyFrom(message)
    setattr(made, FIELD, seed)
    return made


def _seeded_file(path: Path, seed: int) -> str:
    target = path.with_name(f"{path.stem}.seeded{path.suffix}")
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        with open(target, "w", encoding="utf-8", newline="") as file:
            file.write(with_integer(text, FIELD, seed))
    except (OSError, UnicodeDecodeError) as error:
        raise SeednbError(f"{path} cannot be copied with a seed: {error}; give its text instead") from None
    return str(target)
