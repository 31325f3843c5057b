"""The real Caffe, in a kernel that sees nothing of this machine's files: it replays, and says where a solver's own seed wins."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, environment, load, texts

NOTEBOOK = REPOSITORY / "tests" / "notebooks" / "caffe_hdf5.ipynb"
PLAIN = """
import json, sys
import nbclient, nbformat

nb = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(nb).execute()
print(json.dumps(["".join(output.get("text", "") for output in cell.outputs) for cell in nb.cells if cell.cell_type == "code"]))
"""
MAKE = '''
import hashlib, tempfile
import caffe
from caffe.proto import caffe_pb2
import google.protobuf.text_format
import seednb.caffe

folder = tempfile.mkdtemp()
NET = """layer { name: "a" type: "DummyData" top: "a" dummy_data_param { shape { dim: 1 dim: 9 } } }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 9 weight_filler { type: "xavier" } } }"""
with open(f"{folder}/net.prototxt", "w") as file:
    file.write(NET)

def definition(more):
    return f'net: "{folder}/net.prototxt" base_lr: 0.1 lr_policy: "fixed" snapshot_after_train: false\\n{more}'

def write(text, name="solver"):
    with open(f"{folder}/{name}.prototxt", "w") as file:
        file.write(text)
    return f"{folder}/{name}.prototxt"

def weights(solver):
    return hashlib.sha256(solver.net.params["b"][0].data.tobytes()).hexdigest()[:12]
'''


def printed(cells):
    """Return the words that each cell printed."""
    return [text.split() for text, _, _ in cells]


def notes(cells):
    """Return the notes of each cell, in one text each."""
    return [[f"{note['kind']}: {note['where']}: {note['what']}" for note in found] for _, found, _ in cells]


@pytest.fixture
def notebook(caffe, tmp_path):
    """Return a copy of the Caffe notebook."""
    return shutil.copy(NOTEBOOK, tmp_path / NOTEBOOK.name)


def test_the_notebook_replays(seednb, caffe, notebook):
    """Initial weights, dropout and the shuffle of HDF5 data are the same in every replay, and the plot is."""
    assert seednb("run", notebook, "--seed", "42", JUPYTER_PATH=caffe.jupyter_path).returncode == 0
    first = notebook.read_bytes()
    for _ in range(2):
        result = seednb("verify", notebook, "--json", JUPYTER_PATH=caffe.jupyter_path)
        assert result.returncode == 0, result.stdout + result.stderr
        assert ["identical"] * 5 == [cell["verdict"] for cell in json.loads(result.stdout)["cells"]]
    assert notebook.read_bytes() == first
    lines = load(notebook)["metadata"]["seednb"]["cells"]
    assert [name for name in ("caffe=", "libc=", "numpy=") if name in lines["train"]] == ["caffe=", "libc="]
    assert load(notebook)["metadata"]["seednb"]["environment"]["packages"]["caffe"] == "1.0.0"


def test_the_notebook_depends_on_its_seed(seednb, caffe, notebook):
    """Another seed gives other data, losses and weights: nothing of it is fixed."""
    found = []
    for seed in ("1", "2"):
        assert seednb("run", notebook, "--seed", seed, JUPYTER_PATH=caffe.jupyter_path).returncode == 0
        found.append([text for text in texts(notebook) if text and "Figure" not in text])
    assert [one != other for one, other in zip(*found, strict=True)] == [True] * 3


def test_without_seednb_the_notebook_differs(caffe, notebook):
    """Plain nbclient gives other numbers each time."""
    given = environment(JUPYTER_PATH=caffe.jupyter_path)
    command = [sys.executable, "-W", "ignore", "-c", PLAIN, str(notebook)]
    found = [json.loads(subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout) for _ in range(2)]
    data, _, losses, weights, _ = zip(*found, strict=True)
    assert data[0] != data[1]
    assert losses[0] != losses[1]
    assert weights[0] != weights[1]


def test_a_solvers_own_seed_is_named(caffe):
    """A solver whose definition has another seed wins over the run's; the cell's notes say so, with the line."""
    cells = caffe.run(
        MAKE,
        "path = write(definition('random_seed: 7'))\nprint(weights(caffe.get_solver(path)))\nprint(weights(caffe.get_solver(path)))",
        "print(weights(caffe.AdamSolver(path)))",
        "print(weights(caffe.get_solver(write(definition('random_seed: -1')))))",
    )
    _, (first, second), (third,), (other,) = printed(cells)
    assert first == second == third != other
    what = "random_seed: 7 in solver.prototxt"
    assert notes(cells) == [[], [f"overridden: line 2: {what}", f"overridden: line 3: {what}"], [f"overridden: line 1: {what}"], []]


def test_seeds_past_32_bits_are_cut_by_caffe(caffe):
    """4294967338 is 42 to Caffe, and the note says so; the run's own seed written into the definition is no note."""
    cells = caffe.run(
        MAKE,
        "print(weights(caffe.get_solver(write(definition('random_seed: 4294967338')))))",
        "print(weights(caffe.get_solver(write(definition('random_seed: 42')))))",
    )
    assert printed(cells)[1] == printed(cells)[2]
    assert notes(cells)[1:] == [["overridden: line 1: random_seed: 4294967338 in solver.prototxt, which Caffe cuts to 42"], []]


def test_seeded_definitions_start_every_solver_alike(caffe):
    """`seednb.caffe.seeded` gives texts, files and messages that Caffe takes: each solver starts from the run's seed."""
    cells = caffe.run(
        MAKE,
        "plain = definition('random_seed: 7')\nprint(weights(caffe.get_solver(write(seednb.caffe.seeded(plain)))))",
        "print(weights(caffe.get_solver(seednb.caffe.seeded(write(plain)))))",
        "message = google.protobuf.text_format.Parse(plain, caffe_pb2.SolverParameter())\n"
        "print(weights(caffe.get_solver(write(str(seednb.caffe.seeded(message))))), message.random_seed)",
        "caffe.set_random_seed(42)\nprint(weights(caffe.get_solver(write(definition('')))))",
    )
    text, file, (message, kept), by_hand = printed(cells)[1:]
    assert [text, file, [message]] == [by_hand] * 3
    assert kept == "7"
    assert notes(cells) == [[]] * 5


def test_caffe_is_rewound(caffe):
    """`%seed rewind` and `%%seed` put Caffe back exactly; between two runs of one line it goes on."""
    draw = "print(weights(caffe.get_solver(path)), __import__('ctypes').CDLL(None).rand())"
    cells = caffe.run(
        f"%load_ext seednb\n{MAKE}\npath = write(definition(''))", draw, f"%%seed 7\n{draw}", draw, f"%seed rewind cell-1\n{draw}", draw
    )
    _, first, other, second, again, then = printed(cells)
    assert (again[-2:], then) == (first, second)
    assert len({*first, *other, *second}) == 6


def test_cells_have_streams_of_their_own(caffe):
    """Per cell, a cell gives the same weights wherever it stands."""
    draw = "print(weights(caffe.get_solver(path)), __import__('ctypes').CDLL(None).rand())"
    streams = {"cell-1": "one", "cell-2": "two"}
    make = f"{MAKE}\npath = write(definition(''))"
    one, two = printed(caffe.run(make, draw, draw, mode="per-cell", streams=streams))[1:]
    turned = printed(caffe.run(make, draw, draw, mode="per-cell", streams={"cell-1": "two", "cell-2": "one"}))[1:]
    assert turned == [two, one]
    assert not {*one} & {*two}
