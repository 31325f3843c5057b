"""Modes and verbs in notebooks that are run and verified: what a cell does to the streams is recorded, and replays."""

from __future__ import annotations

import json

import pytest

from seednb.record import CellLine
from tests.conftest import load, texts

DRAW = "import random\nimport numpy as np\nprint(random.random(), np.random.rand(), np.random.default_rng().random())"
HELD = "print(rng.random())"


def verdicts(result):
    """Return the verdicts of a --json answer."""
    return [cell["verdict"] for cell in json.loads(result.stdout)["cells"]]


def lines(path):
    """Return the lines of the record, by key."""
    return {key: CellLine.parse(line) for key, line in load(path)["metadata"]["seednb"]["cells"].items()}


NOTEBOOKS = {
    "per-cell from the first cell": (
        "%load_ext seednb\n%seed 42\n%seed per-cell",
        DRAW,
        DRAW,
        "import numpy as np\nrng = np.random.default_rng()",
        HELD,
    ),
    "per-cell later, and back": ("%load_ext seednb\n%seed 42", DRAW, "%seed per-cell\n" + DRAW, DRAW, "%seed stream", DRAW),
    "rewinds": ("%load_ext seednb\n%seed 42", DRAW, "%seed rewind\n" + DRAW, "%seed rewind cell-1", DRAW),
    "one cell's own seed": ("%load_ext seednb\n%seed 42", "%%seed 7\n" + DRAW, DRAW, "%%seed 7\n1", DRAW),
    "draws in threads": (
        "%load_ext seednb\n%seed 42\nimport numpy as np, concurrent.futures",
        "pool = concurrent.futures.ThreadPoolExecutor(4)\nprint(list(pool.map(lambda _: np.random.default_rng().random(), range(20))))",
    ),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_with_verbs_reproduce(seednb, make_notebook, name):
    """A notebook that uses the magic's verbs is identical when it is replayed, and leaves its file as it is when run again."""
    path = make_notebook(*NOTEBOOKS[name])
    assert seednb("run", path).returncode == 0
    first = path.read_bytes()
    result = seednb("verify", path, "--json")
    assert set(verdicts(result)) == {"identical"}, result.stdout
    assert seednb("run", path).returncode == 0
    assert path.read_bytes() == first


def test_per_cell_runs_do_not_depend_on_the_order(seednb, make_notebook):
    """With `run --per-cell` a cell gives the same numbers wherever it stands, and another one gives others."""
    path = make_notebook(DRAW, DRAW + "  # another", "'nothing'")
    assert seednb("run", path, "--seed", "42", "--per-cell").returncode == 0
    first = texts(path)
    content = load(path)
    content["cells"].reverse()
    path.write_text(json.dumps(content, indent=1))
    assert seednb("run", path, "--seed", "42", "--per-cell").returncode == 0
    assert texts(path) == first[::-1]
    assert first[0] != first[1]


def test_per_cell_runs_are_verified_as_such(seednb, make_notebook):
    """A notebook that was run with --per-cell replays in that mode, without being told."""
    path = make_notebook(DRAW, DRAW + "  # another")
    seednb("run", path, "--per-cell")
    assert load(path)["metadata"]["seednb"]["mode"] == "per-cell"
    assert [line.stream for line in lines(path).values()] == ["cell-0", "cell-1"]
    assert verdicts(seednb("verify", path, "--json")) == ["identical", "identical"]


def test_the_recorded_stream_wins_over_a_changed_id(seednb, make_notebook):
    """A cell whose record names another stream replays with that one: ids that a front end gives anew change no numbers."""
    path = make_notebook(DRAW)
    seednb("run", path, "--per-cell")
    content = load(path)
    record = content["metadata"]["seednb"]
    content["cells"][0]["id"] = "renamed"
    record["cells"] = {"renamed": record["cells"]["cell-0"]}
    path.write_text(json.dumps(content, indent=1))
    assert verdicts(seednb("verify", path, "--json")) == ["identical"]


def test_a_seed_of_ones_own_stays_under_another_seed(seednb, make_notebook):
    """`%%seed 7` gives the same numbers whatever seed the run has; the cells beside it follow the run's."""
    path = make_notebook("%load_ext seednb\n%seed 42", "%%seed 7\n" + DRAW, DRAW)
    seednb("run", path, "-o", "a.ipynb", "--seed", "1")
    seednb("run", path, "-o", "b.ipynb", "--seed", "2")
    a, b = texts(path.with_name("a.ipynb")), texts(path.with_name("b.ipynb"))
    assert a[1] == b[1]
    assert a[2] != b[2]


def test_draws_from_held_generators_are_fingerprinted(seednb, make_notebook):
    """A held generator that a cell moves is part of its fingerprint: an edited replay that draws once more is caught."""
    path = make_notebook("import random\nrng = random.Random(1)", "rng.random()\nNone")
    seednb("run", path)
    assert "held" in lines(path)["cell-1"].sources
    content = load(path)
    content["cells"][1]["source"] = ["rng.random(), rng.random()\n", "None"]
    path.write_text(json.dumps(content, indent=1))
    assert verdicts(seednb("verify", path, "--json")) == ["identical", "diverged"]
