"""Variables in runs and replays: unseeded ones that nobody prints are caught, and honest notebooks are not."""

from __future__ import annotations

import json

from seednb.record import CellLine
from tests.conftest import load

HONEST = (
    """import datetime, os, random, tempfile, threading, time, uuid
t = time.time(); now = datetime.datetime.now(); u = uuid.uuid4(); o = object(); i = id(o); p = os.getpid()
folder = tempfile.mkdtemp(); lock = threading.Lock(); start = time.perf_counter()""",
    """rows = []
for k in range(3):
    begun = time.perf_counter()
    rows.append({'k': k, 'took': time.perf_counter() - begun})
elapsed = time.time() - t""",
    """class Run:
    def __init__(self, name):
        self.name, self.made = name, time.time()
    def stop(self):
        self.took = time.time() - self.made
run = Run('a')
run.stop()
runs = {'a': run}""",
    """import numpy as np
x = np.random.default_rng().random(3)
words = {'a', 'b', 'c', 'd'}
f = lambda w: w in {'p', 'q', 'r'}""",
    """%%time
y = x + random.random()
took = %timeit -n1 -r1 -o -q pass""",
    """names = !hostname
gen = (n for n in range(3))
out = open(os.devnull)""",
    """import matplotlib.pyplot as plt
fig, ax = plt.subplots()
lines = ax.plot(x)
plt.close(fig)""",
)
UNSEEDED = ("import numpy as np\nn = 3", "rng = np.random.default_rng()\nweights = rng.random(n)", "twice = 2 * weights\nm = 1", "k = n")


def details(result):
    """Return verdict and detail of each cell of a --json answer."""
    return [(cell["verdict"], cell["cause"], cell["detail"]) for cell in json.loads(result.stdout)["cells"]]


def test_honest_notebooks_pass(seednb, make_notebook):
    """Clocks, identities, handles and figures in variables are no difference, with a record and without one, under two hash seeds."""
    path = make_notebook(*HONEST)
    for _ in range(2):
        result = seednb("verify", path, "--json")
        assert result.returncode == 0, result.stdout
        assert {cell[0] for cell in details(result)} <= {"identical", "equivalent"}
        assert seednb("run", path).returncode == 0


def test_an_unseeded_variable_that_nobody_prints_is_caught_and_named(seednb, make_notebook):
    """Without a record, two runs are compared variable by variable; bytes of the operating system are never the same."""
    path = make_notebook("import os\nok = 1\nkey = os.urandom(4)", "data = list(key)", "done = ok")
    result = seednb("verify", path, "--json")
    assert result.returncode == 1
    assert [(verdict, detail) for verdict, _, detail in details(result)] == [
        ("diverged", "outputs agree, but the variable key differs; the cell draws from the operating system's entropy: os.urandom"),
        ("diverged", "outputs agree, but the variable data differs"),
        ("identical", ""),
    ]


def test_an_unsealed_array_diverges_from_its_record(seednb, make_notebook):
    """An array of an unseeded generator, run without the seal, diverges; later cells say upstream; cells without it are identical."""
    path = make_notebook(*UNSEEDED)
    assert seednb("run", path, "--no-seal").returncode == 0
    result = seednb("verify", path, "--json")
    assert result.returncode == 1
    found = details(result)
    assert [verdict for verdict, _, _ in found] == ["identical", "diverged", "diverged", "identical"]
    assert "weights" in found[1][2]
    assert found[2][1] == "upstream"
    assert "twice" in found[2][2]
    assert seednb("run", path).returncode == 0
    assert seednb("verify", path).returncode == 0


MADE = "import numpy as np\nrng = np.random.default_rng({0})\nfree = np.random.default_rng()"


def test_the_cause_of_an_unsealed_variable(seednb, make_notebook):
    """Without the seal, a variable from a generator that nobody seeded says so, in the cell that makes it or reads it."""
    path = make_notebook("import numpy as np\nx = np.random.default_rng().random(3)", "def f():\n    return x[0]\ny = 1")
    assert seednb("run", path, "--no-seal").returncode == 0
    assert ("diverged", "unsealed-entropy") == details(seednb("verify", path, "--json"))[0][:2]
    path = make_notebook(MADE.format(""), "n = 3", "z = rng.random(n)")
    assert seednb("run", path, "--no-seal").returncode == 0
    verdict, cause, detail = details(seednb("verify", path, "--json"))[2]
    assert ("diverged", "unsealed-entropy") == (verdict, cause)
    assert "rng comes from cell 1, which makes a generator without a seed: default_rng()" in detail


def test_an_honest_twin_gets_no_blame(seednb, make_notebook):
    """Without the seal, a cell that reads a seeded generator and differs for another reason is not blamed on an unseeded one beside it."""
    path = make_notebook(MADE.format(1), "z = rng.random(3)\nkey = list(open('data.txt', 'rb').read())")
    folder = path.parent
    (folder / "data.txt").write_text("1")
    assert seednb("run", path, "--no-seal").returncode == 0
    (folder / "data.txt").write_text("2")
    verdict, cause, detail = details(seednb("verify", path, "--json"))[1]
    assert "diverged" == verdict
    assert "unsealed-entropy" != cause
    assert "without a seed" not in detail


def test_a_model_that_is_seeded_with_the_time_is_caught(seednb, make_notebook):
    """What the clock seeds does not pass as a time."""
    path = make_notebook("import random, time\nr = random.Random(time.time_ns())\nmodel = [r.random() for _ in range(5)]")
    result = seednb("verify", path, "--json")
    assert result.returncode == 1, result.stdout
    assert "model" in details(result)[0][2]


def test_records_without_variables_verify_as_before(seednb, make_notebook):
    """A record that an older seednb wrote has no digests of variables: nothing is said of them."""
    path = make_notebook(*UNSEEDED)
    seednb("run", path, "--no-seal")
    content = load(path)
    lines = content["metadata"]["seednb"]["cells"]
    assert all(" v=s3:" in line for key, line in lines.items() if key != "cell-0")
    assert all(len(line) <= 160 for line in lines.values())
    for key, line in lines.items():
        lines[key] = " ".join(word for word in line.split() if not word.startswith("v="))
        assert CellLine.parse(lines[key]).variables is None
    path.write_text(json.dumps(content))
    result = seednb("verify", path)
    assert result.returncode == 0, result.stdout


def test_the_digests_do_not_change_from_run_to_run(seednb, make_notebook):
    """Two runs with one seed give the same digests of variables."""
    path = make_notebook(*HONEST)
    found = []
    for _ in range(2):
        assert seednb("run", path, "--seed", "3").returncode == 0
        lines = load(path)["metadata"]["seednb"]["cells"]
        found.append({key: CellLine.parse(line).variables for key, line in lines.items()})
    assert found[0] == found[1]
