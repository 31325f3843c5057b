"""One real notebook for each system: it reproduces in fresh runtimes, and does not without seednb."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, environment, load

NOTEBOOKS = REPOSITORY / "tests" / "notebooks"
NEEDS = {
    "dask_array": ("dask.array",),
    "faker_people": ("faker",),
    "jax_regression": ("jax",),
    "keras_classifier": ("keras", "tensorflow"),
    "numba_walk": ("numba",),
    "numpy_montecarlo": ("numpy",),
    "opencv_noise": ("cv2",),
    "polars_sample": ("polars",),
    "torch_classifier": ("torch",),
    "workers": ("joblib", "pandas", "scipy", "sklearn"),
}
"""The notebooks, and the modules that they import. R's and Caffe's have tests of their own, with what their kernels need."""

CONSTANT = {"opencv_noise"}
"""Systems that start from a constant in each process: plain runs are equal, and no seed of theirs is ever seen."""

PYTHONS = [sys.executable, *filter(None, os.environ.get("SEEDNB_TEST_SYSTEMS_PYTHON", "").split(os.pathsep))]
"""The environments that may have a system, the tests' own first."""

PLAIN = """
import json, sys
import nbclient, nbformat
found = []
for _ in range(2):
    nb = nbformat.read(sys.argv[1], 4)
    nbclient.NotebookClient(nb, kernel_name="system").execute()
    found.append([[output.get("text") or output.get("data") for output in cell.outputs] for cell in nb.cells if cell.cell_type == "code"])
print(json.dumps([one == other for one, other in zip(*found)]))
"""


def has(python, modules):
    """Tell whether an interpreter can import modules."""
    if python == sys.executable:
        return all(importlib.util.find_spec(module.partition(".")[0]) for module in modules)
    script = f"import importlib.util; assert all(importlib.util.find_spec(name) for name in {[name.partition('.')[0] for name in modules]})"
    return subprocess.run([python, "-c", script], capture_output=True, check=False).returncode == 0


@pytest.fixture(params=sorted(NEEDS))
def name(request):
    """Return the name of a notebook."""
    return request.param


@pytest.fixture
def notebook(name, tmp_path):
    """Return a copy of a notebook, in whose folder the kernel `system` runs the first interpreter that has what it imports."""
    python = next((python for python in PYTHONS if has(python, NEEDS[name])), None)
    if python is None:
        pytest.skip(f"{' and '.join(NEEDS[name])} cannot be imported here; `make test-systems` makes an environment that has it")
    spec = {"argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "system", "language": "python"}
    folder = tmp_path / "jupyter" / "kernels" / "system"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return shutil.copy(NOTEBOOKS / f"{name}.ipynb", tmp_path / "nb.ipynb")


def outputs(notebook):
    """Return what the cells of a notebook have given."""
    return [cell.get("outputs") for cell in load(notebook)["cells"]]


def test_it_is_identical_in_fresh_runtimes_and_differs_without_seednb(seednb, name, notebook, tmp_path):
    """Two replays give every cell's recorded outputs and states, another seed gives other ones, and two plain runs differ."""
    given = {"JUPYTER_PATH": str(tmp_path / "jupyter"), "TF_CPP_MIN_LOG_LEVEL": "3", "OPENBLAS_NUM_THREADS": "1"}
    ran = seednb("run", notebook, "--seed", "42", "--kernel", "system", **given)
    assert ran.returncode == 0, ran.stderr
    code = [cell for cell in load(notebook)["cells"] if cell["cell_type"] == "code"]
    for _ in range(2):
        result = seednb("verify", notebook, "--kernel", "system", "--json", **given)
        assert ["identical"] * len(code) == [cell["verdict"] for cell in json.loads(result.stdout)["cells"]], result.stdout
    plain = [sys.executable, "-c", PLAIN, str(notebook)]
    done = subprocess.run(plain, env=environment(SEEDNB="off", **given), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert all(json.loads(done.stdout)) is (name in CONSTANT)
    recorded = outputs(notebook)
    seednb("run", notebook, "--seed", "43", "--kernel", "system", **given)
    assert outputs(notebook) != recorded
