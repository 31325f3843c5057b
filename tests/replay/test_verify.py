"""`seednb verify` and `seednb compare` as a user runs them: honest notebooks pass, dishonest ones do not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import command, environment, load

DRAW = "import random\nprint(random.random())"
NUMPY = "import numpy as np\nprint(np.random.rand(), np.random.default_rng().random())"
PLOT = "import matplotlib.pyplot as plt\nimport numpy as np\n_ = plt.plot(np.random.rand(20))"


def verdicts(result):
    """Return the verdicts of a --json answer by the cell's index."""
    return {cell["index"]: cell["verdict"] for cell in json.loads(result.stdout)["cells"]}


def edit(path, change):
    """Change a notebook file's content."""
    content = load(path)
    change(content)
    path.write_text(json.dumps(content, indent=1))


def test_a_recorded_notebook_reproduces(seednb, make_notebook):
    """A notebook that seednb ran is identical when replayed, images and unseeded generators included."""
    path = make_notebook(DRAW, NUMPY, PLOT, "object()", "import warnings\nwarnings.warn('careful')", "x = 1")
    seednb("run", path)
    result = seednb("verify", path, "--json")
    assert result.returncode == 0, result.stdout
    assert set(verdicts(result).values()) == {"identical"}


def test_verify_writes_nothing(seednb, make_notebook, tmp_path):
    """Verification changes no file and leaves none, whether the notebook reproduces or not."""
    path = make_notebook(DRAW, "import os\nprint(os.urandom(4))")
    seednb("run", path)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert seednb("verify", path).returncode == 1
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["nb.ipynb"]


def test_changed_code_diverges_at_its_cell(seednb, make_notebook):
    """After one line of code is changed, verify names that cell and the code as the cause."""
    path = make_notebook(DRAW, "x = 2\nprint(x + random.random())", "print(x)")
    seednb("run", path)
    edit(path, lambda nb: nb["cells"][1].update(source="x = 3\nprint(x + random.random())"))
    result = seednb("verify", path, "--json")
    assert result.returncode == 1
    assert verdicts(result) == {0: "identical", 1: "diverged", 2: "diverged"}
    causes = [cell["cause"] for cell in json.loads(result.stdout)["cells"]]
    assert causes == [None, "code", "upstream"]


def test_a_changed_output_diverges(seednb, make_notebook):
    """A recorded number that somebody has changed is found."""
    path = make_notebook(DRAW, NUMPY)
    seednb("run", path, "--seed", "42")
    text = path.read_text()
    assert "0.3745401188473625" in text
    path.write_text(text.replace("0.3745401188473625", "0.3745401188473626"))
    result = seednb("verify", path, "--json")
    assert result.returncode == 1
    assert verdicts(result) == {0: "identical", 1: "diverged"}


def test_a_draw_that_nobody_shows_is_compared(seednb, make_notebook):
    """A cell without outputs diverges when it leaves a generator in another state than recorded."""
    path = make_notebook("import random, os\nn = os.urandom(1)[0]\nfor _ in range(n + 1): random.random()", "pass")
    seednb("run", path)
    record = load(path)["metadata"]["seednb"]["cells"]["cell-0"]
    result = seednb("verify", path, "--json")
    replayed_equal = result.returncode == 0
    assert "python=" in record
    assert replayed_equal or verdicts(result)[0] == "diverged"
    edit(path, lambda nb: nb["metadata"]["seednb"]["cells"].update({"cell-0": record[:-1] + ("0" if record[-1] != "0" else "1")}))
    result = seednb("verify", path, "--json")
    assert verdicts(result)[0] == "diverged"
    assert "python" in json.loads(result.stdout)["cells"][0]["detail"]


def test_stripped_outputs_are_verified_by_their_digests(seednb, make_notebook):
    """A notebook whose outputs were stripped is verified from the record; a wrong digest diverges."""
    path = make_notebook(DRAW, PLOT)
    seednb("run", path)
    for index in (0, 1):
        edit(path, lambda nb, index=index: nb["cells"][index].update(outputs=[], execution_count=None))
    result = seednb("verify", path, "--json")
    assert result.returncode == 0, result.stdout
    assert set(verdicts(result).values()) == {"identical"}

    def forge(nb):
        line = nb["metadata"]["seednb"]["cells"]["cell-0"]
        nb["metadata"]["seednb"]["cells"]["cell-0"] = " ".join(
            "o=0123456789/0123456789" if word.startswith("o=") else word for word in line.split()
        )

    edit(path, forge)
    assert verdicts(seednb("verify", path, "--json"))[0] == "diverged"


def test_without_a_record_two_fresh_runs_are_compared(seednb, make_notebook):
    """A notebook without a record passes if two fresh runs with one seed agree, whatever outputs it holds."""
    path = make_notebook(DRAW, NUMPY)
    result = seednb("verify", path, "--json")
    assert result.returncode == 0, result.stdout
    assert json.loads(result.stdout)["record"] is False


def test_without_a_record_hash_order_is_found(seednb, make_notebook):
    """A printed set of strings differs between the two hash seeds, and the cause is named."""
    path = make_notebook("print({str(i) for i in range(50)})")
    result = seednb("verify", path, "--json")
    assert result.returncode == 1
    assert [cell["cause"] for cell in json.loads(result.stdout)["cells"]] == ["hash-order"]


@pytest.mark.parametrize(
    "source", ["import os\nprint(os.urandom(8))", "import time\nprint([time.time_ns()])", "import secrets\nprint(secrets.token_hex())"]
)
def test_what_cannot_be_sealed_diverges(seednb, make_notebook, source):
    """Secrets and clocks are never sealed, and a notebook that prints them does not pass."""
    path = make_notebook(source)
    seednb("run", path)
    assert verdicts(seednb("verify", path, "--json")) == {0: "diverged"}


def test_a_cell_that_fails_in_the_replay(seednb, make_notebook, tmp_path):
    """A cell that fails when replayed is `failed`, those after it are missing, and the exit code is 1."""
    (tmp_path / "in.txt").write_text("1")
    path = make_notebook(DRAW, "print(open('in.txt').read())", "print('after')")
    seednb("run", path)
    (tmp_path / "in.txt").unlink()
    result = seednb("verify", path, "--json")
    assert result.returncode == 1
    assert verdicts(result) == {0: "identical", 1: "failed", 2: "missing"}


def test_reseeding_replays(seednb, make_notebook):
    """`%seed new` in the middle of a notebook takes the recorded seed when replayed."""
    path = make_notebook("%load_ext seednb", DRAW, "%seed new", DRAW)
    seednb("run", path)
    assert seednb("verify", path).returncode == 0
    assert len(load(path)["metadata"]["seednb"]["reseeds"]) == 1


def test_seeds_in_two_cells_replay(seednb, make_notebook):
    """A second cell that sets another seed, with no draw between the two, is repeated as it was."""
    path = make_notebook("%load_ext seednb\n%seed 42", "%seed 7", "import random\nrandom.random()")
    seednb("run", path)
    assert seednb("verify", path).stdout.splitlines()[-1] == "reproduced: 3 identical"


def test_another_seed_diverges(seednb, make_notebook):
    """`verify --seed` replays with that seed, which shows what depends on it."""
    path = make_notebook("print('fixed')", DRAW)
    seednb("run", path, "--seed", "1")
    result = seednb("verify", path, "--seed", "2", "--json")
    assert verdicts(result) == {0: "identical", 1: "diverged"}


def test_several_notebooks_in_one_command(seednb, make_notebook):
    """Several notebooks are verified one after the other, and one that differs decides the exit code."""
    good, bad = make_notebook(DRAW, name="good.ipynb"), make_notebook("import os\nprint(os.urandom(8))", name="bad.ipynb")
    seednb("run", good)
    seednb("run", bad)
    result = seednb("verify", good, bad, "--json")
    assert result.returncode == 1
    assert [entry["verdict"] for entry in json.loads(result.stdout)["notebooks"]] == ["identical", "diverged"]


def test_the_table_names_the_first_diverged_cell(seednb, make_notebook):
    """What a person sees names the first cell that differed, and why."""
    path = make_notebook(DRAW, "x = 1", "print(1)")
    seednb("run", path)
    edit(path, lambda nb: nb["cells"][2].update(source="print(2)"))
    output = seednb("verify", path, COLUMNS="120").stdout
    assert "diverged first at cell 3 (code)" in output
    assert "2 identical, 1 diverged" in output


def test_compare_runs_nothing(seednb, make_notebook, tmp_path):
    """`compare` judges two executed notebooks without running them, and its exit code says whether they agree."""
    path = make_notebook(DRAW, "open('ran', 'a').write('x')")
    for name, seed in (("a.ipynb", "1"), ("b.ipynb", "1"), ("c.ipynb", "2")):
        seednb("run", path, "-o", name, "--seed", seed)
    assert seednb("compare", "a.ipynb", "b.ipynb").returncode == 0
    result = seednb("compare", "a.ipynb", "c.ipynb", "--json")
    assert result.returncode == 1
    assert verdicts(result) == {0: "diverged", 1: "identical"}
    assert (tmp_path / "ran").read_text() == "xxx"


def test_a_record_made_by_the_magic_under_papermill_verifies(seednb, make_notebook, tmp_path):
    """A notebook that papermill ran, whose record travels in the output of its `%seed 42`, is verified by seednb."""
    import subprocess
    import sys

    from tests.conftest import environment

    path = make_notebook("%load_ext seednb\n%seed 42", NUMPY, DRAW)
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "-k", "python3", str(path), "out.ipynb"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "unknown" not in done.stderr.lower()
    result = seednb("verify", "out.ipynb", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout)["record"] is True


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes, by which the test knows where the run is")
def test_ctrl_c_still_reports_what_ran(seednb, make_notebook, tmp_path):
    """Ctrl-C in a replay exits with 130 and leaves all reports, marked interrupted: what ran is compared, the rest is missing."""
    waiting = "import os\nif os.path.exists('pipe'):\n    open('pipe', 'w').close()\n    while True: pass\nprint('done')"
    path = make_notebook(DRAW, waiting, "print('after')")
    assert seednb("run", path, "--seed", "42").returncode == 0
    os.mkfifo(tmp_path / "pipe")
    arguments = command("verify", path, "--json", "--html", "report.html", "--junit", "report.xml")
    with subprocess.Popen(arguments, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        (tmp_path / "pipe").read_text()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    told = json.loads(output)
    assert (130, True, False, None) == (process.returncode, told["interrupted"], told["reproduced"], told["first"]), errors
    assert ["identical", "missing", "missing"] == [cell["verdict"] for cell in told["cells"]]
    assert "was interrupted in cell 2" in (tmp_path / "report.html").read_text()
    suite = ET.parse(tmp_path / "report.xml").getroot()[0]
    assert ("3", "0", "0", "2") == tuple(suite.get(name) for name in ("tests", "failures", "errors", "skipped"))
    assert any(entry.get("name") == "interrupted" for entry in suite.iter("property"))
