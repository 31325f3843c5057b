"""The magic as a user meets it, in real kernels."""

from __future__ import annotations

import random

import pytest

DRAW = "import random\nprint(random.random())"
USUAL = "0.6394267984578837"
HINT = "give an integer from 0 to 4294967295, for example 42; nothing was changed"
OUT_OF_RANGE = "is out of range: give an integer from 0 to 4294967295; nothing was changed"
VERBS = [f"%seed {verb}" for verb in ("42", "new", "off", "rewind", "per-cell", "stream", "strict", "ids on", "restart")]
VERBS += ["%%seed 42", "`relaxed` goes back", "show the seed"]
OWNER = "get_ipython().register_magic_function(lambda line: print('theirs', line), 'line', 'seed')"


def test_seed_gives_the_numbers_of_the_hand_written_line(seeded):
    """`%seed 42` gives what `random.seed(42)` gives."""
    assert seeded.run(DRAW).out == USUAL


def test_new_generates_another_seed_each_time(seeded):
    """`%seed new` names a fresh seed below 2**31, and that seed gives the numbers that follow."""
    shown = [seeded.run("%seed new").shown[0] for _ in range(2)]
    seeds = [int(text.rpartition(" ")[2]) for text in shown]
    assert shown == [f"seednb: seed {seed}" for seed in seeds]
    assert seeds[0] != seeds[1]
    assert max(seeds) < 2**31
    assert seeded.run(DRAW).out == str(random.Random(seeds[1]).random())


def test_status_tells_the_seed_its_origin_and_what_it_covers(seeded):
    """`%seed` alone names the seed, where it comes from, what follows it now and what will."""
    (line,) = seeded.run("%seed").shown
    assert line == (
        "seednb: seed 42 (given to %seed); covers python; at their import: numpy, torch, tensorflow, keras, caffe, libc, r, numba, dask, "
        "faker, polars, opencv, cupy, paddle, mxnet; unseeded generators follow it"
    )


def test_status_tells_the_origin_of_the_seed_in_force(start):
    """After a reseed, `%seed` tells where the new seed comes from, not where the first one came from."""
    kernel = start(SEEDNB_SEED="5")
    kernel.run("%load_ext seednb\n" + DRAW)
    kernel.run("%seed 6")
    assert kernel.run("%seed").shown[0].startswith("seednb: seed 6 (given to %seed)")


def test_status_says_that_jax_keys_are_data(seeded):
    """With JAX loaded, `%seed` says that its keys follow the seed only where the notebook makes them from it."""
    assert "JAX" not in seeded.run("%seed").shown[0]
    seeded.run("import sys, types\nsys.modules['jax'] = types.ModuleType('jax')")
    assert "JAX keys are data: they follow it where the notebook makes them from it" in seeded.run("%seed").shown[0]


def test_status_tells_the_mode_and_strictness(seeded):
    """`%seed` names per-cell streams and strict operations while they are in force."""
    seeded.run("%seed per-cell\n%seed strict")
    (line,) = seeded.run("%seed").shown
    assert "each cell draws from its own stream; strict: deterministic operations only; covers python" in line


def test_status_without_a_seed_says_how_to_set_one(seeded):
    """After `%seed off` the status says that no seed is set, and later imports are not seeded."""
    assert seeded.run("%seed off").shown == ["seednb: off; generators go on from where they are"]
    assert seeded.run("%seed").shown == ["seednb: no seed is set; %seed 42 sets one, %seed new generates one"]
    assert seeded.value("[type(finder).__name__ for finder in __import__('sys').meta_path]").count("ImportHook") == 0


def test_off_before_any_seed_wins(kernel):
    """`%seed off` in the cell that loads seednb keeps that cell's end from generating a seed."""
    assert kernel.run("%load_ext seednb\n%seed off").shown == ["seednb: off; generators go on from where they are"]
    assert kernel.run("1").shown == []
    assert kernel.value("get_ipython()._seednb.runtime.seed") is None


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("abc", f"'abc' is not a seed: {HINT}"),
        ("-1", f"seed -1 {OUT_OF_RANGE}"),
        ("4294967296", f"seed 4294967296 {OUT_OF_RANGE}"),
        ("1.5", f"'1.5' is not a seed: {HINT}"),
        ("9" * 60, f"'{'9' * 39}…' is not a seed: {HINT}"),
        ("42 43", f"'42 43' is not a seed: {HINT}"),
        ("True", f"'True' is not a seed: {HINT}"),
        ("NEW", f"'NEW' is not a seed: {HINT}"),
    ],
)
def test_bad_seeds_are_refused_in_one_line(shared, argument, reason):
    """What is no seed gives one line that says what to do, and the stream goes on as if nothing had been asked."""
    shared.run("%seed 42")
    result = shared.run(f"%seed {argument}")
    assert (result.status, result.out, result.shown) == ("ok", "", [])
    assert result.err == f"seednb: %seed: {reason}"
    assert shared.run(DRAW).out == USUAL


def test_arguments_may_be_variables_and_have_comments(shared):
    """`%seed $n` takes a variable's value, and a comment after the seed is no part of it."""
    assert shared.run("n = 7\n%seed $n  # lucky").shown == ["seednb: seed 7"]


def test_both_names_are_one_magic(shared):
    """`%seednb 8` does what `%seed 8` does."""
    assert shared.run("%seednb 8").shown == ["seednb: seed 8"]


def test_completion_offers_the_verbs(shared):
    """Tab after `%seed ` and `%seednb ` offers every verb."""
    for text in ("%seed ", "%seednb "):
        reply = shared.client.complete(text, len(text), reply=True, timeout=60)
        verbs = {"ids", "new", "off", "per-cell", "relaxed", "restart", "rewind", "stream", "strict"}
        assert verbs <= set(reply["content"]["matches"])


def test_help_names_every_verb(shared):
    """`%seed?` shows every verb and what it does."""
    (page,) = shared.run("%seed?").reply["content"]["payload"]
    text = page["data"]["text/plain"]
    assert [verb for verb in VERBS if verb not in text] == []


@pytest.mark.parametrize(
    ("variables", "pyproject", "magic", "expected"),
    [
        ({"SEEDNB_SEED": "1"}, "2", "%seed 3", "seed 3 (given to %seed)"),
        ({"SEEDNB_SEED": "1"}, "2", "", "seed 1 (from SEEDNB_SEED)"),
        ({"SEEDNB_SEED": " "}, "2", "", "seed 2 (from pyproject.toml)"),
        ({}, None, "", "(newly generated)"),
    ],
)
def test_the_seed_closest_to_the_notebook_wins(start, tmp_path, variables, pyproject, magic, expected):
    """`%seed N` wins over SEEDNB_SEED, that over pyproject.toml, that over a generated one; the origin is told."""
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\nseed = {pyproject}\n", encoding="utf-8")
    kernel = start(**variables)
    kernel.run(f"%load_ext seednb\n{magic}")
    assert expected in kernel.run("%seed").shown[0]


def test_environment_seed_holds_from_the_load_on(start):
    """With SEEDNB_SEED the cell that loads seednb is seeded from that line on."""
    result = start(SEEDNB_SEED="42").run(f"%load_ext seednb\n{DRAW}")
    assert (result.out, result.shown) == (USUAL, ["seednb: seed 42"])


@pytest.mark.parametrize("text", ["abc", "-1", "4294967296", "1.5"])
def test_environment_that_is_no_seed_is_one_line(start, text):
    """A SEEDNB_SEED that is no seed gives one line at the load, and no seed is made up in its place."""
    kernel = start(SEEDNB_SEED=text)
    result = kernel.run("%load_ext seednb")
    assert result.err.startswith("seednb: SEEDNB_SEED: ")
    assert "\n" not in result.err
    assert (result.shown, kernel.run("1").shown) == ([], [])
    assert kernel.value("get_ipython()._seednb.runtime.seed") is None


def test_pyproject_that_is_no_seed_is_one_line(start, tmp_path):
    """A pyproject.toml whose seed is none is named once, and `%seed` works."""
    (tmp_path / "pyproject.toml").write_text('[tool.seednb]\nseed = "abc"\n', encoding="utf-8")
    kernel = start()
    (line,) = kernel.run("%load_ext seednb").shown
    assert line.startswith(f"seednb: {tmp_path / 'pyproject.toml'}: [tool.seednb] seed: 'abc' is not a seed")
    assert kernel.run("1").shown == []
    assert kernel.run(f"%seed 42\n{DRAW}").out == USUAL


def test_loading_alone_generates_a_seed_and_shows_it(kernel):
    """A notebook that loads seednb and names no seed has one from its second cell on, and shows it."""
    (line,) = kernel.run("%load_ext seednb").shown
    assert kernel.run(DRAW).out == str(random.Random(int(line.rpartition(" ")[2])).random())


def test_seed_function_shows_the_record_too(kernel):
    """`seednb.seed(42)` in a notebook that has loaded seednb shows the seed and carries the record."""
    assert kernel.run("%load_ext seednb\nimport seednb\nseednb.seed(42)").shown == ["seednb: seed 42"]
    assert (kernel.records[0]["seed"], kernel.records[0]["origin"]) == (42, "api")


def test_alias_of_another_extension_is_left_alone(kernel):
    """Where `%seed` belongs to someone else it stays theirs, through load and unload, and `%seednb` works."""
    kernel.run(OWNER)
    assert kernel.run("%load_ext seednb\n%seed 1\n%seednb 42").out == "theirs 1"
    assert kernel.run(DRAW).out == USUAL
    assert kernel.run("%unload_ext seednb\n%seed 2").out == "theirs 2"


def test_alias_taken_over_later_is_not_taken_away(seeded):
    """An extension that registers `%seed` after us keeps it when seednb is unloaded."""
    seeded.run(OWNER)
    assert seeded.run("%unload_ext seednb\n%seed 3").out == "theirs 3"


def test_switched_off_does_nothing_and_breaks_nothing(start):
    """With SEEDNB=off a notebook runs through, says why it is not seeded, and nothing is seeded or hooked."""
    kernel = start(SEEDNB="off", SEEDNB_SEED="42")
    result = kernel.run("%load_ext seednb\n%seed 42")
    assert (result.status, result.out) == ("ok", "seednb: switched off by SEEDNB=off")
    assert result.shown == ["seednb: switched off by SEEDNB=off"]
    assert kernel.run(DRAW).out != USUAL
    assert kernel.records == []
    assert kernel.value("get_ipython()._seednb.runtime.seed") is None


def test_seeding_in_a_subshell_is_refused(seeded):
    """A cell that does not run in the main thread cannot seed: it gets one line, and nothing changes."""
    code = "import threading\nt = threading.Thread(target=get_ipython()._seednb.magic.seed, args=('7',))\nt.start()\nt.join()"
    assert seeded.run(code).err == "seednb: not now: a seed can be set in the main thread only, not in a subshell's"
    assert seeded.run(DRAW).out == USUAL
