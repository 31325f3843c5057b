"""The built wheel, not the tree: what users install runs, and holds what it must."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import seednb
from tests.conftest import REPOSITORY, environment, load, texts


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    """The wheel has every module, the schema and the typing marker, and no tests."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    sources = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "seednb").rglob("*")
        if path.suffix in {".py", ".R", ".json", ".typed", ".css", ".html"} and "labextension" not in path.parts
    }
    assert sources <= names
    information = next(name for name in names if ".dist-info/" in name).split("/")[0]
    data = information.replace(".dist-info", ".data")
    assert {name.split("/")[0] for name in names} <= {"seednb", "seednb.pth", information, data}
    with zipfile.ZipFile(wheel) as archive:
        switch = json.loads(archive.read(f"{data}/data/etc/jupyter/jupyter_server_config.d/seednb.json"))
    assert switch == {"ServerApp": {"jpserver_extensions": {"seednb.server": True}}}
    metadata = next(name for name in names if name.endswith("METADATA"))
    with zipfile.ZipFile(wheel) as archive:
        required = [
            line for line in archive.read(metadata).decode().splitlines() if line.startswith("Requires-Dist:") and "extra" not in line
        ]
    assert required == ["Requires-Dist: ipython>=7.34"]


def test_the_wheel_holds_the_lab_extension_once(wheel):
    """The built extension is in share/jupyter, with its schema, and not in the package too."""
    if shutil.which("npm") is None and not (REPOSITORY / "seednb" / "labextension" / "package.json").is_file():
        pytest.skip("there is no npm here to build the lab extension with")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    place = f"seednb-{seednb.__version__}.data/data/share/jupyter/labextensions/@seednb/labextension"
    ours = [name for name in names if "labextension" in name]
    assert all(name.startswith(f"{place}/") for name in ours)
    assert {f"{place}/package.json", f"{place}/install.json", f"{place}/schemas/@seednb/labextension/plugin.json"} <= set(ours)
    assert any(re.fullmatch(rf"{re.escape(place)}/static/remoteEntry\.\w+\.js", name) for name in ours)


def test_a_wheel_without_npm_has_all_the_rest(tmp_path):
    """Where there is neither npm nor a built extension, the wheel is built without it, and says so."""
    tree = tmp_path / "tree"
    left_out = shutil.ignore_patterns(".*", "node_modules", "lib", "lib-test", "tests", "build", "dist", "__pycache__")
    shutil.copytree(REPOSITORY, tree, ignore=left_out)
    shutil.rmtree(tree / "seednb" / "labextension", ignore_errors=True)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(tree)]
    done = subprocess.run(build, env=environment(PATH=str(tmp_path)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WITHOUT the JupyterLab extension: there is no npm" in done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        names = archive.namelist()
    assert "seednb/kernel/__init__.py" in names
    assert not [name for name in names if "labextension" in name]


def test_the_installed_command_runs_and_verifies(wheel, make_notebook, tmp_path):
    """Both commands of an installed wheel run a notebook and verify it, far from the source tree."""
    place = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(place), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    path = make_notebook("import seednb\nprint(seednb.__file__)", "import random\nprint(random.random())")
    variables = environment(PYTHONPATH=str(place))
    for script, arguments in (("seednb", ["run", str(path), "--seed", "42"]), ("jupyter-seednb", ["verify", str(path)])):
        done = subprocess.run([place / "bin" / script, *arguments], cwd=tmp_path, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert texts(path)[0].startswith(f"{place}{os.sep}")
    assert load(path)["metadata"]["seednb"]["seed"] == 42
