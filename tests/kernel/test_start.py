"""The start-up file in real kernels: seeded before the first cell, and harmless whatever is wrong around it."""

from __future__ import annotations

import shutil

import pytest

from seednb.startup import PACKAGE
from tests.kernel.conftest import Kernel
from tests.prefixes import Prefix

NAMES = ("random", "json", "tomllib", "seednb", "typing", "symtable", "hashlib")


@pytest.fixture
def prefix(tmp_path):
    """Return an environment in which seednb is enabled."""
    return Prefix.enabled(tmp_path)


@pytest.fixture
def start(prefix):
    """Return a function that starts the environment's kernels, as VS Code does: without a provisioner."""
    kernels = []

    def start_one(**extra):
        variables = prefix.variables(**extra)
        kernels.append(Kernel(prefix.work, prefix.python, {"PYTHONPATH": "", **variables}))
        return kernels[-1]

    yield start_one
    for kernel in kernels:
        kernel.stop()


def loaded(kernel):
    """Tell whether the extension is in force."""
    return kernel.value("hasattr(get_ipython(), '_seednb')")


def test_seeded_before_the_first_cell(start):
    """The first cell draws what its seed gives, nothing is printed, and no name of ours is in the namespace."""
    kernel = start(SEEDNB_SEED="42")
    first = kernel.run("import random\nprint(random.random(), [name for name in dir() if 'seednb' in name])")
    assert ("0.6394267984578837 []", "") == (first.out, first.err)
    assert kernel.records[0]["seed"] == 42


def test_what_the_last_runtime_has_kept_is_replayed(start):
    """Before the first cell the seed of the last runtime is in force, in place of a new one; the cells are compared."""
    kernel = start()
    printed = kernel.run("import random\nprint(random.random())", cell="first").out
    kernel.run("%seed replay", cell="asks")
    kernel.restart()
    replayed = kernel.run("import random\nprint(random.random())", cell="first")
    assert printed == replayed.out
    assert replayed.shown[-1].startswith("seednb: reproduced: 1 cell; ")


@pytest.mark.parametrize("off", ["environment", "pyproject"])
def test_opted_out(start, prefix, off):
    """SEEDNB=off and `enabled = false` keep it from seeding; nothing is said, and cells run."""
    if off == "pyproject":
        (prefix.work / "pyproject.toml").write_text("[tool.seednb]\nenabled = false\nseed = 42\n")
    kernel = start(**({"SEEDNB": "off"} if off == "environment" else {}))
    result = kernel.run("import random\nprint(random.random() == 0.6394267984578837)")
    assert ("False", "", []) == (result.out, result.err, result.shown)


def test_broken_pyproject(start, prefix):
    """A pyproject.toml that is no TOML does not stop the kernel: the cells run, and the reason is one line at most."""
    (prefix.work / "pyproject.toml").write_text("[tool.seednb\nseed = ")
    kernel = start()
    result = kernel.run("print(1)")
    assert ("1", "ok") == (result.out, result.status)
    assert len(result.err.splitlines()) <= 1


def test_hostile_folder(start, prefix):
    """Modules in the notebook's folder with our name or the standard library's are never run by us."""
    (prefix.work / "pyproject.toml").write_text("[tool.seednb]\nseed = 42\n")
    kernel_makes = prefix.work / "ran"
    for name in NAMES:
        (prefix.work / f"{name}.py").write_text(f"open({str(kernel_makes)!r}, 'a').write('{name} ')\nraise SystemExit(1)\n")
    kernel = start()
    assert kernel.run("print(2)").out == "2"
    assert loaded(kernel)
    assert str(PACKAGE) == kernel.value("__import__('sys').modules['seednb'].__path__[0]")
    assert not kernel_makes.exists()


@pytest.mark.parametrize("damage", ["removed", "no start", "no runtime", "syntax", "exit"])
def test_half_removed(prefix, start, damage):
    """A package that is gone, half removed or broken leaves a kernel that works, and no half-imported seednb."""
    copy = prefix.packages / "seednb"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (prefix.packages / "shared.pth").write_text((prefix.packages / "shared.pth").read_text().split("\n", 1)[1])
    assert prefix.seednb("enable").returncode == 0
    if damage == "removed":
        shutil.rmtree(copy)
    elif damage.startswith("no "):
        (copy / {"no start": "kernel/start.py", "no runtime": "runtime.py"}[damage]).unlink()
    else:
        (copy / "runtime.py").write_text({"syntax": "def (", "exit": "raise SystemExit(3)"}[damage])
    kernel = start()
    result = kernel.run("print(3)")
    assert ("3", "") == (result.out, result.err)
    assert not loaded(kernel)
    assert kernel.value("[name for name in __import__('sys').modules if name.split('.')[0] == 'seednb']") == []


def test_terminal(prefix):
    """Terminal IPython is left alone."""
    code = "import sys; print('seednb' in sys.modules)"
    result = prefix.call("-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code)
    assert "False" in result.stdout


def test_launch_variable_from_elsewhere(start):
    """What SEEDNB_LAUNCH asks to put back is taken from a closed list, and the variable is gone at once."""
    told = '{"restore": {"PYTHONHASHSEED": null, "PATH": "/evil"}}'
    kernel = start(SEEDNB_LAUNCH=told, PYTHONHASHSEED="0")
    names = "[name in __import__('os').environ for name in ('SEEDNB_LAUNCH', 'PYTHONHASHSEED')]"
    assert [False, False] == kernel.value(names)
    assert kernel.value("__import__('os').environ['PATH']") != "/evil"
