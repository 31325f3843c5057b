"""Rules for seeds that are no good: made of what changes, or of what the library cuts off."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from seednb.check.facts import Facts
from seednb.check.rule import ERROR, WARNING, Hit, Rule, View
from seednb.check.seeding import ENTROPY, GLOBAL_SEEDERS, OWN_GENERATORS, PROCESS, behind, called, number, seed_argument
from seednb.clocks import READINGS

_R_CLOCK = re.compile(r"Sys\.time|Sys\.getpid|Sys\.Date|proc\.time|date\(")
_R_MAX = 2**31 - 1
_RANK = re.compile(r"(?:worker|rank|proc|thread|job|task|chunk|replica)(?:_?(?:id|idx|index|num))?$|^(?:pid|wid)$", re.I)


def _hash(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        seed = seed_argument(call)
        if seed is not None and any(called(view.facts, node) == "builtins.hash" and _changes(node) for node in behind(view.facts, seed)):
            yield Hit(call.cell, call.node)


def _changes(node: ast.AST) -> bool:
    """Tell whether a call of hash() may get something else than numbers."""
    argument = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return not (isinstance(argument, ast.Constant) and isinstance(argument.value, (int, float)))


HASH_SEED = Rule(
    code="SNB030",
    name="seed-from-hash",
    severity=WARNING,
    message="hash() of a text differs in every process, and so does this seed",
    instead="use a number, or zlib.crc32(text.encode())",
    why="Python salts the hashes of texts and bytes anew in each process, unless PYTHONHASHSEED was set before it started.",
    sealed="In part. Kernels that seednb starts (`seednb run`, `verify`, servers after `seednb enable`) have a fixed hash seed; a "
    "kernel that is "
    "running already cannot get one.",
    find=_hash,
    bad=(
        ("import random\nrandom.seed(hash('experiment 1'))",),
        ("import numpy as np\nSEED = abs(hash(name)) % 2**32", "np.random.seed(SEED)"),
        ("from sklearn.cluster import KMeans\nKMeans(random_state=hash('a') % 100)",),
        ("import torch\ntorch.manual_seed(hash('setting random seeds') % 2**32 - 1)",),
    ),
    good=(
        ("import random\nrandom.seed(42)\nprint(hash('x'))",),
        ("import random\nrandom.seed(hash(4))",),
        ("import zlib, random\nrandom.seed(zlib.crc32(b'x'))",),
    ),
)


def _clock(view: View) -> Iterator[Hit]:
    changing = READINGS | ENTROPY | PROCESS
    for call in view.facts.calls:
        seed = seed_argument(call)
        found = (
            "" if seed is None else next((name for node in behind(view.facts, seed) if (name := called(view.facts, node)) in changing), "")
        )
        if found:
            yield Hit(call.cell, call.node, f"a seed from {found.removeprefix('builtins.')}() is another one in each run, and is not kept")
    for r_call in view.r_calls:
        if r_call.name == "set.seed" and _R_CLOCK.search(r_call.arguments):
            yield Hit(r_call.cell, r_call.node)


CLOCK_SEED = Rule(
    code="SNB031",
    name="seed-from-clock",
    severity=ERROR,
    message="a seed from the clock, the process or the operating system is another one in each run, and is not kept",
    instead="use a number; `%seed new` generates one and records it",
    why="A run with such a seed cannot be repeated, because the seed is not stored anywhere.",
    sealed="No. Clocks, process numbers, `os.urandom`, `uuid` and `secrets` are never replaced: the line sets another seed in each "
    "run, over that of the run.",
    find=_clock,
    bad=(
        ("import random, time\nrandom.seed(time.time())",),
        ("import numpy as np\nimport os\nrng = np.random.default_rng(os.getpid())",),
        ("from time import time\nimport torch\nseed = int(time())", "torch.manual_seed(seed)"),
        ("import numpy as np, os\nnp.random.seed(int.from_bytes(os.urandom(4), 'big'))",),
        ("import datetime as dt, random\nrandom.seed(dt.datetime.now().microsecond)",),
        ("import uuid, random\nrandom.seed(uuid.uuid4().int)",),
    ),
    good=(("import random, time\nstart = time.time()\nrandom.seed(42)",), ("import random\nrandom.seed(seed)",)),
    bad_r=(("set.seed(as.numeric(Sys.time()))",),),
    good_r=(("set.seed(20)\nprint(Sys.time())",),),
)


def _range(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        value = number(view.facts, seed_argument(call))
        problem = "" if value is None else _problem(call.name, value)
        if problem:
            yield Hit(call.cell, call.node, problem)
    for r_call in view.r_calls:
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?(?:e\d+)?)L?", r_call.arguments)
        if r_call.name == "set.seed" and match and not -_R_MAX <= float(match[1]) <= _R_MAX:
            yield Hit(r_call.cell, r_call.node, "R takes seeds from -2147483647 to 2147483647")
        elif r_call.name == "set.seed" and match and float(match[1]) % 1:
            yield Hit(r_call.cell, r_call.node, "R cuts the fraction off: 1.2 and 1.9 are the same seed")


def _problem(name: str, value: int | float) -> str:
    seeds = name in GLOBAL_SEEDERS or name in OWN_GENERATORS or name.endswith(".manual_seed")
    if not seeds and not name.startswith(("sklearn.", "pandas.")):
        return ""
    if isinstance(value, float):
        return (
            "" if name in {"random.seed", "random.Random"} else "a seed that is no integer is refused, or cut off: 1.2 and 1.9 are the same"
        )
    if name in {"random.seed", "random.Random"}:
        return f"Python drops the sign: {value} is the same seed as {-value}" if value < 0 else ""
    if name.startswith("jax.") and not 0 <= value < 2**32:
        return "JAX keeps 32 bits of a seed: others give the same key"
    if value < 0:
        return "a negative seed is refused by NumPy and folded by others"
    wide = name.startswith(("torch", "tensorflow", "?")) or (name in OWN_GENERATORS and not name.endswith("RandomState"))
    return "NumPy takes seeds from 0 to 4294967295" if value >= 2**32 and not wide else ""


OUT_OF_RANGE = Rule(
    code="SNB032",
    name="seed-out-of-range",
    severity=WARNING,
    message="the library refuses this seed, or makes another one of it",
    instead="use an integer from 0 to 2147483647, which every library takes",
    why="`random.seed(-5)` is `random.seed(5)`; PyTorch and R cut fractions off; JAX keeps 32 bits; NumPy refuses what is negative "
    "or above 2**32 - 1, R "
    "what is above 2**31 - 1. Two seeds that look different then give the same numbers, or the notebook stops.",
    sealed="No. seednb leaves the numbers that a notebook seeds with alone. The seeds that it generates lie below 2**31.",
    find=_range,
    bad=(
        ("import random\nrandom.seed(-5)",),
        ("import numpy as np\nnp.random.seed(2**32)",),
        ("import torch\nSEED = 1.5", "torch.manual_seed(SEED)"),
        ("import jax\njax.random.key(-1)",),
        ("from sklearn.cluster import KMeans\nKMeans(random_state=-1)",),
    ),
    good=(
        ("import random\nrandom.seed(0.5)",),
        ("import numpy as np\nnp.random.seed(2**32 - 1)",),
        ("import numpy as np\nnp.random.default_rng(2**64)",),
        ("import torch\ntorch.manual_seed(2**40)",),
        ("plot(seed=-1)",),
    ),
    bad_r=(("set.seed(2147483648)",), ("set.seed(1.5)",)),
    good_r=(("set.seed(-10)",), ("set.seed(2147483647L)",)),
)


def _plus(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        seed = seed_argument(call)
        if isinstance(seed, ast.BinOp) and isinstance(seed.op, ast.Add) and _counts(view.facts, seed):
            yield Hit(call.cell, call.node)


def _counts(facts: Facts, node: ast.BinOp) -> bool:
    """Tell whether a seed and the number of a worker are added."""
    names = [
        part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else "" for part in (node.left, node.right)
    ]
    worker = [bool(_RANK.search(name)) for name in names]
    other = node.right if worker[0] else node.left
    return any(worker) and not all(worker) and ("seed" in names[worker.index(False)].lower() or number(facts, other) is not None)


SEED_PLUS = Rule(
    code="SNB033",
    name="seed-plus-worker",
    severity=WARNING,
    message="seed + worker gives neighbouring seeds, which other runs use too: run 1's worker 2 draws what run 2's worker 1 draws",
    instead="derive them: np.random.SeedSequence(seed).spawn(n), or default_rng([worker, seed])",
    why="Seeds that differ by one are not made to give independent streams, and sums collide: (1, 2) and (2, 1) both give 3.",
    sealed="No. The numbers replay, but their independence is not for seednb to mend. Workers whose seeds nobody sets get derived "
    "ones from seednb.",
    find=_plus,
    bad=(
        ("import numpy as np\ndef work(worker_id):\n    return np.random.default_rng(seed + worker_id)",),
        ("import torch\nfor rank in range(4):\n    torch.manual_seed(42 + rank)",),
    ),
    good=(
        ("import numpy as np\nnp.random.seed(seed + 1)",),
        ("import numpy as np\nnp.random.default_rng([worker_id, seed])",),
        ("import numpy as np\nfor i in range(3):\n    np.random.default_rng(42 + i)",),
    ),
)

RULES = (HASH_SEED, CLOCK_SEED, OUT_OF_RANGE, SEED_PLUS)
