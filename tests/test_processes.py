"""Child processes and workers: each task draws from its own stream, the same in every run, whoever is scheduled when."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import pickle
import subprocess
import sys

import pytest

from seednb.entropy import Seal, derive
from seednb.processes import Processes
from seednb.tasks import Tasks
from seednb.workers import Place, Work
from tests.conftest import REPOSITORY, environment
from tests.processes import QUIET, fresh, once

METHODS = multiprocessing.get_all_start_methods()
WAYS = [
    *(("pools", method) for method in METHODS),
    *(("processes", method) for method in METHODS),
    *(("executors", method) for method in METHODS),
    ("forks", "fork"),
]


def run(kind, method, *, workers=2, seed=42):
    """Return what each job of the program drew, by how it was handed in, and the parent's next draw."""
    command = [sys.executable, "-m", "tests.workers_program", kind, method, str(workers), str(seed)]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment(**QUIET), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def streams(found):
    """Return every stream of 64 draws of a result."""
    return [tuple(stream) for jobs in found.values() for job in jobs for stream in job[1:4]]


@pytest.mark.parametrize(("kind", "method"), WAYS)
def test_tasks_draw_the_same_with_any_number_of_workers(kind, method):
    """One, two and four workers give each task the same draws, no two of them alike, and leave the parent's stream where it was."""
    if method not in METHODS:
        pytest.skip(f"no {method} here")
    first, second, third = (run(kind, method, workers=workers) for workers in (1, 2, 4))
    assert first == second == third
    found = streams(first[0])
    assert len(found) == len(set(found)) == 3 * sum(map(len, first[0].values()))
    assert first[1] == 0.6394267984578837


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_joblibs_tasks_draw_the_same_with_any_number_of_workers(backend):
    """Two and four workers of joblib give each task the same draws, no two of them alike."""
    pytest.importorskip("joblib")
    second, fourth = (run("joblib", backend, workers=workers) for workers in (2, 4))
    assert second == fourth
    assert len(set(streams(second[0]))) == 3 * 8


def test_another_seed_gives_workers_other_draws():
    """Nothing that a worker draws with one seed is drawn with another."""
    one, other = (run("executors", METHODS[0], seed=seed)[0] for seed in (42, 43))
    assert not set(streams(one)) & set(streams(other))


def test_joblibs_threads_are_sealed_and_sequential_tasks_draw_from_the_parents_stream():
    """With one worker joblib's tasks go on in the parent's stream, as by hand; unseeded generators have the tasks' own in any case."""
    pytest.importorskip("joblib")
    alone, threads = run("joblib", "threading", workers=1)[0], run("joblib", "threading", workers=2)[0]
    assert [job[3] for job in alone["threading"]] == [job[3] for job in threads["threading"]]
    assert alone["threading"][0][1][0] == 0.6394267984578837
    assert alone["threading"][0][2][0] == 0.3745401188473625


SEARCH = """
import json, seednb
seednb.seed(42)
import scipy.stats
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import RandomizedSearchCV, cross_val_score
x, y = make_classification(300, n_features=8)
search = RandomizedSearchCV(RandomForestClassifier(8), {"max_depth": scipy.stats.randint(2, 8)}, n_iter=4, n_jobs=2, cv=3)
search.fit(x, y)
print(json.dumps([list(search.cv_results_["mean_test_score"]), list(cross_val_score(RandomForestClassifier(8), x, y, n_jobs=2))]))
"""


def test_scikit_learns_searches_repeat_in_workers():
    """A randomized search and a cross validation with unseeded forests in loky's processes give the same scores in two runs."""
    pytest.importorskip("sklearn")
    assert once(SEARCH) == fresh(SEARCH)


LOADER = """
import json, random, sys
{seed}
import numpy as np, torch
from torch.utils.data import DataLoader, Dataset
{own}
class Noise(Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, index):
        drawn = [torch.rand(()).item(), random.random(), np.random.rand(), np.random.default_rng().random()]
        return torch.tensor(drawn, dtype=torch.float64)
torch.set_num_threads(1)
loader = DataLoader(Noise(), batch_size=2, num_workers={workers})
print(json.dumps([torch.cat(list(loader)).T.tolist() for _ in range(2)]))
"""
OWN = "random.seed(42); np.random.seed(42); torch.manual_seed(42)"


@pytest.mark.frameworks
def test_data_loaders_draw_as_hand_seeded_ones_do_and_their_unseeded_generators_follow():
    """PyTorch's workers draw what hand-written seeds give; `default_rng()` inside them differs in each worker and epoch, and repeats."""
    pytest.importorskip("torch")
    seeded = LOADER.format(seed="import seednb; seednb.seed(42)", own="", workers=2)
    first, second = once(seeded), fresh(seeded)
    assert first == second
    assert [epoch[:3] for epoch in first] == [epoch[:3] for epoch in once(LOADER.format(seed="", own=OWN, workers=2))]
    sealed = [value for epoch in first for value in epoch[3]]
    assert len(set(sealed)) == 16


SCRIPTS = """
import json, os, subprocess, sys, seednb
seednb.seed(42)
script = "import json, os, random; import numpy as np; " \\
    "print(json.dumps([random.random(), np.random.rand(), np.random.default_rng().random(), 'SEEDNB_PLACE' in os.environ]))"
run = lambda command, **more: json.loads(subprocess.run(command, capture_output=True, check=True, **more).stdout)
found = [run([sys.executable, "-c", script]) for _ in range(2)]
found.append(run([sys.executable, "-c", script], env={**os.environ, "OWN": "1"}))
found.append(run(f'"{sys.executable}" -c "{script}"', shell=True))
nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {script!r}])"
found.append(run([sys.executable, "-c", nested]))
env = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
print(json.dumps([found, "SEEDNB_PLACE" in env]))
"""


def test_python_scripts_that_a_notebook_starts_draw_from_streams_of_their_own():
    """A Python started with subprocess, by a shell or by such a script draws its own numbers, the same in each run; nobody else is told."""
    found, told = once(SCRIPTS)
    assert found == fresh(SCRIPTS)[0]
    values = [value for row in found for value in row[:3]]
    assert len(set(values)) == len(values) == 15
    assert {row[3] for row in found} == {False}
    assert told is False


AGAIN = """
import json, multiprocessing, random, seednb
from seednb.runtime import session
seednb.seed(42)
runtime = session()
def draw(index):
    return random.random()
def cell(key):
    runtime.begin_cell(key)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(draw, range(3))
    return found, sorted(runtime.end_cell().sources)
first, second, other = cell("a"), cell("a"), cell("b")
runtime.rewind("a")
print(json.dumps([first, second, other, cell("a")]))
"""


@pytest.mark.skipif("fork" not in METHODS, reason="needs fork")
def test_a_cell_that_is_run_again_gives_its_workers_new_streams_and_after_a_rewind_the_old_ones():
    """Workers of a second run, and of another cell, draw other numbers; rewinding brings the first ones back; such a cell draws."""
    first, second, other, rewound = once(AGAIN)
    assert first == rewound
    assert first[1] == ["sealed"]
    assert len({*first[0], *second[0], *other[0]}) == 9


STOPPED = """
import json, multiprocessing.pool, os, subprocess, concurrent.futures.process, seednb
seen = lambda: [os.fork, subprocess.Popen.__init__, multiprocessing.Process.start, multiprocessing.pool.Pool.__init__,
    multiprocessing.pool.Pool.imap, concurrent.futures.process.ProcessPoolExecutor.submit]
before = seen()
seednb.seed(42)
replaced = [a is not b for a, b in zip(before, seen())]
from seednb.runtime import end_session
end_session()
print(json.dumps([replaced, [a is b for a, b in zip(before, seen())]]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_nothing_stays_replaced():
    """What was replaced to give children their places is back when the runtime has ended."""
    assert once(STOPPED) == [[True] * 6, [True] * 6]


def test_work_that_fails_fails_as_it_would(tmp_path):
    """An exception of a task reaches the parent as it is, and work can be pickled wherever its function can."""
    work = pickle.loads(pickle.dumps(Work(Place(os.getpid(), 42, "cell", "/W0"), divmod)))
    assert work(7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        work(7, 0)


BROUGHT = """
import importlib.util, json, random, sys
def draw(index):
    return random.random()
if __name__ == "__main__":
    folder = sys.argv[1]
    spec = importlib.util.spec_from_file_location("seednb", folder + "/__init__.py", submodule_search_locations=[folder])
    seednb = sys.modules["seednb"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(seednb)
    seednb.seed(42)
    import concurrent.futures, multiprocessing
    from importlib.machinery import PathFinder
    found = [PathFinder.find_spec("seednb") is None]
    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool, concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
            found += [*pool.map(draw, range(2)), *executor.map(draw, range(2))]
    print(json.dumps(found))
"""


def test_workers_find_a_package_that_was_brought_into_the_kernel_from_elsewhere(tmp_path):
    """Where seednb is not installed for the kernel's Python, new processes load it from where the kernel did, and repeat."""
    program = tmp_path / "program.py"
    program.write_text(BROUGHT, encoding="utf-8")
    command = [sys.executable, "-S", str(program), str(REPOSITORY / "seednb")]
    given = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    results = []
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=300, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        results.append(json.loads(done.stdout))
    assert results[0] == results[1]
    assert results[0][0] is True
    assert len(set(results[0])) == len(results[0]) == 1 + 4 * len(METHODS)


def test_processes_without_a_seed_get_no_place():
    """Where nothing is sealed no child is given a place: it keeps what it would have without us."""
    processes = Processes(Seal(Tasks()), owner=None)
    assert processes._next() is None
    assert processes._job() is None


def test_a_worker_that_cannot_be_seeded_still_works():
    """Rubbish in the variable that names a place changes nothing for the script, and is not said on its standard error."""
    for text in ("", "[", "[1]", '{"a": 1}', '[1, "x", 2, 3]', "null"):
        done = subprocess.run(
            [sys.executable, "-c", "print(1)"], env=environment(SEEDNB_PLACE=text), capture_output=True, text=True, check=False
        )
        assert ("1\n", "", 0) == (done.stdout, done.stderr, done.returncode), text


def test_all_places_of_many_jobs_differ():
    """Among 100,000 tasks no two have the same entropy: it has 128 bits."""
    places = [
        Place(1, 42, f"cell-{cell}", f"/W{job}").item(item) for cell, job, item in itertools.product(range(10), range(100), range(100))
    ]
    assert len({derive(place.seed, "task", place.cell, place.path, "python", bits=128) for place in places}) == 100_000
