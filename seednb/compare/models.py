"""The state of widgets as notebooks store it: models by id, read with care, for nobody vouches for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seednb.compare.texts import json_of, text_of

WIDGET_STATE_MIME = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW_MIME = "application/vnd.jupyter.widget-view+json"
REFERENCE = re.compile(r"IPY_MODEL_([0-9a-zA-Z_-]{8,64})")
_OWN = "@jupyter-widgets/"
_TITLE = re.compile(r"Model$")
_FRONT_END = {"_model_module", "_model_module_version", "_model_name", "_view_count", "_view_module_version", "msg_id"}
"""What says nothing of the notebook: names and versions that are compared elsewhere, how often a front end shows it, what it listens to."""
_SECRET = {"PasswordModel": "value"}
_LARGE = 2**53
_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "allow_duplicates": (True,),
    "autoplay": (True,),
    "base": (10,),
    "behavior": ("drag-tap",),
    "continuous_update": (True,),
    "controls": (True,),
    "format": ("d", ".1f", "png", "mp3", "mp4"),
    "indent": (True,),
    "interval": (100,),
    "loop": (True,),
    "max": (100, 1, 4),
    "orientation": ("horizontal",),
    "placeholder": ("\u200b",),
    "readout": (True, "Invalid"),
    "readout_format": ("d", ".2f", ".3g"),
    "rows": (5,),
    "show_repeat": (True,),
    "step": (1, 0.1, 60),
    "value": ("black", 1),
}
"""Defaults of Jupyter's own widgets that are not empty; JupyterLab leaves out what has its default, nbclient stores all."""
_IMAGES = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif"}


@dataclass(frozen=True)
class Model:
    """A widget's model. values: its attributes, buffers among them. sparse: it was stored without what has its default."""

    module: str
    version: str
    name: str
    values: Mapping[str, Any]
    sparse: bool

    @property
    def title(self) -> str:
        """The name of the widget."""
        return _TITLE.sub("", self.name)

    @property
    def is_known(self) -> bool:
        """Whether it is one of Jupyter's own widgets, whose defaults are known."""
        return self.module.startswith(_OWN)


@dataclass(frozen=True)
class Buffer:
    """Bytes that belong to a model, as base64."""

    data: str


def models_of(nb: Mapping[str, Any]) -> dict[str, Model]:
    """Return the models that a notebook stores, by id. Never raises."""
    return {key: model for key, value in states_of(nb).items() if (model := _model(value)) is not None}


def states_of(nb: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the state of widgets that a notebook stores, by the ids of their models; nothing where it has none."""
    found: Any = nb
    for name in ("metadata", "widgets", WIDGET_STATE_MIME, "state"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def views_of(outputs: Any) -> list[str]:
    """Return the ids of the models that outputs show, in their order."""
    ids = []
    for output in outputs if isinstance(outputs, (list, tuple)) else ():
        data = output.get("data") if isinstance(output, Mapping) else None
        view = data.get(WIDGET_VIEW_MIME) if isinstance(data, Mapping) else None
        if isinstance(view, Mapping) and isinstance(view.get("model_id"), str):
            ids.append(view["model_id"])
    return ids


def reachable(states: Mapping[str, Any], ids: list[str]) -> set[str]:
    """Return the ids of stored models that some models refer to, themselves included, and of those that only link these."""
    references = {key: [*REFERENCE.findall(json_of(state)), *_caught(state)] for key, state in states.items()}
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        key = waiting.pop()
        if key in references and key not in found:
            found.add(key)
            waiting += references[key]
    return found | {key for key, named in references.items() if named and found.issuperset(named)}


def without_secrets(state: Any) -> Any:
    """Return the state of a model without what must not be written: the text in a field for passwords."""
    name = _SECRET.get(text_of(state.get("model_name"))) if isinstance(state, Mapping) else None
    held = state.get("state") if name is not None else None
    return {**state, "state": {key: value for key, value in held.items() if key != name}} if isinstance(held, Mapping) else state


def is_default(name: str, value: Any, *, sparse: bool) -> bool:
    """Tell whether an attribute may be left out of a stored state: empty ones, known defaults, and in sparse ones the names of views."""
    if value is None or value is False or value in ("", 0, [], {}):
        return True
    plain = _whole(value) if isinstance(value, float) else value
    known = any(type(plain) is type(one) and plain == one for one in _DEFAULTS.get(name, ()))
    return known or (sparse and name.startswith("_view_"))


def leaf(value: Any) -> tuple[str, str]:
    """Return an attribute as a MIME type and a text."""
    if isinstance(value, Buffer):
        return next((mime for start, mime in _IMAGES.items() if value.data.startswith(start)), "application/octet-stream"), value.data
    if isinstance(value, str):
        return ("text/html" if "<" in value and ">" in value else "text/plain"), value
    try:
        return "text/plain", json_of(_whole(value))
    except RecursionError:
        return "text/plain", json_of(value)


def _model(value: Any) -> Model | None:
    state = value.get("state") if isinstance(value, Mapping) else None
    if not isinstance(state, Mapping) or not isinstance(value.get("model_name"), str):
        return None
    name = value["model_name"]
    left_out = _FRONT_END | {_SECRET.get(name, "")}
    values = {str(key): item for key, item in state.items() if key not in left_out}
    values.update(_buffers(value.get("buffers")))
    module, version = (text_of(value.get(key, "")) for key in ("model_module", "model_module_version"))
    return Model(module, version, name, values, "_model_name" not in state or "_view_count" not in state)


def _buffers(buffers: Any) -> dict[str, Buffer]:
    found = {}
    for buffer in buffers if isinstance(buffers, list) else ():
        path = buffer.get("path") if isinstance(buffer, Mapping) else None
        if isinstance(path, list):
            found["/".join(map(str, path))] = Buffer(text_of(buffer.get("data", "")))
    return found


def _caught(state: Any) -> list[str]:
    """Return the ids of the models that an Output widget's outputs show."""
    held = state.get("state") if isinstance(state, Mapping) else None
    return views_of(held.get("outputs")) if isinstance(held, Mapping) else []


def _whole(value: Any) -> Any:
    """Return a value in which numbers without a fraction are integers: browsers store 3.0 as 3."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _LARGE else value
    if isinstance(value, (list, tuple)):
        return [_whole(item) for item in value]
    return {key: _whole(item) for key, item in value.items()} if isinstance(value, Mapping) else value
