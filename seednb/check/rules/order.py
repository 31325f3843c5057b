"""Rules for seeds at the wrong place: below the first draw, in every cell, in a loop."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from seednb.check.facts import Call, Function
from seednb.check.rscan import DRAWS
from seednb.check.rule import WARNING, Hit, Rule, View
from seednb.check.seeding import GLOBAL_SEEDERS, seed_argument
from seednb.check.systems import ALL, LABELS, owner

_MANY = 3


def _below(view: View) -> Iterator[Hit]:
    for system in sorted(ALL, key=list(LABELS).index):
        seeds, early = view.timeline.seeds(system), view.timeline.before_seed(system)
        if seeds and early and early[0].call is not None:
            call, seed = early[0].call, seeds[0]
            more = f" (and {len(early) - 1} more)" if len(early) > 1 else ""
            where = f"line {seed.line}" if seed.cell is call.cell else f"cell {seed.cell.number}"
            yield Hit(
                call.cell,
                call.node,
                f"{call.name} draws from {owner(system)} global generator{more} above the line that seeds it ({where})",
            )
    drawn = next((at for at, call in enumerate(view.r_calls) if call.name in DRAWS), None)
    if drawn is not None:
        places = [at for at, call in enumerate(view.r_calls) if call.name == "set.seed"]
        if places and drawn < places[0]:
            call_ = view.r_calls[drawn]
            yield Hit(call_.cell, call_.node, f"{call_.name}() draws above the first set.seed (cell {view.r_calls[places[0]].cell.number})")


SEED_BELOW = Rule(
    code="SNB011",
    name="seed-below-first-draw",
    severity=WARNING,
    message="it draws from a global generator above the line that seeds it",
    instead="move the seed above it, best to the first cell",
    why="A run from top to bottom draws the first numbers unseeded. Layers of a model draw their weights where they are made: the "
    "seed has to stand above them. "
    "Functions count where they are first called.",
    sealed="Yes. The generators are seeded before the first cell; the notebook's own line then seeds them again.",
    find=_below,
    bad=(
        ("import numpy as np\nx = np.random.rand(3)", "np.random.seed(0)"),
        ("import torch\nnet = torch.nn.Linear(1, 2)\ntorch.manual_seed(0)\ntorch.rand(3)",),
        ("import random\ndef pick():\n    return random.choice([1, 2])", "pick()", "random.seed(1)"),
        ("import numpy as np\nfrom sklearn.cluster import KMeans\nKMeans(3)\nnp.random.seed(0)",),
    ),
    good=(
        ("import numpy as np\nnp.random.seed(0)", "np.random.rand(3)"),
        ("import random\ndef pick():\n    return random.choice([1, 2])", "random.seed(1)\npick()"),
        (
            "import torch\nfrom torch.utils.data import DataLoader\nloader = DataLoader(d, shuffle=True)",
            "torch.manual_seed(0)\ntorch.rand(1)",
        ),
        ("import numpy as np\nclass A:\n    def step(self):\n        return np.random.rand()", "np.random.seed(1)\nA().step()"),
        ("import numpy as np\ndef setup():\n    np.random.seed(0)\nsetup()\nnp.random.rand()",),
    ),
    bad_r=(("x <- rnorm(3)", "set.seed(1)"),),
    good_r=(("set.seed(1)", "x <- rnorm(3)", "set.seed(1)"),),
)


def _every_cell(view: View) -> Iterator[Hit]:
    found: dict[tuple[str, str], dict[int, Call]] = defaultdict(dict)
    for call in view.facts.calls:
        if call.name in GLOBAL_SEEDERS and call.function is None and call.loop is None:
            seed = seed_argument(call)
            if isinstance(seed, (ast.Constant, ast.Name)):
                found[call.name, ast.dump(seed)].setdefault(call.cell.number, call)
    for (name, _), calls in found.items():
        if len(calls) >= _MANY:
            second = list(calls.values())[1]
            yield Hit(
                second.cell,
                second.node,
                f"{name} sets the same seed in {len(calls)} cells: they draw the same numbers, not independent ones",
            )


SAME_SEED = Rule(
    code="SNB034",
    name="same-seed-in-every-cell",
    severity=WARNING,
    message="the same seed is set in several cells: they draw the same numbers, not independent ones",
    instead="seed once, in the first cell; for cells that can be re-run alone: %seed per-cell",
    why="After each such line the stream begins anew, so that what looks like fresh data or fresh noise is what an earlier cell "
    "had. There is one finding, at "
    f"the second cell, where {_MANY} cells or more set one seed.",
    sealed="No. The numbers replay; that they are equal is what the notebook asks for. `%seed per-cell` gives each cell a stream "
    "of its own.",
    find=_every_cell,
    bad=(
        (
            "import numpy as np\nnp.random.seed(1)\nnp.random.rand()",
            "np.random.seed(1)\nnp.random.rand()",
            "np.random.seed(1)\nnp.random.rand()",
        ),
    ),
    good=(
        ("import numpy as np\nnp.random.seed(1)", "np.random.rand()"),
        ("import numpy as np\nnp.random.seed(1)", "np.random.seed(2)", "np.random.seed(3)"),
        ("import numpy as np\nnp.random.seed(1)", "np.random.seed(1)"),
    ),
)


def _in_loop(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        if call.name in GLOBAL_SEEDERS and call.loop is not None and _repeats(call, call.loop):
            yield Hit(call.cell, call.node)
    for caller in view.facts.calls:
        if caller.loop is not None and caller.name.startswith(".") and not caller.node.args and not caller.node.keywords:
            for function in view.facts.functions.get(caller.name[1:], ()):
                seed = next((step.call for step in function.steps if step.call is not None and _fixed(step.call, function)), None)
                if seed is not None and _unused(caller.loop):
                    yield Hit(
                        caller.cell,
                        caller.node,
                        f"{function.name}() sets the same seed each time the loop calls it: all rounds draw the same numbers",
                    )


def _repeats(call: Call, loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    seed = seed_argument(call)
    fixed = isinstance(seed, ast.Constant) or (isinstance(seed, ast.Name) and seed.id not in _stored(loop))
    return fixed and _unused(loop)


def _fixed(call: Call, function: Function) -> bool:
    return call.name in GLOBAL_SEEDERS and call.function is function and isinstance(seed_argument(call), ast.Constant)


def _stored(loop: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _unused(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Tell whether no round of a loop differs from another by the loop's own variable."""
    if isinstance(loop, ast.While):
        return True
    targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    return not any(isinstance(node, ast.Name) and node.id in targets for part in loop.body for node in ast.walk(part))


SEED_IN_LOOP = Rule(
    code="SNB035",
    name="reseeded-in-loop",
    severity=WARNING,
    message="the same seed is set in each round of the loop: all rounds draw the same numbers",
    instead="seed once, above the loop",
    why="Repeating an experiment with one seed repeats its numbers. Loops over settings, whose variable the body uses, are not "
    "found: comparing settings under one seed is sound.",
    sealed="No. The numbers replay; that they are equal is what the notebook asks for.",
    find=_in_loop,
    bad=(
        ("import numpy as np\nfor _ in range(5):\n    np.random.seed(0)\n    xs.append(np.random.rand())",),
        ("import torch\ndef noise():\n    torch.manual_seed(0)\n    return torch.rand(1)\nfor i in range(3):\n    total += noise()",),
    ),
    good=(
        ("import numpy as np\nfor seed in range(5):\n    np.random.seed(seed)",),
        ("import torch\nfor lr in rates:\n    torch.manual_seed(0)\n    train(lr)",),
        ("import numpy as np\nnp.random.seed(0)\nfor _ in range(5):\n    np.random.rand()",),
    ),
)


RULES = (SEED_BELOW, SAME_SEED, SEED_IN_LOOP)
