"""Which library function a name stands for: `np.random.rand` is `numpy.random.rand`, and what a call returns is that name and `()`."""

from __future__ import annotations

import ast
import builtins

UNKNOWN = ""
OWN = "."
"""Begins the names of what the notebook itself defines."""

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_SAME = (
    ("tensorflow.compat.v1.", "tensorflow."),
    ("tensorflow.compat.v2.", "tensorflow."),
    ("tensorflow.python.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf_keras.", "keras."),
    ("numpy.random.mtrand.", "numpy.random."),
    ("pytorch_lightning.", "lightning."),
    ("lightning.pytorch.", "lightning."),
    ("gym.", "gymnasium."),
)
_USUAL = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "tf": "tensorflow", "sns": "seaborn"}
"""What these names mean where no import tells: a star import of a course's own module has brought them."""


def canonical(name: str) -> str:
    """Return the one name of a function that several names lead to."""
    for old, new in _SAME:
        if name.startswith(old):
            return canonical(new + name[len(old) :])
    return name


class Scopes:
    """The names that are bound at one point of the notebook, innermost scope last."""

    def __init__(self) -> None:
        self._scopes: list[dict[str, str]] = [{}]
        self.stars: list[str] = []
        self.later: dict[str, str] = {}

    def enter(self, names: list[str]) -> None:
        """Open a scope in which these names are parameters."""
        self._scopes.append(dict.fromkeys(names, UNKNOWN))

    def leave(self) -> None:
        """Close the innermost scope."""
        self._scopes.pop()

    def leave_all(self) -> None:
        """Close all scopes but the notebook's own."""
        del self._scopes[1:]

    def bind(self, name: str, value: str) -> None:
        """Bind a name in the innermost scope."""
        self._scopes[-1][name] = value

    def look_up(self, name: str) -> str:
        """Return what a name stands for, or nothing."""
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        if name in self.later:
            return self.later[name]
        if name in _BUILTINS:
            return f"builtins.{name}"
        return _USUAL.get(name, UNKNOWN) if self.stars else UNKNOWN

    def name_of(self, node: ast.expr) -> str:
        """Return the canonical name of an expression; an attribute of something unknown is `?.name`."""
        if isinstance(node, ast.Name):
            return self.look_up(node.id)
        if isinstance(node, ast.Attribute):
            return canonical(f"{self.name_of(node.value) or '?'}.{node.attr}")
        if isinstance(node, ast.Call):
            name = self.name_of(node.func)
            return f"{name}()" if name else UNKNOWN
        if isinstance(node, ast.Await):
            return self.name_of(node.value)
        return UNKNOWN


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return the names that an import binds; `*` is bound to the module."""
    if isinstance(node, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: canonical(alias.name if alias.asname else alias.name.partition(".")[0])
            for alias in node.names
        }
    module = "." * node.level + (node.module or "")
    if node.level:
        return {alias.asname or alias.name: f"?{module}.{alias.name}" for alias in node.names}
    return {alias.asname or alias.name: canonical(module if alias.name == "*" else f"{module}.{alias.name}") for alias in node.names}
