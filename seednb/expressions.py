"""What taints an expression: a clock, an identity, or some parts of a dictionary only."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Optional

from seednb.clocks import (
    CLOCK,
    IDENTITY,
    MAGICS,
    SEEDING,
    SHELL,
    TEXTUAL,
    Imports,
    is_timer,
    key_of,
    kind_named,
    parts,
    parts_of,
    texts_in,
    whole,
    worse,
)

_COPIES = {"copy", "deepcopy", "list", "tuple", "reversed"}


class Expressions(ABC):
    """Tells what taints expressions, from what is known of names. Who follows statements says what functions give."""

    def __init__(self, tainted: dict[str, str], imports: Imports, functions: dict[str, Any], attributes: set[str]) -> None:
        self.tainted, self._imports, self._functions, self._attributes = tainted, imports, functions, attributes

    @abstractmethod
    def _inner(self, step: int = 0) -> Any:
        """Return one of these that begins with what is known here."""

    @abstractmethod
    def _results(self, node: ast.AST) -> list[Optional[str]]:
        """Return what taints the parts of what a call of one of the notebook's functions returns."""

    def _of(self, node: Any) -> Optional[str]:
        """Return what taints an expression."""
        if node is None or isinstance(node, ast.Constant):
            return None
        direct = self._reference(node)
        if direct is not None or isinstance(node, ast.Name):
            return direct
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.Dict):
            return self._pairs([getattr(key, "value", None) for key in node.keys], node.values)
        if isinstance(node, (ast.List, ast.Tuple, ast.IfExp)):
            return worse(map(self._of, ast.iter_child_nodes(node)))
        if isinstance(node, ast.Attribute):
            kind = self._of(node.value)
            return (CLOCK if node.attr in self._attributes else None) if is_timer(kind) else kind
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            inner = self._inner()
            for clause in node.generators:
                inner._bind(clause.target, inner._of(clause.iter))
            return worse(map(inner._of, [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]))
        return worse(whole(self._of(part)) for part in ast.iter_child_nodes(node))

    def _item(self, node: ast.Subscript) -> Optional[str]:
        """Return the taint of an item: of a dictionary with tainted parts by its key, of a list of such ones that of all."""
        kind = self._of(node.value)
        known, key = parts_of(kind), key_of(node)
        if known is not None and key is not None:
            return known[0] if key in known[1] else None
        kept = kind if isinstance(node.slice, (ast.Constant, ast.Slice, ast.UnaryOp)) else whole(kind)
        return kept if is_timer(kind) else worse([kept, whole(self._of(node.slice))])

    def _pairs(self, keys: Sequence[Any], values: Sequence[ast.AST]) -> Optional[str]:
        """Return the taint of a dictionary: of the values under some keys only, where these are written there."""
        kinds = list(map(self._of, values))
        known = [parts([key], kind) if isinstance(key, str) and kind in (CLOCK, IDENTITY) else kind for key, kind in zip(keys, kinds)]
        return worse(known)

    def _of_call(self, node: ast.Call) -> Optional[str]:
        name = self._imports.dotted(node.func) or getattr(node.func, "attr", "")
        if SEEDING.search(name):
            return None
        if name.startswith("get_ipython") or (isinstance(node.func, ast.Attribute) and node.func.attr in {"run_line_magic", "getoutput"}):
            texts = texts_in(node)
            return CLOCK if set(texts[:1]) & MAGICS or any(map(SHELL.search, texts)) else None
        if any(isinstance(part, ast.Constant) and part.value in ("now", "today") for part in node.args):
            return CLOCK
        called = self._reference(node.func)
        if is_timer(called):
            return called
        if name == "dict" and not node.args:
            return self._pairs([word.arg for word in node.keywords], [word.value for word in node.keywords])
        if name.rpartition(".")[2] in _COPIES and name not in self._functions:
            return worse([self._of(part) for part in [*node.args, getattr(node.func, "value", None)]])
        owner = called or (self._of(node.func.value) if isinstance(node.func, ast.Attribute) else None)
        picked = texts_in(node)[:1] if parts_of(owner) is not None and name.endswith("get") else []
        if picked:
            return CLOCK if picked[0] in (parts_of(owner) or ("", ""))[1] else None
        words = [word.value for word in node.keywords if not SEEDING.search(word.arg or "")]
        given = {whole(kind) for kind in (*map(self._of, [*node.args, *words]), owner)}
        found = self._results(node)
        if CLOCK in given or CLOCK in found:
            return CLOCK
        if called == IDENTITY or (IDENTITY in given and TEXTUAL.fullmatch(name)) or IDENTITY in found:
            return IDENTITY
        return next((kind for kind in found if is_timer(kind) or parts_of(kind)), None)

    def _reference(self, node: ast.AST) -> Optional[str]:
        """Return the taint of a name, or of a function of a module that reads a clock or gives an identity."""
        if isinstance(node, ast.Name) and node.id in self.tainted:
            return self.tainted[node.id]
        name = self._imports.dotted(node) or (f"object.{node.attr}" if isinstance(node, ast.Attribute) else "")
        if not name or (isinstance(node, ast.Name) and (node.id in self._functions or name == "now")):
            return None
        return kind_named(name)
