"""One real notebook for each system: it reproduces in fresh runtimes, and does not without seednb."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, environment, load

NOTEBOOKS = REPOSITORY / "tests" / "notebooks"
NEEDS = {"workers": ("joblib", "pandas", "scipy", "sklearn")}
"""The notebooks of systems that an ordinary environment can have, and the modules that they import."""

PLAIN = """
import json, sys
import nbclient, nbformat
found = []
for _ in range(2):
    nb = nbformat.read(sys.argv[1], 4)
    nbclient.NotebookClient(nb).execute()
    found.append([[output.get("text") or output.get("data") for output in cell.outputs] for cell in nb.cells if cell.cell_type == "code"])
print(json.dumps([one == other for one, other in zip(*found)]))
"""


@pytest.fixture(params=sorted(NEEDS))
def notebook(request, tmp_path):
    """Return a copy of a notebook."""
    missing = [name for name in NEEDS[request.param] if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} cannot be imported here")
    return shutil.copy(NOTEBOOKS / f"{request.param}.ipynb", tmp_path / "nb.ipynb")


def test_it_is_identical_in_fresh_runtimes_and_differs_without_seednb(seednb, notebook):
    """Two replays give every cell's recorded outputs and states; two plain runs do not."""
    ran = seednb("run", notebook, "--seed", "42")
    assert ran.returncode == 0, ran.stderr
    code = [cell for cell in load(notebook)["cells"] if cell["cell_type"] == "code"]
    for _ in range(2):
        result = seednb("verify", notebook, "--json")
        assert ["identical"] * len(code) == [cell["verdict"] for cell in json.loads(result.stdout)["cells"]], result.stdout
    plain = [sys.executable, "-c", PLAIN, str(notebook)]
    done = subprocess.run(plain, env=environment(SEEDNB="off"), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert not all(json.loads(done.stdout))
