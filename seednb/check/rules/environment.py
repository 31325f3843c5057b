"""Rules for switches that are set in a cell, where they come too late."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from seednb.check.cells import Code
from seednb.check.facts import Facts
from seednb.check.rule import WARNING, Hit, Rule, View

_SETTERS = {"os.environ.setdefault", "os.putenv", "os.environ.__setitem__"}


class _Line(NamedTuple):
    lineno: int
    end_lineno: int
    col_offset: int


def _settings(facts: Facts, variable: str) -> Iterator[tuple[Code, Any]]:
    """Yield where an environment variable is set for this process."""
    for (target, _), cell in facts.stores:
        ours = isinstance(target, ast.Subscript) and facts.name(target.value) == "os.environ"
        if ours and isinstance(target.slice, ast.Constant) and target.slice.value == variable:
            yield cell, target
    for call in facts.calls:
        first = call.argument(0)
        one = call.name in _SETTERS and isinstance(first, ast.Constant) and first.value == variable
        if one or (call.name == "os.environ.update" and variable in _keys(call.node)):
            yield call.cell, call.node
    for text, cell, line in facts.magics:
        if re.match(rf"(?:set_)?env\s+{variable}[\s=]", text):
            yield cell, _Line(line, line, 0)


def _keys(node: ast.Call) -> set[object]:
    keys: set[object] = {keyword.arg for keyword in node.keywords}
    for argument in node.args:
        if isinstance(argument, ast.Dict):
            keys |= {key.value for key in argument.keys if isinstance(key, ast.Constant)}
    return keys


def _hash_seed(view: View) -> Iterator[Hit]:
    yield from (Hit(cell, node) for cell, node in _settings(view.facts, "PYTHONHASHSEED"))


HASH_SEED_IN_CELL = Rule(
    code="SNB036",
    name="hash-seed-in-cell",
    severity=WARNING,
    message="PYTHONHASHSEED has no effect in a running kernel: Python reads it when it starts",
    instead="set it before the kernel starts (seednb enable, seednb run or %seed restart do), and take the line out",
    why="The order of sets of texts and the value of `hash('…')` are settled when the interpreter starts. A line in a cell changes "
    "only the "
    "processes that the kernel starts later.",
    sealed="In part. Kernels that seednb starts have a fixed hash seed; the line itself still does nothing.",
    find=_hash_seed,
    bad=(
        ("import os\nos.environ['PYTHONHASHSEED'] = '0'",),
        ("from os import environ as e\ne.setdefault('PYTHONHASHSEED', '0')",),
        ("%env PYTHONHASHSEED=0",),
        ("import os\nos.environ.update({'PYTHONHASHSEED': '1'})",),
        ("import os\ndef seed_all(s):\n    os.environ['PYTHONHASHSEED'] = str(s)\nseed_all(1)",),
    ),
    good=(("import os\nprint(os.environ.get('PYTHONHASHSEED'))",), ("import os\nos.environ['OMP_NUM_THREADS'] = '1'",)),
)


def _cublas(view: View) -> Iterator[Hit]:
    torch = [place for name, place in view.facts.imports if name.partition(".")[0] in {"torch", "torchvision", "lightning", "transformers"}]
    if not torch:
        return
    first = (torch[0].cell.number, torch[0].node.lineno)
    for cell, node in _settings(view.facts, "CUBLAS_WORKSPACE_CONFIG"):
        if first < (cell.number, node.lineno):
            yield Hit(cell, node)


CUBLAS_LATE = Rule(
    code="SNB037",
    name="cublas-setting-too-late",
    severity=WARNING,
    message="CUBLAS_WORKSPACE_CONFIG is set below the import of torch: once cuBLAS is in use it has no effect",
    instead="set it above the import",
    why="cuBLAS reads it when its first handle is made. PyTorch before 2.10 needs it for deterministic matrix products on a GPU.",
    sealed="In part. `%seed strict` and `seednb run --strict` set it for a PyTorch that needs it, or say that it is too late.",
    find=_cublas,
    bad=(
        ("import torch\nimport os", "os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'"),
        ("from torch import nn\nimport os\nos.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':16:8')",),
    ),
    good=(
        ("import os\nos.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'\nimport torch",),
        ("import os\nos.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'",),
    ),
)

RULES = (HASH_SEED_IN_CELL, CUBLAS_LATE)
