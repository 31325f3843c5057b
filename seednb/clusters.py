"""Dask's and Ray's tasks: they are given their places where the user's code makes them, whichever worker runs them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from types import FunctionType
from typing import Any, Callable, Optional, Protocol

from seednb.replacing import replace
from seednb.workers import Place, Work

LOCAL, THREADED, PROCESSES, DELAYED, CLIENT = "dask.local", "dask.threaded", "dask.multiprocessing", "dask.delayed", "distributed.client"
RAY = "ray.remote_function"

_KEYWORD = "_seednb_place"


class Giver(Protocol):
    """Who gives places."""

    def job(self) -> Optional[Place]:
        """Return a place for a piece of work, or None where it keeps its own entropy."""


def hook(giver: Giver, name: str, module: Any) -> Callable[[], None]:
    """Give places to the tasks of one of these modules; return what undoes it. Raises AttributeError where it is built otherwise."""
    if name in {LOCAL, THREADED, PROCESSES}:
        return replace(module, get_async=lambda *arguments, **keywords: _get_async(giver, *arguments, **keywords))
    if name == DELAYED:
        return replace(module, call_function=lambda *arguments, **keywords: _call_function(giver, *arguments, **keywords))
    if name == CLIENT:
        submit, many = (lambda *a, **k: _submit(giver, *a, **k)), (lambda *a, **k: _map(giver, *a, **k))
        return replace(module.Client, submit=submit, map=many)
    return replace(module.RemoteFunction, __init__=_define, _remote=lambda *a, **k: _remote(giver, *a, **k))


def carried(place: Optional[Place], function: Callable[..., Any], *, numbered: bool = False) -> Callable[..., Any]:
    """Return a function that runs at a place, or where a call names it in `_seednb_place`; with `numbered`, at its first argument's item.

    It is pickled by value, since a distant worker may not have this package: then it runs without a place.
    """
    inner = _carrier(place, function, numbered=numbered)
    work = FunctionType(inner.__code__, {"__name__": "__main__", "__builtins__": builtins}, inner.__name__, None, inner.__closure__)
    work.__kwdefaults__ = inner.__kwdefaults__
    work.__name__ = getattr(function, "__name__", "work")
    work.__qualname__ = getattr(function, "__qualname__", work.__name__)
    work.__doc__, work.__module__ = function.__doc__, "__main__"
    return work


def _carrier(place: Optional[Place], function: Any, *, numbered: bool) -> Any:
    given = None if place is None else tuple(place)

    def work(*arguments: Any, _seednb_place: Any = given, **keywords: Any) -> Any:
        first, arguments = (arguments[0], arguments[1:]) if numbered else (None, arguments)
        try:
            from seednb.workers import Place, Work
        except ImportError:
            return function(*arguments, **keywords)
        if _seednb_place is None:
            return function(*arguments, **keywords)
        at = Place(*_seednb_place)
        return Work(at if first is None else at.item(first), function)(*arguments, **keywords)

    return work


# -- Dask ------------------------------------------------------------------------------------------


def _get_async(giver: Giver, original: Any, submit: Any, workers: int, graph: Any, result: Any, *more: Any, **keywords: Any) -> Any:
    """Run a graph with one of Dask's own schedulers."""
    place = giver.job()
    if place is not None:
        graph = _placed(place, graph, result)
    return original(submit, workers, graph, result, *more, **keywords)


def _placed(place: Place, graph: Any, result: Any) -> Any:
    spec: Any = sys.modules.get("dask._task_spec")  # Dask from 2024.12 on; before, tasks are plain tuples, and run as they are
    if spec is None:
        return graph
    nodes = spec.convert_legacy_graph(graph if isinstance(graph, Mapping) else graph.__dask_graph__())
    placed = dict(nodes)
    for number, key in enumerate(_in_order(nodes, result, spec)):
        if type(nodes[key]) is spec.Task and not isinstance(nodes[key].func, Work):
            placed[key] = nodes[key].copy()
            placed[key].func = Work(place.item(number), nodes[key].func)
    return placed


def _in_order(nodes: Mapping[Any, Any], result: Any, spec: Any) -> list[Any]:
    """Return the keys as the results ask for them, argument by argument: names hold random parts, and dependencies are sets."""
    found: dict[Any, None] = {}
    waiting = [result]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
            continue
        key = item.key if isinstance(item, spec.TaskRef) else item
        if isinstance(item, spec.GraphNode):
            waiting.extend(reversed(_arguments(item)))
        elif _is_key(key, nodes) and key not in found:
            found[key] = None
            waiting.extend(reversed(_arguments(nodes[key])))
    return list(found)


def _arguments(node: Any) -> list[Any]:
    target = getattr(node, "target", None)
    return [*([] if target is None else [target]), *getattr(node, "args", ()), *getattr(node, "kwargs", {}).values()]


def _is_key(key: Any, nodes: Mapping[Any, Any]) -> bool:
    try:
        return key in nodes
    except TypeError:
        return False


def _call_function(giver: Giver, original: Any, function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Make one delayed call: its place is that of its making, so that every scheduler gives it the same."""
    place = giver.job()
    return original(function if place is None else carried(place, function), *arguments, **keywords)


def _submit(giver: Giver, original: Any, client: Any, function: Any, *arguments: Any, **keywords: Any) -> Any:
    place = giver.job()
    if place is None or not callable(function) or keywords.get("actor") or keywords.get("actors"):
        return original(client, function, *arguments, **keywords)
    if keywords.get("key") is None and keywords.get("pure", True):
        own = {name: value for name, value in keywords.items() if name not in _OPTIONS}
        token = sys.modules["dask.base"].tokenize(function, own, *arguments)
        keywords["key"] = f"{sys.modules['dask.utils'].funcname(function)}-{token}"
    return original(client, carried(place, function), *arguments, **keywords)


def _map(giver: Giver, original: Any, client: Any, function: Any, *iterables: Any, **keywords: Any) -> Any:
    place = giver.job()
    if place is None or not callable(function) or not iterables:
        return original(client, function, *iterables, **keywords)
    columns = [list(column) for column in iterables]
    return original(client, carried(place, function, numbered=True), range(min(map(len, columns))), *columns, **keywords)


_OPTIONS = frozenset("key workers resources retries priority fifo_timeout allow_other_workers actor actors pure".split())


# -- Ray -------------------------------------------------------------------------------------------


def _define(original: Any, remote: Any, language: Any, function: Any, *more: Any, **keywords: Any) -> None:
    """Make a remote function of one that can be told its place with each call."""
    import inspect  # Ray has imported it; a child process should not wait for it

    special = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    if inspect.isfunction(function) and not any(is_special(function) for is_special in special):
        told = carried(None, function)
        signature = inspect.signature(function)
        parameters = list(signature.parameters.values())
        ours = inspect.Parameter(_KEYWORD, inspect.Parameter.KEYWORD_ONLY, default=None)
        last = len(parameters) - (bool(parameters) and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD)
        told.__signature__ = signature.replace(parameters=[*parameters[:last], ours, *parameters[last:]])  # type: ignore[attr-defined]
        function = told
    original(remote, language, function, *more, **keywords)


def _remote(giver: Giver, original: Any, remote: Any, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
    if _KEYWORD in getattr(getattr(remote._function, "__signature__", None), "parameters", {}):
        place = giver.job()
        if place is not None:
            kwargs = {**(kwargs or {}), _KEYWORD: tuple(place)}
    return original(remote, args, kwargs, **options)
