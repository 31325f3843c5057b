"""The import hook: what it tells, and that nobody else notices it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
import zipfile

import pytest

from seednb.imports import ImportHook
from seednb.sources.base import complete
from tests.processes import fresh, once

WATCHED = frozenset({"seednb_w1", "seednb_w2", "seednb_pkg.inner"})


class Listener:
    """Remembers what it was told."""

    def __init__(self):
        self.heard = []
        self.failures = []

    def enter_import(self):
        """Remember a beginning; the number of it comes back with its end."""
        self.heard.append("enter")
        return len(self.heard)

    def leave_import(self, entered):
        """Remember an end."""
        self.heard.append(f"leave {entered}")

    def imported(self, module):
        """Remember a module, and whether it counts as complete."""
        self.heard.append(module if complete(module) else f"{module} too early")

    def failed(self, error):
        """Remember an error."""
        self.failures.append(repr(error))


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes modules where installed code lies, or where the user's own does."""
    before = set(sys.modules)
    folders = {True: tmp_path / "site-packages", False: tmp_path / "project"}
    for folder in folders.values():
        folder.mkdir()
        monkeypatch.syspath_prepend(str(folder))

    def write_one(name, text="", *, installed=True):
        path = folders[installed] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return path

    yield write_one
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def listener(write):
    """Return what a hook for WATCHED tells while it is installed."""
    heard = Listener()
    hook = ImportHook(WATCHED, heard)
    hook.install()
    yield heard
    hook.uninstall()
    assert hook not in sys.meta_path


def test_outermost_installed_import_is_bracketed_once(listener, write):
    """However many modules an installed one imports, it is one import; a second look at it is none."""
    write("seednb_a.py", "import seednb_b, seednb_c")
    write("seednb_b.py", "import seednb_c")
    write("seednb_c.py")
    importlib.import_module("seednb_a")
    importlib.import_module("seednb_a")
    assert listener.heard == ["enter", "leave 1"]


def test_watched_modules_are_told_wherever_they_are_imported(listener, write):
    """A watched module is told when it is complete, inside another import too, and before that import ends."""
    write("seednb_w1.py", "value = 1")
    write("seednb_a.py", "import seednb_w1\nassert seednb_w1.value")
    importlib.import_module("seednb_a")
    assert listener.heard == ["enter", "seednb_w1", "leave 1"]


def test_the_users_own_modules_are_not_bracketed(listener, write):
    """The user's module is the user's code; what it imports of installed code is bracketed each for itself."""
    write("seednb_own.py", "import seednb_a, seednb_b", installed=False)
    write("seednb_a.py")
    write("seednb_b.py")
    importlib.import_module("seednb_own")
    assert listener.heard == ["enter", "leave 1", "enter", "leave 3"]


def test_import_that_raises_is_left(listener, write):
    """An import that ends by an exception ends for the listener too, and the next one is outermost again."""
    write("seednb_bad.py", "import seednb_w1\n1 / 0")
    write("seednb_w1.py")
    write("seednb_a.py")
    with pytest.raises(ZeroDivisionError):
        importlib.import_module("seednb_bad")
    importlib.import_module("seednb_a")
    assert listener.heard == ["enter", "seednb_w1", "leave 1", "enter", "leave 4"]


def test_missing_modules_stay_missing(listener):
    """A module that nobody finds raises what it always raises."""
    with pytest.raises(ModuleNotFoundError, match="No module named 'seednb_nowhere'"):
        importlib.import_module("seednb_nowhere")
    assert listener.heard == []


def test_listener_that_raises_breaks_no_import(listener, write):
    """What a listener raises is kept for it and never reaches the user's import."""
    write("seednb_w1.py", "value = 1")
    listener.imported = lambda _module: 1 / 0
    assert importlib.import_module("seednb_w1").value == 1
    assert listener.failures == ["ZeroDivisionError('division by zero')"]
    assert listener.heard == ["enter", "leave 1"]


def test_modules_keep_their_real_loader(listener, write):
    """A wrapped module's loader and spec are those that it has without the hook, with nothing left on them."""
    path = write("seednb_w1.py", "loader = __loader__")
    module = importlib.import_module("seednb_w1")
    assert type(module.__loader__) is importlib.machinery.SourceFileLoader
    assert module.__loader__ is module.__spec__.loader is module.loader
    assert vars(module.__loader__) == {"name": "seednb_w1", "path": str(path)}
    assert module.__file__ == str(path)
    assert importlib.util.find_spec("seednb_w1") is module.__spec__


def test_reload_is_an_import(listener, write):
    """`importlib.reload` of installed code is bracketed, and a watched module told again."""
    write("seednb_w1.py", "try:\n    again += 1\nexcept NameError:\n    again = 0")
    module = importlib.import_module("seednb_w1")
    assert importlib.reload(module).again == 1
    assert listener.heard == ["enter", "seednb_w1", "leave 1", "enter", "seednb_w1", "leave 4"]


def test_namespace_packages_are_imported_part_by_part(listener, write):
    """A package without a file of its own is no import; its modules are."""
    write("seednb_space/part.py")
    write("seednb_space/other.py", "from seednb_space import part")
    importlib.import_module("seednb_space.other")
    assert listener.heard == ["enter", "leave 1"]
    assert importlib.import_module("seednb_space").__file__ is None


def test_submodules_can_be_watched(listener, write):
    """A watched submodule is told after its package's own code."""
    write("seednb_pkg/__init__.py", "from seednb_pkg import inner\nassert inner.value")
    write("seednb_pkg/inner.py", "value = 1")
    importlib.import_module("seednb_pkg")
    assert listener.heard == ["enter", "seednb_pkg.inner", "leave 1"]


@pytest.mark.skipif(sys.version_info < (3, 10), reason="zipimporter has exec_module since Python 3.10")
def test_zip_files_share_one_loader(listener, tmp_path, monkeypatch):
    """All modules of a zip file come through one loader object, and each is told for itself, also after a mere look-up."""
    archive = tmp_path / "site-packages" / "seednb.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("seednb_w1.py", "import seednb_plain")
        content.writestr("seednb_w2.py", "")
        content.writestr("seednb_plain.py", "")
    monkeypatch.syspath_prepend(str(archive))
    for _ in range(2000):  # more than the stack is deep
        importlib.util.find_spec("seednb_w1")
    module = importlib.import_module("seednb_w2")
    importlib.import_module("seednb_w1")
    assert listener.heard == ["enter", "seednb_w2", "leave 1", "enter", "seednb_w1", "leave 4"]
    assert "exec_module" not in vars(module.__loader__)
    for name in ("seednb_w1", "seednb_w2", "seednb_plain"):
        del sys.modules[name]


def test_lazy_loaders_are_told_when_they_load(listener, write):
    """A module behind importlib's LazyLoader is told when it is first used, not when it is prepared."""
    write("seednb_w1.py", "value = 1")
    spec = importlib.util.find_spec("seednb_w1")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["seednb_w1"] = module
    spec.loader.exec_module(module)
    assert listener.heard == []
    assert module.value == 1
    assert listener.heard == ["enter", "seednb_w1", "leave 1"]


def test_other_threads_tell_watched_modules_only(listener, write):
    """An import in another thread is not bracketed, since the main thread draws beside it; a watched module is told."""
    write("seednb_w1.py")
    write("seednb_a.py", "import seednb_w1")
    thread = threading.Thread(target=importlib.import_module, args=("seednb_a",))
    thread.start()
    thread.join()
    assert listener.heard == ["seednb_w1"]


def test_other_threads_wait_until_a_watched_module_has_been_told(listener, write):
    """A thread that imports a module while its source is being seeded gets it when that is done, not before."""
    write("seednb_w1.py")
    waiting = []

    def imported(module):
        waiting.append(threading.Thread(target=lambda: (importlib.import_module(module), listener.heard.append("used"))))
        waiting[0].start()
        waiting[0].join(0.2)
        listener.heard.append("told")

    listener.imported = imported
    importlib.import_module("seednb_w1")
    waiting[0].join()
    assert listener.heard.index("told") < listener.heard.index("used")


def test_finders_that_ask_again_do_not_recurse(listener, write):
    """Another finder that itself looks the module up through importlib gets an answer."""
    asked = []

    class Curious:
        @staticmethod
        def find_spec(name, _path=None, _target=None):
            if name == "seednb_a" and not asked:
                asked.append(name)
                asked.append(importlib.util.find_spec(name))

    write("seednb_a.py")
    sys.meta_path.insert(0, Curious)
    try:
        importlib.import_module("seednb_a")
    finally:
        sys.meta_path.remove(Curious)
    assert (asked[1].name, listener.heard) == ("seednb_a", ["enter", "leave 1"])


def test_install_twice_is_once(listener):
    """A hook that is installed twice stands in the list once."""
    (hook,) = [finder for finder in sys.meta_path if isinstance(finder, ImportHook)]
    hook.install()
    assert sys.meta_path.count(hook) == 1


LIBRARIES = ["pandas", "matplotlib.pyplot", "networkx", "scipy.stats", "sklearn.ensemble", "skimage.segmentation", "seaborn"]
REAL = """
import importlib, json, random, seednb
seednb.seed(42)
import numpy as np
drawn = random.random(), np.random.rand()
state = lambda: (random.getstate(), np.random.get_state()[1].tobytes(), np.random.get_state()[2:])
moved = []
for name in {names!r}:
    before = state()
    importlib.import_module(name)
    if state() != before:
        moved.append(name)
print(json.dumps([moved, drawn, random.random(), np.random.rand()]))
"""


def test_importing_libraries_draws_nothing():
    """After the seed, importing the usual libraries moves neither Python's nor NumPy's generator, and resets none in use."""
    if any(importlib.util.find_spec(name.partition(".")[0]) is None for name in LIBRARIES):
        pytest.skip("not all of the libraries are installed")
    moved, drawn, python, numpy = once(REAL.format(names=LIBRARIES))
    assert moved == []
    assert drawn == [0.6394267984578837, 0.3745401188473625]
    assert (python, numpy) == (0.025010755222666936, 0.9507143064099162)


OWN = """
import json, os, random, sys, tempfile
folder = os.path.join(tempfile.mkdtemp(), {folder!r})
os.makedirs(folder)
open(os.path.join(folder, "draws_at_import.py"), "w").write("import random\\nvalue = random.random()\\n{then}")
sys.path.insert(0, folder)
import seednb
seednb.seed(42)
try:
    import draws_at_import
except ZeroDivisionError:
    pass
print(json.dumps(random.random()))
"""


@pytest.mark.parametrize(
    ("folder", "then", "expected"),
    [
        ("project", "", 0.025010755222666936),
        ("site-packages", "", 0.6394267984578837),
        ("site-packages", "1 / 0", 0.6394267984578837),
        ("dist-packages", "import numpy", 0.6394267984578837),
    ],
)
def test_draws_of_installed_code_at_import_are_put_back(folder, then, expected):
    """What installed code draws while it is imported is put back, also if it raises; what the user's module draws is drawn."""
    assert fresh(OWN.format(folder=folder, then=then)) == expected


THREAD = """
import json, threading, importlib, seednb
seednb.seed(42)
thread = threading.Thread(target=importlib.import_module, args=("numpy.random",))
thread.start(); thread.join()
import numpy as np
print(json.dumps(np.random.rand()))
"""


def test_a_source_imported_in_a_thread_is_seeded():
    """NumPy gives the seed's numbers also where a thread was the first to import it."""
    assert fresh(THREAD) == 0.3745401188473625


FORK = """
import json, os, seednb
seednb.seed(42)
read, write = os.pipe()
if os.fork() == 0:
    import numpy as np
    os.write(write, repr(np.random.rand()).encode())
    os._exit(0)
os.wait()
import numpy as np
print(json.dumps([float(os.read(read, 99)), np.random.rand()]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_children_are_not_seeded_alike():
    """A child that imports NumPy after the fork does not get the parent's stream, as all its siblings would."""
    child, parent = fresh(FORK)
    assert parent == 0.3745401188473625
    assert child != parent


LAZY = """
import importlib.util, json, sys, seednb
seednb.seed(42)
spec = importlib.util.find_spec("torch")
spec.loader = importlib.util.LazyLoader(spec.loader)
module = importlib.util.module_from_spec(spec)
sys.modules["torch"] = module
spec.loader.exec_module(module)
from seednb.runtime import session
from seednb.determinism import determinism
from seednb.environment import environment
session().begin_cell("a"); session().end_cell()
environment(); determinism()
early = "torch._C" in sys.modules
print(json.dumps([early, session().loaded(), module.rand(1).item(), session().loaded()]))
"""


@pytest.mark.frameworks
def test_lazy_modules_are_left_asleep_and_seeded_when_they_wake():
    """Nothing of ours wakes a module behind a LazyLoader; when the user does, it is seeded."""
    early, before, value, after = fresh(LAZY)
    assert (early, before) == (False, [])
    assert value == pytest.approx(0.8822692632675171)
    assert "torch" in after


RELOAD = """
import importlib, json, random, seednb
seednb.seed(42)
first = random.random()
importlib.reload(random)
print(json.dumps([first, random.random()]))
"""


def test_reloading_random_goes_on():
    """`importlib.reload(random)` makes a new generator, and the stream goes on in it."""
    assert fresh(RELOAD) == [0.6394267984578837, 0.025010755222666936]


WITHIN = """
import json, os, random, sys, tempfile
folder = os.path.join(tempfile.mkdtemp(), "site-packages")
os.makedirs(folder)
open(os.path.join(folder, "seeds_itself.py"), "w").write("import seednb\\nseednb.seed(7)")
sys.path.insert(0, folder)
import seednb
seednb.seed(42)
random.random()
import seeds_itself
print(json.dumps([seednb.current(), random.random(), random.Random(7).random()]))
"""


def test_a_package_that_seeds_when_imported_is_obeyed():
    """A seed that is set while a package is imported is not taken back when the import ends."""
    seed, drawn, expected = fresh(WITHIN)
    assert (seed, drawn) == (7, expected)
