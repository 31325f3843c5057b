"""`seednb run` and `verify` on R notebooks, in real kernels."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, environment, load, texts
from tests.replay.test_verify import edit, verdicts

DRAW = "runif(1)"
FORKS = "unlist(parallel::mclapply(1:4, function(i) runif(1), mc.cores = 2))"
CLUSTER = (
    "library(parallel)\ncluster <- makeCluster(2)\nunlist(parLapply(cluster, 1:4, function(i) runif(1)))\nstopCluster(cluster)\nrunif(1)"
)
NO_OUTPUT = "7d64c5272e"
"""The digest of no bytes: the state of a generator that has not been used."""


def record_of(path):
    """Return a notebook's record."""
    return load(path)["metadata"]["seednb"]


def numbers(path):
    """Return what each cell showed, as numbers."""
    return [[float(word) for word in re.sub(r"\[\d+\]", "", text).split()] for text in texts(path)]


def test_the_first_cell_draws_what_set_seed_gives(run, make):
    """A run with --seed 42 gives what `set.seed(42)` in the first line gives, and says which kinds of generator R used."""
    path = make("sprintf('%.16f', runif(1))", "sample(10)")
    result = run("run", path, "--seed", "42")
    assert result.returncode == 0, result.stderr
    assert "0.9148060434963554" in texts(path)[0]
    found = record_of(path)["environment"]
    assert ("Mersenne-Twister, Inversion, Rejection", None) == (found["rng_kind"], record_of(path)["hash_seed"])
    assert found["kernel"].startswith("IRkernel ")


def test_a_recorded_notebook_reproduces(run, make):
    """Draws, plots, warnings and errors replay identically, and only cells that drew have a fingerprint."""
    path = make("x <- rnorm(3)\nx", "plot(x)", "y <- 1", "kmeans(iris[1:4], 3)$size", "warning('careful')", "data.frame(a = sample(3))")
    assert run("run", path).returncode == 0
    result = run("verify", path, "--json")
    assert result.returncode == 0, result.stdout
    assert set(verdicts(result).values()) == {"identical"}
    drew = [" r=" in line for _, line in sorted(record_of(path)["cells"].items())]
    assert drew == [True, False, False, True, False, True]


@pytest.fixture
def bootstrap(tmp_path):
    """Return a copy of a notebook that resamples, fits, clusters and plots, in the notebook's process and in forked workers."""
    return Path(shutil.copy(REPOSITORY / "tests" / "notebooks" / "r_bootstrap.ipynb", tmp_path / "bootstrap.ipynb"))


def test_a_real_notebook_replays(run, bootstrap):
    """Two replays of it in fresh runtimes are identical to its record, plots and workers included."""
    assert 0 == run("run", bootstrap).returncode
    for _ in range(2):
        result = run("verify", bootstrap, "--json")
        assert 0 == result.returncode, result.stdout
        assert {"identical"} == set(verdicts(result).values())


def test_without_seednb_it_differs(run, bootstrap, home, tmp_path):
    """Run twice without seednb, it gives other numbers in every cell that draws."""
    for name in ("a", "b"):
        command = [sys.executable, "-m", "papermill", str(bootstrap), f"{name}.ipynb", "--no-progress-bar"]
        done = subprocess.run(command, cwd=tmp_path, env=environment(**home), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    found = verdicts(run("compare", "a.ipynb", "b.ipynb", "--json"))
    assert {1: "diverged", 2: "diverged", 3: "diverged", 5: "diverged", 6: "diverged"} == {index: found[index] for index in (1, 2, 3, 5, 6)}


def test_verify_without_a_record(run, make):
    """A notebook without a record passes where two fresh runs with one seed agree, and fails where the clock seeds."""
    assert run("verify", make(DRAW, "sample(5)")).returncode == 0
    result = run("verify", make("set.seed(NULL)\nrunif(1)", name="clock.ipynb"), "--json")
    assert result.returncode == 1
    (cell,) = json.loads(result.stdout)["cells"]
    assert "unsealed-entropy" == cell["cause"]
    assert "unsealed entropy in a seed from the clock (line 1)" in cell["detail"]


def test_a_draw_that_nobody_shows_is_compared(run, make):
    """A cell without outputs diverges when it leaves the generator in another state than recorded."""
    path = make("invisible(runif(1))", "1")
    run("run", path)
    edit(path, lambda nb: nb["cells"][0].update(source="invisible(runif(2))"))
    assert {0: "diverged", 1: "identical"} == verdicts(run("verify", path, "--json"))


def test_removing_everything_does_not_break_it(run, make):
    """After `rm(list = ls(all.names = TRUE))`, which takes the generator's state away, the next cell is seeded from the run's seed."""
    path = make(DRAW, "rm(list = ls(all.names = TRUE))", DRAW, "ls(all.names = TRUE)")
    assert run("run", path).returncode == 0
    assert run("verify", path).returncode == 0
    assert record_of(path)["cells"]["cell-1"].endswith(f"r={NO_OUTPUT}")
    first, _, third, names = texts(path)
    assert first != third
    assert names == '[1] ".Random.seed"'


def test_forked_workers_replay(run, make):
    """Forked workers under the default kind replays, with other numbers in each use and cell, and the notebook's own draws stay."""
    path = make(FORKS, f"c({FORKS}, {FORKS})", "set.seed(42)\nrunif(1)")
    assert run("run", path, "--seed", "7").returncode == 0
    result = run("verify", path)
    assert result.returncode == 0, result.stdout
    drawn = [number for numbers_ in numbers(path)[:2] for number in numbers_]
    assert len(set(drawn)) == 12
    assert [0.914806] == numbers(path)[2]
    assert {"parallel": "L'Ecuyer-CMRG"} == record_of(path)["determinism"]


def test_forked_workers_follow_the_notebooks_own_seed(run, make):
    """A `set.seed` above mclapply decides what its workers draw."""
    runs = [make(f"set.seed({seed})\n{FORKS}", name=f"{number}.ipynb") for number, seed in enumerate((1, 1, 2))]
    for path in runs:
        assert run("run", path, "--seed", "7").returncode == 0
    one, same, other = map(texts, runs)
    assert one == same
    assert one != other


def test_workers_in_new_processes_replay(run, make):
    """Clusters of new R processes replay, and setting them up leaves the notebook's generator as it is."""
    path = make(CLUSTER)
    assert run("run", path, "--seed", "42").returncode == 0
    assert run("verify", path).returncode == 0
    assert texts(path)[0].endswith("[1] 0.914806")


def test_workers_are_left_alone_without_the_seal(run, make):
    """With --no-seal forked workers take their seeds from the clock, as without seednb, and two runs differ."""
    found = []
    for name in ("a.ipynb", "b.ipynb"):
        path = make(FORKS, name=name)
        assert run("run", path, "--seed", "1", "--no-seal").returncode == 0
        found.append(texts(path))
    assert found[0] != found[1]


def test_a_notebook_with_its_own_lecuyer_kind_keeps_its_streams(run, make):
    """Where the notebook has chosen L'Ecuyer-CMRG, mclapply gives what it gives without seednb."""
    source = 'RNGkind("L\'Ecuyer-CMRG")\nset.seed(1)\nunlist(parallel::mclapply(1:2, function(i) runif(1), mc.cores = 2))'
    path = make(source)
    assert run("run", path).returncode == 0
    plain = subprocess.run(["Rscript", "-e", source], capture_output=True, text=True).stdout.strip()
    assert [plain] == texts(path)
    assert record_of(path)["environment"]["rng_kind"].startswith("L'Ecuyer-CMRG")


def test_per_cell_streams(run, make):
    """With --per-cell a cell's numbers stay when an earlier cell draws more, and the recorded streams replay."""
    paths = [make(first, DRAW, name=f"{number}.ipynb") for number, first in enumerate(("runif(1)", "runif(9)"))]
    for path in paths:
        assert run("run", path, "--seed", "42", "--per-cell").returncode == 0
    assert texts(paths[0])[1] == texts(paths[1])[1]
    assert texts(paths[0])[0] != texts(paths[0])[1]
    assert " k=cell-1 " in record_of(paths[0])["cells"]["cell-1"]
    edit(paths[0], lambda nb: nb["cells"].insert(0, nb["cells"].pop()))
    assert {0: "identical", 1: "identical"} == verdicts(run("verify", paths[0], "--json"))


def test_recorded_reseeds_replay(run, make):
    """`seednb_seed()` in a notebook generates a seed that a replay takes from the record."""
    path = make(DRAW, "seednb_seed()\nrunif(1)", DRAW)
    assert run("run", path).returncode == 0
    ((key, seed),) = record_of(path)["reseeds"]
    assert "cell-1" == key
    assert texts(path)[1].startswith(f"seednb: seed {seed}")
    result = run("verify", path)
    assert result.returncode == 0, result.stdout


def test_the_command_lines_seed_wins(run, make):
    """A `seednb_seed(7)` that --seed overrides says so, and starts the overriding seed anew."""
    path = make("seednb_seed(7)\nrunif(1)")
    run("run", path, "--seed", "42")
    assert "seednb: seed 42 (command-line) in place of 7[1] 0.914806" == texts(path)[0]


@pytest.mark.parametrize("seed", ["2147483648", "4294967295"])
def test_a_seed_that_r_refuses(run, make, seed):
    """A seed of 32 bits gives one line and exit code 2, and the notebook stays as it is."""
    path = make(DRAW)
    before = path.read_bytes()
    result = run("run", path, "--seed", seed)
    assert 2 == result.returncode
    assert (
        f"seednb: seed {seed} is out of range for R, whose set.seed takes 31 bits: give an integer from 0 to 2147483647\n" == result.stderr
    )
    assert before == path.read_bytes()


def test_the_users_profile_is_sourced(run, make, home, tmp_path):
    """R reads the user's profile as without seednb, and what it draws does not matter."""
    (tmp_path / ".Rprofile").write_text("set.seed(1)\nmine <- 'theirs'\n")
    path = make("mine", "sprintf('%.16f', runif(1))")
    run("run", path, "--seed", "42")
    assert "theirs" in texts(path)[0]
    assert "0.9148060434963554" in texts(path)[1]


def test_a_cell_that_fails_ends_the_run(run, make):
    """An error ends the run with the cell's number and its words, and leaves what ran beside the notebook."""
    path = make(DRAW, "stop('no')", DRAW)
    result = run("run", path)
    assert 1 == result.returncode
    assert "cell 2 failed" in result.stderr
    assert path.with_name("nb.partial.ipynb").exists()


def test_the_environment_of_the_kernel_stays_as_it_is(run, make):
    """What is set for Python's start does not reach R, nor what R starts."""
    path = make("Sys.getenv(c('PYTHONHASHSEED', 'R_PROFILE_USER', 'SEEDNB_SEED'), names = FALSE)")
    run("run", path)
    assert ['[1] "" "" ""'] == texts(path)


def test_strict_means_nothing(run, make):
    """--strict says in one line that it does nothing in R."""
    result = run("run", make(DRAW), "--strict")
    assert (0, "seednb: strict is for Python's frameworks: nothing of it is in force in R\n") == (result.returncode, result.stderr)


def test_show(run, make):
    """`show` names R and its kind of generator, and which cells drew."""
    path = make(DRAW, "1")
    run("run", path)
    shown = run("show", path, COLUMNS="120").stdout
    assert "(Mersenne-Twister, Inversion, Rejection)" in shown
    assert "Python" not in shown


def test_an_update_accepts_what_differs(run, make):
    """`verify --update` on an R notebook writes the changed cell and its line, leaves the others alone, and then it verifies."""
    path = make(DRAW, "print('a')", "sample(3)")
    assert 0 == run("run", path, "--seed", "42").returncode
    before = load(path)
    edit(path, lambda nb: nb["cells"][1].update(source="print('b')"))
    result = run("verify", path, "--update")
    assert 0 == result.returncode, result.stderr
    assert "accepted 1 cell: 2" in result.stdout
    after = load(path)
    assert "b" in texts(path)[1]
    for index in (0, 2):
        key = before["cells"][index]["id"]
        assert before["cells"][index] == after["cells"][index]
        assert before["metadata"]["seednb"]["cells"][key] == after["metadata"]["seednb"]["cells"][key]
    assert 0 == run("verify", path).returncode
