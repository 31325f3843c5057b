"""`%seed replay`: what a runtime has recorded is replayed by the next one of the same notebook, and by no other."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from seednb.wire import WIRE_VERSION
from tests.kernel.panels import Panel, lacks
from tests.kernel.test_events import attach

FIRST = "%load_ext seednb\n%seed new"
DRAW = "import random\nprint(random.random())"
KEPT = "from seednb.kernel.kept import places\nprint(*places(get_ipython()), sep='\\n')"
COMPARED = "; texts and random states were compared, outputs were not: a replay in a fresh runtime compares these too"


def cells(*, draw=DRAW, last="x = random.random()", load=FIRST):
    """Return the cells of a notebook: their ids and sources."""
    return {"first": load, "draws": draw, "last": last}


def run_all(kernel, sources):
    """Run cells as *Run all* does; return what each printed and showed."""
    return {cell: (result.out, result.shown) for cell, source in sources.items() for result in [kernel.run(source, cell=cell)]}


@pytest.fixture
def recorded(kernel):
    """Return a kernel that has run a notebook and kept what it did, and what it printed."""
    printed = run_all(kernel, cells())["draws"][0]
    shown = kernel.run("%seed replay", cell="asks").shown[0]
    seed = kernel.value("get_ipython()._seednb.runtime.seed")
    kept = f"seednb: kept for one hour: seed {seed}, and what 3 cells did; now restart the kernel, then run all cells"
    assert f"{kept}: the run is a replay, and is compared" == shown
    return kernel, printed


def kept_file(kernel):
    """Return the file in which a runtime keeps what the next one is to replay."""
    return Path(kernel.run(KEPT, cell="kept").out.splitlines()[0])


def test_the_next_run_has_the_same_seed_and_is_compared(recorded):
    """A `%seed new` gets the recorded seed; when the last recorded cell has run, one line says that all was the same."""
    kernel, printed = recorded
    kernel.restart()
    ran = run_all(kernel, cells())
    assert printed == ran["draws"][0]
    assert [f"seednb: reproduced: 3 cells{COMPARED}"] == ran["last"][1]
    assert [f"seednb: reproduced: 3 cells{COMPARED}"] == kernel.run("%seed replay", cell="asks").shown


def test_it_is_replayed_once(recorded):
    """The runtime after the replay has a new seed again."""
    kernel, printed = recorded
    for _ in range(2):
        kernel.restart()
        ran = run_all(kernel, cells())
    assert printed != ran["draws"][0]
    assert [] == ran["last"][1]


def test_a_seed_in_the_notebook_is_overridden_until_the_replay_has_ended(recorded):
    """`%seed 7` in a cell does not break the replay, and says what counts; after the replay it does what it says."""
    kernel, printed = recorded
    kernel.restart()
    ran = run_all(kernel, cells(load="%load_ext seednb\n%seed 7"))
    assert printed == ran["draws"][0]
    assert re.fullmatch(r"seednb: seed \d+ \(newly generated\) in place of 7", ran["first"][1][0])
    assert ran["last"][1][0].startswith("seednb: cell [1] is the first to differ: its text was edited; ")
    assert ["seednb: seed 7"] == kernel.run("%seed 7", cell="other").shown


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"draw": DRAW.replace("random())", "random(), end='\\n')")}, "cell [2] is the first to differ: its text was edited"),
        ({"load": FIRST + "\nimport random"}, "cell [1] is the first to differ: its text was edited"),
    ],
)
def test_the_first_cell_that_differs_is_named(recorded, changed, told):
    """An edited cell is named by its number, and with how many differ."""
    kernel, _ = recorded
    kernel.restart()
    assert run_all(kernel, cells(**changed))["last"][1][0].startswith(f"seednb: {told}")


def test_a_random_state_that_differs_is_named(kernel, tmp_path):
    """Where a cell leaves another state than it did, the summary names the generator, and the cells after it count too."""
    draw = f"import random\nif __import__('os').path.exists({str(tmp_path / 'more')!r}):\n    random.random()\nprint(random.random())"
    run_all(kernel, cells(draw=draw))
    kernel.run("%seed replay", cell="asks")
    (tmp_path / "more").touch()
    kernel.restart()
    told = run_all(kernel, cells(draw=draw))["last"][1][0]
    assert f"seednb: cell [2] is the first to differ: python; 2 of 3 cells differ{COMPARED}" == told


@pytest.mark.skipif(bool(lacks("ipywidgets")), reason=lacks("ipywidgets"))
def test_variables_are_compared_where_they_were_digested(kernel, tmp_path):
    """With the panel's switch on, a variable that differs is found though nothing drew; the panel shows what came out."""
    last = f"x = len(__import__('os').listdir({str(tmp_path)!r}))"
    first = "%load_ext seednb\n%seed 42"
    kernel.run(first, cell="first")
    Panel(kernel).move("variables", value=True)
    sources = cells(load=first, last=last)
    run_all(kernel, sources)
    kernel.run("%seed replay", cell="asks")
    (tmp_path / "more").touch()
    kernel.restart()
    kernel.run(first, cell="first")
    panel = Panel(kernel)
    run_all(kernel, {name: source for name, source in sources.items() if name != "first"})
    assert "cell [4] is the first to differ: its variables; texts, random states and variables were compared" in panel.wait(
        "message", "cell [4]"
    )
    cells_shown = panel.wait("cells", "differs")
    assert ("✓ as before" in cells_shown, "✗ differs: its variables" in cells_shown) == (True, True)


def test_asking_early_tells_what_has_not_run(recorded):
    """`%seed replay` before the last cell ends the replay, and counts what is missing."""
    kernel, _ = recorded
    kernel.restart()
    sources = cells()
    run_all(kernel, {name: sources[name] for name in ("first", "draws")})
    told = kernel.run("%seed replay", cell="asks").shown[0]
    assert f"seednb: reproduced: 2 cells; 1 cell that had run before did not run{COMPARED}" == told
    assert kernel.value("get_ipython()._seednb.magic.plan") is None


def test_a_notebook_that_asks_in_its_last_cell_goes_on_replaying(kernel):
    """A cell `%seed replay` keeps, in the next run it tells what came out, and the run after that is a new one."""
    sources = {**cells(), "asks": "%seed replay"}
    run_all(kernel, sources)
    kernel.run("%seed replay", cell="asks")
    kernel.restart()
    assert f"seednb: reproduced: 3 cells{COMPARED}" == run_all(kernel, sources)["asks"][1][0]


def test_a_cell_that_runs_again_ends_the_replay(recorded):
    """Run all runs each cell once: who runs one again works on, and must not be overridden for ever."""
    kernel, _ = recorded
    kernel.restart()
    run_all(kernel, {"first": FIRST})
    told = [text for text in kernel.run(FIRST, cell="first").shown if "reproduced" in text]
    assert [f"seednb: reproduced: 1 cell; 2 cells that had run before did not run{COMPARED}"] == told
    assert ["seednb: seed 7"] == kernel.run("%seed 7", cell="other").shown


def test_each_cells_own_stream_is_replayed(kernel):
    """The mode and the cells' streams are those of the runtime that was recorded, before a cell asks for them."""
    kernel.run("%load_ext seednb\n%seed new\n%seed per-cell", cell="first")
    printed = kernel.run(DRAW, cell="draws").out
    kernel.run("%seed replay", cell="asks")
    kernel.restart()
    kernel.run("%load_ext seednb", cell="elsewhere")
    assert "per-cell" == kernel.value("get_ipython()._seednb.runtime.mode")
    assert printed == kernel.run(DRAW, cell="draws").out


def test_later_seeds_are_replayed(kernel):
    """A cell that seeded anew gets the seed that it had, not the first one."""
    sources = cells(last="%seed new\nprint(random.random())")
    printed = run_all(kernel, sources)["last"][0]
    kernel.run("%seed replay", cell="asks")
    kernel.restart()
    ran = run_all(kernel, sources)["last"]
    assert printed == ran[0]
    assert f"seednb: reproduced: 3 cells{COMPARED}" == ran[1][-1]


def test_a_seed_that_no_cell_set_is_named(kernel):
    """What a front end has seeded between cells cannot be repeated by running them: it says so at once."""
    run_all(kernel, cells())
    question = json.dumps({"version": WIRE_VERSION, "do": "seed", "value": 7})
    assert "error" not in kernel.value(f"__import__('json').loads(get_ipython()._seednb.ask({question!r}))")
    assert "; seed 7 was set between cells, which a replay does not repeat; now " in kernel.run("%seed replay", cell="asks").shown[0]


def test_nothing_to_replay_is_said(kernel):
    """Before a cell has run there is nothing to keep."""
    kernel.run("%load_ext seednb", cell="first")
    kernel.run("%seed off", cell="off")
    assert "seednb: nothing to replay: no cell has run since a seed was set" == kernel.run("%reload_ext seednb\n%seed replay", cell="a").err


def test_a_replay_of_the_front_end_comes_first(recorded):
    """Where an extension restarts and replays by a plan of its own, what was kept is dropped, and does not end that plan."""
    kernel, _ = recorded
    path = kept_file(kernel)
    kernel.restart()
    attach(kernel, seed=42, interactive=True)
    ran = run_all(kernel, cells())
    assert "0.6394267984578837" == ran["draws"][0]
    assert [] == [text for _, shown in ran.values() for text in shown if "reproduced" in text or "differ" in text]
    assert not path.exists()
    assert kernel.value("get_ipython()._seednb.magic.plan['seed']") == 42


# -- whose it is ---------------------------------------------------------------------------------------


def test_the_runtime_that_kept_it_does_not_take_it(recorded):
    """Reloading the extension is no restart: what was kept stays for the next runtime."""
    kernel, printed = recorded
    kernel.run("%reload_ext seednb\n%seed 1", cell="reloads")
    assert kept_file(kernel).exists()
    kernel.restart()
    assert printed == run_all(kernel, cells())["draws"][0]


def test_another_kernel_does_not_take_it(recorded, start):
    """A kernel of another notebook, with another connection file, has a seed of its own."""
    kernel, printed = recorded
    other = start()
    assert printed != run_all(other, cells())["draws"][0]
    kernel.restart()
    assert printed == run_all(kernel, cells())["draws"][0]


def test_in_vs_code_it_is_found_by_the_notebooks_file(start):
    """VS Code starts each kernel with another connection file, and tells the notebook's: what is kept there has the same name."""
    first = "__vsc_ipynb_file__ = '/nowhere/{}.ipynb'\n"
    kernels = [start() for _ in range(3)]
    for kernel, name in zip(kernels, ("mine", "mine", "other")):
        kernel.run(first.format(name), cell="before")
    printed = run_all(kernels[0], cells())["draws"][0]
    told = kernels[0].run("%seed replay", cell="asks").shown[0]
    assert "now the command “Jupyter: Restart Kernel and Run All Cells”, or Restart and then Run All above the notebook: the run" in told
    path = kept_file(kernels[0])
    for kernel in kernels[1:]:
        kernel.run("import os, shutil\nfrom ipykernel.kernelapp import IPKernelApp", cell="copies")
        kernel.run(f"shutil.copy({str(path)!r}, os.path.dirname(IPKernelApp.instance().abs_connection_file))", cell="copied")
    assert [True, False] == [printed == run_all(kernel, cells())["draws"][0] for kernel in kernels[1:]]


def test_switched_off_it_is_left_alone(start):
    """SEEDNB=off wins: nothing is replayed, nothing is removed."""
    kernel = start()
    run_all(kernel, cells())
    kernel.run("%seed replay", cell="asks")
    path = kept_file(kernel)
    kernel.restart(SEEDNB="off")
    assert "seednb: switched off by SEEDNB=off" == kernel.run(FIRST, cell="first").out
    assert path.exists()


def test_only_its_user_can_read_it(recorded):
    """The file has permissions for its owner only, and is gone once it was taken."""
    kernel, _ = recorded
    path = kept_file(kernel)
    assert path.name.startswith("seednb-replay-")
    if os.name == "posix":
        assert 0o600 == path.stat().st_mode & 0o777
    kernel.restart()
    kernel.run(FIRST, cell="first")
    assert not path.exists()


SPOILT = {
    "no seed": {"seed": -1},
    "no mode": {"mode": "sideways"},
    "no switch of the seal": {"sealed": "yes"},
    "reseeds that are none": {"reseeds": [["cell"]]},
    "another version": {"version": 99},
    "no cells": {"cells": ["not", "a", "table"]},
    "too old": {"time": 0},
    "of the future": {"time": 1e12},
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_not_as_it_should_be_is_not_replayed(recorded, name):
    """A file that was changed, or is too old, is removed and has no effect."""
    kernel, printed = recorded
    path = kept_file(kernel)
    path.write_text(json.dumps({**json.loads(path.read_text()), **SPOILT[name]}))
    kernel.restart()
    assert printed != run_all(kernel, cells())["draws"][0]
    assert not path.exists()


@pytest.mark.skipif(os.name != "posix", reason="the permissions are POSIX's")
@pytest.mark.parametrize("how", ["readable", "link"])
def test_a_file_that_others_could_have_written_is_not_read(recorded, how):
    """A file that others can read or write, or a link to one, has no effect, and is left where it is."""
    kernel, printed = recorded
    path = kept_file(kernel)
    if how == "readable":
        path.chmod(0o644)
    else:
        path.rename(path.with_suffix(".moved"))
        path.symlink_to(path.with_suffix(".moved"))
    kernel.restart()
    assert printed != run_all(kernel, cells())["draws"][0]
    assert os.path.lexists(path)
    for left in path.parent.glob(f"{path.stem}.*"):
        left.unlink()
