"""Which of a notebook's variables come from a clock, or from an identity such as an id, a process or a temporary name: told from its code.

A value that comes from a clock taints what is computed from it, but for what is seeded with it. An identity taints texts and
numbers made of it, not what is read from the file that it names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Optional

from seednb.clocks import CLOCK, MAGICS, TIMER, Imports, is_timer, key_of, kind_named, parts, parts_of, texts_in, worse
from seednb.expressions import Expressions

_MUTATORS = {"add", "append", "appendleft", "extend", "insert", "put", "record", "setdefault", "update"}
_DEPTH = 3
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class Clocks:
    """Follows the cells of one runtime. attributes: the names of those in which objects of the notebook's classes keep readings."""

    def __init__(self) -> None:
        self.attributes: set[str] = set()
        self._flow = _Flow({}, Imports(), {}, self.attributes, 0)

    def ran(self, source: str) -> dict[str, str]:
        """A cell with this Python source has run: return the names that are tainted now, and with what."""
        with suppress(SyntaxError, ValueError, RecursionError):
            self._flow.block(ast.parse(source).body)
        return {name: kind for name, kind in self._flow.tainted.items() if not is_timer(kind)}


class _Flow(Expressions):
    """Follows statements in their order. control: the taint of the test that decides whether they run."""

    def __init__(self, tainted: dict[str, str], imports: Imports, functions: dict[str, Any], attributes: set[str], depth: int) -> None:
        super().__init__(tainted, imports, functions, attributes)
        self._depth = depth
        self._control: Optional[str] = None
        self.returned: list[list[Optional[str]]] = []
        self.mutated: set[str] = set()

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Follow statements."""
        for statement in body:
            self._statement(statement)

    def _statement(self, node: Any) -> None:
        if isinstance(node, (*_Function, ast.ClassDef)):
            self._define(node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in self._imports.add(node):
                self._forget(name, imported=True)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if node.value is not None:
                    self._assign(target, node.value)
        elif isinstance(node, ast.AugAssign):
            self._mutate(node.target, self._of(node.value))
        elif isinstance(node, ast.Return):
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            self.returned.append([self._of(part) for part in parts])
        elif isinstance(node, ast.Expr):
            self._call(node.value)
        else:
            self._compound(node)

    def _define(self, node: Any) -> None:
        """Remember a function, or a class; find the attributes in which its methods keep readings."""
        self._forget(node.name)
        self._functions[node.name] = node
        if isinstance(node, ast.ClassDef) and any(self._reference(part) == CLOCK for part in ast.walk(node)):
            self.tainted[node.name] = f"{TIMER} {node.name}"
            for method in [part for part in node.body if isinstance(part, _Function)] * 2:  # what one keeps, another one may read
                self._inside(method, self.tainted[node.name])

    def _compound(self, node: Any) -> None:
        before, seen = self._control, dict[str, str]()
        if isinstance(node, (ast.While, ast.If)) and self._of(node.test) == CLOCK:
            self._control = CLOCK
        if isinstance(node, (ast.For, ast.AsyncFor)):
            self._bind(node.target, self._of(node.iter))
        for item in getattr(node, "items", ()):
            if item.optional_vars is not None:
                self._bind(item.optional_vars, self._of(item.context_expr))
        bodies = [getattr(node, name, ()) for name in ("body", "orelse", "finalbody")]
        for body in [*bodies, *(part.body for part in [*getattr(node, "handlers", ()), *getattr(node, "cases", ())])]:
            if isinstance(body, list):
                self.block(body)
                if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):  # what one turn taints, the next one reads
                    self.block(body)
                seen.update({name: worse([seen.get(name), kind]) or kind for name, kind in self.tainted.items()})
        self.tainted.update(seen)  # whichever branch has run
        self._control = before

    def _assign(self, target: Any, value: ast.AST) -> None:
        """Assign a value; a tuple's parts one by one, where they are known."""
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = [self._of(part) for part in value.elts] if isinstance(value, ast.Tuple) else self._results(value)
            if len(parts) == len(target.elts):
                for part, kind in zip(target.elts, parts):
                    self._bind(part, kind)
                return
        self._bind(target, self._of(value))

    def _bind(self, target: Any, kind: Optional[str]) -> None:
        if isinstance(target, ast.Name):
            self._forget(target.id)
            if kind_named(target.id) is not None:
                self._imports[target.id] = f"own {target.id}"
            if kind or self._control:
                self.tainted[target.id] = kind or self._control or CLOCK
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self._bind(part, kind)
        else:
            self._mutate(target, kind)

    def _mutate(self, target: Any, kind: Optional[str]) -> None:
        """Something tainted becomes a part of what a name holds."""
        attribute, key = "", key_of(target)
        while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
            attribute = target.attr if isinstance(target, ast.Attribute) else attribute
            target = target.value
        kind = kind or self._control
        if kind and attribute and isinstance(target, ast.Name) and is_timer(self.tainted.get(target.id)):
            self._attributes.add(attribute)
            return
        if isinstance(target, ast.Name) and kind and target.id not in self._imports:
            if key is not None and not attribute and not is_timer(self.tainted.get(target.id)):
                kind = worse([parts([key], kind) if parts_of(kind) is None else kind, self.tainted.get(target.id)]) or kind
            elif parts_of(kind) is not None:
                kind = worse([kind, self.tainted.get(target.id)]) or kind
            self.tainted[target.id] = kind
            self.mutated.add(target.id)

    def _forget(self, name: str, *, imported: bool = False) -> None:
        self.tainted.pop(name, None)
        self._functions.pop(name, None)
        if not imported:
            self._imports.pop(name, None)

    def _call(self, node: ast.AST) -> None:
        """A call whose result nobody keeps: it may put something tainted into a container; a cell magic has a body."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = texts_in(node)
            if node.func.attr == "run_cell_magic" and len(texts) == 3 and texts[0] in MAGICS | {"capture"}:
                try:
                    self.block(ast.parse(texts[2]).body)
                except (SyntaxError, ValueError):
                    return
            elif node.func.attr in _MUTATORS:
                words = self._pairs([word.arg for word in node.keywords], [word.value for word in node.keywords])
                self._mutate(node.func.value, worse([words, *map(self._of, node.args)]))
        self._of(node)

    def _results(self, node: ast.AST) -> list[Optional[str]]:
        """Return what taints the parts of what a call of one of the notebook's functions or methods returns."""
        if not isinstance(node, ast.Call) or self._depth >= _DEPTH:
            return []
        owner = self._of(node.func.value) if isinstance(node.func, ast.Attribute) else None
        function = self._functions.get(getattr(node.func, "id", ""))
        if owner is not None and is_timer(owner) and isinstance(node.func, ast.Attribute):
            kind = self._functions.get(owner.partition(" ")[2])
            methods = [part for part in getattr(kind, "body", ()) if isinstance(part, _Function) and part.name == node.func.attr]
            function = methods[0] if methods else None
        if not isinstance(function, _Function):
            return []
        inner, names = self._inside(function, owner)
        self._effects(node, function, names, inner)
        columns = list(zip(*inner.returned)) if len({len(parts) for parts in inner.returned}) == 1 else inner.returned
        return [next((kind for kind in column if kind), None) for column in columns]

    def _inner(self, step: int = 0) -> _Flow:
        """Return a flow that begins with what is known here."""
        return _Flow(dict(self.tainted), Imports(self._imports), dict(self._functions), self._attributes, self._depth + step)

    def _inside(self, function: Any, owner: Optional[str]) -> tuple[_Flow, list[str]]:
        """Follow a function's body, or a method's, of an object that reads clocks; return its parameters too, without that object."""
        inner = self._inner(1)
        names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]]
        for name in names:
            inner._forget(name)
        if owner is not None and is_timer(owner) and names:
            inner.tainted[names.pop(0)] = owner
        inner.block(function.body)
        return inner, names

    def _effects(self, node: ast.Call, function: ast.AST, names: list[str], inner: _Flow) -> None:
        """Take over what a function has tainted: its arguments, and global names."""
        given = dict([*zip(names, node.args), *((word.arg or "", word.value) for word in node.keywords)])
        shared = {name for part in ast.walk(function) if isinstance(part, ast.Global) for name in part.names}
        for name in inner.mutated | shared:
            kind = inner.tainted.get(name)
            if kind is not None and name in given:
                self._mutate(given[name], kind)
            elif kind is not None and (name in shared or name in self.tainted):
                self.tainted[name] = kind
