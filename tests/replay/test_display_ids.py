"""Display ids in runs and replays: recorded, restored from the record, and then outputs are equal byte for byte."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.conftest import REPOSITORY, load

NOTEBOOK = REPOSITORY / "tests" / "notebooks" / "display_ids.ipynb"
STYLER = "import pandas\nprint(pandas.DataFrame({'a': [1]}).style.uuid)"


@pytest.fixture(autouse=True)
def needed():
    """Skip where the libraries are missing."""
    for package in ("ipywidgets", "jinja2", "matplotlib", "pandas"):
        pytest.importorskip(package)


def outputs(path):
    """Return the text of each cell's outputs in a notebook file."""
    return [json.dumps(cell.get("outputs")) for cell in load(path)["cells"]]


def test_the_notebook_replays_byte_for_byte(seednb, tmp_path):
    """Two runs with display ids have the same bytes in all outputs, and verify has nothing to rename; two without have not."""
    shutil.copy(NOTEBOOK, tmp_path / "nb.ipynb")
    for name in ("a.ipynb", "b.ipynb"):
        assert seednb("run", "nb.ipynb", "--display-ids", "--seed", "42", "-o", name).returncode == 0
    first, second = outputs(tmp_path / "a.ipynb"), outputs(tmp_path / "b.ipynb")
    assert first == second
    for name in ("c.ipynb", "d.ipynb"):
        assert seednb("run", "nb.ipynb", "--seed", "42", "-o", name).returncode == 0
    third, fourth = outputs(tmp_path / "c.ipynb"), outputs(tmp_path / "d.ipynb")
    assert [index for index in range(len(third)) if third[index] != fourth[index]] == [2, 3, 4, 5, 6, 7, 8]
    result = seednb("verify", "a.ipynb", "--json")
    assert result.returncode == 0, result.stdout
    assert [(cell["verdict"], cell["rules"]) for cell in json.loads(result.stdout)["cells"]] == [("identical", {})] * 8


WAYS = {
    "option": (["--display-ids"], {}),
    "option, each cell by itself": (["--display-ids", "--per-cell"], {}),
    "option, generators unsealed": (["--display-ids", "--no-seal"], {}),
    "environment": ([], {"SEEDNB_DISPLAY_IDS": "1"}),
    "pyproject": ([], {}),
    "magic": ([], {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_recorded_and_restored(seednb, make_notebook, tmp_path, way):
    """However display ids were switched on, the record tells it, and a replay shows the same ones though nothing else asks for them."""
    head = "%load_ext seednb\n%seed 42" + ("\n%seed ids on" if way == "magic" else "")
    path = make_notebook(head, STYLER, "%seed ids on\n" + STYLER if way == "magic" else STYLER)
    project = tmp_path / "pyproject.toml"
    if way == "pyproject":
        project.write_text("[tool.seednb]\ndisplay_ids = true\n", encoding="utf-8")
    options, variables = WAYS[way]
    assert seednb("run", path, *options, **variables).returncode == 0
    assert load(path)["metadata"]["seednb"]["determinism"] == {"display_ids": True}
    project.unlink(missing_ok=True)
    result = seednb("verify", path, "--json")
    assert {cell["verdict"] for cell in json.loads(result.stdout)["cells"]} == {"identical"}, result.stdout


def test_a_replay_follows_the_record_alone(seednb, make_notebook):
    """A record without display ids is replayed without them, whatever the environment wishes."""
    path = make_notebook(STYLER)
    assert seednb("run", path, "--seed", "42").returncode == 0
    assert "display_ids" not in load(path)["metadata"]["seednb"]["determinism"]
    result = seednb("verify", path, "--json", SEEDNB_DISPLAY_IDS="1")
    verification = json.loads(result.stdout)
    assert verification["cells"][0]["verdict"] == "diverged", result.stdout


def test_a_wish_that_makes_no_sense_is_refused(seednb, make_notebook):
    """A run whose environment says neither yes nor no ends with one line, and the file stays."""
    path = make_notebook(STYLER)
    before = path.read_bytes()
    result = seednb("run", path, SEEDNB_DISPLAY_IDS="maybe")
    assert (result.returncode, result.stderr) == (2, "seednb: SEEDNB_DISPLAY_IDS=maybe: give 1 or 0\n")
    assert path.read_bytes() == before
