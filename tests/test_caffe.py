"""`seednb.caffe.seeded`: the run's seed inside solver definitions of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from seednb.caffe import seeded
from seednb.errors import SeedError, SeednbError
from tests.processes import fresh


class SolverParameter:
    """What protobuf gives Python: fields, and CopyFrom."""

    def __init__(self, random_seed=-1, net=""):
        self.random_seed = random_seed
        self.net = net

    def CopyFrom(self, other):  # noqa: N802 - protobuf's name
        """Become like another one."""
        self.__dict__.update(other.__dict__)


def test_a_text_gives_a_text():
    """A text comes back with the seed in it, the rest as it was."""
    assert seeded("lr: 1 # rate\nrandom_seed: 7\n", 42) == "lr: 1 # rate\nrandom_seed: 42\n"


def test_a_message_gives_a_copy():
    """A SolverParameter comes back as a copy with the seed; the one given stays as it is."""
    given = SolverParameter(7, "net.prototxt")
    made = seeded(given, 42)
    assert (made.random_seed, made.net, given.random_seed) == (42, "net.prototxt", 7)
    assert type(made) is SolverParameter


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_gives_the_path_of_a_new_file(tmp_path, kind):
    """A file is copied with the seed beside it, byte for byte else; the answer is of the type that was given."""
    path = tmp_path / "solver.prototxt"
    path.write_bytes("net: 'ü.prototxt'\r\nrandom_seed: 7\r\n".encode())
    made = seeded(kind(path), 42)
    assert type(made) is type(kind(path))
    assert Path(made) == tmp_path / "solver.seeded.prototxt"
    assert Path(made).read_bytes() == "net: 'ü.prototxt'\r\nrandom_seed: 42\r\n".encode()
    assert path.read_bytes() == "net: 'ü.prototxt'\r\nrandom_seed: 7\r\n".encode()


def test_the_seed_is_the_runs():
    """Without a seed of its own it takes the run's, and where there is none says what to do."""
    script = """
import json, seednb, seednb.caffe
try:
    found = seednb.caffe.seeded("")
except seednb.SeednbError as error:
    found = str(error)
seednb.seed(7)
print(json.dumps([found, seednb.caffe.seeded("")]))
"""
    assert fresh(script) == ["no seed is set; %seed 42 sets one, or give one: seeded(solver, 42)", "random_seed: 7\n"]


@pytest.mark.parametrize(
    ("solver", "seed", "kind", "words"),
    [
        ("gone.prototxt", 42, SeednbError, "there is no file 'gone.prototxt'"),
        (Path("gone"), 42, SeednbError, "gone cannot be copied with a seed"),
        (5, 42, SeednbError, "int is no solver definition"),
        (None, 42, SeednbError, "NoneType is no solver definition"),
        ("lr: 1", -1, SeedError, "seed -1 is out of range"),
        ("lr: 1", 2**32, SeedError, "out of range"),
        ("lr: 1", True, SeedError, "True is not a seed"),
    ],
)
def test_bad_input_gets_one_clear_line(solver, seed, kind, words):
    """What is no solver, no file or no seed is refused in one line."""
    with pytest.raises(kind, match=words) as raised:
        seeded(solver, seed)
    assert "\n" not in str(raised.value)


def test_nothing_heavy_is_imported():
    """`import seednb.caffe` brings in neither Caffe nor any other library."""
    script = (
        "import json, sys, seednb.caffe\n"
        "print(json.dumps(sorted({'caffe', 'google', 'numpy', 'IPython', 'seednb.runtime'} & set(sys.modules))))"
    )
    assert fresh(script) == []
