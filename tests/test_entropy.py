"""The seal: what follows the seed, what never does, and what is told about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seednb.callers import DENIED
from seednb.entropy import Seal, derive
from tests.conftest import REPOSITORY, environment
from tests.processes import QUIET, fresh, once

LIBRARIES = ["numpy", "scipy", "sklearn", "skimage", "networkx", "pandas", "seaborn"]


@pytest.fixture(scope="module")
def calls():
    """Return the digests of all calls in processes without a seed, and with seeds before and after the imports."""
    modes = {"free": [], "free again": [], "42": ["42"], "42 late": ["42", "late"], "43": ["43"]}
    running = {}
    for mode, arguments in modes.items():
        command = [sys.executable, "-W", "error::FutureWarning", "-m", "tests.sealed_calls", *arguments]
        running[mode] = subprocess.Popen(command, cwd=REPOSITORY, env=environment(**QUIET), stdout=subprocess.PIPE, text=True)
        if len(running) % 2 == 0:
            running[mode].wait()
    results = {}
    for mode, process in running.items():
        with process:
            results[mode] = json.loads(process.communicate()[0].splitlines()[-1])
    return results


def equal(calls, first, second):
    """Return the names of the calls that gave the same in two modes."""
    return [name for name, digest in calls[first].items() if digest == calls[second][name]]


def test_calls_are_unseeded(calls):
    """Each call on the list differs between two processes without a seed; there are at least 40, and 3 a library."""
    assert equal(calls, "free", "free again") == []
    assert len(calls["free"]) >= 40
    assert [name for name in LIBRARIES if sum(call.startswith(f"{name}.") for call in calls["free"]) < 3] == []


def test_calls_repeat_under_the_seal(calls):
    """With one seed each call gives the same in two processes, whether the seed stands before or after the imports."""
    assert equal(calls, "42", "42 late") == list(calls["42"])


def test_calls_follow_the_seed(calls):
    """With another seed each call gives something else."""
    assert equal(calls, "42", "43") == []


SECRETS = """
import json, os, random, secrets, tempfile, uuid
import numpy, seednb
seednb.seed(42)
found = []
for child in range(200):
    read, write = os.pipe()
    if os.fork() == 0:
        seednb.seed(42)
        name = os.path.basename(tempfile.mkdtemp())
        os.rmdir(os.path.join(tempfile.gettempdir(), name))
        values = [secrets.token_hex(16), str(uuid.uuid4()), os.urandom(16).hex(), repr(random.SystemRandom().random()), name]
        values += [secrets.randbits(128), next(tempfile._get_candidate_names())]
        sealed = numpy.random.default_rng().random(), random.random(), random.Random().random()
        os.write(write, json.dumps([values, sealed]).encode())
        os._exit(0)
    os.close(write)
    os.wait()
    found.append(json.loads(os.read(read, 65536)))
print(json.dumps(found))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_two_hundred_processes_share_no_secret():
    """Of 200 sealed processes with one seed no two share a token, an identifier or a temporary name."""
    found = fresh(SECRETS)
    secrets = [json.dumps(value) for values, _ in found for value in values]
    assert len(secrets) == 200 * 7
    assert len(set(secrets)) == len(secrets)
    assert len({tuple(sealed) for _, sealed in found}) == 1


UNTOUCHED = """
import json, os, random, secrets, tempfile, uuid
def functions():
    own = [os.urandom, random._urandom, random.SystemRandom.seed, random.SystemRandom.random, random.SystemRandom.getrandbits]
    return own + [secrets.randbits, secrets.token_bytes, uuid.uuid4, tempfile._RandomNameSequence]
before = functions()
import numpy, seednb
seednb.seed(42)
print(json.dumps([a is b for a, b in zip(before, functions())]))
"""


def test_sources_of_secrets_are_not_replaced():
    """The functions that passwords, tokens and identifiers come from are the very same objects under the seal."""
    assert once(UNTOUCHED) == [True] * 9


CALLERS = """
import json, sys, types, seednb
seednb.seed(42)
import numpy as np
from seednb.runtime import session
def draw(name, count=2):
    scope = {"np": np, "__name__": name}
    exec("def make(): return np.random.default_rng().integers(0, 2**62)", scope)
    return [int(scope["make"]()) for _ in range(count)]
session().seal.cell = "cell"
result = {name: draw(name) for name in NAMES}
print(json.dumps([result, session().seal.take_notes()]))
"""


@pytest.mark.parametrize("name", sorted(DENIED))
def test_denied_packages_keep_their_entropy(name):
    """A generator that a package on the list makes for itself differs from run to run, and is no use of the seal."""
    script = CALLERS.replace("NAMES", repr([f"{name}.module" for name in sorted(DENIED)]))
    (first, notes), (second, _) = once(script), once(script + "\n")
    assert first[f"{name}.module"] != second[f"{name}.module"]
    assert notes == []


def test_packages_with_a_name_like_a_denied_one_are_sealed():
    """Only the whole first part of a name counts, and a caller without a name is sealed as any other."""
    script = CALLERS.replace("NAMES", repr(["raytracing", "my.dask", "", "daskell.core"]))
    first, second = once(script), once(script + "\n")
    assert first == second
    values = [value for drawn in first[0].values() for value in drawn]
    assert len(set(values)) == len(values)


PLACES = """
import _thread, json, os, sys, threading
import numpy as np, seednb
from seednb.runtime import session
seednb.seed(42)
def helper():
    return np.random.default_rng()
class Own:
    def __init__(self):
        self.rng = helper()
direct = np.random.default_rng()
Own()
from scipy.stats import qmc
qmc.Sobol(2)
[helper() for _ in range(3)]
np.random.RandomState(7)
notes = [session().seal.take_notes()]
done = threading.Event()
_thread.start_new_thread(lambda: [helper(), done.set()], ())
done.wait()
notes.append(session().seal.take_notes())
read, write = os.pipe()
if os.fork() == 0:
    value = int(helper().integers(2**60))
    os.write(write, json.dumps([value, session().seal.take_notes()]).encode())
    os._exit(0)
os.wait()
notes.append(json.loads(os.read(read, 4096)))
print(json.dumps(notes))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_notes_name_the_line_that_led_to_a_use():
    """A note tells the running cell's line, and the function or file that it led through; equal notes are one."""
    notes = once(PLACES)[0]
    places = {note["where"].partition(", through ")[0]: note["where"].partition(", through ")[2].partition(" line ")[0] for note in notes}
    assert places == {"line 11": "", "line 12": "helper", "line 14": "scipy/stats/_qmc.py", "line 15": "helper", "line 16": ""}
    assert {note["kind"] for note in notes} == {"sealed"}
    assert len(notes) == len({note["where"] for note in notes})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_unnamed_threads_keep_their_entropy_and_forked_children_follow_the_seed():
    """In a thread that has no path a generator is not sealed, and a note says so; a forked child's is sealed, in every run alike."""
    threads, (first, notes) = once(PLACES)[1:]
    (second, _) = once(PLACES + "\n")[2]
    assert [note["kind"] for note in threads] == ["threads"]
    assert [note["kind"] for note in notes] == ["sealed"]
    assert first == second


OWN_WORK = """
import json, seednb
seednb.seed(42)
import numpy as np
from seednb.runtime import session
runtime = session()
for key in ("a", "b", "c"):
    runtime.begin_cell(key)
    runtime.states()
    runtime.end_cell()
seednb.seed(42)
runtime.states()
quiet = runtime.seal.state().decode()
np.random.set_bit_generator(np.random.MT19937(1))
seednb.seed(43)
runtime.states()
print(json.dumps([quiet, runtime.seal.has_drawn(), runtime.seal.take_notes()]))
"""


def test_our_own_work_is_no_use_of_the_seal():
    """Seeding, reading and proving memory layouts consume no sealed entropy and leave no note."""
    assert once(OWN_WORK) == ["[42, []]", False, []]


COPIES = """
import copy, json, pickle, seednb
import numpy as np
from seednb.runtime import session
seednb.seed(42)
rng = np.random.default_rng(7)
copies = [copy.deepcopy(rng), pickle.loads(pickle.dumps(rng))]
spawned = [int(one.bit_generator.seed_seq.spawn(1)[0].generate_state(1)[0]) for one in copies]
values = [int(one.integers(2**60)) for one in copies]
print(json.dumps([values[0] == values[1] == int(rng.integers(2**60)), spawned, session().seal.has_drawn(), session().seal.take_notes()]))
"""


def test_copying_a_generator_is_no_use():
    """A seeded generator that is copied or unpickled is neither counted nor noted, and what it spawns repeats."""
    alike, spawned, drawn, notes = once(COPIES)
    assert (alike, drawn, notes) == (True, False, [])
    assert once(COPIES + "\n")[1] == spawned


IMPORTING = """
import json, os, sys, tempfile
folder = os.path.join(tempfile.mkdtemp(), "site-packages")
os.makedirs(folder)
open(os.path.join(folder, "makes_rng.py"), "w").write("import numpy as np\\nvalue = int(np.random.default_rng().integers(2**60))")
sys.path.insert(0, folder)
import numpy as np, seednb
seednb.seed(42)
from seednb.runtime import session
session().seal.cell = "cell"
values = []
if FIRST:
    import makes_rng
values.append(int(np.random.default_rng().integers(2**60)))
import makes_rng
values += [makes_rng.value, int(np.random.default_rng().integers(2**60))]
print(json.dumps([values, session().seal.state().decode(), [note["where"] for note in session().seal.take_notes()]]))
"""


def test_generators_made_while_importing_do_not_depend_on_the_place():
    """What installed code makes at import has a stream of its own, and shifts none of the cell's."""
    first, second = once(IMPORTING.replace("FIRST", "True")), once(IMPORTING.replace("FIRST", "False"))
    assert first[0] == second[0]
    assert first[1] == second[1] == '[42, [["cell", 2]]]'
    assert len(first[2]) == 2


CELLS = """
import json, seednb
import numpy as np
from seednb.runtime import session
runtime = session()
seednb.seed(42)
def cell(key, uses):
    runtime.begin_cell(key)
    values = [int(np.random.default_rng().integers(2**60)) for _ in range(uses)]
    return values, runtime.end_cell().sources.get("sealed")
print(json.dumps([cell("a", ONE), cell("b", 2), cell("c", 0)]))
"""


def test_a_use_more_in_one_cell_leaves_the_others():
    """An unseeded generator that is added to a cell changes no other cell's, and keeps those before it in its own."""
    one, two = once(CELLS.replace("ONE", "1")), once(CELLS.replace("ONE", "2"))
    assert one[0][0] == two[0][0][:1]
    assert one[1][0] == two[1][0]
    assert [sealed is None for _, sealed in one] == [False, False, True]


RESTORED = """
import json, seednb
import numpy as np
import numpy.random.bit_generator as entropy
from seednb.runtime import session
original = entropy.randbits
seednb.seed(42)
draw = lambda: int(np.random.default_rng().integers(2**60))
draw()
seal = session().seal
state, first = seal.state(), [draw(), draw()]
moved = seal.state() != state
seal.restore(state)
again = [draw(), draw()]
ours = entropy.randbits
seednb.seed(42, seal=False)
unsealed = entropy.randbits is original
seednb.seed(42)
seednb.off()
print(json.dumps([first == again, moved, ours is original, unsealed, entropy.randbits is original, draw() != draw()]))
"""


def test_counters_come_back_and_the_seal_can_be_taken_off():
    """The seal is a source whose state restores its uses; `seal=False` and off() put NumPy's own function back."""
    assert once(RESTORED) == [True, True, False, True, True, True]


@given(st.integers(0, 2**32 - 1), st.lists(st.text(max_size=5), max_size=3), st.integers(1, 2000))
def test_derived_bits_fill_their_range(seed, path, bits):
    """derive() gives so many bits, the same for the same path, and others for a longer path or another seed."""
    assert 0 <= derive(seed, *path, bits=bits) < 2**bits
    assert derive(seed, *path, bits=bits) == derive(seed, *path, bits=bits)
    assert len({derive(seed, *path, bits=256), derive(seed, *path, "more", bits=256), derive(seed ^ 1, *path, bits=256)}) == 3


def test_derivation_is_pinned():
    """The derivation is part of the record's meaning: these values never change."""
    assert derive(42, "cell", "0", bits=128) == 163311554586578396442073552843002328552
    assert f"{derive(0, '', '0', bits=600):x}".startswith("5552ceadc605b1c29b0796273939869c9e97f7fd41937114c10d4fbb62392c52")


def test_a_numpy_built_otherwise_is_left_alone_and_noted():
    """Where NumPy has no `randbits` to replace nothing breaks, and a note says that it is not sealed."""
    script = (
        "import json, sys, types\n"
        "for name in ('numpy', 'numpy.random', 'numpy.random.bit_generator'):\n    sys.modules[name] = types.ModuleType(name)\n"
        "from seednb.entropy import Seal\nseal = Seal()\nseal.start(42)\nnotes = seal.take_notes()\nseal.stop()\nprint(json.dumps(notes))"
    )
    notes = once(script)
    assert {(note["kind"], note["where"]) for note in notes} == {("unsealed", "numpy.random.bit_generator"), ("unsealed", "numpy.random")}


def test_counters_start_at_zero():
    """A seal that has never been used has drawn nothing."""
    assert (Seal().has_drawn(), Seal().state()) == (False, b"[null, []]")
