"""One walk over a notebook's cells: its calls in the order in which they run, under the names of the functions that they call."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from seednb.check.cells import Code
from seednb.check.facts import Call, Class, Definition, Facts, Function, Place, Skipped, Step
from seednb.check.ipython import parse_cell
from seednb.check.names import OWN, UNKNOWN, Scopes, imported

_STARRED = {
    "random": "random randint choice choices shuffle sample uniform gauss seed".split(),
    "numpy.random": "rand randn randint choice shuffle permutation normal uniform seed default_rng RandomState".split(),
}


def scan(cells: Iterable[Code]) -> Facts:
    """Walk over cells. A cell that cannot be read is listed in `skipped`, and the walk goes on."""
    facts = Facts()
    for cell in cells:
        tree, magics, problem = parse_cell(cell.source)
        facts.magics += [(text, cell, line) for line, text in magics]
        if problem:
            facts.skipped.append(Skipped(cell, problem))
        elif tree is not None:
            facts.trees.append((cell, tree))
    walker = _Walker(facts)
    for cell, tree in list(facts.trees):
        try:
            walker.cell(cell, tree)
        except RecursionError:
            facts.trees.remove((cell, tree))
            facts.skipped.append(Skipped(cell, "is not Python that can be read (it nests too deeply)"))
    return facts


class _Walker:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._scopes = Scopes()
        self._steps = facts.steps
        self._function: Function | None = None
        self._loop: Any = None
        self._class = ""
        self._by_type: dict[type, Any] = {
            ast.Call: self._call, ast.Name: self._name, ast.Attribute: self._attribute,
            ast.Import: self._import, ast.ImportFrom: self._import,
            ast.FunctionDef: self._definition, ast.AsyncFunctionDef: self._definition, ast.ClassDef: self._class_definition,
            ast.Lambda: self._lambda, ast.Assign: self._assign, ast.AnnAssign: self._assign, ast.AugAssign: self._augmented,
            ast.NamedExpr: self._assign, ast.For: self._for, ast.AsyncFor: self._for, ast.While: self._while, ast.withitem: self._with,
            ast.ListComp: self._comprehension, ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension, ast.DictComp: self._comprehension,
        }  # fmt: skip
        for _, tree in facts.trees:
            for node in tree.body:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    self._scopes.later.update({name: value for name, value in imported(node).items() if name != "*"})

    def cell(self, cell: Code, tree: ast.Module) -> None:
        """Walk over one cell."""
        self._cell = cell
        self._function, self._loop, self._steps, self._class = None, None, self._facts.steps, ""
        self._scopes.leave_all()
        self._bodies: list[Function] = []
        for node in tree.body:
            self._visit(node)
        while self._bodies:
            self._body(self._bodies.pop(0))

    def _visit(self, node: ast.AST) -> None:
        handler = self._by_type.get(type(node))
        if handler is not None:
            handler(node)
        else:
            self._children(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self._visit(child)

    def _call(self, node: ast.Call) -> None:
        name = self._scopes.name_of(node.func)
        self._children(node)
        call = Call(name, node, self._cell, self._function, self._loop)
        self._facts.names[node] = f"{name}()" if name else UNKNOWN
        self._facts.calls.append(call)
        self._steps.append(Step(name, call))

    def _name(self, node: ast.Name) -> None:
        name = self._scopes.look_up(node.id)
        if isinstance(node.ctx, ast.Load):
            self._facts.reads[node.id].append(node)
        if name:
            self._facts.names[node] = name
            if name.startswith(OWN) and isinstance(node.ctx, ast.Load):
                self._steps.append(Step(name, None))

    def _attribute(self, node: ast.Attribute) -> None:
        self._visit(node.value)
        self._facts.names[node] = self._scopes.name_of(node)

    def _import(self, node: Any) -> None:
        for name, value in imported(node).items():
            self._facts.imports.append((value, Place(node, self._cell)))
            if name == "*":
                self._scopes.stars.append(value)
                for starred in _STARRED.get(value, ()):
                    self._scopes.bind(starred, f"{value}.{starred}")
            else:
                self._scopes.bind(name, value)

    def _definition(self, node: Definition) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)):
            self._visit(part)
        decorators = tuple(self._scopes.name_of(one) for one in node.decorator_list)
        function = Function(node.name, node, self._cell, self._class, decorators)
        self._facts.functions[node.name].append(function)
        self._bodies.append(function)
        if not self._class:
            self._scopes.bind(node.name, OWN + node.name)
            self._facts.assigned[node.name].append(None)

    def _body(self, function: Function) -> None:
        arguments = function.node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
        self._function, self._loop, self._steps, self._class = function, None, function.steps, ""
        self._scopes.enter([argument.arg for argument in named])
        for argument in named:
            self._facts.assigned[argument.arg].append(None)
        for node in function.node.body:
            self._visit(node)
        self._scopes.leave()

    def _class_definition(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self._visit(part)
        bases = tuple(self._scopes.name_of(base) for base in node.bases)
        methods = frozenset(part.name for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)))
        self._facts.classes[node.name] = Class(bases, methods, bool(node.decorator_list or node.keywords))
        outer, self._class = self._class, node.name
        self._scopes.enter([])
        for part in node.body:
            self._visit(part)
        self._scopes.leave()
        self._class = outer
        self._scopes.bind(node.name, OWN + node.name)

    def _lambda(self, node: ast.Lambda) -> None:
        self._scopes.enter([argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)])
        self._visit(node.body)
        self._scopes.leave()

    def _assign(self, node: Any) -> None:
        if node.value is None:
            return
        self._visit(node.value)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self._bind(target, node.value)

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._scopes.bind(target.id, self._scopes.name_of(value) if value is not None else UNKNOWN)
            self._facts.assigned[target.id].append(value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) else None
            for at, part in enumerate(target.elts):
                self._bind(part, parts[at] if parts is not None else None)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, None)
        else:
            self._facts.stores.append(Place((target, value), self._cell))
            self._children(target)

    def _augmented(self, node: ast.AugAssign) -> None:
        self._children(node)
        if isinstance(node.target, ast.Name):
            self._facts.assigned[node.target.id].append(None)

    def _for(self, node: Any) -> None:
        self._visit(node.iter)
        self._facts.loops.append(Place(node, self._cell))
        self._bind(node.target, None)
        self._looped(node)

    def _while(self, node: ast.While) -> None:
        self._visit(node.test)
        self._looped(node)

    def _looped(self, node: Any) -> None:
        outer, self._loop = self._loop, node
        for part in node.body:
            self._visit(part)
        self._loop = outer
        for part in node.orelse:
            self._visit(part)

    def _with(self, node: ast.withitem) -> None:
        self._visit(node.context_expr)
        if node.optional_vars is not None:
            self._bind(node.optional_vars, None)

    def _comprehension(self, node: Any) -> None:
        self._facts.loops.append(Place(node, self._cell))
        self._scopes.enter([])
        for generator in node.generators:
            self._visit(generator.iter)
            self._bind(generator.target, None)
            for condition in generator.ifs:
                self._visit(condition)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self._visit(part)
        self._scopes.leave()
