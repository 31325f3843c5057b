"""A notebook with a panel in it, replayed."""

from __future__ import annotations

import json

import pytest

from tests.conftest import load

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("hidden", [False, True], ids=["form", "text"])
def test_a_panel_does_not_keep_a_notebook_from_reproducing(seednb, make_notebook, hidden):
    """With widgets the view of the new form is the same as that of the old one; without them the same facts are told."""
    hide = "import sys\nsys.modules['ipywidgets'] = None" if hidden else "pass"
    draw = "import random\nprint(random.random())"
    path = make_notebook("%load_ext seednb\n%seed 42", hide, draw, "%seed panel", draw)
    assert seednb("run", path).returncode == 0
    (output,) = load(path)["cells"][3]["outputs"]
    assert (VIEW in output["data"], "text/html" in output["data"]) == (not hidden, hidden)
    before = path.read_bytes()
    done = seednb("verify", path, "--json")
    assert {"identical": 5} == json.loads(done.stdout)["counts"]
    assert (0, before) == (done.returncode, path.read_bytes())
