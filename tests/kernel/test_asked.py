"""What a front end asks outside cells is done between cells, answered in JSON, and told to all who listen."""

from __future__ import annotations

import json
import random

import pytest

from seednb.wire import WIRE_VERSION
from tests.kernel.conftest import RECORD
from tests.kernel.test_events import attach, events
from tests.kernel.test_listeners import hello
from tests.shapes import misshapen

DRAW = "import random\nrandom.random()"


def say(kernel, text):
    """Send a text to the door for questions; return the answer."""
    return json.loads(kernel.value(f"get_ipython()._seednb.ask({text!r})"))


def ask(kernel, do, value=None, **more):
    """Ask for something as a front end does; return the answer."""
    return say(kernel, json.dumps({"version": WIRE_VERSION, "client": "test", "do": do, "value": value, **more}))


def loaded(kernel):
    """Load seednb in a cell of a kernel that no seed has reached, and say hello."""
    kernel.run("%load_ext seednb", cell="loads")
    hello(kernel, badges=True, records=True)
    return kernel


def test_a_seed_set_before_the_first_draw_is_the_start_seed(kernel):
    """A seed from a front end gives what `%seed` gives, is the run's start seed, and leaves no output."""
    one = ask(loaded(kernel), "seed", 42)
    assert misshapen(one, "Asked") == []
    assert ("seed 42 (given in the front end)", 42, "front-end") == (one["text"], one["current"]["seed"], one["current"]["origin"])
    result = kernel.run(DRAW, cell="draws")
    assert str(random.Random(42).random()) == result.value
    assert [] == result.shown


def test_the_recorded_seed_is_named_as_such(kernel):
    """A seed that the front end has taken from the record has that origin, and a new one is generated."""
    loaded(kernel)
    assert "record" == ask(kernel, "seed", 7, origin="record")["current"]["origin"]
    new = ask(kernel, "seed")["current"]
    assert ("generated", True) == (new["origin"], 0 <= new["seed"] < 2**31)


def test_a_seed_after_draws_says_what_it_does_not_reach(seeded):
    """Cells that have drawn keep their numbers, and the answer says so; the start seed stays."""
    seeded.run(DRAW, cell="draws")
    answer = ask(seeded, "seed", 7)
    assert "from here on: cells that have run keep their numbers" in answer["text"]
    assert (42, [["", 7]]) == (answer["current"]["seed"], answer["current"]["reseeds"])
    assert answer["record"]["reseeds"] == [["", 7]]


def test_a_seed_in_place_of_a_cells_is_the_start_seed(start):
    """Set before anything has drawn, it is recorded as if the cell had set it: a replay lets that cell set it."""
    kernel, other = start(), start()
    kernel.run("%load_ext seednb\n%seed 42", cell="first")
    other.run("%load_ext seednb\n%seed 7", cell="first")
    answer = ask(kernel, "seed", 7)
    wanted = hello(other)["record"]
    assert (7, []) == (answer["record"]["seed"], answer["record"]["reseeds"])
    assert "keep their numbers" not in answer["text"]
    assert wanted["cells"]["first"].split(" ")[2:] == answer["record"]["cells"]["first"].split(" ")[2:]
    assert "python=" in wanted["cells"]["first"]


def test_rewinding_from_outside_gives_the_cell_its_numbers_again(seeded):
    """After a rewind to a cell its next run draws what its first run drew."""
    first = seeded.run(DRAW, cell="draws").value
    assert first != seeded.run(DRAW, cell="draws").value
    assert "python" in ask(seeded, "rewind", "draws")["text"]
    assert first == seeded.run(DRAW, cell="draws").value


def test_modes_and_switches_are_set(seeded):
    """Mode, strictness and display ids follow what is asked, `off` ends the seed, and each is told as a change of state."""
    hello(seeded)
    assert "per-cell" == ask(seeded, "mode", "per-cell")["current"]["mode"]
    assert ask(seeded, "strict", True)["current"]["strict"] is True
    assert ask(seeded, "strict", False)["current"]["strict"] is False
    assert ask(seeded, "ids", True)["current"]["display_ids"] is True
    ask(seeded, "off")
    assert seeded.value("__import__('seednb').current()") is None


def test_other_listeners_are_told_of_what_was_asked(seeded):
    """A change that one front end asks for reaches the others as an event of the request."""
    hello(seeded)
    request = {"version": WIRE_VERSION, "do": "mode", "value": "per-cell"}
    expression = f"get_ipython()._seednb.ask({json.dumps(request)!r})"
    told = events(seeded.run("", silent=True, store_history=False, user_expressions={"v": expression}))
    assert [("state", "per-cell")] == [(event["event"], event["mode"]) for event in told]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the question is not JSON"),
        ("[" * 5000, "the question is not JSON"),
        ("{}", 'a question must be an object with an integer "version" and a text "do"'),
        ('{"version": 3, "do": "fly"}', '"do" must be one of finish, ids, mode, off, rewind, seed, strict'),
        ('{"version": 3, "do": "seed", "value": -1}', "seed -1 is out of range: give an integer from 0 to 4294967295"),
        ('{"version": 3, "do": "seed", "value": 1, "origin": "magic"}', '"origin" must be one of front-end, record'),
        ('{"version": 3, "do": "mode", "value": "both"}', '"value" must be one of stream, per-cell'),
        ('{"version": 3, "do": "strict", "value": 1}', '"value" must be true or false for strict'),
        ('{"version": 3, "do": "rewind"}', '"value" must be a cell\'s id'),
        ('{"version": 3, "do": "rewind", "value": "never"}', "no cell with an id that begins with 'never'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(shared, text, error):
    """A question that cannot be read, or asks for what is not there, changes nothing and says why."""
    shared.run("%reload_ext seednb\n%seed 42")
    assert {"version": WIRE_VERSION, "error": error} == say(shared, text)
    assert shared.value("__import__('seednb').current()") == 42


def test_switched_off_means_off(start):
    """Where SEEDNB=off is set, a front end's questions are answered with that."""
    kernel = start(SEEDNB="off")
    kernel.run("%load_ext seednb")
    assert "switched off by SEEDNB=off" == ask(kernel, "seed", 42)["error"]


def test_the_record_leaves_the_output_for_who_writes_the_metadata(seeded):
    """Once somebody writes the record into the metadata, no output carries it: not the one that did, and no later one."""
    assert len(seeded.records) == 1
    answer = hello(seeded, records=True)
    seeded.run("%seed 7", cell="again")
    assert [] == seeded.records
    assert ["seednb: seed 42"] == [data["text/plain"] for data in seeded.displays.values() if RECORD not in data]
    assert list(answer["record"]["cells"]) == ["first"]


def test_files_are_noted_for_who_writes_the_record(seeded, tmp_path):
    """A listener that writes records is told which files the cells have read."""
    (tmp_path / "data.csv").write_text("1,2")
    seeded.run("open('data.csv').read()")
    assert [] == hello(seeded)["current"]["inputs"]
    hello(seeded, records=True)
    seeded.run("open('data.csv').read()")
    assert ["data.csv"] == hello(seeded, records=True)["current"]["inputs"]


def test_the_notebook_that_is_read_between_cells_is_no_input(start, tmp_path):
    """The notebook's own file, which the kernel side reads to know the order of its cells, is no input of the run."""
    path = tmp_path / "nb.ipynb"
    path.write_text('{"cells": []}')
    kernel = loaded(start(JPY_SESSION_NAME=str(path)))
    (tmp_path / "data.csv").write_text("1,2")
    for number in range(2):
        path.write_text(f'{{"cells": [], "n": {number}}}')
        kernel.run("import asyncio\nawait asyncio.sleep(0.2)")
    kernel.run("open('data.csv').read()")
    assert ["data.csv"] == hello(kernel, records=True)["current"]["inputs"]


def test_a_replay_in_a_front_end_obeys_its_plan_until_it_is_finished(kernel):
    """An interactive plan overrides the notebook's seeds and sends variables; after `finish` the notebook's seeds count again."""
    attach(kernel, interactive=True, replay=True, seed=7)
    assert ask(kernel, "seed", 3)["error"].startswith("not now: a replay has set the seed")
    (cell,) = events(kernel.run("%seed 42\nx = 1", cell="a"))
    assert (7, ["x"]) == (kernel.value("__import__('seednb').current()"), list(cell["variables"]["names"]))
    assert "the replay has ended" == ask(kernel, "finish")["text"]
    assert [] == events(kernel.run("x = 2", cell="b"))
    hello(kernel)
    state, cell = events(kernel.run("%seed 42", cell="c"))
    assert (42, None) == (state["seed"], cell["variables"])


def test_a_replay_in_a_front_end_shows_nothing_of_its_own(kernel):
    """Who sends a plan keeps the record: a cell that seeds nothing shows no seed, and one that does carries no record."""
    attach(kernel, interactive=True, replay=True)
    assert [] == kernel.run(DRAW, cell="a").shown
    assert ["seednb: seed 42"] == kernel.run("%seed 42", cell="b").shown
    assert [] == kernel.records


def test_cells_are_warned_of_after_a_replay(kernel):
    """A front end's replay is followed by work as usual: a cell that is run again is warned of."""
    attach(kernel, interactive=True)
    hello(kernel, badges=True)
    kernel.run(DRAW, cell="draws")
    ask(kernel, "finish")
    warned = [event for event in events(kernel.run(DRAW, cell="draws")) if event["event"] == "warning"]
    assert [("re-run", "draws")] == [(event["kind"], event["key"]) for event in warned]


def test_a_runner_is_not_finished_by_others(kernel):
    """Whoever asks to finish a run that seednb itself drives is refused."""
    attach(kernel)
    assert "this notebook is run by seednb" in ask(kernel, "finish")["error"]
