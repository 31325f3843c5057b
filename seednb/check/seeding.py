"""Calls that take a seed, and what is read into one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from seednb.check.facts import Call, Facts

BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
GLOBAL_SEEDERS = frozenset(
    {
        "random.seed", "numpy.random.seed", "torch.manual_seed", "torch.random.manual_seed", "torch.cuda.manual_seed",
        "torch.cuda.manual_seed_all", "tensorflow.random.set_seed", "tensorflow.set_random_seed", "keras.utils.set_random_seed",
    }
)  # fmt: skip
OWN_GENERATORS = frozenset(
    {
        "random.Random", "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence",
        *(f"numpy.random.{name}" for name in BIT_GENERATORS), "jax.random.PRNGKey", "jax.random.key",
        "tensorflow.random.Generator.from_seed", "flax.nnx.Rngs",
    }
)  # fmt: skip
_KEYWORDS = ("seed", "random_state", "a", "entropy", "x")


def seed_argument(call: Call) -> ast.expr | None:
    """Return the seed that a call gets: of a seeding function, or as `seed` or `random_state` of any other."""
    if call.name in GLOBAL_SEEDERS or call.name in OWN_GENERATORS or call.name.endswith(".manual_seed"):
        return call.argument(0, *_KEYWORDS)
    return call.argument(None, "seed", "random_state")


def behind(facts: Facts, node: ast.expr) -> Iterator[ast.AST]:
    """Yield all nodes of an expression, and of what the names in it were assigned, if that was done once."""
    seen: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        part = todo.pop()
        yield part
        todo += ast.iter_child_nodes(part)
        if isinstance(part, ast.Name) and part.id not in seen:
            seen.add(part.id)
            value = facts.value(part)
            if value is not None and value is not part:
                todo.append(value)


def number(facts: Facts, node: ast.expr | None) -> int | float | None:
    """Return the number that an expression is, through a sign, a power, and names that are assigned once."""
    node = facts.value(node)
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(facts, node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Pow, ast.Add, ast.Sub)):
        return _computed(node.op, number(facts, node.left), number(facts, node.right))
    return None


def _computed(operator: ast.operator, left: int | float | None, right: int | float | None) -> int | float | None:
    if left is None or right is None:
        return None
    if isinstance(operator, ast.Pow):
        small = abs(left) <= 10 and 0 <= right <= 200 and isinstance(left, int) and isinstance(right, int)
        return int(left**right) if small else None
    return left + right if isinstance(operator, ast.Add) else left - right


ENTROPY = frozenset(
    {
        "os.urandom", "os.getrandom", "uuid.uuid4", "uuid.uuid1", "secrets.randbits", "secrets.randbelow", "secrets.choice",
        "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe",
    }
)  # fmt: skip
PROCESS = frozenset({"os.getpid", "os.getppid", "threading.get_ident", "builtins.id"})


def called(facts: Facts, node: ast.AST) -> str:
    """Return the canonical name of the function that a node calls; nothing if it is no call."""
    return facts.name(node.func) if isinstance(node, ast.Call) else ""
