"""Which of a notebook's variables come from a clock, or from an identity such as an id, a process or a temporary name: told from its code.

A value that comes from a clock taints what is computed from it, but for what is seeded with it. An identity taints texts and
numbers made of it, not what is read from the file that it names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Optional

CLOCK, IDENTITY, TIMER = "clock", "identity", "timer"
"""`timer`: an object that keeps readings of a clock: what it answers comes from a clock, what it is given to does not."""
_CLOCKS = re.compile(
    r"time\.(?:(?:time|perf_counter|monotonic|process_time|thread_time|clock_gettime)(?:_ns)?|clock|[cg]mtime|ctime|localtime|strftime|asctime)"
    r"|timeit\.\w+|datetime\.datetime\.(?:now|utcnow|today)|datetime\.date\.today|(?:[\w.]+\.)?(?:now|utcnow|today)"
    r"|os\.(?:times|stat)|os\.path\.get[amc]time|psutil\..+|resource\.getrusage|cProfile\..+|pstats\..+|tensorflow\.timestamp"
)
_IDENTITIES = re.compile(
    r"id|os\.(?:getpp?id|getcwd|getlogin|cpu_count|uname|getenv|environ.*)|os\.path\.(?:abspath|realpath|expanduser)"
    r"|uuid\.uuid[14]|secrets\.token_\w+|tempfile\..+|socket\..+|platform\..+|getpass\.getuser|pathlib\.Path\.(?:cwd|home)"
    r"|sys\.(?:executable|path|argv|prefix|getsizeof|getrefcount)|threading\.get_(?:ident|native_id)|multiprocessing\.cpu_count"
    r"|(?:[\w.]+\.)?(?:absolute|resolve|data_ptr)"
)
_SEEDING = re.compile(r"(?i)seed|random_?state|default_rng|prngkey|\brng\b|(?:^|\.)(?:Random|Generator|PCG64|MT19937|Philox|SFC64)$")
_TEXTUAL = re.compile(
    r"(?:.+\.)?(?:str|repr|int|float|hex|oct|format|join|list|tuple|set|dict|sorted|len|round|abs|min|max|sum|Path|PurePath|with_suffix|array"
    r"|joinpath|replace|strip|split|dirname|basename|relative_to|as_posix|upper|lower|encode|decode|Series|DataFrame|splitext|fspath|append)"
)
_MUTATORS = {"add", "append", "appendleft", "extend", "insert", "put", "record", "setdefault", "update"}
_MAGICS = {"time", "timeit", "prun", "memit", "mprun"}
_SHELL = re.compile(r"\b(?:date|df|du|free|hostname|mktemp|nvidia-smi|ps|stat|top|uptime|uuidgen|who|whoami)\b")
_DEPTH = 3
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class Clocks:
    """Follows the cells of one runtime."""

    def __init__(self) -> None:
        self._flow = _Flow({}, {}, {}, 0)

    def ran(self, source: str) -> dict[str, str]:
        """A cell with this Python source has run: return the names that are tainted now, and with what."""
        with suppress(SyntaxError, ValueError, RecursionError):
            self._flow.block(ast.parse(source).body)
        return {name: CLOCK if kind == TIMER else kind for name, kind in self._flow.tainted.items()}


class _Flow:
    """Follows statements in their order. control: the taint of the test that decides whether they run."""

    def __init__(self, tainted: dict[str, str], imports: dict[str, str], functions: dict[str, Any], depth: int) -> None:
        self.tainted, self._imports, self._functions, self._depth = tainted, imports, functions, depth
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
            self._import(node)
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
        self._forget(node.name)
        if isinstance(node, _Function):
            self._functions[node.name] = node
        elif any(self._reference(part) == CLOCK for part in ast.walk(node)):
            self.tainted[node.name] = TIMER

    def _compound(self, node: Any) -> None:
        before = self._control
        if isinstance(node, (ast.While, ast.If)) and self._of(node.test) == CLOCK:
            self._control = CLOCK
        if isinstance(node, (ast.For, ast.AsyncFor)):
            self._bind(node.target, self._of(node.iter))
        for item in getattr(node, "items", ()):
            if item.optional_vars is not None:
                self._bind(item.optional_vars, self._of(item.context_expr))
        bodies = [getattr(node, name, ()) for name in ("body", "orelse", "finalbody")]
        for body in [*bodies, *(handler.body for handler in getattr(node, "handlers", ()))]:
            if isinstance(body, list):
                self.block(body)
                if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):  # what one turn taints, the next one reads
                    self.block(body)
        self._control = before

    def _import(self, node: Any) -> None:
        base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            bound = alias.asname or (alias.name if base else alias.name.partition(".")[0])
            self._forget(bound)
            self._imports[bound] = base + alias.name if base or alias.asname else bound
            if alias.name == "*" and node.module == "time":
                self._imports.update({name: f"time.{name}" for name in ("time", "perf_counter", "monotonic", "process_time", "strftime")})

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
            if _IDENTITIES.fullmatch(target.id):
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
        while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
            target = target.value
        kind = kind or self._control
        if isinstance(target, ast.Name) and kind and target.id not in self._imports:
            self.tainted[target.id] = kind
            self.mutated.add(target.id)

    def _forget(self, name: str) -> None:
        for table in (self.tainted, self._imports, self._functions):
            table.pop(name, None)

    def _call(self, node: ast.AST) -> None:
        """A call whose result nobody keeps: it may put something tainted into a container; a cell magic has a body."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            if node.func.attr == "run_cell_magic" and len(texts) == 3 and texts[0] in _MAGICS | {"capture"}:
                try:
                    self.block(ast.parse(texts[2]).body)
                except (SyntaxError, ValueError):
                    return
            elif node.func.attr in _MUTATORS:
                self._mutate(node.func.value, self._first([*node.args, *(word.value for word in node.keywords)]))
        self._of(node)

    # -- expressions -------------------------------------------------------------------------------

    def _of(self, node: Any) -> Optional[str]:
        """Return what taints an expression."""
        if node is None or isinstance(node, ast.Constant):
            return None
        direct = self._reference(node)
        if direct is not None or isinstance(node, ast.Name):
            return direct
        if isinstance(node, ast.Attribute):
            kind = self._of(node.value)
            return CLOCK if kind == TIMER else kind
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            inner = _Flow(dict(self.tainted), dict(self._imports), self._functions, self._depth)
            for clause in node.generators:
                inner._bind(clause.target, inner._of(clause.iter))
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return inner._first(parts)
        return self._first(ast.iter_child_nodes(node))

    def _first(self, nodes: Iterable[ast.AST]) -> Optional[str]:
        kinds = {self._of(node) for node in nodes}
        return next((kind for kind in (CLOCK, TIMER, IDENTITY) if kind in kinds), None)

    def _of_call(self, node: ast.Call) -> Optional[str]:
        name = self._dotted(node.func) or getattr(node.func, "attr", "")
        if _SEEDING.search(name):
            return None
        if name.startswith("get_ipython") or (isinstance(node.func, ast.Attribute) and node.func.attr in {"run_line_magic", "getoutput"}):
            texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            return CLOCK if set(texts[:1]) & _MAGICS or any(map(_SHELL.search, texts)) else None
        if any(isinstance(part, ast.Constant) and part.value in ("now", "today") for part in node.args):
            return CLOCK
        called = self._reference(node.func)
        if called == TIMER:
            return TIMER
        owner = called or (self._of(node.func.value) if isinstance(node.func, ast.Attribute) else None)
        if owner in (CLOCK, TIMER):
            return CLOCK
        words = [word.value for word in node.keywords if not _SEEDING.search(word.arg or "")]
        given = {self._of(part) for part in [*node.args, *words]} | {owner}
        found = self._results(node)
        if CLOCK in given or CLOCK in found:
            return CLOCK
        if called == IDENTITY or (IDENTITY in given and _TEXTUAL.fullmatch(name)) or IDENTITY in found:
            return IDENTITY
        return TIMER if TIMER in found else None

    def _results(self, node: ast.AST) -> list[Optional[str]]:
        """Return what taints the parts of what a call of one of the notebook's functions returns."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or self._depth >= _DEPTH:
            return []
        function = self._functions.get(node.func.id)
        if function is None:
            return []
        inner = _Flow(dict(self.tainted), dict(self._imports), dict(self._functions), self._depth + 1)
        names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]]
        for name in names:
            inner._forget(name)
        inner.block(function.body)
        self._effects(node, function, names, inner)
        columns = list(zip(*inner.returned)) if len({len(parts) for parts in inner.returned}) == 1 else inner.returned
        return [next((kind for kind in column if kind), None) for column in columns]

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

    def _reference(self, node: ast.AST) -> Optional[str]:
        """Return the taint of a name, or of a function of a module that reads a clock or gives an identity."""
        if isinstance(node, ast.Name) and node.id in self.tainted:
            return self.tainted[node.id]
        name = self._dotted(node)
        if not name or (isinstance(node, ast.Name) and node.id in self._functions):
            return None
        if _CLOCKS.fullmatch(name) and not (isinstance(node, ast.Name) and node.id not in self._imports):
            return CLOCK
        return IDENTITY if _IDENTITIES.fullmatch(name) else None

    def _dotted(self, node: ast.AST) -> str:
        """Return a dotted name, from the module on where it comes from one."""
        if isinstance(node, ast.Name):
            return self._imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self._dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""
