"""Which variables come from a clock or an identity: told from the cells' code, and from nothing that they hold."""

from __future__ import annotations

import pytest

from seednb.clocks import parts_of
from seednb.taint import Clocks

IMPORTS = "import datetime, os, pathlib, random, tempfile, time, uuid\nimport numpy as np\nimport pandas as pd\n"


def tainted(*cells: str) -> dict[str, str]:
    """Return what is tainted after these cells, and with what."""
    clocks = Clocks()
    clocks.ran(IMPORTS)
    found: dict[str, str] = {}
    for cell in cells:
        found = clocks.ran(cell)
    return found


@pytest.mark.parametrize(
    "code",
    [
        "x = time.time()",
        "x: float = time.perf_counter()",
        "import time as t\nx = t.monotonic()",
        "from time import time\nx = time()",
        "from time import *\nx = perf_counter()",
        "tic = time.time\nx = tic()\ndel tic",
        "from datetime import datetime as dt\nx = dt.now()",
        "x = datetime.date.today().isoformat()",
        "x = pd.Timestamp.now()",
        "x = np.datetime64('now')",
        "x = f'{time.time():.0f}'",
        "x = [time.time() for _ in range(3)]",
        "x = {}\nx[0] = time.time()",
        "x = {}\nx['t'] = time.time()\nx['u'].append([time.time()])\nx.append(time.time())",
        "d = {'t': time.time()}\nx = str(d)",
        "d = {'t': time.time()}\nx = d['t']",
        "d = {'t': time.time()}\nx = d.get('t')",
        "d = {'t': time.time(), 'u': 1}\nx = list(d.values())",
        "d = {'t': time.time(), 'u': 1}\nfor k in d:\n    x = d[k]",
        "d = {'t': time.time()}\nx = pd.DataFrame([d])",
        "x = {k: time.time() for k in 'ab'}",
        "x = 0\nx += time.time()",
        "x = 0\nwhile time.process_time() < 1:\n    x += 1",
        "for _ in range(2):\n    x = time.time()",
        "if a:\n    x = time.time()\nelse:\n    x = 0",
        "try:\n    pass\nfinally:\n    x = time.time()",
        "def f():\n    return round(time.time())\nx = f()",
        "def f():\n    global x\n    x = time.time()\nf()",
        "def f(log):\n    log.append(time.time())\nx = []\nf(x)",
        "x = get_ipython().run_line_magic('timeit', '-o 1')",
        "x = get_ipython().getoutput('date')",
        "get_ipython().run_cell_magic('time', '', 'x = time.time()')",
        "x = os.path.getmtime('a')",
    ],
)
def test_a_reading_of_the_clock_is_found(code):
    """Whatever way the clock is read and the reading is kept, the variable that has it is known."""
    assert tainted(code).get("x") == "clock"


@pytest.mark.parametrize(
    "code",
    [
        "x = {'t': time.time(), 'loss': 3}",
        "x = dict(t=time.time(), loss=3)",
        "x = {'loss': 3}\nx['t'] = time.time()",
        "x = {'t': 0}\nx['t'] += time.time()",
        "x = {'loss': 3}\nx.update(t=time.time())",
        "x = []\nx.append({'t': time.time(), 'loss': 3})",
        "x = [{'loss': 3}]\nx[0]['t'] = time.time()",
        "d = {'t': time.time()}\nx = {**d, 'loss': 3}",
        "d = {'t': time.time()}\nx = d.copy()",
        "import copy\nd = {'t': time.time()}\nx = copy.deepcopy(d)",
        "d = {'t': time.time()}\nx = {'inner': d, 'loss': 3}",
        "rows = [{'t': time.time()}]\nfor x in rows:\n    pass",
        "def f():\n    return {'t': time.time(), 'loss': 3}\nx = f()",
        "from collections import defaultdict\nx = defaultdict(list)\nx['t'].append(time.time())",
    ],
)
def test_of_a_dictionary_only_the_values_of_some_keys_are_tainted(code):
    """Where a time goes under a key that is written there, only what has that key comes from the clock."""
    assert ("clock", frozenset({"t"})) == parts_of(tainted(code)["x"])


@pytest.mark.parametrize(
    "what", ["d['loss']", "d.get('loss')", "rows[0]['loss']", "[row['loss'] for row in rows]", "sum(r['loss'] for r in rows)"]
)
def test_what_stands_beside_a_time_is_data(what):
    """An item that is picked from beside a time is not tainted."""
    assert "x" not in tainted(f"d = {{'t': time.time(), 'loss': 3}}\nrows = [d, d]\nx = {what}")


def test_identities_under_a_key():
    """An identity under a key taints that part; beside a time the part is called a clock's."""
    assert ("identity", frozenset({"u"})) == parts_of(tainted("x = {'u': uuid.uuid4(), 'n': 1}")["x"])
    assert ("clock", frozenset({"u", "t"})) == parts_of(tainted("x = {'u': uuid.uuid4(), 't': time.time(), 'n': 1}")["x"])


@pytest.mark.parametrize(
    "code",
    [
        "x = id(object())",
        "x = hex(id(object()))",
        "x = os.getpid() + 1",
        "x = uuid.uuid4().hex",
        "x = os.path.join(tempfile.mkdtemp(), 'a')",
        "x = pathlib.Path.cwd() / 'a'",
        "x = pathlib.Path('a').resolve()",
        "x = os.environ['HOME']",
    ],
)
def test_an_identity_is_found(code):
    """Addresses, processes, places and temporary names are known, and texts made of them."""
    assert tainted(code) == {"x": "identity"}


def test_times_taint_what_is_computed_from_them_across_cells():
    """An elapsed time, its mean and a table of such are tainted; what stands beside them is not."""
    found = tainted(
        "t0 = time.time()\nloss = 3",
        "rows = []\nfor k in range(3):\n    start = time.time()\n    s = k * 2\n    rows.append((s, time.time() - start))",
        "table = pd.DataFrame(rows)\nmean = np.mean([row[1] for row in rows])\nelapsed = time.time() - t0\nbest = loss",
    )
    assert found == dict.fromkeys(["t0", "rows", "start", "table", "mean", "elapsed"], "clock")


@pytest.mark.parametrize(
    "code",
    [
        "seed = int(time.time())\nrng = np.random.default_rng(seed)\nx = rng.normal(3)",
        "random.seed(time.time())\nx = random.random()",
        "x = model(random_state=int(time.time()))",
        "seed = os.getpid()\nx = np.random.RandomState(seed).rand()",
        "path = os.path.join(tempfile.mkdtemp(), 'a')\nx = np.load(path)",
        "path = pathlib.Path.cwd() / 'a'\nx = path.read_text()",
        "x = pd.read_csv(os.path.abspath('a.csv'))",
        "t = time.time()\nx = train(3)",
        "t = time.time()\nt = 3\nx = t",
        "x = os.urandom(3)",
        "id = 3\nx = id",
        "now = 3\nx = now",
        "t = time.time()\nx = [t for t in range(3)]",
        "def f(a):\n    t = time.time()\n    print(time.time() - t)\n    return a\nx = f(3)",
        "x = time.sleep(0)",
    ],
)
def test_what_is_seeded_with_a_clock_or_read_from_a_file_is_compared(code):
    """A model that was seeded with the time must not pass as a time; what is read from a temporary file is data."""
    assert "x" not in tainted(code)


def test_the_parts_of_a_tuple_are_told_apart():
    """A function that returns a result and a time taints the time only."""
    assert tainted("def timed(f):\n    t = time.time()\n    r = f()\n    return r, time.time() - t\nanswer, seconds = timed(sum)") == {
        "seconds": "clock"
    }
    assert tainted("a, b = 1, time.time()") == {"b": "clock"}


def test_of_an_object_only_the_attributes_that_keep_times_are_tainted():
    """A model that keeps its start time is compared but for that, and what it computes is; what it answers of times is not."""
    clocks = Clocks()
    clocks.ran(IMPORTS)
    source = """
class Net:
    def __init__(self):
        self.start = time.time()
        self.weights = 3
    def stop(self):
        self.took = time.time() - self.start
        return self.took
    def fit(self):
        return self.weights
net = Net()
net.log = time.time()
a, b, c, d = net.start, net.weights, net.stop(), net.fit()
e = net(3)
"""
    assert clocks.ran(source) == {"a": "clock", "c": "clock"}
    assert clocks.attributes == {"start", "took", "log"}


@pytest.mark.parametrize("code", ["x = (", "x = 1\0", "(" * 300 + ")" * 300])
def test_what_is_not_python_taints_nothing(code):
    """A source that does not parse changes nothing."""
    assert tainted("t = time.time()", code) == {"t": "clock"}
