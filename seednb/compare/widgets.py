"""Widgets: what the widgets that a cell shows hold at the end of the run, as the notebook's metadata stores it.

Models are followed from the cell's views on and compared pair by pair: their ids mean nothing, but what refers to one model on one
side has to refer to one on the other. State that a side has not stored is told, and is no difference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seednb.compare.causes import Cause
from seednb.compare.models import REFERENCE, WIDGET_STATE_MIME, Model, is_default, leaf, models_of, views_of
from seednb.compare.outputs import Judged, judge_outputs
from seednb.compare.policy import Policy
from seednb.compare.verdict import OutputResult, Verdict, total, worst

_ABSENT = "not set"
_OUTPUTS = ("OutputModel", "outputs")
Ids = tuple[str, str]


class Widgets:
    """The widgets of two notebooks. What is found about them as a whole is kept for `notes`."""

    def __init__(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
        self.models = (models_of(a), models_of(b))
        self.versions: dict[str, Ids] = {}
        self._unsaved: tuple[list[str], list[str]] = ([], [])
        self._partners: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._unknown: set[str] = set()

    def judge(self, cell: int, a: Any, b: Any, policy: Policy) -> list[Judged]:
        """Compare what the views in a cell's outputs show; a result for each view. cell: its number, for notes."""
        views = [views_of(outputs) for outputs in (a, b)]
        if len(views[0]) != len(views[1]):
            return []
        walk = _Walk(self, policy)
        judged = [self._view(walk, ids) for ids in zip(*views)]
        for side, unsaved in enumerate(self._unsaved):
            unsaved += [str(cell)] if walk.unsaved[side] else []
        return [one for one in judged if one is not None]

    def notes(self) -> list[str]:
        """Return what is to be said about the widgets of all cells."""
        notes = []
        for which, cells in zip(("first", "second"), self._unsaved):
            if cells:
                notes.append(
                    f"the {which} notebook does not store the state of all widgets, which is not compared: cell {', '.join(cells)}"
                )
        for module, (one, other) in sorted(self.versions.items()):
            notes.append(f"widgets are of {module} {one}, then {other}: only what both versions store of them is compared")
        if self._unknown:
            names = ", ".join(sorted(self._unknown)[:3])
            notes.append(f"attributes of widgets that one notebook leaves out as defaults are not compared: {names}")
        return notes

    def cause(self, differing: Sequence[Judged]) -> Cause | None:
        """Name the versions of a package of widgets as the cause, where they differ and a widget does."""
        if all(one.result.mime != WIDGET_STATE_MIME for one in differing):
            return None
        found = next(((module, *both) for module, both in sorted(self.versions.items())), None)
        return None if found is None else ("library-version", f"{found[0]} {found[1]}, then {found[2]}")

    def attributes(self, one: Model, other: Model) -> Iterator[tuple[str, Any, Any]]:
        """Give the attributes to compare of two models: name and both values."""
        same = one.version == other.version
        if not same:
            self.versions.setdefault(one.module, (one.version, other.version))
        for name in sorted(one.values.keys() | other.values.keys()):
            if name in one.values and name in other.values:
                yield name, one.values[name], other.values[name]
            elif same and self._counts(name, *((one, other) if name in one.values else (other, one))):
                yield name, one.values.get(name, _ABSENT), other.values.get(name, _ABSENT)

    def _counts(self, name: str, model: Model, lacking: Model) -> bool:
        """Tell whether an attribute that only one model stores is a difference: JupyterLab leaves out those that have their default."""
        if is_default(name, model.values[name], sparse=lacking.sparse):
            return False
        if lacking.sparse and not lacking.is_known:
            self._unknown.add(f"{lacking.title}.{name}")
            return False
        return True

    def _view(self, walk: _Walk, ids: Ids) -> Judged | None:
        """Compare one view; None where nothing of it is stored."""
        for side in (0, 1):
            known = self._partners[side].setdefault(ids[side], ids[1 - side])
            if known != ids[1 - side]:
                return _diverged("it is not the widget that an earlier cell shows, as it is in the other run")
        return walk.judge(ids)


class _Walk:
    """The models of one cell, from its views on. unsaved: whether a side lacks one of them."""

    def __init__(self, widgets: Widgets, policy: Policy) -> None:
        self.unsaved = [False, False]
        self._widgets = widgets
        self._policy = policy
        self._names: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._waiting: deque[Ids] = deque()
        self._seen: set[Ids] = set()

    def judge(self, ids: Ids) -> Judged | None:
        """Compare what one view shows."""
        found: list[Judged] = []
        stored = all(one in models for one, models in zip(ids, self._widgets.models))
        self._waiting.append(ids)
        while self._waiting:
            pair = self._waiting.popleft()
            if pair not in self._seen:
                self._seen.add(pair)
                found += self._model(pair)
        return _together(found) if stored else None

    def _model(self, ids: Ids) -> list[Judged]:
        one, other = (models.get(key) for key, models in zip(ids, self._widgets.models))
        if one is None or other is None:
            self.unsaved[0] |= one is None
            self.unsaved[1] |= other is None
            return []
        if (one.module, one.name) != (other.module, other.name):
            return [_diverged(f"expected {one.module} {one.title}, got {other.module} {other.title}")]
        leaves = []
        judged = []
        for name, value, changed in self._widgets.attributes(one, other):
            if (one.name, name) == _OUTPUTS:
                judged += self._outputs(value, changed)
                continue
            pair = self._renamed(leaf(value), leaf(changed))
            if pair[0] != pair[1] or isinstance(value, str):
                leaves.append((f"{one.title}.{name}", pair))
        return judged + self._judged(leaves)

    def _outputs(self, a: Any, b: Any) -> list[Judged]:
        """Compare what an Output widget has caught: outputs, which may show widgets of their own."""
        self._waiting.extend(zip(views_of(a), views_of(b)))
        return [_at("Output", one) for one in judge_outputs(a, b, self._policy)]

    def _judged(self, leaves: list[tuple[str, list[dict[str, Any]]]]) -> list[Judged]:
        first, second = ([pair[side] for _, pair in leaves] for side in (0, 1))
        return [_at(where, one) for (where, _), one in zip(leaves, judge_outputs(first, second, self._policy))]

    def _renamed(self, first: tuple[str, str], second: tuple[str, str]) -> list[dict[str, Any]]:
        """Return two attributes as displays of one type, in which references to models have names, and follow these."""
        found = [REFERENCE.findall(text) for _, text in (first, second)]
        self._waiting.extend(zip(*found))
        mime = first[0] if first[0] == second[0] else "text/plain"
        return [_display(mime, self._named(side, text)) for side, (_, text) in enumerate((first, second))]

    def _named(self, side: int, text: str) -> str:
        names = self._names[side]
        return REFERENCE.sub(lambda match: f"IPY_MODEL_{names.setdefault(match[1], len(names) + 1)}", text)


def _display(mime: str, text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {mime: text}}


def _at(where: str, judged: Judged) -> Judged:
    """Say in a result's detail where in the widget it is."""
    result = judged.result
    return replace(judged, result=replace(result, detail=f"widget {where}: {result.detail}" if result.detail else ""))


def _diverged(detail: str) -> Judged:
    return Judged(OutputResult(Verdict.DIVERGED, WIDGET_STATE_MIME, detail=f"widget: {detail}"))


def _together(found: list[Judged]) -> Judged:
    """Return one result for a view: the worst of its attributes, with all rules that fired."""
    verdict = worst(one.result.verdict for one in found)
    first = next((one for one in found if one.result.verdict is verdict), Judged(OutputResult(verdict, WIDGET_STATE_MIME)))
    rules = total(one.result.rules for one in found)
    return replace(first, result=OutputResult(verdict, WIDGET_STATE_MIME, rules, first.result.detail))
