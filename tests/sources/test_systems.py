"""Numba, Dask, Faker, Polars, OpenCV, JAX, Paddle, MXNet, CuPy: the real libraries, in environments of their own."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, environment, texts
from tests.kernel.conftest import Kernel
from tests.sources.systems import READABLE, SEEDS, SET_ONLY, SYSTEMS, script

PYTHONS = [python for python in os.environ.get("SEEDNB_TEST_SYSTEMS_PYTHON", sys.executable).split(os.pathsep) if python]
OPTIONS = {"SEEDNB_JAX_OFFSET": "1", "NUMBA_NUM_THREADS": "1"}
MODULES = {"opencv": "cv2", "dask": "dask.array"}
END = "print(json.dumps([draw(), draw()]))"

RESTORED = """
from seednb.runtime import session
source = next(source for source in session().sources if source.name == NAME)
bad = []
for turn in range(12):
    seednb.seed(turn)
    for _ in range(turn % 4):
        draw()
    state = source.state()
    first = draw()
    moved = source.state()
    source.restore(state)
    if source.state() != state or draw() != first or source.state() != moved or (moved == state) is not IS_DATA:
        bad.append(turn)
print(json.dumps([bad, session().failures]))
"""

TRACES = """
import os, sys
IMPORTS
draw()
before = [list(sys.meta_path), dict(os.environ)]
import seednb
seednb.seed(42)
draw()
seednb.off()
print(json.dumps([before == [list(sys.meta_path), dict(os.environ)], OFFSET]))
"""


@functools.cache
def python(name):
    """Return the interpreter that has a system; skip the test where none has."""
    module = MODULES.get(name, name)
    for path in PYTHONS:
        code = f"import importlib.util as u, sys; sys.exit(u.find_spec({module.partition('.')[0]!r}) is None)"
        if subprocess.run([path, "-c", code], env=environment(), check=False).returncode == 0:
            return path
    return None


def interpreter(name):
    """Return the interpreter that has a system, else skip loudly."""
    found = python(name)
    if found is None:
        pytest.skip(f"{name} is not installed here: `make test-systems` installs what can be had")
    return found


@functools.cache
def run(name, *lines):
    """Run a script with a system in a fresh interpreter; return the JSON that it prints last."""
    command = [interpreter(name), "-c", script(name, *lines)]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment(**OPTIONS), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_one_integer_gives_what_the_hand_written_line_gives(name, seed):
    """Seeding before the import or after it gives, in a process of its own, the numbers of the system's own call after the import."""
    ours = f"import seednb; seednb.seed({seed})"
    expected = run(name, "IMPORTS", f"BY_HAND({seed})", END)
    assert expected == run(name, ours, "IMPORTS", END)
    if seed == SEEDS[1]:
        assert expected == run(name, "IMPORTS", "draw()", ours, END)
        assert expected != run(name, "IMPORTS", f"BY_HAND({SEEDS[0]})", END)


@pytest.mark.parametrize("name", READABLE)
def test_states_come_back(name):
    """Every draw after restore() is the one that followed state(), and every draw changes the state; JAX keys change nothing."""
    lines = RESTORED.replace("NAME", repr(name)).replace("IS_DATA", repr(name == "jax"))
    assert [[], []] == run(name, "import seednb", "seednb.seed(1)", "IMPORTS", lines)


@pytest.mark.parametrize("name", SYSTEMS)
def test_nothing_is_left_behind(name):
    """When seeding ends, JAX's offset, the environment and the finders are as they were."""
    offset = "jax.config.jax_random_seed_offset" if name == "jax" else "0"
    assert [True, 0] == run(name, TRACES.replace("OFFSET", offset))


def test_jax_is_left_alone_unless_asked():
    """Without the setting the seed does not touch JAX, and JAX is no source."""
    lines = ("import os; del os.environ['SEEDNB_JAX_OFFSET']", "import seednb; seednb.seed(42)", "IMPORTS")
    end = "from seednb.runtime import session\nprint(json.dumps([jax.config.jax_random_seed_offset, session().loaded()]))"
    offset, loaded = run("jax", *lines, end)
    assert (0, False) == (offset, "jax" in loaded)


def test_a_setting_that_is_none_is_told(tmp_path):
    """A wrong value of the setting is one line, and JAX keeps its keys."""
    end = "from seednb.runtime import session\nprint(json.dumps([jax.config.jax_random_seed_offset, session().failures]))"
    lines = ("import os; os.environ['SEEDNB_JAX_OFFSET'] = 'maybe'", "import seednb; seednb.seed(42)", "IMPORTS", end)
    assert [0, ["jax could not be seeded: SettingsError: SEEDNB_JAX_OFFSET=maybe: give 1 or 0"]] == run("jax", *lines)


UNIQUE = """
from seednb.sources.faker import FakerSource
source = FakerSource()
before = source.state()
source.seed(42)
one = faker.Faker().binary(8).hex()
source.restore(before)
two = faker.Faker().binary(8).hex()
source.restore(before)
print(json.dumps([one, two, faker.Faker().binary(8).hex()]))
"""


def test_faker_knows_again_that_it_was_not_seeded():
    """Unseeded, Faker takes bytes from the operating system; restoring an unseeded state restores that too."""
    seeded, first, second = run("faker", "import seednb", "IMPORTS", UNIQUE)
    assert 3 == len({seeded, first, second})


HELD = """
from seednb.sources.held import HeldSource
print(json.dumps(sorted(HeldSource(list(globals()), dict(globals())).found)))
"""


@pytest.mark.parametrize(("name", "line"), [("faker", "fake = faker.Faker()"), ("dask", "own = da.random._cached_states['numpy']")])
def test_shared_generators_are_held_by_nobody(name, line):
    """A variable that leads to a system's shared generator holds none: it is the system's, and is counted once."""
    assert [] == run(name, "IMPORTS", "draw()", line, HELD)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_notebook_is_replayed(name, seednb, make_notebook, tmp_path):
    """A notebook that draws from a system gives other numbers with another seed, and the same in a replay, which needs no setting."""
    argv = [interpreter(name), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    folder = tmp_path / "share" / "kernels" / "systems"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "systems", "language": "python"}))
    where = {"JUPYTER_PATH": str(tmp_path / "share"), "NUMBA_NUM_THREADS": "1"}
    system = SYSTEMS[name]
    spec = {"kernelspec": {"name": "systems", "display_name": "systems", "language": "python"}}
    path = make_notebook(
        f"{system.imports}\n{system.prepare}\ndef draw():\n    {system.draw}\nprint(draw())", "print(draw())", metadata=spec
    )
    drawn = []
    for seed in ("43", "42"):
        done = seednb("run", path, "--seed", seed, **where, SEEDNB_JAX_OFFSET="1")
        assert done.returncode == 0, done.stderr
        drawn.append(texts(path))
    assert set(drawn[0]).isdisjoint(drawn[1])
    done = seednb("verify", path, **where)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def kernel(request, tmp_path):
    """Return a seeded kernel that has the system of the test."""
    path = interpreter(request.param)
    if subprocess.run([path, "-c", "import ipykernel"], env=environment(), capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{path} has no ipykernel")
    made = Kernel(tmp_path, path, OPTIONS)
    made.run("%load_ext seednb\n%seed 42", cell="first")
    system = SYSTEMS[request.param]
    if request.param == "paddle":  # it imports OpenCV where it finds it, and then nothing can be rewound
        made.run("import sys; sys.modules['cv2'] = None")
    made.run(f"{system.imports}\n{system.prepare}\ndef draw():\n    {system.draw}\ndraw();", cell="imports")
    yield made
    made.stop()


@pytest.mark.parametrize("kernel", [name for name in READABLE if name != "jax"], indirect=True)
def test_readable_systems_are_rewound(kernel):
    """A cell's draws come back with `%seed rewind`, its re-run is told of by the system's name, and all is found in the record."""
    name = kernel.value("get_ipython()._seednb.runtime.loaded()")[-1]
    first = kernel.run("print(draw())", cell="a")
    again = kernel.run("print(draw())", cell="a")
    assert first.out != again.out
    assert re.search(rf"it draws from [\w, ]*\b{name}\b", again.err)
    assert first.out == kernel.run("%seed rewind\nprint(draw())", cell="a").out
    assert f"{name}=" in kernel.cells["a"]


@pytest.mark.parametrize("kernel", SET_ONLY, indirect=True)
def test_set_only_systems_say_what_works_instead(kernel):
    """`%seed rewind` and a re-run name the system and what repeats it; `%seed` too."""
    (name,) = kernel.value("get_ipython()._seednb.runtime.unreadable()")
    kernel.run("1", cell="a")
    warned = kernel.run("1", cell="a").err
    assert f"{name} may have moved, which nobody can read" in warned
    assert "under %seed per-cell every cell repeats" in warned
    refused = kernel.run("%seed rewind", cell="a").err
    assert f"cannot rewind: {name} can be seeded, not put back; %seed restart starts everything anew, and under %seed per-cell" in refused
    assert f"{name} can be seeded, not put back: %seed per-cell and %seed restart repeat" in kernel.run("%seed").shown[-1]


@pytest.mark.parametrize("kernel", SYSTEMS, indirect=True)
def test_cells_have_streams_of_their_own(kernel):
    """Under `%seed per-cell` a cell repeats, and no warning speaks of its draws; another one draws something else."""
    kernel.run("%seed per-cell", cell="mode")
    first, other, again = (kernel.run("print(draw())", cell=cell) for cell in ("a", "b", "a"))
    assert first.out == again.out != ""
    assert first.out != other.out
    assert "draws from" not in again.err
