"""Real accelerators, through PyTorch: seeds, states, rewind, strict, compiled code. Skipped where there is no device."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, environment
from tests.kernel.conftest import Kernel

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
KINDS = ("cuda", "xpu", "mps")


def device():
    """Return the kind of device that is here, or nothing."""
    found = {"cuda": torch.cuda.is_available(), "xpu": hasattr(torch, "xpu") and torch.xpu.is_available()}
    found["mps"] = torch.backends.mps.is_available()
    return next((kind for kind in KINDS if found[kind]), "")


KIND = device()
ANY = "no CUDA, XPU or MPS device here: what stand-ins cannot show is not checked"
pytestmark = [pytest.mark.frameworks, pytest.mark.skipif(not KIND, reason=ANY)]
cuda = pytest.mark.skipif(KIND != "cuda", reason="no CUDA device here")
COUNT = "import torch; d = torch.device(KIND)\ndef draw(): return torch.rand(3, device=d).tolist() + torch.randn(1, device=d).tolist()"


def fresh(*lines):
    """Run a script in a fresh interpreter that sees the devices; return the JSON that it prints."""
    script = "\n".join(["import json", *lines]).replace("KIND", repr(KIND))
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def kernel(tmp_path):
    """Return a seeded kernel that sees the devices."""
    made = Kernel(tmp_path, sys.executable, {})
    made.run("%load_ext seednb\n%seed 42")
    made.run(COUNT.replace("KIND", repr(KIND)))
    yield made
    made.stop()


def test_one_integer_gives_the_hand_written_numbers():
    """Seeding before the import, before the device is initialised, and after it, give what torch.manual_seed gives."""
    end = "print(json.dumps([draw(), draw()]))"
    seed = "import seednb; seednb.seed(42)"
    expected = fresh(COUNT, "torch.manual_seed(42)", end)
    assert [expected] * 3 == [fresh(seed, COUNT, end), fresh(COUNT, seed, end), fresh(COUNT, "draw()", seed, end)]


@cuda
def test_fingerprints_create_no_context():
    """Reading states before the device was used leaves CUDA uninitialised; initialising it without a draw is no draw."""
    lines = ["import seednb; seednb.seed(42)", COUNT, "from seednb.runtime import session", "one = session().states()"]
    more = ["ready = torch.cuda.is_initialized()", "torch.ones(1, device=d)", "print(json.dumps([ready, one == session().states()]))"]
    assert [False, True] == fresh(*lines, *more)


@cuda
def test_fingerprints_do_not_synchronise():
    """States are read while the device still computes: PyTorch's own watch for synchronisation finds none."""
    lines = ["import seednb; seednb.seed(42)", COUNT, "from seednb.runtime import session", "x = torch.rand(4000, 4000, device=d)"]
    more = ["torch.cuda.set_sync_debug_mode('error')", "session().states(); x @ x; session().states()", "print(json.dumps(True))"]
    assert fresh(*lines, *more)


def test_states_come_back(kernel):
    """A cell that draws on the device is rewound, and re-running it is told."""
    first = kernel.run("print(draw())", cell="a")
    again = kernel.run("print(draw())", cell="a")
    assert "it draws from torch" in again.err
    assert first.out != again.out
    assert first.out == kernel.run("%seed rewind\nprint(draw())", cell="a").out


def test_cells_have_streams_of_their_own(kernel):
    """Under `%seed per-cell` a cell that draws on the device repeats."""
    kernel.run("%seed per-cell")
    first, other, again = (kernel.run("print(draw())", cell=cell).out for cell in ("a", "b", "a"))
    assert first == again != other


@cuda
def test_strict_makes_a_racing_operation_repeat(kernel):
    """Under `%seed strict` an accumulation with many collisions gives one result in ten."""
    kernel.run("%seed strict")
    code = "i = torch.zeros(10**5, dtype=torch.long, device=d); v = torch.rand(10**5, device=d)\n"
    code += "print(len({torch.zeros(3, device=d).index_put_((i,), v, accumulate=True).sum().item() for _ in range(10)}))"
    assert "1" == kernel.run(code).out


@cuda
def test_compiled_code_draws_from_the_seed(kernel):
    """A compiled function that draws on the device is rewound with the rest, and its draws are seen."""
    kernel.run("f = torch.compile(lambda x: torch.nn.functional.dropout(x, 0.5) + torch.rand_like(x))\nx = torch.ones(64, device=d); f(x);")
    first = kernel.run("print(f(x).sum().item())", cell="a").out
    assert first == kernel.run("%seed rewind\nprint(f(x).sum().item())", cell="a").out
    assert "torch=" in kernel.cells["a"]
