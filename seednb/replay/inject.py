"""The code that brings the kernel side into a kernel, and asks it questions, through silent execute requests."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import seednb
from seednb.wire import WIRE_VERSION, Plan

PACKAGE = Path(seednb.__file__).parent
KERNEL_SIDE = (
    "__init__",
    "arrays",
    "caffe",
    "callers",
    "clocks",
    "clusters",
    "contents",
    "determinism",
    "digest",
    "display",
    "entropy",
    "environment",
    "errors",
    "expressions",
    "guard",
    "imports",
    "inflight",
    "inputs",
    "insides",
    "installed",
    "launch",
    "libraries",
    "order",
    "plain",
    "processes",
    "prototxt",
    "reads",
    "replacing",
    "reseeds",
    "rewinding",
    "runtime",
    "seals",
    "seeding",
    "settings",
    "sharing",
    "snapshots",
    "solvers",
    "streams",
    "tables",
    "taint",
    "tasks",
    "values",
    "variables",
    "wire",
    "workers",
    "kernel/*",
    "kernel/panel/*",
    "sources/*",
)
_EXTENSION = "get_ipython()._seednb"


def load_code(*, archive: bool) -> str:
    """Return the code of the silent request that loads the kernel side as the start-up hook does: the next cell is seeded before it begins.

    With `archive` the kernel side travels in the request, for kernels that cannot read this machine's files and raise LookupError.
    """
    text = (PACKAGE / "replay" / "bootstrap.py").read_text(encoding="utf-8")
    call = f"load({str(PACKAGE)!r}, {seednb.__version__!r}, {kernel_side() if archive else None!r})"
    load = f"{text}\n{call}\nimport seednb.kernel\nseednb.kernel.load(get_ipython(), at_start=True)"
    names = "{'__name__': 'seednb.bootstrap', 'get_ipython': get_ipython}"
    return f"exec(compile({load!r}, '<seednb>', 'exec'), {names})"


def attach_code(plan: Plan, *, archive: bool) -> tuple[str, dict[str, str]]:
    """Return the code and the user expressions of the request that loads the kernel side and gives it the plan."""
    plan_text = json.dumps(plan)
    question = f"__import__('json').dumps({_EXTENSION}.attach(__import__('json').loads({plan_text!r})))"
    return load_code(archive=archive), {"seednb": question}


def current_question() -> dict[str, str]:
    """Return the user expressions of the request that asks for the runtime's state."""
    return {"seednb": f"__import__('json').dumps({_EXTENSION}.current())"}


def finish_question() -> dict[str, str]:
    """Return the user expressions of the request that ends a front end's replay."""
    asked = json.dumps({"version": WIRE_VERSION, "do": "finish"})
    return {"seednb": f"{_EXTENSION}.ask({asked!r})"}


def answer(reply: dict[str, Any]) -> Any:
    """Return what a user expression gave; raise ValueError with the kernel's words where it gave an error."""
    content = reply.get("content", {})
    if content.get("status") != "ok":
        raise ValueError(f"{content.get('ename', 'error')}: {content.get('evalue', '')}")
    result = content.get("user_expressions", {}).get("seednb", {})
    if result.get("status") != "ok":
        raise ValueError(f"{result.get('ename', 'error')}: {result.get('evalue', 'no answer')}")
    return json.loads(ast.literal_eval(result["data"]["text/plain"]))


def kernel_side() -> dict[str, str]:
    """Return the source texts of the kernel side, by dotted module name."""
    files = [path for pattern in KERNEL_SIDE for path in sorted(PACKAGE.glob(f"{pattern}.py"))]
    names = (path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".") for path in files)
    return {name: path.read_text(encoding="utf-8") for name, path in zip(names, files, strict=True)}
