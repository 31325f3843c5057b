"""What becomes of the state of widgets: gathered by every run, written only where a cell that shows widgets gets new outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from seednb.compare import Policy, Verdict
from seednb.compare.models import WIDGET_STATE_MIME, reachable, states_of, views_of, without_secrets
from seednb.compare.widgets import Widgets
from seednb.notebook import Notebook
from seednb.replay.execute import Execution

WIDGETS = "widgets"
_KEPT = {Verdict.IDENTICAL, Verdict.EQUIVALENT}


def with_widgets(metadata: Mapping[str, Any], widgets: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notebook's metadata with this state of widgets in place of its own."""
    others = {key: value for key, value in metadata.items() if key != WIDGETS}
    return {**others, WIDGETS: widgets} if widgets else others


class Kept:
    """Tells of the cells of a run whether their widgets hold what the notebook has stored."""

    def __init__(self, nb: Mapping[str, Any], execution: Execution) -> None:
        self._nb = nb
        self._execution = execution
        self._widgets = Widgets(nb, {"metadata": {WIDGETS: execution.widgets}})

    def reproduced(self, index: int) -> bool:
        """Tell of a cell whether its widgets hold the same, or nothing is stored of them."""
        recorded, outputs = self._nb["cells"][index].get("outputs", []), self._execution.cells[index].outputs
        return all(one.result.verdict in _KEPT for one in self._widgets.judge(index + 1, recorded, outputs, Policy()))


def write_widgets(notebook: Notebook, execution: Execution, rewritten: Collection[int]) -> None:
    """Store what the widgets hold that these cells show from now on, beside what is stored of those of other cells."""
    shown = [key for index in rewritten for key in views_of(execution.cells[index].outputs)]
    if not shown:
        return
    others = [key for index, cell in enumerate(notebook.nb["cells"]) if index not in rewritten for key in views_of(cell.get("outputs"))]
    old, new = states_of(notebook.nb), states_of({"metadata": {WIDGETS: execution.widgets}})
    states = {key: old[key] for key in reachable(old, others)}
    states.update({key: without_secrets(new[key]) for key in reachable(new, shown)})
    known = notebook.nb["metadata"].get(WIDGETS)
    stored = {"state": states, "version_major": 2, "version_minor": 0}
    notebook.set_widgets({**(known if isinstance(known, Mapping) else {}), WIDGET_STATE_MIME: stored})
