"""What widgets hold is gathered by each run, compared, and written only where a cell that shows widgets gets new outputs."""

from __future__ import annotations

import json

import pytest

from seednb.compare.models import WIDGET_STATE_MIME, states_of, views_of
from tests.conftest import load, notebook

SLIDER = "import ipywidgets as w\nimport random\ns = w.IntSlider(value=3)\ns"
DRAWN = "w.FloatSlider(value=0.5, description=str(random.random())[:9])"
BOX = "w.VBox([s, w.Password(value='not for others')])"
HIDDEN = "import os\nt = w.HTML()\ndisplay(t)\nt.value = os.urandom(4).hex()"


@pytest.fixture
def ran(seednb, make_notebook):
    """Return a function that makes a notebook and runs it."""

    def make(*sources):
        path = make_notebook(*sources)
        result = seednb("run", path, "--seed", "42")
        assert result.returncode == 0, result.stderr
        return path

    return make


def shown(path):
    """Return for each cell whether what it shows is stored."""
    nb = load(path)
    return [all(key in states_of(nb) for key in views_of(cell["outputs"])) for cell in nb["cells"]]


def test_a_run_stores_what_widgets_hold(seednb, ran):
    """The state of all widgets shown is stored, but no password; a second run and a replay leave the file as it is."""
    path = ran(SLIDER, DRAWN, BOX)
    assert [True, True, True] == shown(path)
    assert "not for others" not in json.dumps(load(path)["metadata"])
    before = path.read_bytes()
    assert seednb("run", path, "--seed", "42").returncode == 0
    assert before == path.read_bytes()
    result = seednb("verify", path, "--json")
    assert (0, []) == (result.returncode, json.loads(result.stdout)["notes"])
    assert before == path.read_bytes()


def test_what_a_widget_holds_unseeded_is_caught(seednb, ran):
    """A widget that takes its text from the operating system diverges, though its view and its repr say nothing."""
    path = ran(SLIDER, HIDDEN)
    result = seednb("verify", path, "--json")
    told = json.loads(result.stdout)
    assert (1, 1) == (result.returncode, told["first"])
    assert "widget HTML.value" in told["cells"][1]["detail"]
    assert "unsealed-entropy" == told["cells"][1]["cause"]


def test_only_cells_that_change_get_new_widgets(seednb, ran):
    """With another seed the cell that draws gets a new widget; the others keep theirs, and what nothing shows any more is gone."""
    path = ran(SLIDER, DRAWN, BOX)
    before = load(path)
    assert seednb("run", path, "--seed", "43").returncode == 0
    after = load(path)
    assert [True, False, True] == [one["outputs"] == other["outputs"] for one, other in zip(before["cells"], after["cells"])]
    assert [True, True, True] == shown(path)
    assert len(states_of(before)) == len(states_of(after))
    assert seednb("verify", path).returncode == 0


def test_an_update_stores_the_widgets_that_it_accepts(seednb, ran):
    """`verify --update` stores the state of the accepted cells' widgets, and the notebook verifies."""
    path = ran(SLIDER, "x = w.IntText(value=1)\nx")
    nb = load(path)
    nb["cells"][1]["source"] = ["x = w.IntText(value=2)\n", "x"]
    path.write_text(json.dumps(nb, indent=1) + "\n")
    assert "accepted 1 cell: 2" in seednb("verify", path, "--update").stdout
    assert [2] == [state["state"]["value"] for state in states_of(load(path)).values() if state["model_name"] == "IntTextModel"]
    assert seednb("verify", path).returncode == 0


def test_without_stored_state_a_note_says_so(seednb, ran):
    """A notebook whose state was not saved is no divergence; the note names the cells."""
    path = ran(SLIDER, "1 + 1")
    nb = load(path)
    del nb["metadata"]["widgets"]
    path.write_text(json.dumps(nb, indent=1) + "\n")
    result = seednb("verify", path, "--json")
    assert 0 == result.returncode
    assert ["the first notebook does not store the state of all widgets, which is not compared: cell 1"] == json.loads(result.stdout)[
        "notes"
    ]


def test_two_fresh_runs_compare_widgets(seednb, make_notebook):
    """Without a record two runs are compared with each other, widgets too, and nothing is written."""
    path = make_notebook(SLIDER, HIDDEN)
    before = path.read_bytes()
    told = json.loads(seednb("verify", path, "--json").stdout)
    assert (1, "diverged") == (told["first"], told["cells"][1]["verdict"])
    assert before == path.read_bytes()


def test_other_metadata_of_widgets_stays(seednb, tmp_path):
    """What else the metadata say of widgets stays as it is, and an empty metadata gets both the record and the state."""
    for metadata in ({"widgets": {"other/type": {"a": 1}}}, {}):
        path = tmp_path / "nb.ipynb"
        nb = {**notebook(SLIDER), "metadata": metadata}
        path.write_text(json.dumps(nb, indent=1) + "\n")
        assert seednb("run", path, "--seed", "1").returncode == 0
        after = load(path)["metadata"]
        assert {"seednb", "widgets"} <= after.keys()
        assert metadata.get("widgets", {}).keys() == after["widgets"].keys() - {WIDGET_STATE_MIME}
