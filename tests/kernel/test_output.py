"""The record that travels in the seeding cell's output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, environment, machine_flags
from tests.kernel.conftest import PYTHON, RECORD

DRAW = "import random\nprint(random.random())"
KEYS = "version canon seed origin mode reseeds sealed hash_seed determinism environment inputs parameters cells".split()


def test_record_is_complete_after_every_cell(seeded):
    """After each cell, however quick, the saved output's record has all the cells up to it."""
    for number in range(20):
        seeded.run(f"{number}", cell=f"cell {number}")
        assert list(seeded.cells) == ["first", *(f"cell {k}" for k in range(number + 1))]


def test_record_has_the_fields_of_version_1(seeded):
    """The record names its version, the seed, where that came from, and the environment, and is plain JSON."""
    (record,) = seeded.records
    assert list(record) == KEYS
    assert (record["version"], record["seed"], record["origin"], record["mode"]) == (1, 42, "magic", "stream")
    assert (record["sealed"], record["reseeds"], record["hash_seed"]) == (True, [], None)
    assert record == json.loads(json.dumps(record))


def test_reseeds_name_the_cell_and_the_seed(seeded):
    """A `%seed` after draws is recorded with its cell; the start seed stays."""
    seeded.run(DRAW, cell="draws")
    seeded.run("%seed 7", cell="reseeds")
    (record,) = seeded.records
    assert (record["seed"], record["reseeds"]) == (42, [["reseeds", 7]])


def test_a_second_cells_seed_is_a_reseed(seeded):
    """A second cell's `%seed` is listed beside the start seed, and the record moves to its output."""
    seeded.run("%seed 7", cell="second")
    (record,) = seeded.records
    assert (record["seed"], record["reseeds"]) == (42, [["second", 7]])
    assert [RECORD in data for data in seeded.displays.values()] == [False, True]


def test_rerunning_the_seeding_cell_keeps_the_record(seeded):
    """When a front end clears the seeding cell and runs it again, its new output carries the record."""
    seeded.displays.clear()
    seeded.run("%load_ext seednb\n%seed 42", cell="first")
    seeded.run(DRAW, cell="draws")
    assert list(seeded.cells) == ["first", "draws"]


def test_captured_seed_is_shown_after_the_capture(kernel):
    """`%%capture` around `%seed 42` keeps its line, and the record is shown at the end of the cell."""
    result = kernel.run("%%capture kept\n%load_ext seednb\n%seed 42", cell="first")
    assert result.shown == ["seednb: seed 42"]
    kernel.run(DRAW, cell="draws")
    assert list(kernel.cells) == ["first", "draws"]


def test_output_reads_well_everywhere(seeded):
    """The output has a text for terminals and an escaped HTML form beside the record."""
    (data,) = seeded.displays.values()
    assert data["text/plain"] == "seednb: seed 42"
    assert ">seednb: seed 42</span>" in data["text/html"]


def test_determinism_and_threads_are_told(start):
    """Flags and thread counts of the environment are in the record."""
    kernel = start(OMP_NUM_THREADS="1", TF_ENABLE_ONEDNN_OPTS="0", PYTHONHASHSEED="0")
    kernel.run("%load_ext seednb\n%seed 42")
    (record,) = kernel.records
    assert record["environment"]["threads"]["OMP_NUM_THREADS"] == 1
    assert record["environment"]["flags"] == {**machine_flags(), "TF_ENABLE_ONEDNN_OPTS": "0"}
    assert record["hash_seed"] == 0


def run_notebook(folder: Path, sources: list[str], script: str) -> dict[str, object]:
    """Run a notebook in a test kernelspec with a script that takes the paths of input and output."""
    spec = {"argv": [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "t", "language": "python"}
    (folder / "kernels" / "tested").mkdir(parents=True)
    (folder / "kernels" / "tested" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    cells = [
        {"cell_type": "code", "id": f"c{k}", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for k, source in enumerate(sources)
    ]
    metadata = {"kernelspec": {"name": "tested", "display_name": "t", "language": "python"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "in.ipynb").write_text(json.dumps(content), encoding="utf-8")
    variables = environment(JUPYTER_PATH=str(folder), PYTHONPATH=str(REPOSITORY))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "seednb" in line or "unhandled" in line.lower() or "unknown" in line.lower()] == []
    result: dict[str, object] = json.loads((folder / "out.ipynb").read_text(encoding="utf-8"))
    return result


RUNNERS = {
    "nbclient": "import nbformat\nfrom nbclient import NotebookClient\nnb = nbformat.read('in.ipynb', 4)\n"
    "NotebookClient(nb).execute()\nnbformat.write(nb, 'out.ipynb')",
    "jupyter execute": "from nbclient.cli import NbClientApp\nNbClientApp.launch_instance(['in.ipynb', '--output=out.ipynb'])",
    "papermill": "import papermill\npapermill.execute_notebook('in.ipynb', 'out.ipynb', progress_bar=False)",
}


@pytest.mark.parametrize("runner", RUNNERS)
def test_plain_runners_save_the_record(tmp_path, runner):
    """A notebook run by clients that know nothing of seednb has a valid output with the whole record in it, whatever verbs it uses."""
    import nbformat

    sources = ["%load_ext seednb\n%seed 42", DRAW, "%seed rewind", "%%seed 7\n1", "%seed per-cell", "1 + 1"]
    saved = run_notebook(tmp_path, sources, RUNNERS[runner])
    nbformat.validate(saved)
    outputs = [output for cell in saved["cells"] for output in cell["outputs"]]
    kept = [cell for cell in saved["cells"] if not {"injected-parameters"} & set(cell["metadata"].get("tags", []))]
    (record,) = [output["data"][RECORD] for output in outputs if RECORD in output.get("data", {})]
    assert len(record["cells"]) == len(kept)
    assert ["".join(output["text"]) for output in kept[1]["outputs"]] == ["0.6394267984578837\n"]
    assert [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"] == []
