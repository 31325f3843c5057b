"""Who asks for entropy: which callers' unseeded generators follow the seed, and where in the notebook they were called."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import Any, Optional

from seednb.installed import in_packages, is_installed, within_package

DENIED = frozenset(
    {"aiohttp", "datasets", "dask", "distributed", "ipykernel", "jupyter_client", "mlflow", "ray", "seednb", "tornado", "wandb"}
)
"""Top-level packages whose own unseeded generators keep the operating system's entropy: they make identifiers and cache keys."""

EXCEPTED = ("dask.array.random",)
"""Modules of denied packages that draw samples, not identifiers."""

ALLOWED = frozenset(
    "albumentations deap gensim gymnasium imblearn keras mesa networkx nltk numpy optuna pandas scipy seaborn simpy skimage sklearn "
    "statsmodels torchvision umap".split()
)
"""Top-level packages whose unseeded `random.Random()` and `random.seed()` follow the seed, beside the notebook's and the project's own."""

_MACHINERY = frozenset(
    "asyncio concurrent contextlib copy functools importlib multiprocessing queue random runpy seednb subprocess threading".split()
)
"""Parts of the standard library that call what they are given: who gave it is asked. All others (tempfile, uuid …) ask for themselves."""


def is_denied(module: str) -> bool:
    """Tell whether a module keeps the operating system's entropy for its own generators."""
    return module.partition(".")[0] in DENIED and not module.startswith(EXCEPTED)


def is_importing(frame: FrameType) -> bool:
    """Tell whether a caller is a module that is being imported; one that is not written in Python shows importlib in its place."""
    name = str(frame.f_globals.get("__name__"))
    return name.startswith("importlib._bootstrap") or (frame.f_code.co_name == "<module>" and frame.f_globals is not main_namespace())


def scientific(frame: Optional[FrameType]) -> Optional[FrameType]:
    """Return the first caller outside the standard library's call machinery, if its `random.Random()` is to follow the seed, else None."""
    frame = outside(frame)
    return frame if frame is not None and _follows(frame) else None


def outside(frame: Optional[FrameType], through: frozenset[str] = frozenset()) -> Optional[FrameType]:
    """Return the first caller outside the standard library's call machinery, outside this package, and outside those named."""
    while frame is not None and (top_package(frame) in _MACHINERY or top_package(frame) in through):
        frame = frame.f_back
    return frame


def where(frame: FrameType) -> str:
    """Name the place of a use: the line of the running cell that led to it, and what it led through."""
    main = main_namespace()
    cell: Optional[FrameType] = frame
    while cell is not None and not (cell.f_globals is main and cell.f_code.co_name.startswith(("<module", "<cell line"))):
        cell = cell.f_back
    if cell is None:
        return place(frame)
    return f"line {cell.f_lineno}" if cell is frame else f"line {cell.f_lineno}, through {place(frame)}"


def place(frame: FrameType) -> str:
    """Name a frame's line: in one of the notebook's functions, in a file of an installed package, or in another file."""
    file = frame.f_code.co_filename
    own = frame.f_code.co_name if frame.f_globals is main_namespace() else ""
    name = own or within_package(file) or os.path.basename(file)
    return f"{name} line {frame.f_lineno}"


def _follows(frame: FrameType) -> bool:
    if frame.f_globals is main_namespace():
        return True
    top, file = top_package(frame), str(frame.f_globals.get("__file__") or frame.f_code.co_filename)
    if in_packages(file):
        return top in ALLOWED
    return top not in DENIED and os.path.isabs(file) and not is_installed(file)


def top_package(frame: FrameType) -> str:
    """Return the top-level package of a frame's module."""
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def main_namespace() -> Any:
    """Return the global names of the notebook or script."""
    return getattr(sys.modules.get("__main__"), "__dict__", None)
