"""R kernels that no runner started: `seednb enable --r`, what a notebook may call, and cells that are run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import environment, texts
from tests.kernel.conftest import RECORD

DRAW = "cat(sprintf('%.16f', runif(1)))"
FIRST, SECOND = "0.9148060434963554", "0.9370754132978618"


@pytest.fixture
def kernel(run, kernels):
    """Return an R kernel of an enabled kernelspec, with seed 42."""
    assert run("enable", "--user", "--r").returncode == 0
    return kernels(SEEDNB_SEED="42")


def test_enabled_kernels_are_seeded_before_the_first_cell(kernel):
    """An enabled kernel's first cell draws from the seed that it then shows, with a record that `verify` takes."""
    result = kernel.run(DRAW, cell="first")
    assert (FIRST, ["seednb: seed 42"]) == (result.out, result.shown)
    (data,) = [message["content"]["data"] for message in result.messages if message["msg_type"] == "display_data"]
    assert (42, "environment") == (data[RECORD]["seed"], data[RECORD]["origin"])
    second = kernel.run(DRAW, cell="second")
    assert (SECOND, []) == (second.out, second.shown)


def test_a_notebook_of_an_enabled_kernel_verifies(run, kernels, tmp_path, make):
    """A notebook that a front end saved, with the seed's record in its first output, is verified."""
    run("enable", "--user", "--r")
    kernel = kernels()
    path = make(DRAW, DRAW)
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        result = kernel.run("".join(cell["source"]), cell=cell["id"])
        cell["execution_count"] = result.reply["content"]["execution_count"]
        cell["outputs"] = [output(message) for message in result.messages if message["msg_type"] in {"stream", "display_data"}]
    path.write_text(json.dumps(content))
    result = run("verify", str(path))
    assert 0 == result.returncode, result.stdout + result.stderr


def output(message):
    """Return a message as nbformat stores it."""
    content = {name: value for name, value in message["content"].items() if name != "transient"}
    return {"output_type": message["msg_type"], **content}


def test_the_users_profile_comes_first(run, kernels, tmp_path):
    """./.Rprofile, else the user's, is sourced in the global environment, and R_PROFILE_USER is not ours once R runs."""
    run("enable", "--user", "--r")
    (tmp_path / "home" / ".Rprofile").write_text("mine <- 'home'; set.seed(1)\n")
    ask = "cat(mine, Sys.getenv('R_PROFILE_USER'), Sys.getenv('SEEDNB_R_PROFILE_USER'))"
    assert "home" == kernels().run(ask).out
    (tmp_path / "work" / ".Rprofile").write_text("mine <- 'work'\n")
    assert "work" == kernels().run(ask).out
    (tmp_path / "own.R").write_text("mine <- 'own'\n")
    own = str(tmp_path / "own.R")
    assert f"own {own}" == kernels(R_PROFILE_USER=own).run(ask).out


def test_the_profile_of_the_kernelspec_itself_comes_first(run, kernels, spec, tmp_path):
    """A kernelspec that names a profile keeps it, and gets it back by disable, with all else of its file."""
    (tmp_path / "own.R").write_text("mine <- 'own'\n")
    content = {**json.loads(spec.read_text()), "env": {"R_PROFILE_USER": str(tmp_path / "own.R"), "OTHER": "1"}}
    spec.write_text(json.dumps(content))
    assert 0 == run("enable", "--user", "--r").returncode
    assert "own" == kernels().run("cat(mine)").out
    assert 0 == run("disable").returncode
    assert content == json.loads(spec.read_text())
    assert ["kernel.json"] == [path.name for path in spec.parent.iterdir()]


def test_disabled_kernels_are_as_before(run, kernels, spec):
    """After enable and disable the kernelspec has its content back, and its kernels know nothing of seednb."""
    before = json.loads(spec.read_text())
    run("enable", "--user", "--r")
    assert before != json.loads(spec.read_text())
    assert 0 == run("disable").returncode
    assert before == json.loads(spec.read_text())
    assert "FALSE" == kernels().run("cat(exists('seednb_seed'))").out


def test_enable_twice_is_once(run, spec):
    """A second enable changes no byte."""
    run("enable", "--user", "--r")
    before = spec.read_bytes()
    assert "enabled already" in run("enable", "--user", "--r").stdout
    assert before == spec.read_bytes()


def test_doctor_tells(run, spec):
    """`doctor` says how each R kernel stands, and how to mend what is not in force."""

    def finding():
        report = json.loads(run("doctor", "--json").stdout)
        (found,) = [found for found in report["environment"] if found["what"] == "R kernel ir"]
        return found["state"], found["fix"]

    assert ("note", "seednb enable --r") == finding()
    run("enable", "--user", "--r")
    assert ("well", "") == finding()
    (spec.parent / "seednb-profile.R").write_text("# another version\n")
    assert ("wrong", "seednb enable --r") == finding()


def test_without_an_r_kernel(run, spec):
    """Where Jupyter finds no R kernel, `enable --r` says so in one line and changes nothing."""
    spec.write_text(json.dumps({**json.loads(spec.read_text()), "language": "other"}))  # hides one that the machine has under this name
    result = run("enable", "--user", "--r")
    assert (2, "") == (result.returncode, result.stdout)
    assert "seednb: no R kernel is installed where Jupyter looks: in R, IRkernel::installspec() installs one\n" == result.stderr


def test_a_kernelspec_of_all_users_is_copied(run, spec, home, tmp_path):
    """A kernelspec that others use too stays as it is: a copy in the user's place, found first, is enabled, and disable removes it."""
    shared = tmp_path / "jupyter" / "second" / "kernels" / "ir"
    shared.parent.mkdir(parents=True)
    spec.parent.rename(shared)
    before = (shared / "kernel.json").read_bytes()
    (shared / "logo-64x64.png").write_bytes(b"logo")
    folder, data = shared, tmp_path / "first"
    code = (
        "from pathlib import Path; from seednb.irkernel import specs; import sys; "
        "print(*specs.enable(Path(sys.argv[1]), Path(sys.argv[2])), sep='\\n'); "
        "print(specs.found(), specs.disable(), specs.found(), sep='\\n')"
    )
    path = f"{data}{os.pathsep}{shared.parent.parent}"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(data)],
        env=environment(**{**home, "JUPYTER_PATH": path}),
        capture_output=True,
        text=True,
    )
    assert 0 == done.returncode, done.stderr
    copy = data / "kernels" / "ir"
    *written, enabled, removed, disabled = done.stdout.splitlines()
    assert [str(copy / name) for name in ("kernel.json", "logo-64x64.png", "seednb-profile.R")] == sorted(written)
    assert str({"ir": copy}) == enabled
    assert all(name in removed for name in written)
    assert str({"ir": folder}) == disabled
    assert (before, False) == ((shared / "kernel.json").read_bytes(), copy.exists())


@pytest.mark.parametrize("way", ["environment", "project"])
def test_switched_off(run, kernels, tmp_path, way):
    """SEEDNB=off and `enabled = false` keep the generator as R starts it: two kernels differ."""
    run("enable", "--user", "--r")
    if way == "project":
        (tmp_path / "work" / "pyproject.toml").write_text("[tool.seednb]\nenabled = false\nseed = 42\n")
    found = [kernels(**({"SEEDNB": "off"} if way == "environment" else {})).run(DRAW, cell="a") for _ in range(2)]
    assert found[0].out != found[1].out
    assert [[], []] == [result.shown for result in found]


def test_the_projects_seed(run, kernels, tmp_path):
    """Without SEEDNB_SEED the seed of the nearest pyproject.toml is taken."""
    run("enable", "--user", "--r")
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nseed = 1\n[tool.seednb]\nseed = 42 # the answer\n[tool.more]\nseed = 2\n")
    result = kernels().run(DRAW)
    assert (FIRST, ["seednb: seed 42"]) == (result.out, result.shown)


def test_a_seed_that_is_none(run, kernels):
    """A SEEDNB_SEED that R cannot take is told in the first cell, which runs unseeded."""
    run("enable", "--user", "--r")
    result = kernels(SEEDNB_SEED="4294967295").run("cat('ran')")
    assert "ran" == result.out
    assert ["seednb: SEEDNB_SEED: 4294967295 is not a seed for R: give an integer from 0 to 2147483647, for example 42"] == result.shown


def test_the_workspace_is_the_users(kernel):
    """`ls()` shows nothing of ours, and nothing breaks when everything is removed."""
    assert "character(0)" == kernel.run("cat(deparse(ls()))").out
    kernel.run("rm(list = ls(all.names = TRUE))", cell="a")
    assert "TRUE" == kernel.run("cat(is.function(seednb_status)); invisible(runif(1))", cell="b").out
    assert ["seednb: seed 42 (from SEEDNB_SEED); covers r (Mersenne-Twister, Inversion, Rejection)"] == kernel.run("seednb_status()").shown


def test_a_rerun_is_warned_of(kernel):
    """A cell that drew is warned of in one line before it runs again, each time, and after an edit."""
    assert "" == kernel.run(DRAW, cell="a").err
    expected = (
        "seednb: this cell has run before in this runtime: it draws from r; a fresh runtime gives other results "
        "(seednb_rewind() puts the generator back, a restart and run all gives those)"
    )
    assert [expected, expected] == [kernel.run(DRAW, cell="a").err for _ in range(2)]
    assert kernel.run("runif(2)", cell="a").err.startswith("seednb: this cell was edited since it ran in this runtime: it draws from r;")


def test_a_rerun_that_gives_the_same_is_silent(kernel):
    """Cells that draw nothing, or begin with their own seed, or find the generator where they found it, are not warned of."""
    for code in ("1 + 1", f"set.seed(7)\n{DRAW}", f"seednb_rewind()\n{DRAW}"):
        assert ["", ""] == [kernel.run(code, cell=code).err.partition("seednb: this")[0] for _ in range(2)]
    assert "" == kernel.run("1 + 1", cell="1 + 1").err
    assert "" == kernel.run(f"set.seed(7)\n{DRAW}", cell=f"set.seed(7)\n{DRAW}").err


def test_a_rerun_that_reads_what_has_changed_is_warned_of(kernel):
    """A cell that reads what has changed since its first run is warned of by name, through the notebook's functions too."""
    kernel.run("x <- 1; f <- function() x + y; y <- 2", cell="a")
    assert "" == kernel.run("f()", cell="b").err
    assert "" == kernel.run("f()", cell="b").err
    kernel.run("y <- 3", cell="c")
    assert "it reads y, which may have changed since its first run" in kernel.run("f()", cell="b").err
    kernel.run("total <- 0", cell="d")
    assert "" == kernel.run("total <- total + 1", cell="e").err
    assert "it reads total" in kernel.run("total <- total + 1", cell="e").err


def test_cells_without_an_id_are_different_cells(kernel):
    """Equal sources without an id, as nbclient sends them, are no re-runs; VS Code's address of a cell names it."""
    assert ["", ""] == [kernel.run(DRAW).err for _ in range(2)]
    address = "vscode-notebook-cell:/home/me/notebook.ipynb#W0sZmlsZQ%3D%3D"
    assert "" == kernel.run(DRAW, cell=address).err
    assert kernel.run(DRAW, cell=address).err.startswith("seednb: this cell has run before")


def test_a_run_in_an_enabled_kernel(run, make):
    """`run` and `verify` take a kernel that seeds at its start too: the run's seed counts, and nothing is shown twice."""
    assert 0 == run("enable", "--user", "--r").returncode
    path = make(DRAW)
    assert 0 == run("run", path, "--seed", "42", SEEDNB_SEED="7").returncode
    assert [FIRST] == texts(path)
    assert 0 == run("verify", path).returncode


def test_looking_at_names_runs_no_code(kernel):
    """An active binding that a cell reads is not evaluated for a warning: it could draw."""
    kernel.run("makeActiveBinding('x', function() runif(1), globalenv())", cell="a")
    assert [FIRST, SECOND] == [kernel.run("cat(sprintf('%.16f', x))", cell=cell).out for cell in "bc"]
    assert "it reads x" in kernel.run("cat(sprintf('%.16f', x))", cell="b").err


def test_reruns_may_be_refused(kernel):
    """`options(seednb.rerun = "error")` refuses such a cell, and "off" is silent."""
    kernel.run(DRAW, cell="a")
    kernel.run("options(seednb.rerun = 'error')", cell="b")
    refused = kernel.run(DRAW, cell="a")
    assert ("error", "") == (refused.status, refused.out)
    assert "the cell did not run" in refused.reply["content"]["evalue"]
    kernel.run("options(seednb.rerun = 'off')", cell="c")
    assert (SECOND, "") == (kernel.run(DRAW, cell="a").out, "")


def test_rewind(kernel):
    """`seednb_rewind()` puts the generator back to where this cell first found it; with a number or an id, to where that one did."""
    assert [FIRST, SECOND] == [kernel.run(DRAW, cell=cell).out for cell in "ab"]
    assert FIRST == kernel.run(f"seednb_rewind()\n{DRAW}", cell="a").out
    assert [SECOND, FIRST] == [kernel.run(f"seednb_rewind({which})\n{DRAW}", cell="c").out for which in ("'b'", "1")]
    unknown = kernel.run("seednb_rewind(99)", cell="d")
    assert "seednb_rewind: cell 99 has not run since the seed was set" in unknown.reply["content"]["evalue"]


def test_per_cell_streams(kernel):
    """After `seednb_per_cell()` a cell gives the same numbers each time, other cells give others, and `seednb_stream()` goes back."""
    kernel.run("seednb_per_cell()", cell="first")
    one, other = kernel.run(DRAW, cell="a").out, kernel.run(DRAW, cell="b").out
    again = kernel.run(DRAW, cell="a")
    assert (one, "") == (again.out, again.err)
    assert one != other
    kernel.run("seednb_stream()", cell="c")
    assert FIRST == kernel.run(DRAW, cell="d").out


def test_a_hidden_state_is_not_claimed_to_be_put_back(kernel):
    """Box-Muller keeps a number where nobody can read it: rewinding says so."""
    kernel.run("RNGkind(normal.kind = 'Box-Muller'); rnorm(1)", cell="a")
    kernel.run("rnorm(1)", cell="b")
    assert "hidden state" in kernel.run("seednb_rewind('b')", cell="c").reply["content"]["evalue"]


def test_draws_between_cells_are_put_back(kernel):
    """What a front end draws in a silent request does not change the cells' numbers."""
    assert FIRST == kernel.run(DRAW, cell="a").out
    kernel.run("runif(5)", silent=True, store_history=False)
    assert SECOND == kernel.run(DRAW, cell="b").out


@pytest.mark.parametrize("seed", ["-1", "1.5", "2147483648", "TRUE", "'x'", "NA", "c(1, 2)"])
def test_what_is_no_seed(kernel, seed):
    """`seednb_seed` refuses what is no seed, in one line, and changes nothing."""
    result = kernel.run(f"seednb_seed({seed})", cell="a")
    assert "is not a seed for R: give an integer from 0 to 2147483647" in result.reply["content"]["evalue"]
    assert FIRST == kernel.run(DRAW, cell="b").out


def test_seed_and_off(kernel):
    """`seednb_seed(42)` starts the seed anew, and `seednb_off()` lets the generator go on, without warnings."""
    kernel.run(DRAW, cell="a")
    assert FIRST == kernel.run(f"seednb_seed(42)\n{DRAW}", cell="b").out
    kernel.run("seednb_off()", cell="c")
    again = kernel.run(DRAW, cell="a")
    assert (SECOND, "") == (again.out, again.err)


def test_an_interrupted_cell_leaves_the_runtime_in_order(kernel):
    """After an interrupt the next cell is a cell like any other."""
    kernel.run("cat('ready'); flush.console(); Sys.sleep(60)", cell="a", then=kernel.interrupt)
    assert FIRST == kernel.run(DRAW, cell="b").out
