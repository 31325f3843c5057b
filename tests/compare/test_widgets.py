"""The state of widgets is compared by structure: what they hold, not which ids they have."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from seednb.compare import Verdict, compare_notebooks
from seednb.compare.models import WIDGET_STATE_MIME, models_of, reachable, states_of, views_of
from tests.compare.make import book, cell, display

RUNS = json.loads(Path(__file__).with_name("widget_runs.json").read_text(encoding="utf-8"))
VIEW = "application_vnd.jupyter.widget-view+json"
CONTROLS = "@jupyter-widgets/controls"
FRONT_END = {"_view_count", "msg_id", "_model_module", "_model_module_version", "_model_name", "_view_module_version"}
HTML_TIME = ("\u20073/3\u2007[00:00&lt;00:00,\u2007116.06it/s]", "\u20073/3\u2007[00:01&lt;00:00,\u20079.5s/it]")


def model(name="IntSlider", *, version="2.0.0", module=CONTROLS, full=True, buffers=None, **state):
    """Return a model as it is stored; without `full` as JupyterLab stores it, which leaves out what has its default."""
    named = {"_model_name": f"{name}Model", "_view_count": None} if full else {}
    made = {"model_name": f"{name}Model", "model_module": module, "model_module_version": version, "state": {**named, **state}}
    return {**made, "buffers": buffers} if buffers else made


def shown(*views, **models):
    """Return a notebook with a cell for each view, and the state of these models."""
    cells = [cell(f"c{number}", f"w{number}", display(**{VIEW: {"model_id": key}})) for number, key in enumerate(views)]
    nb = book(*cells)
    nb["metadata"]["widgets"] = {WIDGET_STATE_MIME: {"state": models, "version_major": 2, "version_minor": 0}}
    return nb


def compared(a, b, **options):
    """Compare two notebooks that have no records."""
    return compare_notebooks(a, b, record_a=None, record_b=None, **options)


def verdicts(a, b, **options):
    """Return the verdicts on the cells."""
    return [result.verdict for result in compared(a, b, **options).cells]


def one(**state):
    """Return a notebook that shows one slider."""
    return shown("slider-1", **{"slider-1": model(**state)})


ALIKE = {
    "ids": (one(value=3), shown("other-one", **{"other-one": model(value=3)})),
    "references": (
        shown("box-box-1", **{"box-box-1": model("VBox", children=["IPY_MODEL_slider-1"]), "slider-1": model(value=3)}),
        shown("box-box-2", **{"box-box-2": model("VBox", children=["IPY_MODEL_slider-2"]), "slider-2": model(value=3)}),
    ),
    "counters": (one(value=3, _view_count=None, msg_id=""), one(value=3, _view_count=2, msg_id="0a1b")),
    "defaults left out": (shown("slider-1", **{"slider-1": model(full=False, value=3)}), one(value=3, max=100, step=1, disabled=False)),
    "numbers of a browser": (one(value=3), one(value=3.0)),
    "an address": (shown("html-one", **{"html-one": model("Label", value="<A at 0x7f0000001000>")}),) * 2,
    "passwords": (shown("password", password=model("Password", value="a")), shown("password", password=model("Password", value="b"))),
}
UNLIKE = {
    "a value": (one(value=3), one(value=4)),
    "a number's last bit": (one(value=0.3), one(value=0.30000000000000004)),
    "a kind": (one(value=3), shown("slider-1", **{"slider-1": model("IntText", value=3)})),
    "a value that is no default": (shown("slider-1", **{"slider-1": model(full=False, value=3)}), one(value=3, max=10)),
    "a value that is a default elsewhere": (shown("slider-1", **{"slider-1": model(full=False)}), one(value=3)),
    "a child": (
        shown("box-box-1", **{"box-box-1": model("VBox", children=["IPY_MODEL_slider-1"]), "slider-1": model(value=3)}),
        shown("box-box-1", **{"box-box-1": model("VBox", children=["IPY_MODEL_slider-1"]), "slider-1": model(value=4)}),
    ),
    "one child twice": (
        shown("box-box-1", **{"box-box-1": model("VBox", children=["IPY_MODEL_slider-1"] * 2), "slider-1": model(), "slider-2": model()}),
        shown(
            "box-box-1",
            **{
                "box-box-1": model("VBox", children=["IPY_MODEL_slider-1", "IPY_MODEL_slider-2"]),
                "slider-1": model(),
                "slider-2": model(),
            },
        ),
    ),
    "a child left out": (
        shown("box-box-1", **{"box-box-1": model("VBox", children=["IPY_MODEL_slider-1", "IPY_MODEL_slider-2"]), "slider-1": model()}),
        shown("box-box-1", **{"box-box-1": model("VBox", children=["IPY_MODEL_slider-1"]), "slider-1": model()}),
    ),
    "a layout": (
        shown("slider-1", **{"slider-1": model(layout="IPY_MODEL_layout-1"), "layout-1": model("Layout", width="3px")}),
        shown("slider-1", **{"slider-1": model(layout="IPY_MODEL_layout-1"), "layout-1": model("Layout", width="4px")}),
    ),
    "a buffer": (
        shown("array-one", **{"array-one": model("Array", buffers=[{"path": ["data"], "encoding": "base64", "data": "AAAA"}])}),
        shown("array-one", **{"array-one": model("Array", buffers=[{"path": ["data"], "encoding": "base64", "data": "AAAB"}])}),
    ),
    "what is caught": (
        shown("caught-1", **{"caught-1": model("Output", outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])}),
        shown("caught-1", **{"caught-1": model("Output", outputs=[{"output_type": "stream", "name": "stdout", "text": "2"}])}),
    ),
    "an unknown widget's attribute": (
        shown("map-map-1", **{"map-map-1": model("Map", module="leaflet", zoom=3)}),
        shown("map-map-1", **{"map-map-1": model("Map", module="leaflet")}),
    ),
}


@pytest.mark.parametrize("what", ALIKE)
def test_what_means_nothing_is_identical(what):
    """Other ids, counters of the front end, defaults that are left out and a browser's numbers are no difference."""
    assert [Verdict.IDENTICAL] == verdicts(*ALIKE[what])
    assert [Verdict.IDENTICAL] == verdicts(*ALIKE[what][::-1])


@pytest.mark.parametrize("what", UNLIKE)
def test_what_a_widget_holds_is_data(what):
    """Each change of what a widget holds, or of which widgets it is made, diverges, and the detail names the widget."""
    for pair in (UNLIKE[what], UNLIKE[what][::-1]):
        found = compared(*pair)
        assert [Verdict.DIVERGED] == [result.verdict for result in found.cells]
        assert found.cells[0].detail.startswith("widget")


def test_the_cell_that_shows_a_widget_diverges():
    """Of two cells the one diverges whose view leads to the change; the other one is identical."""
    models = {"slider-1": model(value=1), "slider-2": model(value=2)}
    changed = {**models, "slider-2": model(value=5)}
    assert [Verdict.IDENTICAL, Verdict.DIVERGED] == verdicts(shown(*models, **models), shown(*models, **changed))
    assert "widget IntSlider.value: expected '2', got '5'" in compared(shown(*models, **models), shown(*models, **changed)).cells[1].detail


def test_a_widget_that_is_shown_again_is_the_same_one():
    """Where one run shows a widget twice and the other an equal second one, the second cell diverges."""
    models = {"slider-1": model(value=1), "slider-2": model(value=1)}
    twice, both = shown("slider-1", "slider-1", **models), shown("slider-1", "slider-2", **models)
    assert [Verdict.IDENTICAL, Verdict.DIVERGED] == verdicts(twice, both)
    assert [Verdict.IDENTICAL, Verdict.DIVERGED] == verdicts(both, twice)


def test_a_progress_bar_is_equivalent():
    """The rate of tqdm in a widget is a clock; how far it got is data."""
    bars = [shown("html-one", **{"html-one": model("HTML", value=text)}) for text in HTML_TIME]
    assert [Verdict.EQUIVALENT] == verdicts(*bars)
    assert {"tqdm": 1} == compared(*bars).cells[0].rules
    other = shown("html-one", **{"html-one": model("HTML", value=HTML_TIME[0].replace("3/3", "2/3"))})
    assert [Verdict.DIVERGED] == verdicts(bars[0], other)


def test_numbers_may_be_close():
    """A tolerance that was asked for holds for what widgets hold, too."""
    assert [Verdict.CLOSE] == verdicts(one(value=0.5), one(value=0.5000001), rtol=1e-6)
    assert [Verdict.DIVERGED] == verdicts(one(value=0.5), one(value=0.6), rtol=1e-6)


def test_other_versions_are_told():
    """Of widgets of two versions only what both store is compared, and a note tells which versions."""
    old, new = one(version="1.5.0", value=3, description_tooltip="a"), one(value=3, tooltip="a")
    assert [Verdict.IDENTICAL] == verdicts(old, new)
    assert any("@jupyter-widgets/controls 1.5.0, then 2.0.0" in note for note in compared(old, new).notes)
    changed = compared(old, one(value=4))
    assert (Verdict.DIVERGED, "library-version") == (changed.cells[0].verdict, changed.cells[0].cause)


def test_state_that_is_not_stored_is_a_note():
    """Where one notebook stores no state, the cell is identical and a note names the cell and the side."""
    bare = one(value=3)
    del bare["metadata"]["widgets"]
    for pair, which in (((bare, one(value=3)), "first"), ((one(value=3), bare), "second")):
        found = compared(*pair)
        assert [Verdict.IDENTICAL] == [result.verdict for result in found.cells]
        assert [f"the {which} notebook does not store the state of all widgets, which is not compared: cell 1"] == found.notes


def test_defaults_that_nobody_knows_are_a_note():
    """What JupyterLab leaves out of another package's widget cannot be known: it is named, and is no difference."""
    sparse = shown("map-map-1", **{"map-map-1": model("Map", module="leaflet", full=False)})
    full = shown("map-map-1", **{"map-map-1": model("Map", module="leaflet", zoom=3)})
    found = compared(sparse, full)
    assert [Verdict.IDENTICAL] == [result.verdict for result in found.cells]
    assert "Map.zoom" in found.notes[0]


@pytest.mark.parametrize("odd", [None, 3, [], {"state": 3}, {"state": {"slider-1": 3}}, {"state": {"slider-1": {"model_name": []}}}])
def test_odd_state_is_not_stored_state(odd):
    """State of no known form is as if it were not there."""
    broken = one(value=3)
    broken["metadata"]["widgets"][WIDGET_STATE_MIME] = odd
    assert [Verdict.IDENTICAL] == verdicts(broken, one(value=3))
    assert [Verdict.IDENTICAL] == verdicts(one(value=3), broken)


def test_models_that_refer_to_each_other():
    """A circle of models is walked once."""
    ring = {"ring-one": model("A", next="IPY_MODEL_ring-two"), "ring-two": model("B", next="IPY_MODEL_ring-one")}
    assert [Verdict.IDENTICAL] == verdicts(shown("ring-one", **ring), shown("ring-one", **ring))
    assert set(ring) == reachable(ring, ["ring-one"])


def test_links_belong_to_what_they_link():
    """A link between two widgets that are shown belongs to them, though nothing refers to it."""
    models = {"slider-1": model(), "linkmodel": model("Link", source=["IPY_MODEL_slider-1", "value"]), "slider-2": model()}
    assert {"slider-1", "linkmodel"} == reachable(models, ["slider-1"])


def test_real_runs_agree():
    """Two honest runs of real widgets agree in every cell: boxes, tabs, bars, images, tables, and what was caught."""
    found = compared(*RUNS)
    assert {"slider", "box", "bar", "caught", "image", "interact", "tabs", "styled", "number"} == {result.id for result in found.cells}
    assert {"bar": Verdict.EQUIVALENT} == {result.id: result.verdict for result in found.cells if result.verdict is not Verdict.IDENTICAL}
    assert [] == found.notes


def mutated(value, rng):
    """Return another value of the kind that a state holds, or None where it holds none that is data."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + rng.choice([1, -1, 0.25])
    if isinstance(value, str) and not value.startswith("IPY_MODEL_") and "it/s" not in value:
        return value + rng.choice("abc")
    return value[:-1] if isinstance(value, list) and value else None


def changes():
    """Give a name, the cells that show it, and the notebook, for each small change of a model of the second run."""
    rng = random.Random(0)
    states = states_of(RUNS[1])
    seen = {cell["id"]: reachable(states, views_of(cell["outputs"])) for cell in RUNS[1]["cells"]}
    for key, stored in sorted(states.items()):
        for name, value in sorted(stored["state"].items()):
            other = None if name in FRONT_END else mutated(value, rng)
            cells = {cell for cell, models in seen.items() if key in models}
            if other is not None and cells:
                changed = copy.deepcopy(RUNS[1])
                states_of(changed)[key]["state"][name] = other
                yield f"{stored['model_name']}.{name}", cells, changed


def test_each_small_change_is_caught_in_the_cells_that_show_it():
    """Each of more than 150 changes of real state, one at a time, diverges in exactly the cells that show that widget."""
    found = list(changes())
    assert len(found) > 150
    missed = []
    for what, cells, changed in found:
        bad = {result.id for result in compared(RUNS[0], changed).cells if result.verdict.bad}
        missed += [] if bad == cells else [(what, cells, bad)]
    assert [] == missed


def test_what_jupyterlab_stores_agrees_with_a_full_state():
    """State without the defaults, as JupyterLab stores it, agrees with that of the same run in full; a change in it is caught."""
    sparse = copy.deepcopy(RUNS[0])
    for stored in states_of(sparse).values():
        stored["state"] = {key: value for key, value in stored["state"].items() if key[:5] not in {"_mode", "_view"} and value is not None}
    assert all(stored.sparse for stored in models_of(sparse).values())
    assert compared(sparse, RUNS[1]).reproduced
    assert all(
        any(result.verdict.bad for result in compared(sparse, changed).cells) for what, _, changed in changes() if "._view" not in what
    )
