"""Sources of third parties: entry points, found without loading anything, and harmless when they are broken."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seednb.sources.plugins import declared
from tests.conftest import REPOSITORY, environment
from tests.kernel.conftest import Kernel

PLUGIN = REPOSITORY / "tests" / "plugin" / "dice"
NAMES = "get_ipython()._seednb.runtime.loaded()[-1:]"
LOADED = "sorted({'dice', 'seednb_dice'}.intersection(__import__('sys').modules))"


def metadata(folder: Path, name: str, text: str) -> None:
    """Write what an installer writes of a package's entry points."""
    (folder / f"{name}-1.0.dist-info").mkdir(parents=True)
    (folder / f"{name}-1.0.dist-info" / "entry_points.txt").write_text(text)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the package as its author does, and install the wheel into a folder."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(PLUGIN, folder / "dice")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(folder / "dice")]
    done = subprocess.run(build, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    packages = folder / "site-packages"
    install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-index", "--target", str(packages), str(wheel)]
    subprocess.run(install, env=environment(), check=True)
    return packages


@pytest.fixture
def start(tmp_path):
    """Return a function that starts kernels which have a folder of packages."""
    kernels = []

    def start_one(packages):
        kernels.append(Kernel(tmp_path, sys.executable, {"PYTHONPATH": f"{packages}:{REPOSITORY}"}))
        return kernels[-1]

    yield start_one
    for kernel in kernels:
        kernel.stop()


@pytest.mark.parametrize("early", [True, False])
def test_an_installed_source_works_like_ours(built, start, early):
    """The system is seeded whether its import stands before or after the seed, rewound, has streams of its own, and is recorded."""
    kernel = start(built)
    lines = ["import dice", "%load_ext seednb\n%seed 42"]
    first = kernel.run("\n".join(lines if early else lines[::-1]) + "\nprint([dice.roll() for _ in range(4)])", cell="a")
    assert str(by_hand(built)) == first.out
    assert ["dice"] == kernel.value(NAMES)
    drawn = kernel.run("print([dice.roll() for _ in range(9)])", cell="b")
    assert drawn.out == kernel.run("%seed rewind\nprint([dice.roll() for _ in range(9)])", cell="b").out
    assert "dice=" in kernel.cells["b"]
    kernel.run("%seed per-cell", cell="c")
    own = [kernel.run("print([dice.roll() for _ in range(9)])", cell="d").out for _ in range(2)]
    assert own[0] == own[1] != drawn.out


def by_hand(packages):
    """Return what the library gives when it is seeded by hand."""
    code = "import dice, json; dice.seed(42); print(json.dumps([dice.roll() for _ in range(4)]))"
    variables = environment(PYTHONPATH=str(packages))
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_nothing_is_loaded_before_the_user_imports_the_system(built, start):
    """Neither the system nor the package of the source is imported for a notebook that does not use it, and unloading ends it."""
    kernel = start(built)
    kernel.run("%load_ext seednb\n%seed 42")
    kernel.run("1")
    assert [] == kernel.value(LOADED)
    kernel.run("import dice")
    assert ["dice", "seednb_dice"] == kernel.value(LOADED)
    kernel.run("%unload_ext seednb")
    state = kernel.value("__import__('dice').state")
    kernel.run("import importlib; importlib.reload(dice).roll();")
    assert state != kernel.value("__import__('dice').state")


BROKEN = {
    "import error": ("json", "seednb_bad:X", "import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    "exit": ("json", "seednb_bad:X", "raise SystemExit(1)", "RuntimeError: it exits"),
    "no attribute": ("json", "seednb_bad:X", "", "AttributeError: module 'seednb_bad' has no attribute 'X'"),
    "no source": ("json", "seednb_bad:X", "X = 3", "TypeError: it is no seednb.sources.Source"),
    "clash": ("json", "seednb_bad:X", "name = 'numpy'", "ValueError: there is a source numpy already"),
    "name": ("json", "seednb_bad:X", "name = 'a b'", "ValueError: its name must be of small letters, digits, - and _"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_source_is_one_line_and_breaks_no_cell(tmp_path, start, kind):
    """Whatever is wrong with an entry point, cells run and are seeded, nothing is printed, and `%seed` says it in one line, each time."""
    module, reference, text, problem = BROKEN[kind]
    if text.startswith("name"):
        text = f"from seednb.sources import Source\nclass X(Source):\n    module = 'json'\n    {text}\n"
    packages = tmp_path / "site-packages"
    metadata(packages, "bad", f"[seednb.sources]\n{module} = {reference}\n")
    (packages / "seednb_bad.py").write_text(text)
    kernel = start(packages)
    result = kernel.run("%load_ext seednb\n%seed 42\nimport json, random\nprint(random.random())")
    assert ("0.6394267984578837", "") == (result.out, result.err)
    line = f"seednb: the source {reference} cannot be used: {problem}"
    for _ in range(2):
        assert 1 == kernel.run("%seed").shown[-1].split("\n").count(line)
        kernel.run("%seed 42")


def test_entry_points_are_read_as_installers_write_them(tmp_path):
    """Only our group counts, with spaces, comments and extras around; the first folder of the path wins; other files do no harm."""
    ours = "[seednb.sources]\n# c = d:e\nsix.dice=p.q:R.s\n a = b:C [extra]\n"
    metadata(tmp_path / "a", "one", f"[console_scripts]\nx = y:z\n\n{ours}\n[other]\nn = m:o\n")
    metadata(tmp_path / "b", "two", "[seednb.sources]\na = other:X\nb = c:D\n")
    metadata(tmp_path / "b", "three", "[other]\na = b:c\n")
    (tmp_path / "b" / "empty-1.0.dist-info").mkdir()
    (tmp_path / "b" / "broken-1.0.dist-info").mkdir()
    (tmp_path / "b" / "broken-1.0.dist-info" / "entry_points.txt").write_bytes(b"[seednb.sources]\n\xff = x:y")
    path = [str(tmp_path / name) for name in ("none", "a", "b")]
    assert {"six.dice": "p.q:R.s", "a": "b:C", "b": "c:D"} == declared(path)


def test_a_notebooks_folder_declares_nothing(tmp_path, start):
    """Entry points that lie beside the notebook are not read, even where the notebook puts its folder on the path."""
    metadata(tmp_path, "evil", "[seednb.sources]\njson = evil:X\n")
    (tmp_path / "evil.py").write_text("open('ran', 'w')")
    kernel = start(tmp_path / "site-packages")
    kernel.run("import os, sys\nsys.path.insert(0, os.getcwd())\n%load_ext seednb\n%seed 42\nimport json")
    assert "evil" not in kernel.run("%seed").shown[-1]
    assert not (tmp_path / "ran").exists()
