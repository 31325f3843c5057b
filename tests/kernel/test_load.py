"""Loading and unloading: what comes with the extension, and that nothing of it stays."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import environment
from tests.kernel.conftest import PYTHON

HEAVY = ["numpy", "torch", "tensorflow", "nbformat", "nbclient", "rich", "click", "sqlite3.dbapi2", "pandas", "jax", "keras"]
LOADED = f"sorted(set({HEAVY!r}) & set(__import__('sys').modules))"
SNAPSHOT = """
def snapshot():
    import sys, numpy.random.bit_generator as entropy
    import asyncio.base_events, concurrent.futures.thread, multiprocessing, os, random, subprocess, threading
    import ipykernel.compiler
    shell = get_ipython()
    callbacks = {name: list(hooks) for name, hooks in shell.events.callbacks.items()}
    commands = {key: list(hooks) for key, hooks in shell.strdispatchers['complete_command'].strs.items()}
    magics = {kind: dict(found) for kind, found in shell.magics_manager.magics.items()}
    return {
        'randbits': entropy.randbits, 'legacy': vars(numpy.random.MT19937)['_legacy_seeding'],
        'Random': random.Random.seed, 'random': random.seed,
        'fork': os.fork, 'scripts': subprocess.Popen.__init__, 'lines': type(shell).system, 'processes': multiprocessing.Process.start,
        'threads': threading.Thread.start, 'tasks': asyncio.base_events.BaseEventLoop.create_task,
        'jobs': concurrent.futures.thread.ThreadPoolExecutor.submit,
        'meta_path': list(sys.meta_path), 'callbacks': callbacks, 'commands': commands, 'magics': magics,
        'files': ipykernel.compiler.get_tmp_directory, 'attributes': sorted(vars(shell)), 'publisher': shell.display_pub,
        'path hooks': list(sys.path_hooks), 'excepthook': sys.excepthook, 'import': __import__, 'traits': sorted(shell.trait_names()),
        'transformers': list(shell.input_transformers_cleanup), 'ast': list(shell.ast_transformers),
    }
def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b if isinstance(a, (str, int)) or hasattr(a, '__self__') else a is b
before = snapshot()
"""
PLAN = {
    "version": 3, "seed": 7, "origin": "command-line", "override": True, "seal": True, "replay": False, "reseeds": [], "restore_env": {},
    "mode": "stream", "streams": {}, "settings": {},
    "stable_files": True,
    "variables": True,
    "interactive": False,
}  # fmt: skip


@pytest.fixture
def watched(start):
    """Return a kernel with NumPy that remembers how it was before seednb."""
    kernel = start()
    if kernel.run("import numpy").status == "error":
        pytest.skip("no NumPy in the kernel's environment")
    kernel.run("getattr(get_ipython().magics_manager, 'load_all_lazy_magics', dict)()")  # IPython 9 imports its magics when it needs them
    kernel.run(SNAPSHOT)
    return kernel


def changed(kernel):
    """Return what is not as it was."""
    kernel.run("now = snapshot()\ndifferent = [name for name in now if not same(before[name], now[name])]")
    return kernel.value("different")


def test_everything_is_put_back(watched):
    """After load, a run's plan, seeds and unload, all that was replaced is the very object that it was."""
    watched.run(f"%load_ext seednb\n%seed 42\nget_ipython()._seednb.attach({PLAN!r})\n%seed new", cell="c")
    assert {
        "randbits",
        "legacy",
        "Random",
        "random",
        "fork",
        "scripts",
        "lines",
        "processes",
        "threads",
        "tasks",
        "jobs",
        "meta_path",
        "callbacks",
        "commands",
        "magics",
        "files",
        "attributes",
        "transformers",
    } <= set(changed(watched))
    watched.run("%unload_ext seednb")
    assert changed(watched) == []


def test_twice_is_once(watched):
    """Loading and unloading and reloading twice leaves one extension in the shell, and then none."""
    watched.run("%load_ext seednb\n%load_ext seednb\n%reload_ext seednb\n%reload_ext seednb\n%seed 42")
    assert watched.value("sum(type(finder).__name__ == 'ImportHook' for finder in __import__('sys').meta_path)") == 1
    added = watched.value(
        "{name: len(get_ipython().events.callbacks[name]) - len(before['callbacks'][name]) for name in before['callbacks']}"
    )
    assert {name: count for name, count in added.items() if count} == {
        "pre_execute": 1,
        "post_execute": 1,
        "pre_run_cell": 1,
        "post_run_cell": 1,
    }
    watched.run("%unload_ext seednb\n%unload_ext seednb")
    assert changed(watched) == []
    watched.run("%load_ext seednb\n%seed 42\nimport random")
    assert watched.run("print(random.random())").out == "0.6394267984578837"
    watched.run("%unload_ext seednb")
    assert changed(watched) == []


def test_off_puts_back_the_seal_and_the_import_hook(watched):
    """`%seed off` takes the seal and the import hook away, and leaves the magics and cell hooks."""
    watched.run("%load_ext seednb\n%seed 42\n%seed off")
    assert {"randbits", "meta_path"} & set(changed(watched)) == set()


def test_unload_leaves_a_hook_that_someone_laid_over_ours(watched):
    """What another library has put in the place of our seal since stays, and still works."""
    watched.run("%load_ext seednb\n%seed 42\nimport numpy.random.bit_generator as entropy\nours = entropy.randbits")
    watched.run("entropy.randbits = lambda count: ours(count)\ntheirs = entropy.randbits\n%unload_ext seednb")
    assert watched.run("print(entropy.randbits is theirs, 0 <= theirs(8) < 256)").out == "True True"


def test_loading_imports_nothing_heavy(kernel):
    """`%load_ext seednb` and `%seed 42` import no framework and no notebook library."""
    before = kernel.value(LOADED)
    kernel.run("%load_ext seednb\n%seed 42")
    assert kernel.value(LOADED) == before


def test_loading_brings_in_our_own_modules_only(kernel):
    """In a kernel, loading and seeding import no module from a file that is not seednb's, so that it stays quick."""
    mine = "name.startswith(('seednb', 'IPython.core.magics')) or name in __import__('sys').builtin_module_names"
    modules = f"sorted(name for name in __import__('sys').modules if not ({mine}))"
    kernel.run("1")
    before = kernel.value(modules)
    kernel.run("%load_ext seednb\n%seed 42")
    assert set(kernel.value(modules)) - set(before) == set()


def test_loading_at_start_up_seeds_the_first_cell(start):
    """An extension that the kernel's configuration loads seeds from SEEDNB_SEED before the first cell, which shows the seed."""
    kernel = start("--IPKernelApp.extra_extensions=seednb", SEEDNB_SEED="42")
    result = kernel.run("import random\nprint(random.random())", cell="first")
    assert (result.out, result.shown) == ("0.6394267984578837", ["seednb: seed 42"])
    assert list(kernel.cells) == ["first"]


def test_terminal_shows_the_seed_once():
    """In a terminal's IPython the seed is shown once, not after each cell."""
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "for cell in ('%load_ext seednb', '%seed 42', 'import random', 'print(random.random())', '%unload_ext seednb'):\n"
        "    shell.run_cell(cell, store_history=True)\n"
    )
    variables = environment(IPYTHONDIR="/nonexistent", HOME="/nonexistent")
    done = subprocess.run([PYTHON, "-W", "ignore", "-c", script], env=variables, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.count("seednb: seed 42") == 1
    assert "0.6394267984578837" in done.stdout
