"""Display ids: derived from the seed for listed libraries, never twice the same, and the operating system's for everybody else."""

from __future__ import annotations

import os
import threading
import uuid

import pytest

from seednb.display import LIBRARIES, MAKERS, DisplayIds, Issued, Maker
from seednb.entropy import Seal
from seednb.runtime import Runtime
from seednb.tasks import Tasks
from tests.processes import fresh

LIBRARY = """
import uuid
from os import urandom
from uuid import uuid4
def new(): return uuid.uuid4().hex
def short(): return uuid4().hex[:2]
def raw(): return urandom(16).hex()
"""
FORKS = """
import json, os, pandas
from pandas.io.formats.style import Styler
from seednb.runtime import session
session().start(42, "api")
session().set_display_ids(on=True)
session().begin_cell("forks")
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, Styler(pandas.DataFrame(), uuid_len=32).uuid.encode())
    os._exit(0)
os.wait()
print(json.dumps([os.read(read, 99).decode(), Styler(pandas.DataFrame(), uuid_len=32).uuid]))
"""
OTHER = "def ask(function): return function()\n"


class World:
    """One process's display ids, as far as a test makes them up: a seal that knows the running cell, and what was issued."""

    def __init__(self, makers, *, issued=None, seed=42, pid=os.getpid):
        self.seal, self.issued = Seal(Tasks()), Issued() if issued is None else issued
        self.ids = DisplayIds(self.seal, Tasks(), _issued=self.issued, _pid=pid, _makers=makers)
        self.ids.start(seed)

    def run(self, cell, *makers):
        """Run a cell that calls these; return what they made."""
        self.seal.cell = cell
        self.ids.begin(cell)
        made = [make() for make in makers]
        self.seal.cell = ""
        return made


@pytest.fixture
def library(fake):
    """Return an imported library that makes identifiers in three ways, and the makers for it."""
    fake("ids", LIBRARY)
    fake("other", OTHER)
    import seednb_fake_ids
    import seednb_fake_other

    return seednb_fake_ids, seednb_fake_other.ask


@pytest.fixture
def world(library):
    """Return a function that begins a process in which the library's ids follow the seed; the test's end puts all back."""
    begun = []

    def begin(**options):
        maker = Maker("fake", **options.pop("maker", {}))
        begun.append(World({"seednb_fake_ids": maker}, **options))
        return begun[-1]

    yield begin
    for each in begun:
        each.ids.stop()


def test_ids_repeat_in_another_process(library, world):
    """In two processes identifiers are equal for one seed, cell and use, in whatever way the library asks; all others differ."""
    made = []
    for seed in (42, 42, 43):
        process = world(seed=seed)
        made.append(process.run("a", library[0].new, library[0].raw, library[0].new) + process.run("b", library[0].new))
        process.ids.stop()
    assert made[0] == made[1]
    assert len(set(made[0] + made[2])) == 8
    assert uuid.UUID(made[0][0]).version == 4


def test_another_cell_leaves_a_cells_ids_as_they_are(library, world):
    """A cell that is put before another one, or makes more identifiers, changes nothing for that one."""
    process = world()
    alone = process.run("b", library[0].new)
    process.ids.stop()
    process = world()
    process.run("a", library[0].new, library[0].new)
    assert alone == process.run("b", library[0].new)


def test_no_id_comes_twice_in_a_process(library, world):
    """A thousand runs of a cell, with seeds set again, unloading and loading, give new identifiers each time."""
    issued, made = Issued(), []
    for _ in range(10):
        process = world(issued=issued)
        made += [text for _ in range(100) for text in process.run("a", library[0].new, library[0].raw)]
        process.ids.stop()
    assert len(set(made)) == 2000


def test_digits_that_come_into_the_output_are_told_apart(library, world):
    """Where an output has but two digits of an identifier, all 256 come before one comes again, and then nothing breaks."""
    process = world(maker={"digits": 2})
    made = [text for _ in range(100) for text in process.run("a", library[0].short)]
    assert len(set(made)) == 100
    for _ in range(300):
        process.run("a", library[0].short)


def test_ids_outside_of_cells_are_the_systems(library, world):
    """Between cells, in threads and in a forked child identifiers do not follow the seed."""
    pids = [1]
    process = world(pid=lambda: pids[-1])
    found = [*process.run("a", library[0].new), library[0].new()]
    process.seal.cell = "a"
    thread = threading.Thread(target=lambda: found.append(library[0].new()))
    thread.start()
    thread.join()
    pids.append(2)
    found.append(library[0].new())
    assert len(process.issued.ids) == 1
    assert len(set(found)) == 4


def test_only_listed_modules_may_ask(library, world):
    """A module that makes identifiers for others does so for those that are listed, and for no one who calls it himself."""
    new, ask = library[0].new, library[1]
    process = world(maker={"askers": ("seednb_fake_other",), "through": ("seednb_fake_ids",)})
    process.run("a", new)
    assert process.issued.ids == set()
    (made,) = process.run("a", lambda: ask(new))
    assert len(process.issued.ids) == 1
    assert len(made) == 32


def test_what_everybody_uses_is_untouched(library, world):
    """`uuid.uuid4` and `os.urandom` themselves are what they were; the library sees the rest of `uuid` as it is."""
    functions = (uuid.uuid4, os.urandom)
    world()
    assert library[0].uuid is not uuid
    assert (library[0].uuid.UUID, library[0].uuid.NAMESPACE_DNS) == (uuid.UUID, uuid.NAMESPACE_DNS)
    assert (uuid.uuid4, os.urandom) == functions


def test_stopping_puts_back_what_nobody_has_replaced(library, world):
    """Afterwards the library has its names as they were; what another has put in place of ours stays."""
    process = world()
    library[0].uuid4 = theirs = object()
    process.ids.stop()
    assert (library[0].uuid, library[0].urandom, library[0].uuid4) == (uuid, os.urandom, theirs)


def test_a_module_that_is_built_otherwise_is_noted(fake):
    """A version that has none of the names is left alone, and noted once; nothing is raised."""
    fake("ids", "new = 1\n")
    import seednb_fake_ids

    before = dict(vars(seednb_fake_ids))
    process = World({"seednb_fake_ids": Maker("fake")})
    process.ids.start(43)
    assert process.ids.take_notes() == [
        {"kind": "unsealed", "where": "seednb_fake_ids", "what": "this version makes its display ids otherwise"}
    ]
    assert (process.ids.take_notes(), process.ids.libraries(), dict(vars(seednb_fake_ids))) == ([], [], before)
    process.ids.stop()


def test_plots_have_a_date_while_ids_follow_the_seed(monkeypatch):
    """SOURCE_DATE_EPOCH is set where nobody has set it, and goes again; the user's own stays."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    process = World({})
    assert os.environ["SOURCE_DATE_EPOCH"] == "315532800"
    process.ids.stop()
    assert "SOURCE_DATE_EPOCH" not in os.environ
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    World({}).ids.stop()
    assert os.environ["SOURCE_DATE_EPOCH"] == "7"


def test_a_thousand_runs_of_a_styler_cell():
    """Pandas puts five digits of a UUID into its tables; a thousand runs of one cell show none twice, after reseeds too."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("jinja2")
    frame, runtime, seen = pandas.DataFrame({"a": [1]}), Runtime([]), []
    for run in range(1000):
        if run % 100 == 0:
            runtime.start(42, "api")
            runtime.set_display_ids(on=True)
        runtime.begin_cell("styler")
        seen.append(frame.style.uuid)
        runtime.end_cell()
    runtime.stop()
    assert {len(text) for text in seen} == {5}
    assert len(set(seen)) == 1000


def test_a_forked_child_does_not_repeat_its_parent():
    """What a forked child shows has identifiers of its own: neither those that the parent shows next, nor those of another run."""
    pytest.importorskip("pandas")
    pytest.importorskip("jinja2")
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork on this system")
    (first, parent), (second, again) = fresh(FORKS), fresh(FORKS)
    assert parent == again
    assert len({first, second, parent}) == 3


def test_every_module_stands_for_a_library():
    """Each module on the list stands for a library, and no module of Jupyter's or a tracker's may ask."""
    askers = {asker.partition(".")[0] for maker in MAKERS.values() for asker in maker.askers}
    assert askers == {"anywidget", "bokeh", "ipywidgets"}
    assert {module for module in MAKERS if module.partition(".")[0] in {"ipykernel", "comm", "jupyter_client"}} == {
        "comm.base_comm",
        "ipykernel.comm.comm",
    }
    assert LIBRARIES == tuple(sorted({maker.library for maker in MAKERS.values()}))
