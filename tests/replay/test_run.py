"""`seednb run` as a user runs it: whole commands on real kernels."""

from __future__ import annotations

import signal
import subprocess

import pytest

from tests.conftest import command, environment, leftovers, load, texts

DRAW = "import random\nprint(random.random())"
NUMPY = "import numpy as np\nprint(np.random.rand(), np.random.default_rng().random())"


def test_run_seeds_before_the_first_cell(seednb, make_notebook):
    """A notebook without any seed line gives the numbers of the hand-written seed line."""
    path = make_notebook(DRAW, "import numpy as np\nprint(np.random.rand())")
    assert seednb("run", path, "--seed", "42").returncode == 0
    assert texts(path) == ["0.6394267984578837\n", "0.3745401188473625\n"]


def test_run_twice_with_one_seed_leaves_the_file_as_it_is(seednb, make_notebook):
    """The second run with the same seed changes not a byte of the notebook."""
    path = make_notebook(DRAW, NUMPY, "import warnings\nwarnings.warn('careful')", "object()")
    seednb("run", path, "--seed", "42")
    first = path.read_bytes()
    assert seednb("run", path, "--seed", "42").returncode == 0
    assert path.read_bytes() == first


def test_runs_with_other_seeds_differ(seednb, make_notebook):
    """Another seed gives other numbers, from seeded and from unseeded generators."""
    path = make_notebook(NUMPY)
    seednb("run", path, "-o", "a.ipynb", "--seed", "1")
    seednb("run", path, "-o", "b.ipynb", "--seed", "2")
    first, second = texts(path.with_name("a.ipynb"))[0].split(), texts(path.with_name("b.ipynb"))[0].split()
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_no_seal_leaves_unseeded_generators_alone(seednb, make_notebook):
    """With --no-seal the global generators follow the seed, and unseeded ones do not."""
    path = make_notebook(NUMPY)
    for name in ("a.ipynb", "b.ipynb"):
        assert seednb("run", path, "-o", name, "--seed", "1", "--no-seal").returncode == 0
    first, second = texts(path.with_name("a.ipynb"))[0].split(), texts(path.with_name("b.ipynb"))[0].split()
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_hash_seed_is_in_force_and_children_are_not_affected(seednb, make_notebook):
    """Strings hash alike in every run, and PYTHONHASHSEED is not in the environment that children inherit."""
    path = make_notebook("import os\nprint(hash('seednb'), os.environ.get('PYTHONHASHSEED'))")
    seednb("run", path, "-o", "a.ipynb")
    seednb("run", path, "-o", "b.ipynb")
    first = texts(path.with_name("a.ipynb"))
    assert first == texts(path.with_name("b.ipynb"))
    assert first[0].endswith(" None\n")


@pytest.mark.parametrize(
    ("arguments", "variables", "pyproject", "source", "seed", "origin"),
    [
        (["--seed", "1"], {"SEEDNB_SEED": "2"}, "3", "%load_ext seednb\n%seed 4", 1, "command-line"),
        ([], {"SEEDNB_SEED": "2"}, "3", "%load_ext seednb\n%seed 4", 2, "environment"),
        ([], {}, "3", "%load_ext seednb\n%seed 4", 4, "magic"),
        ([], {}, "3", "pass", 3, "pyproject"),
    ],
)
def test_seed_precedence(seednb, make_notebook, tmp_path, arguments, variables, pyproject, source, seed, origin):
    """The command line beats SEEDNB_SEED, which beats the notebook's own seed, which beats pyproject.toml."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\nseed = {pyproject}\n")
    path = make_notebook(source)
    assert seednb("run", path, *arguments, **variables).returncode == 0
    record = load(path)["metadata"]["seednb"]
    assert (seed, origin) == (record["seed"], record["origin"])


def test_an_overridden_seed_says_so_and_resets_the_streams(seednb, make_notebook):
    """A `%seed 7` under `--seed 42` says in one line that 42 is in force, and starts its streams anew."""
    path = make_notebook("%load_ext seednb", DRAW, "%seed 7", DRAW)
    assert seednb("run", path, "--seed", "42").returncode == 0
    assert "seednb: seed 42 (given on the command line) in place of 7" == texts(path)[2]
    assert texts(path)[1] == texts(path)[3] == "0.6394267984578837\n"


def test_generated_seeds_differ_and_are_recorded(seednb, make_notebook):
    """Without any seed a new one below 2**31 is generated for each run, and recorded."""
    path = make_notebook(DRAW)
    records = []
    for name in ("a.ipynb", "b.ipynb"):
        seednb("run", path, "-o", name)
        records.append(load(path.with_name(name))["metadata"]["seednb"])
    assert records[0]["seed"] != records[1]["seed"]
    assert all(record["seed"] < 2**31 and record["origin"] == "generated" for record in records)


def test_failing_cell_leaves_the_notebook_and_writes_what_ran(seednb, make_notebook, tmp_path):
    """A failing cell exits with 1, keeps the notebook's bytes, and puts what ran into NAME.partial.ipynb."""
    path = make_notebook(DRAW, "1/0", "print('never')")
    before = path.read_bytes()
    result = seednb("run", path, "--seed", "42")
    assert result.returncode == 1
    assert "cell 2 failed: ZeroDivisionError: division by zero" in result.stderr
    assert path.read_bytes() == before
    partial = texts(tmp_path / "nb.partial.ipynb")
    assert partial[0] == "0.6394267984578837\n"
    assert partial[2] == ""


def test_a_cell_that_may_fail_does_not_end_the_run(seednb, make_notebook):
    """A cell tagged raises-exception may raise."""
    path = make_notebook("1/0", "print('on')", tags={0: "raises-exception"})
    assert seednb("run", path).returncode == 0
    assert texts(path)[1] == "on\n"


@pytest.mark.parametrize("end", ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "import os\nos._exit(3)"])
def test_a_dying_kernel_loses_nothing(seednb, make_notebook, tmp_path, end):
    """A kernel that dies exits with 1 and leaves the notebook and what ran before."""
    path = make_notebook(DRAW, end)
    before = path.read_bytes()
    result = seednb("run", path, "--seed", "42")
    assert result.returncode == 1
    assert "cell 2 failed: the kernel died" in result.stderr
    assert path.read_bytes() == before
    assert texts(tmp_path / "nb.partial.ipynb")[0] == "0.6394267984578837\n"


def test_a_cell_over_its_time_ends_the_run(seednb, make_notebook):
    """A cell that runs longer than --timeout fails with its limit named."""
    path = make_notebook("while True: pass")
    result = seednb("run", path, "--timeout", "1")
    assert result.returncode == 1
    assert "cell 1 failed: ran longer than 1 s" in result.stderr


def test_ctrl_c_writes_what_ran(make_notebook, tmp_path):
    """Ctrl-C stops the running cell, exits with 130, keeps the notebook, and writes what ran."""
    path = make_notebook(DRAW, "print('here', flush=True)\nwhile True: pass")
    before = path.read_bytes()
    arguments = command("run", path, "--seed", "42", "--stream")
    with subprocess.Popen(arguments, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.strip() == "here":
                process.send_signal(signal.SIGINT)
                break
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "cell 2 was interrupted" in errors
    assert path.read_bytes() == before
    partial = texts(tmp_path / "nb.partial.ipynb")
    assert partial[0] == "0.6394267984578837\n"
    assert partial[1].startswith("here\n")


def test_output_file_keeps_the_input(seednb, make_notebook, tmp_path):
    """With -o the input is not touched, and the output gets what ran even when a cell fails."""
    path = make_notebook(DRAW, "1/0")
    before = path.read_bytes()
    assert seednb("run", path, "-o", "out.ipynb", "--seed", "42").returncode == 1
    assert path.read_bytes() == before
    assert texts(tmp_path / "out.ipynb")[0] == "0.6394267984578837\n"
    assert not (tmp_path / "out.partial.ipynb").exists()


def test_cells_without_ids_are_recorded_by_their_source(seednb, make_notebook):
    """In a notebook older than 4.5 each cell has a line under a key of its own, also cells with equal sources."""
    path = make_notebook(DRAW, DRAW, minor=4)
    assert seednb("run", path, "--seed", "42").returncode == 0
    cells = load(path)["metadata"]["seednb"]["cells"]
    assert [key.rsplit("-", 1)[1] for key in cells] == ["0", "1"]
    assert len(set(cells.values())) == 2


def test_files_that_the_notebook_reads_are_recorded(seednb, make_notebook, tmp_path):
    """The record names each file that the cells read, by its path relative to the notebook, and not those that they wrote."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in.csv").write_text("1,2\n")
    path = make_notebook("print(open('data/in.csv').read())\nopen('out.csv', 'w').write('x')\nprint(open('out.csv').read())")
    seednb("run", path)
    assert list(load(path)["metadata"]["seednb"]["inputs"]) == ["data/in.csv"]


def test_exit_handlers_of_the_notebook_run_to_their_end(seednb, make_notebook, tmp_path):
    """The command does not leave before the exit handlers that cells registered have run."""
    path = make_notebook(
        "import atexit, time, pathlib\natexit.register(lambda: (time.sleep(0.5), pathlib.Path('left').write_text('done')))"
    )
    assert seednb("run", path).returncode == 0
    assert (tmp_path / "left").read_text() == "done"


def test_a_kernel_that_is_not_installed_is_replaced_with_a_notice(seednb, make_notebook):
    """A Python notebook that names a missing kernel runs in python3, and the user is told."""
    spec = {"display_name": "conda", "language": "python", "name": "conda-env-gone-py"}
    path = make_notebook(DRAW, metadata={"kernelspec": spec})
    result = seednb("run", path)
    assert result.returncode == 0
    assert "kernel 'conda-env-gone-py' is not installed here; 'python3' runs the notebook in its place" in result.stderr


def test_the_working_directory_is_the_notebooks(seednb, make_notebook, tmp_path):
    """Cells run in the folder of the notebook, wherever the command is given."""
    path = make_notebook("import os\nprint(os.getcwd())")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    seednb("run", path, cwd=elsewhere)
    assert texts(path) == [f"{tmp_path}\n"]


def test_a_module_named_seednb_beside_the_notebook_is_never_run(seednb, make_notebook, tmp_path):
    """The kernel side comes from its own place: a seednb.py in the notebook's folder is not imported."""
    (tmp_path / "seednb.py").write_text("open('foreign', 'w').close()\nraise SystemExit\n")
    path = make_notebook("import seednb\nprint(seednb.current())")
    result = seednb("run", path, "--seed", "42", cwd=tmp_path.parent)
    assert result.returncode == 0, result.stderr
    assert texts(path) == ["42\n"]
    assert not (tmp_path / "foreign").exists()


def test_streams_are_shown_on_request(seednb, make_notebook):
    """With --stream what cells print is seen while they run."""
    path = make_notebook("print('out')\nimport sys\nprint('err', file=sys.stderr)")
    result = seednb("run", path, "--stream")
    assert "out\n" in result.stdout
    assert "err\n" in result.stderr


def test_no_temporary_file_is_left(seednb, make_notebook, tmp_path):
    """After a run the folder holds the notebook and nothing else."""
    path = make_notebook(DRAW)
    seednb("run", path)
    assert leftovers(tmp_path) == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["nb.ipynb"]


def test_no_timing_is_written(seednb, make_notebook):
    """A run leaves no execution times in the cells' metadata."""
    path = make_notebook(DRAW)
    seednb("run", path)
    assert load(path)["cells"][0]["metadata"] == {}
