"""Who says hello is told; who does not is left alone."""

from __future__ import annotations

import json

import pytest

from seednb.wire import EVENT_TYPE, WIRE_VERSION
from tests.kernel.test_events import attach, events
from tests.shapes import misshapen

TYPES = {"cell": "CellEvent", "state": "StateEvent", "warning": "WarningEvent", "restart": "RestartEvent"}
DRAW = "import random\nrandom.random()"


def say(kernel, text):
    """Say something at the door of the extension, as a front end does; return the answer."""
    return json.loads(kernel.value(f"get_ipython()._seednb.hello({text!r})"))


def hello(kernel, **said):
    """Say hello; return the answer."""
    return say(kernel, json.dumps({"version": WIRE_VERSION, "client": "test", **said}))


def test_hello_is_answered_with_the_whole_runtime(seeded):
    """The answer has the typed shape: versions, the runtime, and the record of the cells so far."""
    seeded.run(DRAW, cell="draws")
    answer = hello(seeded)
    assert misshapen(answer, "Answer") == []
    assert (answer["current"]["seed"], answer["current"]["origin"], answer["current"]["mode"]) == (42, "magic", "stream")
    assert answer["record"] == seeded.records[0]
    assert list(answer["record"]["cells"]) == ["first", "draws"]


def test_events_are_sent_from_hello_on(seeded):
    """Before hello nothing is sent; after it each cell is one event of the typed shape, in its own request."""
    assert events(seeded.run(DRAW, cell="before")) == []
    hello(seeded)
    (event,) = events(seeded.run(DRAW, cell="after"))
    assert (event["event"], event["key"], list(event["sources"])) == ("cell", "after", ["python"])
    assert misshapen(event, "CellEvent") == []


def test_variables_are_digested_for_those_who_ask(seeded):
    """A listener that asks for variables gets their digests, in the record's line too; before that, and for others, there are none."""
    hello(seeded, client="one")
    (event,) = events(seeded.run("data = [1]", cell="before"))
    assert event["variables"] is None
    assert not seeded.value("'seednb.variables' in __import__('sys').modules")
    hello(seeded, client="another", variables=True)
    first, second, third = (
        events(seeded.run(source, cell=key))[0] for key, source in (("a", "x = 1"), ("b", "data.append(x)"), ("c", "x"))
    )
    assert list(first["variables"]["names"]) == ["x"]
    assert list(second["variables"]["names"]) == ["data"]
    assert third["variables"] == {"digest": "", "names": {}, "uncompared": {}}
    assert f"v={second['variables']['digest']}" in seeded.cells["b"].split()
    assert misshapen(second, "CellEvent") == []


def test_a_late_joiner_gets_the_whole_record(seeded):
    """Whoever says hello later, or again, gets all cells, and events are sent once, however many listen."""
    hello(seeded)
    seeded.run(DRAW, cell="one")
    answer = hello(seeded, client="another")
    hello(seeded, client="another")
    assert list(answer["record"]["cells"]) == ["first", "one"]
    assert len(events(seeded.run(DRAW, cell="two"))) == 1


def test_changes_of_seed_and_mode_are_told(seeded):
    """A cell that changes the seed or the mode is told of before the cell's own event; one that does not is not."""
    hello(seeded)
    for source, seed, mode in (("%seed 7", 7, "stream"), ("%seed per-cell", 7, "per-cell"), ("%seed off", None, "per-cell")):
        state, cell = events(seeded.run(source, cell="changes"))
        assert (state["event"], state["seed"], state["mode"], cell["event"]) == ("state", seed, mode, "cell")
        assert misshapen(state, "StateEvent") == []
    assert [event["event"] for event in events(seeded.run("1", cell="changes"))] == ["cell"]


def test_another_epoch_tells_another_runtime(start):
    """Two kernels, and two loads in one kernel, have different epochs."""
    kernel = start()
    kernel.run("%load_ext seednb")
    first = hello(kernel)["current"]["epoch"]
    kernel.run("%reload_ext seednb")
    assert hello(kernel)["current"]["epoch"] != first


@pytest.mark.parametrize("text", ["", "{}", "[" * 5000, json.dumps({"version": "2", "client": "x"})])
def test_bad_hellos_are_refused_in_one_line(shared, text):
    """What is no hello is answered with an error, and adds no listener."""
    shared.run("%reload_ext seednb\n%seed 42")
    answer = say(shared, text)
    assert set(answer) == {"version", "error"}
    assert "\n" not in answer["error"]
    assert events(shared.run(DRAW, cell="x")) == []


def test_newer_and_older_listeners_are_told_our_version(seeded):
    """A listener of another version gets an answer that names ours, and decides itself."""
    assert [hello(seeded, version=version)["version"] for version in (1, WIRE_VERSION + 1)] == [WIRE_VERSION] * 2


def test_runners_get_cells_only(kernel):
    """A runner that attached itself hears of cells, not of seeds: it planned them."""
    attach(kernel)
    kinds = [event["event"] for event in events(kernel.run("%seed 7\n" + DRAW, cell="x"))]
    assert kinds == ["cell"]


def test_messages_that_others_do_not_know_are_not_sent_by_any_verb(seeded):
    """No verb of the magic sends a message of our type to those who did not say hello."""
    for source in ("%seed 7", "%seed per-cell", "%seed rewind", "%%seed 3\n1", "%seed stream", "%seed", "%seed off"):
        assert [message["msg_type"] for message in seeded.run(source, cell="x").messages if message["msg_type"] == EVENT_TYPE] == []
