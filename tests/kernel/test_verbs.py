"""Rewinding, cells' own streams, and a seed for one cell, as a user meets them in real kernels."""

from __future__ import annotations

import random
import re

import pytest

DRAW = "import random\nprint(random.random())"


def usual(count):
    """Return the first numbers of `random.seed(42)`, as they are printed."""
    stream = random.Random(42)
    return [str(stream.random()) for _ in range(count)]


# -- rewinding -----------------------------------------------------------------------------------------


def test_rewinding_makes_a_cell_repeat(seeded):
    """A cell that begins with `%seed rewind` prints the same in each run, whatever ran between."""
    source = "%seed rewind\n" + DRAW
    first = seeded.run(source, cell="x").out
    seeded.run(DRAW, cell="y")
    again = seeded.run(source, cell="x")
    assert (first, again.out) == (usual(1)[0], usual(1)[0])
    assert again.shown == ["seednb: python put back to where this cell first found them"]


@pytest.mark.parametrize("name", ["{number}", "[{number}]", "In [{number}]", "cell-two", "cell-tw"])
def test_cells_are_named_by_number_or_id(shared, name):
    """`%seed rewind` takes a cell's number as it stands beside it, its id, or the beginning of its id."""
    shared.run("%reload_ext seednb\n%seed 42", cell="cell-one")
    drawn = [shared.run(DRAW, cell=cell).out for cell in ("cell-two", "cell-three")]
    number = shared.value("len(In)") - 2
    shown = shared.run(f"%seed rewind {name.format(number=number)}", cell="rewinds").shown
    assert shown == [f"seednb: python put back to where cell {name.format(number=number)} first found them"]
    assert [shared.run(DRAW, cell=cell).out for cell in ("cell-two", "cell-three")] == drawn


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("99999", "no cell ran as [99999] since seednb was loaded"),
        ("nowhere", "no cell with an id that begins with 'nowhere'"),
        ("cell-", "several cells have an id that begins with 'cell-'"),
        ("cell-before", "cannot rewind to cell cell-before: it has not run since the seed was set"),
    ],
)
def test_cells_that_are_not_there_are_named_in_one_line(shared, name, reason):
    """A cell that never ran, or that is not the only one meant, gives one line, and the stream goes on."""
    shared.run("%reload_ext seednb\n%seed off", cell="cell-before")
    shared.run("%seed 42", cell="cell-seeds")
    result = shared.run(f"%seed rewind {name}\n{DRAW}", cell="cell-rewinds")
    assert (result.err, result.out) == (f"seednb: {reason}", usual(1)[0])


def test_generators_that_variables_hold_are_rewound_too(seeded):
    """A `random.Random` that a cell draws from is back after a rewind, and one that is gone is named."""
    seeded.run("import random\nmine, other = random.Random(7), random.Random(8)")
    first = seeded.run("print(mine.random())", cell="draws").out
    seeded.run("print(other.random())", cell="other")
    seeded.run("del other")
    (shown,) = seeded.run("%seed rewind draws").shown
    assert shown == "seednb: python, mine put back to where cell draws first found them; not found any more: other"
    assert seeded.run("print(mine.random())", cell="draws").out == first


def test_rewinding_without_a_seed_says_what_to_do(kernel):
    """Before any seed, and after `%seed off`, there is nothing to put back, and the line says so."""
    kernel.run("%load_ext seednb\n%seed off")
    assert kernel.run("%seed rewind").err == "seednb: no seed is set; %seed 42 sets one, %seed new generates one"


# -- a seed for one cell -------------------------------------------------------------------------------


def test_one_cell_is_seeded_and_everything_put_back(seeded):
    """`%%seed 7` gives the numbers of `random.seed(7)`; the next cell goes on in the run's stream."""
    one, two = usual(2)
    assert seeded.run(DRAW, cell="before").out == one
    assert seeded.run("%%seed 7\n" + DRAW, cell="own").out == str(random.Random(7).random())
    assert seeded.run(DRAW, cell="after").out == two


SHAPES = {
    "result": ("%%seed 7\nimport random\nrandom.random()", lambda result: result.value),
    "await": ("%%seed 7\nimport asyncio, random\nawait asyncio.sleep(0)\nprint(random.random())", lambda result: result.out),
    "captured": ("%%capture out\n%%seed 7\nimport random\nprint(random.random())", None),
    "timed": ("%%time\n%%seed 7\nimport random\nprint(random.random())", lambda result: result.out.splitlines()[0]),
    "other name": ("%%seednb 7\nimport random\nprint(random.random())", lambda result: result.out),
    "comment": ("%%seed 7  # lucky\nimport random\nprint(random.random())", lambda result: result.out),
    "by hand": ("get_ipython().run_cell_magic('seed', '7', 'import random\\nprint(random.random())')", lambda result: result.out),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rest_of_the_cell_is_an_ordinary_cell(shared, shape):
    """Under `%%seed` a cell shows its last value, may await, and stands within other magics."""
    source, read = SHAPES[shape]
    shared.run("%reload_ext seednb\n%seed 42")
    result = shared.run(source, cell="own")
    drawn = read(result) if read else shared.run("print(out.stdout.strip())", cell="shows").out
    assert drawn == str(random.Random(7).random())
    assert shared.run(DRAW, cell="after").out == usual(1)[0]


def test_a_cell_that_fails_gives_the_streams_back(seeded):
    """An error under `%%seed` names the right line, and the next cell draws as if nothing had been."""
    result = seeded.run("%%seed 7\nimport random\nrandom.random()\n1 / 0", cell="own")
    error = next(message["content"] for message in result.messages if message["msg_type"] == "error")
    assert error["ename"] == "ZeroDivisionError"
    assert re.search(r"-> 4 1 ?/ ?0", re.sub(r"\x1b\[[\d;]*m", "", "".join(error["traceback"])))
    assert seeded.run(DRAW, cell="after").out == usual(1)[0]


@pytest.mark.parametrize("argument", ["x", "-1", "4294967296", "", "1.5"])
def test_a_bad_seed_keeps_the_cell_from_running(shared, argument):
    """What is no seed gives one line, and the cell does not run with other numbers than it asks for."""
    shared.run("%reload_ext seednb\n%seed 42")
    result = shared.run(f"%%seed {argument}\nran = True", cell="own")
    assert result.status == "error"
    assert result.err.startswith("UsageError: seednb: %%seed: ")
    assert result.err.endswith("; the cell did not run")
    assert "\n" not in result.err
    assert shared.value("'ran' in globals()") is False


def test_the_magic_is_left_alone_where_another_owns_it(kernel):
    """Where `%%seed` belongs to somebody else, it stays theirs; `%%seednb` is ours."""
    kernel.run("get_ipython().register_magic_function(lambda line, cell: print('theirs', line), 'cell', 'seed')")
    kernel.run("%load_ext seednb\n%seed 42")
    assert kernel.run("%%seed 7\n1").out == "theirs 7"
    assert kernel.run("%%seednb 7\n" + DRAW).out == str(random.Random(7).random())


# -- a stream for each cell ------------------------------------------------------------------------------


def test_cells_with_their_own_streams_draw_the_same_again(seeded):
    """After `%seed per-cell` a cell that runs again, or after others have changed, draws what it drew."""
    assert seeded.run("%seed per-cell", cell="mode").shown == ["seednb: each cell draws from its own stream of seed 42"]
    drawn = {cell: seeded.run(DRAW, cell=cell).out for cell in "abc"}
    assert len(set(drawn.values())) == 3
    assert {cell: seeded.run(DRAW + "\nrandom.random()", cell=cell).out for cell in "cab"} == drawn


def test_held_and_sealed_generators_follow_the_cells_streams(seeded):
    """A `random.Random` that a variable holds, and an unseeded one, draw the same when their cell runs again."""
    seeded.run("%seed per-cell\nimport random\nmine = random.Random(1)", cell="mode")
    drawn = {cell: seeded.run("print(mine.random(), random.Random().random())", cell=cell).out for cell in "ab"}
    assert drawn["a"].split()[0] != drawn["b"].split()[0]
    assert drawn["a"].split()[1] != drawn["b"].split()[1]
    assert {cell: seeded.run("print(mine.random(), random.Random().random())", cell=cell).out for cell in "ba"} == drawn


def test_the_record_has_the_streams(seeded):
    """In the record the mode is `per-cell`, and each cell's line has the key of its stream."""
    seeded.run("%seed per-cell", cell="mode")
    seeded.run(DRAW, cell="a")
    (record,) = seeded.records
    assert record["mode"] == "per-cell"
    assert " k=a " in record["cells"]["a"]


def test_going_back_starts_the_one_stream_anew(seeded):
    """`%seed stream` ends the cells' own streams."""
    seeded.run("%seed per-cell", cell="mode")
    seeded.run(DRAW, cell="a")
    assert seeded.run("%seed stream", cell="back").shown == ["seednb: all cells draw from one stream of seed 42, which starts anew"]
    assert [seeded.run(DRAW, cell=cell).out for cell in "ab"] == usual(2)


def test_per_cell_without_a_seed_generates_one(kernel):
    """`%seed per-cell` in a notebook that names no seed seeds it, and shows the seed."""
    shown = kernel.run("%load_ext seednb\n%seed per-cell", cell="mode").shown
    seed = kernel.value("get_ipython()._seednb.runtime.seed")
    assert shown == [f"seednb: seed {seed}", f"seednb: each cell draws from its own stream of seed {seed}"]


def test_verbs_come_back_after_a_reload(seeded):
    """`%reload_ext seednb` gives a working extension again, and none of the old one is left."""
    seeded.run("%reload_ext seednb\n%seed 42")
    assert seeded.run("%%seed 7\n" + DRAW).out == str(random.Random(7).random())
    assert seeded.value("sum('MagicNames' in repr(f) for f in get_ipython().input_transformers_cleanup)") == 1
