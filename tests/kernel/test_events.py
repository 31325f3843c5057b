"""What a kernel tells a runner that has attached itself."""

from __future__ import annotations

import pytest

from seednb.digest import digest, source_digest
from seednb.wire import EVENT_TYPE, WIRE_VERSION
from tests.shapes import misshapen

PLAN = {
    "version": WIRE_VERSION,
    "seed": 42,
    "origin": "command-line",
    "override": True,
    "seal": True,
    "replay": False,
    "reseeds": [],
    "mode": "stream",
    "streams": {},
    "settings": {},
    "restore_env": {},
    "stable_files": True,
    "variables": True,
    "interactive": False,
}
HELPER = "import numpy as np, numpy.random\n\n\ndef make():\n    return np.random.default_rng()"


def attach(kernel, **changes):
    """Attach with a plan; return the kernel's answer."""
    kernel.run("%load_ext seednb")
    return kernel.value(f"get_ipython()._seednb.attach({ {**PLAN, **changes}!r})")


def events(result):
    """Return the contents of the events among a result's messages."""
    return [message["content"] for message in result.messages if message["msg_type"] == EVENT_TYPE]


def needs_numpy(kernel):
    """Skip the test where the kernel's environment has no NumPy."""
    if not kernel.value("__import__('importlib.util').util.find_spec('numpy') is not None"):
        pytest.skip("no NumPy in the kernel's environment")


def test_nothing_is_sent_to_those_who_have_not_asked(seeded):
    """Without a runner no message of our own type is sent: nbclient would print a line about it."""
    assert {message["msg_type"] for message in seeded.run("1").messages} <= {
        "status",
        "execute_input",
        "execute_result",
        "update_display_data",
    }


def test_each_cell_is_one_event(kernel):
    """A runner gets one event for each cell, with its key, its source's digest, and what it changed; blank cells have none."""
    attach(kernel)
    source = "import random\nvalue = random.random()"
    (event,) = events(kernel.run(source, cell="one"))
    expected = digest(bytes.fromhex(kernel.value("get_ipython()._seednb.runtime.states()['python'].hex()")))
    assert event == {
        "event": "cell",
        "version": WIRE_VERSION,
        "epoch": kernel.value("get_ipython()._seednb.runtime.epoch"),
        "key": "one",
        "source": source_digest(source),
        "sources": {"python": expected},
        "seeded": True,
        "stream": None,
        "notes": [],
        "variables": event["variables"],
    }
    assert misshapen(event, "CellEvent") == []
    assert event["variables"]["names"].keys() == {"value"}
    assert event["variables"]["uncompared"] == {"random": "type: builtins.module"}
    assert events(kernel.run("", cell="blank")) == []
    assert events(kernel.run("def (", cell="broken"))[0]["sources"] == {}


def test_notes_name_the_cells_line(kernel):
    """A sealed use is noted with the line of the cell that runs, and the function of an earlier cell that it went through."""
    needs_numpy(kernel)
    attach(kernel)
    kernel.run(HELPER)
    (event,) = events(kernel.run("x = 1\nmake()\nawait __import__('asyncio').sleep(0)\nnp.random.default_rng()", cell="uses"))
    assert [(note["kind"], note["where"]) for note in event["notes"]] == [
        ("sealed", "line 2, through make line 5"),
        ("sealed", "line 4"),
    ]
    assert set(event["sources"]) == {"sealed"}
    (event,) = events(kernel.run("from threading import Thread\nt = Thread(target=make)\nt.start(); t.join()"))
    assert [(note["kind"], note["where"]) for note in event["notes"]] == [("sealed", "make line 5")]


def test_answer_describes_the_runtime(kernel):
    """Attaching seeds as planned, and answers with the seed, its origin and the environment."""
    answer = attach(kernel, seed=7, origin="record", seal=False)
    assert (answer["version"], answer["seed"], answer["origin"], answer["sealed"]) == (WIRE_VERSION, 7, "record", False)
    assert answer["environment"]["python"].startswith("3.")
    assert kernel.run("import random; print(random.random())").out == "0.32383276483316237"


def test_overridden_seed_says_so(kernel):
    """A `%seed N` in a run with another seed tells in one line which is used, and starts its stream again."""
    attach(kernel)
    kernel.run("import random; random.random()")
    assert kernel.run("%seed 7").shown == ["seednb: seed 42 (given on the command line) in place of 7"]
    assert kernel.run("print(random.random())").out == "0.6394267984578837"


@pytest.mark.parametrize("origin", ["record", "notebook", "something newer"])
def test_overridden_seed_of_any_origin(kernel, origin):
    """A replay's plan overrides too, whatever its seed's origin is called."""
    attach(kernel, replay=True, origin=origin)
    (line,) = kernel.run("%seed 7").shown
    assert line.startswith("seednb: seed 42 (")


def test_replay_takes_the_recorded_seed_of_a_cell(kernel):
    """In a replay `%seed new` and a changed `%seed N` take what the record has for that cell."""
    attach(kernel, replay=True, reseeds=[["again", 7]])
    kernel.run("import random; random.random()")
    assert kernel.run("%seed new", cell="again").shown == ["seednb: seed 7"]
    assert kernel.run("print(random.random())").out == "0.32383276483316237"


def test_no_record_travels_where_a_runner_listens(kernel):
    """A runner writes the record itself: a `%seed` line shows no second one."""
    attach(kernel)
    kernel.run("%seed 42")
    assert kernel.records[1:] == []


def test_environment_of_children_is_put_back(kernel):
    """Variables that had to be set before the start are gone, or as they were, once the kernel runs."""
    kernel.run("import os; os.environ['A_TEST'] = 'planned'; os.environ['B_TEST'] = 'planned'")
    attach(kernel, restore_env={"A_TEST": None, "B_TEST": "mine"})
    assert kernel.value("[__import__('os').environ.get(name) for name in ('A_TEST', 'B_TEST')]") == [None, "mine"]


def test_cell_files_have_stable_names(kernel):
    """With `stable_files` a cell's file carries no process id."""
    attach(kernel)
    name = kernel.run("def here(): pass\nprint(here.__code__.co_filename)").out
    assert "ipykernel_seednb" in name
    assert str(kernel.value("__import__('os').getpid()")) not in name
