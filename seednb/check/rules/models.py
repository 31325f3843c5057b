"""The rule for models and compiled functions that keep the seed that they were made under."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from seednb.check.cells import Code
from seednb.check.facts import Call
from seednb.check.rule import WARNING, Hit, Rule, View
from seednb.check.systems import KERAS, TENSORFLOW
from seednb.check.timeline import Event

_MODELS = frozenset({"keras.Sequential()", "keras.models.Sequential()", "keras.Model()", "keras.models.Model()"})


def _stale(view: View) -> Iterator[Hit]:
    events = [
        event
        for event in view.timeline.events
        if event.seeds & {TENSORFLOW, KERAS} and event.call is not None and event.call.function is None
    ]
    for name, values in view.facts.assigned.items():
        made = values[0] if len(values) == 1 and values[0] is not None else None
        owner = view.facts.name(made)
        if _is_model(view, owner):
            uses = [call for call in view.facts.calls if call.name in {f"{owner}.fit", f"{owner}.predict", owner} and _of(call.node, name)]
            place = next((call for call in view.facts.calls if call.node is made), None)
            yield from _after(events, place, uses)
    for functions in list(view.facts.functions.values()):
        for function in functions:
            if "tensorflow.function" in function.decorators and len(functions) == 1:
                uses = [call for call in view.facts.calls if call.name == f".{function.name}" and call.function is None]
                yield from _after(events, uses[0] if uses else None, uses[1:])


def _is_model(view: View, owner: str) -> bool:
    if owner.startswith(".") and owner.endswith("()"):
        class_ = view.facts.classes.get(owner[1:-2])
        return class_ is not None and not _MODELS.isdisjoint(f"{base}()" for base in class_.bases)
    return owner in _MODELS


def _of(node: ast.Call, name: str) -> bool:
    owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return isinstance(owner, ast.Name) and owner.id == name


def _after(events: list[Event], made: Call | None, uses: list[Call]) -> Iterator[Hit]:
    if made is None:
        return
    for event in events[1:]:
        before = [use for use in uses if _at(made.cell, made.node.lineno) < _at(use.cell, use.node.lineno) < _at(event.cell, event.line)]
        after = [use for use in uses if _at(event.cell, event.line) < _at(use.cell, use.node.lineno)]
        if _at(made.cell, made.node.lineno) < _at(event.cell, event.line) and after and (before or made.name.startswith(".")):
            yield Hit(event.cell, event.call.node if event.call is not None else made.node)
            return


def _at(cell: Code, line: int) -> tuple[int, int]:
    return cell.number, line


STALE_SEED = Rule(
    code="SNB038",
    name="reseeded-after-building",
    severity=WARNING,
    message="a Keras model or tf.function made above this line keeps its old seed: what it draws next is not what this seed gives",
    instead="build the model or define the function again below the seed",
    why="Layers of Keras draw a seed of their own when they are made, and `tf.function` takes the seed in when it is traced. A "
    "later `set_random_seed` or "
    "`set_seed` changes neither: the same cells in a fresh kernel give other numbers.",
    sealed="In part. A replay runs the same lines in the same order and gives the same numbers; running the cells again by hand "
    "does not, and seednb warns of that.",
    find=_stale,
    bad=(
        (
            "import keras\nkeras.utils.set_random_seed(1)\nm = keras.Sequential([keras.layers.Dense(1)])",
            "m.fit(x, y)",
            "keras.utils.set_random_seed(1)\nm.fit(x, y)",
        ),
        (
            "import tensorflow as tf\ntf.random.set_seed(1)\n@tf.function\ndef f():\n    return tf.random.uniform([1])\nf()",
            "tf.random.set_seed(2)\nf()",
        ),
    ),
    good=(
        ("import keras\nkeras.utils.set_random_seed(1)\nm = keras.Sequential([keras.layers.Dense(1)])\nm.fit(x, y)",),
        ("import tensorflow as tf\ntf.random.set_seed(1)\n@tf.function\ndef f():\n    return tf.random.uniform([1])\nf()\nf()",),
    ),
)

RULES = (STALE_SEED,)
