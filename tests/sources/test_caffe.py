"""The real Caffe: its generator is seeded, read and put back exactly, and other builds do no harm."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.caffe_root import Caffe
from tests.conftest import REPOSITORY
from tests.processes import fresh

FACTS = REPOSITORY / "tests" / "sources" / "caffe_facts.py"
WEIGHTS = """
import caffe, hashlib, tempfile
{seeding}
with tempfile.NamedTemporaryFile("w", suffix=".prototxt") as file:
    file.write('layer {{ name: "a" type: "Input" top: "a" input_param {{ shape {{ dim: 1 dim: 9 }} }} }} '
               'layer {{ name: "b" type: "InnerProduct" bottom: "a" top: "b" '
               'inner_product_param {{ num_output: 9 weight_filler {{ type: "gaussian" std: 1 }} }} }}')
    file.flush()
    net = caffe.Net(file.name, caffe.TRAIN)
print(hashlib.sha256(net.params["b"][0].data.tobytes()).hexdigest())
"""
PACKAGE = "from caffe import _caffe\nseeds = []\ndef set_random_seed(seed):\n    seeds.append(seed)\n"
FOREIGN = """
#include <stdint.h>
static void *members[4] = {(void *)MEMBER, (void *)8, 0, 0};
void *_ZN5caffe5Caffe3GetEv(void) { return members; }
unsigned _ZN5caffe14caffe_rng_randEv(void) { return *(unsigned *)members[0]; }
"""
TRY = """
import json, caffe, ctypes
from seednb.sources.caffe import CaffeSource
caffe._caffe.__file__ = FILE
source = CaffeSource()
source.seed(42)
try:
    source.restore(b"")
    raised = ""
except LookupError as error:
    raised = str(error)
print(json.dumps([source.loaded(), caffe.seeds, sorted(source.traits), source.state(), raised]))
"""
SET_ONLY = [True, [42], ["set-only"], None, "this build of Caffe does not show its generator"]


@pytest.fixture(scope="module")
def facts(caffe: Caffe):
    """Return the facts of one runtime."""
    ((printed, _, _),) = caffe.run(FACTS.read_text(encoding="utf-8"))
    return json.loads(printed)


def test_the_real_caffe_is_put_back_exactly(facts):
    """The self-test passes on Debian's build, in a cell, and nothing went wrong."""
    exact = ["exact-restore", "readable"]
    assert facts["traits"] == {"caffe": exact, "libc": exact}
    assert facts["failures"] == []


def test_states_come_back(facts):
    """Initial weights, filled data and dropout masks after restore() are those that followed state(); without it others come."""
    assert facts["comes back"] == {filler: [True, True] for filler in ("xavier", "gaussian", "msra")}


def test_every_draw_is_seen(facts):
    """Each draw changes the state, also where all words are made anew."""
    assert facts["every draw is seen"]


def test_generators_that_the_user_makes_are_followed(facts):
    """`caffe.set_random_seed` makes a new generator: it is read and put back as the first one was."""
    assert facts["after the user's own seeding"]


def test_other_threads_have_no_state(facts):
    """In a thread that has drawn nothing there is no state, and looking makes none."""
    assert facts["another thread"] is None


def test_seeds_are_those_of_the_hand_written_line(facts):
    """Seeds from 0 to 2**32-1 start Mersenne Twister as everywhere else."""
    assert all(got == expected for got, expected in facts["first draws"])


def test_looking_for_the_generator_disturbs_nothing(facts):
    """Finding it, or not, leaves the state as it was; addresses that cannot be read are not read."""
    assert facts["another seed is not found"]
    assert facts["looking leaves all as found"] == [True, True]
    assert facts["found again"] == [True, True]
    assert facts["no address is not read"] == [0, 0, 0]
    assert facts["null pointers are not followed"]


def test_reading_is_cheap(facts):
    """Reading the state, before and after each cell, is two dozen calls at most."""
    assert 0 < facts["calls of a reading"] <= 24, facts["calls of a reading"]


def test_the_seed_gives_what_the_hand_written_line_gives(caffe):
    """A net gets the weights that `caffe.set_random_seed(42)` right after the import gives without seednb."""
    by_hand = caffe.python(WEIGHTS.format(seeding="caffe.set_random_seed(42)"))
    assert caffe.run(WEIGHTS.format(seeding=""))[0][0] == by_hand
    assert caffe.python(WEIGHTS.format(seeding="")) != by_hand


@pytest.fixture
def build(tmp_path):
    """Return a function that tries the source with a package `caffe` whose extension is the file that is given."""
    (tmp_path / "caffe").mkdir()
    (tmp_path / "caffe" / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (tmp_path / "caffe" / "_caffe.py").write_text("", encoding="utf-8")
    return lambda file: fresh(TRY.replace("FILE", repr(str(file))), PYTHONPATH=f"{REPOSITORY}:{tmp_path}")


def test_a_build_without_the_names_can_only_be_seeded(build, tmp_path):
    """Where the extension is no library, or has none of the names, Caffe is seeded, and not read."""
    assert build(tmp_path / "caffe" / "_caffe.py") == SET_ONLY
    assert build(tmp_path / "gone.so") == SET_ONLY


@pytest.mark.parametrize("member", ["0", "1", "-1", "members"])
def test_a_build_with_other_members_can_only_be_seeded(build, tmp_path, member):
    """Where the first member is no pointer to a generator (builds with CUDA: a handle), nothing is followed, drawn or broken."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "foreign.c").write_text(FOREIGN.replace("MEMBER", member), encoding="utf-8")
    library = tmp_path / "foreign.so"
    subprocess.run(["cc", "-w", "-shared", "-fPIC", "-o", library, tmp_path / "foreign.c"], check=True)
    assert build(library) == SET_ONLY
