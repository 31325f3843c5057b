"""The panel's form, of ipywidgets' core controls only: what 7.7.1 and 8 have in common."""

from __future__ import annotations

import importlib
from typing import Any, Callable, Optional

from seednb.settings import own_imports
from seednb.streams import PER_CELL, STREAM

VIEW = "application/vnd.jupyter.widget-view+json"
BUTTONS = {
    "set": ("Set", "Seed all generators with this number, from the next cell on"),
    "new": ("New", "Seed all generators with a new number"),
    "restart": ("Restart in place", "Restart this kernel behind the same connection, with the hash seed in force"),
    "next": ("Replay with the next Run all", "Keep what the cells did across a restart, and compare it with the next run"),
    "fresh": ("Replay in a fresh runtime and compare", "Run the notebook's file in another kernel, and compare its outputs"),
    "cancel": ("Cancel", "End the replay in the fresh runtime"),
}


def load_widgets() -> Any:
    """Return ipywidgets, imported from its installed place; None where it is not installed, or does not work."""
    try:
        with own_imports():
            return importlib.import_module("ipywidgets")
    except Exception:  # broken installations raise more than ImportError
        return None


class Form:
    """The widgets of one panel. do: called with a button's or switch's name and its value when the user moves it."""

    def __init__(self, widgets: Any, do: Callable[[str, Any], None]) -> None:
        self._do = do
        self._quiet = False
        self._seed: Optional[int] = None
        self.summary, self.message, self.outcome, self.cells = (widgets.HTML() for _ in range(4))
        self.seed = widgets.Text(description="Seed", placeholder="0 … 4294967295", layout=widgets.Layout(width="16em"))
        self.mode = widgets.Dropdown(
            options=[("one stream", STREAM), ("a stream for each cell", PER_CELL)],
            description="Cells draw from",
            style={"description_width": "initial"},
        )
        self.strict = _switch(widgets, "Strict", "Deterministic operations only")
        self.variables = _switch(widgets, "Compare variables", "Digest each cell's variables too: at most 10 % of its time")
        self.buttons = {name: widgets.Button(description=text, tooltip=tip, layout=_wide(widgets)) for name, (text, tip) in BUTTONS.items()}
        self.buttons["cancel"].disabled = True
        self.root = self._arranged(widgets)
        self._listen()

    def _arranged(self, widgets: Any) -> Any:
        button = self.buttons
        rows = (
            [self.seed, button["set"], button["new"]],
            [self.mode, self.strict, self.variables],
            [button["restart"], button["next"], button["fresh"], button["cancel"]],
        )
        boxes = [widgets.HBox(row, layout=widgets.Layout(flex_flow="row wrap")) for row in rows]
        return widgets.VBox([self.summary, *boxes, self.message, self.outcome, self.cells])

    def _listen(self) -> None:
        for name, button in self.buttons.items():
            button.on_click(lambda _button, name=name: self._do(name, self.seed.value))
        for name in ("mode", "strict", "variables"):
            getattr(self, name).observe(lambda change, name=name: None if self._quiet else self._do(name, change["new"]), names="value")

    def show(self, *, seed: Optional[int], mode: str, strict: bool) -> None:
        """Let the switches show what is in force, without that being taken for a wish."""
        self._quiet = True
        try:
            self.mode.value, self.strict.value = mode, strict
            if seed != self._seed:  # else what somebody is typing would be lost
                self._seed = seed
                self.seed.value = "" if seed is None else str(seed)
        finally:
            self._quiet = False

    @property
    def ids(self) -> list[str]:
        """The ids of the widgets that another process may tell what became of this one: the message, then the buttons."""
        return [str(widget.model_id) for widget in (self.message, *self.buttons.values())]

    def bundle(self, text: str) -> dict[str, Any]:
        """Return what a cell shows: the live form, and a text where there is none."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.root.model_id}
        return {"text/plain": text, VIEW: view}

    def close(self) -> None:
        """Close all widgets; the front end removes them."""
        boxes = list(self.root.children)
        for widget in (*(child for box in boxes for child in getattr(box, "children", ())), *boxes, self.root):
            for part in (getattr(widget, "style", None), widget.layout, widget):
                if part is not None:
                    part.close()


def _switch(widgets: Any, text: str, tip: str) -> Any:
    """Return a checkbox; its text is a constant, since ipywidgets 7 reads it as HTML."""
    more = {"tooltip": tip} if "tooltip" in widgets.Checkbox.class_trait_names() else {}
    return widgets.Checkbox(value=False, description=text, indent=False, layout=_wide(widgets), **more)


def _wide(widgets: Any) -> Any:
    return widgets.Layout(width="auto")
