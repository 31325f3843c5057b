"""Outputs of real kernels, run twice under two hash seeds: what is honest passes, what is not does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from seednb.compare import compare_notebooks, compare_outputs, output_digests, worst
from tests.conftest import environment

IDENTICAL = {
    "objects": "a = object(); b = object()\nprint(a, b, a)\n[a]",
    "functions": "def f(): pass\nprint(f, (i for i in ()), f.__call__)",
    "weakref": "import weakref\nclass K: pass\nk = K()\nweakref.ref(k)",
    "thread": "import threading\nprint(threading.current_thread())",
    "warning": "import warnings\nwarnings.warn('careful 1')",
    "styler": "import pandas as pd\ndf = pd.DataFrame({'a': [1.5, 2], 'b': ['T_12345', 'x']})\ndf.style.highlight_max()",
    "frame": "df",
    "generators": "import numpy as np\nnp.random.default_rng(1), np.random.RandomState(1)",
    "png": "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])",
    "animation": "from matplotlib.animation import FuncAnimation\nfrom IPython.display import HTML\n"
    "fig, ax = plt.subplots(figsize=(1, 1))\nline, = ax.plot([0, 1])\n"
    "html = FuncAnimation(fig, lambda i: line.set_ydata([0, i]), frames=2).to_jshtml()\nplt.close()\nHTML(html)",
    "widget": "import ipywidgets\nipywidgets.IntSlider(value=3)",
    "uuid": "import uuid\nuuid.uuid4()",
    "traceback": "def g(x):\n    return 1 / x\ng(0)",
    "chained": "try:\n    g(0)\nexcept Exception as error:\n    raise ValueError(f'bad {object()}') from error",
    "library": "df['c']",
    "syntax": "x = = 1",
    "streams": "import sys\nfor i in range(50):\n    print(i); print(i, file=sys.stderr)",
    "numbers": "np.random.default_rng(3).random(3)",
    "nothing": "x = 1",
}
EQUIVALENT = {
    "bar": "import time\nfrom tqdm import tqdm\nfor i in tqdm(range(20), desc='fit'): time.sleep(.013)",
    "cleared bar": "for i in tqdm(range(5), leave=False): pass\nfor i in tqdm(range(5)): pass",
    "count": "for i in tqdm((i for i in range(9)), postfix={'loss': 0.5}): time.sleep(.02)",
    "nested": "for i in tqdm(range(3)):\n    for j in tqdm(range(4), desc='in'): time.sleep(.03)",
    "time": "%time sum(range(300000))",
    "cell time": "%%time\nprint(sum(range(300000)))",
    "timeit": "r = %timeit -o -n 10 -r 2 sum(range(1000))\nr",
    "log": "import logging\nlogging.basicConfig(format='%(asctime)s %(levelname)s %(message)s')\nlogging.warning('hello 3')",
    "own clock": "import datetime\ndatetime.datetime.now()",
    "own duration": "start = time.perf_counter()\nprint(f'took {time.perf_counter() - start:.9f} s')",
    "search": "from sklearn.model_selection import GridSearchCV\nfrom sklearn.linear_model import Ridge\n"
    "found = GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=2).fit([[1], [2], [3], [5]], [1, 2, 4, 4])\n"
    "rows = pd.DataFrame(found.cv_results_)[['mean_fit_time', 'std_score_time', 'mean_test_score']]\nprint(rows)\nrows",
    "svg": "%config InlineBackend.figure_formats = ['svg']\n"
    "plt.plot([1, 2], 'o-'); plt.scatter([1, 2], [3, 1], c=[1, 2]); _ = plt.hist([1, 1, 2], hatch='/')",
}
DIVERGED = {
    "entropy": ("import os\nos.urandom(8)", "unsealed-entropy"),
    "unseeded": ("np.random.default_rng().random()", "unsealed-entropy"),
    "secret": ("import secrets\nsecrets.token_hex()", "unsealed-entropy"),
    "id": ("id(object())", "address"),
    "now": ("import datetime\n[datetime.datetime.now()]", "clock"),
    "date": ("!date +%s.%N", "clock"),
    "process": ("os.getpid()", "process-id"),
    "duration": ("start = time.perf_counter()\nprint(f'took {max(time.perf_counter() - start, 0):.9f} s')", "clock"),
    "plot": ("%config InlineBackend.figure_formats = ['png']\n_ = plt.plot(np.random.default_rng().random(9))", "unsealed-entropy"),
    "set": ("print({str(i) for i in range(50)})", "unknown"),
}
CELLS = {**IDENTICAL, **EQUIVALENT, **{name: source for name, (source, _) in DIVERGED.items()}}
RUN = """
import json, sys, nbformat
from nbclient import NotebookClient
cells = [nbformat.v4.new_code_cell(source, id=f"c{number}") for number, source in enumerate(json.load(sys.stdin))]
nb = nbformat.v4.new_notebook(cells=cells)
NotebookClient(nb, timeout=120, kernel_name="python3", allow_errors=True).execute()
nbformat.write(nb, sys.argv[1])
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return two runs of all cells, from kernels with different hash seeds."""
    folder = tmp_path_factory.mktemp("runs")
    paths = [folder / f"{seed}.ipynb" for seed in (1, 2)]
    command = [sys.executable, "-c", RUN]
    kernels = [
        subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE, text=True, cwd=folder, env=environment(PYTHONHASHSEED=path.stem))
        for path in paths
    ]
    for kernel in kernels:
        kernel.communicate(json.dumps(list(CELLS.values())))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def pair(runs, name):
    """Return one cell's outputs in both runs."""
    place = list(CELLS).index(name)
    return [run["cells"][place]["outputs"] for run in runs]


def check(runs, name, *expected):
    """Assert the verdict on a cell, in both directions, and that digests agree with it."""
    a, b = pair(runs, name)
    found = worst(result.verdict for result in compare_outputs(a, b, source=CELLS[name])).value
    assert found in expected, compare_outputs(a, b, source=CELLS[name])
    assert found == worst(result.verdict for result in compare_outputs(b, a, source=CELLS[name])).value
    digests = [output_digests(outputs, CELLS[name]) for outputs in (a, b)]
    assert (found == "identical") == (digests[0][0] == digests[1][0])
    assert (found != "diverged") == (digests[0][1] == digests[1][1])


@pytest.mark.parametrize("name", IDENTICAL)
def test_honest_cells_are_identical(runs, name):
    """A cell that differs only in addresses, ids and message chunks is identical."""
    check(runs, name, "identical")


@pytest.mark.parametrize("name", EQUIVALENT)
def test_clocks_in_known_contexts_are_equivalent(runs, name):
    """A cell that differs only in a known program's clock is equivalent; by chance two clocks show the same."""
    check(runs, name, "equivalent", "identical")


@pytest.mark.parametrize("name", DIVERGED)
def test_dishonest_cells_diverge(runs, name):
    """A cell that differs in data diverges."""
    check(runs, name, "diverged")


def test_causes_of_real_divergences(runs):
    """Whole notebooks are compared, and causes are named only where the cell shows them."""
    comparison = compare_notebooks(*runs, record_a=None, record_b=None)
    names = dict(zip((f"c{number}" for number in range(len(CELLS))), CELLS))
    found = {names[result.id]: result.cause for result in comparison.cells if result.verdict.value == "diverged"}
    expected = {name: cause for name, (_, cause) in DIVERGED.items()}
    first = next(iter(DIVERGED))
    assert found == {name: "upstream" if cause == "unknown" and name != first else cause for name, cause in expected.items()}
    assert not comparison.reproduced


@pytest.mark.parametrize("name", ["fit", "evaluate"])
def test_keras_progress(name):
    """Two real trainings with equal losses are equivalent; one digit of a loss diverges."""
    a, b = json.loads((Path(__file__).parent / "keras_outputs.json").read_text(encoding="utf-8"))[name]
    assert "equivalent" == worst(result.verdict for result in compare_outputs(a, b)).value
    assert output_digests(a)[1] == output_digests(b)[1]
    changed = json.loads(json.dumps(b).replace("0.2059", "0.2058").replace("1.9217", "1.9218"))
    assert changed != b
    assert "diverged" == worst(result.verdict for result in compare_outputs(a, changed)).value
