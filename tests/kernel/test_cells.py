"""Which cell did what: the record's lines, through everything that IPython does to a cell."""

from __future__ import annotations

import random

import pytest

from seednb.digest import digest, source_digest
from seednb.sources.python import read_public

DRAW = "random.random()"
READY = "print('ready', flush=True)"
# It says `ready` again and again, so that an interrupt that IPython's own code has swallowed is sent once more.
WAITS = {
    "blocks": f"while True:\n    {READY}\n    time.sleep(5)",
    "awaits": f"while True:\n    {READY}\n    await asyncio.sleep(5)",
}


class Stream:
    """What `random.seed(42)` starts, drawn from along with the kernel."""

    def __init__(self) -> None:
        self._random = random.Random(42)

    def line(self, source: str, draws: int) -> str:
        """Return the record's line of a cell with this source that has drawn so many numbers."""
        for _ in range(draws):
            self._random.random()
        return f"b2 s={source_digest(source)}" + (f" python={digest(read_public(self._random))}" if draws else "")


@pytest.fixture
def stream(seeded):
    """Return the stream of the kernel `seeded`, whose first cell does not count."""
    seeded.run("%seed 42\nimport random, asyncio, time", cell="first")
    return Stream()


def lines(kernel):
    """Return the record's lines but the first cell's."""
    return {key: line for key, line in kernel.cells.items() if key != "first"}


CELLS = {
    "draws": (DRAW, 1),
    "draws nothing": ("1 + 1", 0),
    "fails after drawing": (f"{DRAW}\n1 / 0", 1),
    "captures": (f"%%capture kept\n{DRAW}", 1),
    "times": (f"%%time\n{DRAW}", 1),
    "nests": (f"{DRAW}\nget_ipython().run_cell('{DRAW}')\n{DRAW}", 3),
    "nests and fails": (f"{DRAW}\nget_ipython().run_cell('1 / 0')\n{DRAW}", 2),
    "nests itself": (f"{DRAW}\nif not globals().get('deep'):\n    deep = 1; get_ipython().run_cell(In[-1])", 2),
    "nests a blank": (f"{DRAW}\nget_ipython().run_cell('')\n{DRAW}", 2),
    "does not compile": ("def (", 0),
    "awaits": (f"await asyncio.sleep(0)\n{DRAW}", 1),
    "awaits and fails": (f"{DRAW}\nawait asyncio.sleep(0)\n1 / 0", 1),
    "exits": (f"{DRAW}\nraise SystemExit", 1),
    "runs a magic that fails": (f"{DRAW}\n%nothing", 1),
}


def test_each_kind_of_cell_has_the_right_line(seeded, stream):
    """Whatever a cell is and however it ends, its line tells its own draws: nobody else's, none missing, none twice."""
    expected = {}
    for key, (source, draws) in CELLS.items():
        seeded.run(source, cell=key)
        expected[key] = stream.line(source, draws)
    assert lines(seeded) == expected


def test_blank_cells_leave_no_trace(seeded, stream):
    """Blank cells, which IPython ends without beginning, have no line and upset no other cell's."""
    expected = {}
    for number, blank in enumerate(["", "   \n", "\t"]):
        seeded.run(blank, cell=f"blank {number}")
        seeded.run(DRAW, cell=f"drawing {number}")
        expected[f"drawing {number}"] = stream.line(DRAW, 1)
    assert lines(seeded) == expected


@pytest.mark.parametrize("how", WAITS)
def test_interrupted_cells_end(seeded, stream, how):
    """A cell that is interrupted has its line, and the next one is not taken for a part of it."""
    source = f"{DRAW}\n{WAITS[how]}"
    assert seeded.run(source, cell="interrupted", then=seeded.interrupt).status == "error"
    expected = {"interrupted": stream.line(source, 1)}
    seeded.run(DRAW, cell="next")
    assert lines(seeded) == {**expected, "next": stream.line(DRAW, 1)}


def test_lost_end_does_not_swallow_the_next_cell(seeded, stream):
    """If IPython never tells that a cell ended, the next request's cell still has its own line."""
    hide = "hook = get_ipython()._seednb.cells.post_run_cell\nget_ipython().events.unregister('post_run_cell', hook)"
    seeded.run(f"{DRAW}\n{hide}", cell="lost")
    expected = {"lost": stream.line(f"{DRAW}\n{hide}", 1)}
    source = f"get_ipython().events.register('post_run_cell', hook)\n{DRAW}"
    seeded.run(source, cell="next")
    assert lines(seeded) == {**expected, "next": stream.line(source, 1)}


def test_requests_outside_the_history_are_no_cells_unless_they_have_an_id(seeded, stream):
    """A front end's own requests have no line; a notebook's cell has one even if it is kept out of the history."""
    seeded.run(DRAW, store_history=False)
    stream.line("", 1)
    seeded.run(DRAW, silent=True, cell="silent")  # what it draws is put back
    seeded.run(DRAW, cell="a cell", store_history=False)
    assert lines(seeded) == {"a cell": stream.line(DRAW, 1)}


def test_cells_without_an_id_are_named_by_source_and_occurrence(seeded, stream):
    """Where the front end sends no id, equal cells are told apart by counting."""
    for _ in range(2):
        seeded.run(DRAW)
    name = source_digest(DRAW)
    assert lines(seeded) == {f"h-{name}-0": stream.line(DRAW, 1), f"h-{name}-1": stream.line(DRAW, 1)}


def test_colab_and_vs_code_send_ids_of_their_own(seeded, stream):
    """Colab's cell id is taken; VS Code's URI names no cell of the file, so the source does."""
    for metadata in ({"colab": {"cell_id": "colab-id"}}, {"cellId": "vscode-notebook-cell:/home/u/nb.ipynb#W0s"}):
        seeded.client.session.metadata = metadata
        seeded.run_request(DRAW)
    assert lines(seeded) == {"colab-id": stream.line(DRAW, 1), f"h-{source_digest(DRAW)}-0": stream.line(DRAW, 1)}


def test_loading_in_the_middle_of_a_cell_counts_from_there(kernel):
    """A cell that draws, loads seednb, seeds and draws has a line that tells the state after it."""
    source = f"import random\n{DRAW}\n%load_ext seednb\n%seed 42\n{DRAW}\nget_ipython().run_cell('')\n{DRAW}"
    kernel.run(source, cell="all")
    assert kernel.cells == {"all": Stream().line(source, 2)}


def test_cells_before_the_seed_are_unseeded(kernel):
    """A cell that ran before any seed is marked `unseeded`; the cell that seeds after drawing is, too."""
    kernel.run(f"import random\n%load_ext seednb\n%seed off\n{DRAW}", cell="before")
    kernel.run(f"{DRAW}\n%seed 42", cell="draws, then seeds")
    kernel.run(DRAW, cell="after")
    assert [" unseeded" in line for line in kernel.cells.values()] == [True, True, False]


def test_subshell_threads_do_not_disturb_the_running_cell(seeded, stream):
    """Cell events from another thread, as subshells send them, leave the running cell's bracket alone."""
    source = (
        "import threading, types\n"
        "hooks = get_ipython()._seednb.cells\n"
        "info = types.SimpleNamespace(raw_cell='elsewhere', store_history=True, cell_meta={'cellId': 'subshell'})\n"
        "def events():\n    hooks.pre_run_cell(info)\n    hooks.post_run_cell(types.SimpleNamespace(info=info))\n"
        "thread = threading.Thread(target=events)\n"
        f"{DRAW}\nthread.start(); thread.join()\n{DRAW}"
    )
    seeded.run(source, cell="main")
    assert lines(seeded) == {"main": stream.line(source, 2)}


def test_hooks_that_fail_are_silent_and_told_by_the_status(seeded):
    """A source that breaks spoils neither a cell's output nor the other sources; `%seed` names it."""
    seeded.run("source = get_ipython()._seednb.runtime.sources[0]\nsource.state = lambda: 1 / 0")
    result = seeded.run("print('fine')", cell="broken")
    assert (result.status, result.out, result.err) == ("ok", "fine", "")
    assert seeded.run("%seed").shown[0].splitlines()[1:] == ["seednb: python cannot be read: ZeroDivisionError: division by zero"]


def test_callbacks_that_fail_before_ours_do_not_matter(seeded, stream):
    """Another extension's broken hook prints its own error and leaves our line right."""
    seeded.run("def broken(_):\n    raise ValueError\nget_ipython().events.register('pre_run_cell', broken)", cell="first")
    seeded.run(DRAW, cell="next")
    assert lines(seeded) == {"next": stream.line(DRAW, 1)}


def test_ten_thousand_blank_cells_leave_no_garbage(seeded):
    """10,000 blank cells and 10,000 empty-handed ones add next to nothing to the process's live objects."""
    source = (
        "import gc, types\n"
        "def cycle(n):\n"
        "    hooks = get_ipython()._seednb.cells\n"
        "    for _ in range(n):\n"
        "        blank = types.SimpleNamespace(raw_cell='', store_history=True, cell_meta={})\n"
        "        hooks.post_run_cell(types.SimpleNamespace(info=blank))\n"
        "        info = types.SimpleNamespace(raw_cell='1', store_history=True, cell_meta={'cellId': 'same'})\n"
        "        hooks.pre_run_cell(info)\n"
        "        hooks.post_run_cell(types.SimpleNamespace(info=info))\n"
        "    gc.collect()\n"
        "    return len(gc.get_objects())\n"
        "before = cycle(100)\nprint(cycle(10_000) - before)"
    )
    assert int(seeded.run(source, cell="cycle").out) < 100
