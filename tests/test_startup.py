"""`seednb enable` and `disable`, and the start-up file: what it loads, from where, and what it never does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from seednb import startup
from seednb.errors import SettingsError
from tests.conftest import REPOSITORY, command, environment
from tests.kernel.conftest import Kernel

STATE = "[hasattr(get_ipython(), '_seednb'), 'seednb' in __import__('sys').modules, hasattr(__import__('builtins'), 'foreign')]"
FOREIGN = "import builtins\nbuiltins.foreign = True\nraise SystemExit('foreign code ran')\n"
DRAW = "import random\nprint(random.random())"


@pytest.fixture
def home(tmp_path):
    """Return variables for a user whose home is empty."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    return {
        "HOME": str(tmp_path / "home"),
        "IPYTHONDIR": str(tmp_path / "home" / ".ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
    }


@pytest.fixture
def run(tmp_path, home):
    """Return a function that runs the command line as that user."""

    def run_command(*arguments, **extra):
        given = environment(**home, **extra)
        return subprocess.run(command(*arguments), cwd=tmp_path / "work", env=given, capture_output=True, text=True, timeout=300)

    return run_command


@pytest.fixture
def kernels(tmp_path, home):
    """Return a function that starts kernels as that user, in the folder `work`."""
    started = []

    def start(python=sys.executable, *arguments, **variables):
        # Nothing of the checkout is on the path: the start-up file must find it.
        started.append(Kernel(tmp_path / "work", python, {**home, "PYTHONPATH": "", **variables}, *arguments))
        return started[-1]

    yield start
    for kernel in started:
        kernel.stop()


def user_place(home):
    """Return that user's place."""
    return startup.place("user", environ=home)


def test_enabled_kernels_are_seeded_before_the_first_cell(run, kernels):
    """After `enable --user` a kernel's first cell draws from the seed that it then shows."""
    done = run("enable", "--user")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("seednb: enabled: kernels load seednb from their next start on")
    result = kernels(SEEDNB_SEED="42").run(DRAW, cell="first")
    assert (result.out, result.shown, result.err) == ("0.6394267984578837", ["seednb: seed 42"], "")


def test_a_seed_that_nobody_named_is_generated_before_the_first_cell(run, kernels):
    """Without any seed named, the first cell draws from the generated one that is shown and recorded."""
    import random

    run("enable", "--user")
    kernel = kernels()
    result = kernel.run(DRAW, cell="first")
    seed = int(result.shown[0].rpartition(" ")[2])
    assert result.out == str(random.Random(seed).random())
    assert kernel.records[0]["origin"] == "generated"
    assert " unseeded" not in kernel.cells["first"]


def test_the_notebooks_own_seed_wins(run, kernels):
    """`%load_ext seednb` and `%seed 42` in an enabled kernel do what they do elsewhere."""
    run("enable", "--user")
    kernel = kernels()
    result = kernel.run("%load_ext seednb\n%seed 42\n" + DRAW, cell="first")
    assert (result.out, result.shown) == ("0.6394267984578837", ["seednb: seed 42"])
    assert (kernel.records[0]["origin"], kernel.records[0]["reseeds"]) == ("magic", [])


def test_pyproject_names_the_seed(run, kernels, tmp_path):
    """The nearest pyproject.toml of the kernel's folder names the seed."""
    run("enable", "--user")
    (tmp_path / "work" / "pyproject.toml").write_text("[tool.seednb]\nseed = 42\n")
    assert kernels().run(DRAW, cell="first").out == "0.6394267984578837"


OPT_OUTS = {
    "SEEDNB=off": ({"SEEDNB": "off"}, "", False),
    "enabled = false": ({}, "[tool.seednb]\nenabled = false\nseed = 42\n", False),
    "SEEDNB=off with a seed": ({"SEEDNB": "off", "SEEDNB_SEED": "42"}, "", False),
}


@pytest.mark.parametrize("name", OPT_OUTS)
def test_opt_outs_win(run, kernels, tmp_path, name):
    """Switched off, an enabled kernel shows nothing, seeds nothing, and keeps nothing of ours in its shell."""
    variables, pyproject, loaded = OPT_OUTS[name]
    run("enable", "--user")
    if pyproject:
        (tmp_path / "work" / "pyproject.toml").write_text(pyproject)
    kernel = kernels(**variables)
    result = kernel.run(DRAW, cell="first")
    assert result.out != "0.6394267984578837"
    assert (result.shown, result.err, result.status) == ([], "", "ok")
    assert kernel.value("hasattr(get_ipython(), '_seednb')") is loaded
    assert kernel.run("1", cell="second").shown == []


def test_switched_off_by_pyproject_the_magic_says_so(run, kernels, tmp_path):
    """`%load_ext seednb` where pyproject.toml says no names the file, and `%seed 42` does nothing."""
    (tmp_path / "work" / "pyproject.toml").write_text("[tool.seednb]\nenabled = false\n")
    kernel = kernels(PYTHONPATH=str(REPOSITORY))
    result = kernel.run("%load_ext seednb\n%seed 42")
    reason = f"switched off by {tmp_path / 'work' / 'pyproject.toml'}"
    assert (result.out, result.shown) == (f"seednb: {reason}", [f"seednb: {reason}"])


def test_a_broken_pyproject_is_one_line(run, kernels, tmp_path):
    """A pyproject.toml that cannot be read gives one line, and the cells run."""
    run("enable", "--user")
    (tmp_path / "work" / "pyproject.toml").write_text("[tool.seednb\nseed = 42\n")
    result = kernels().run("print('fine')", cell="first")
    assert (result.out, result.err) == ("fine", "")
    assert "not valid TOML" in result.shown[0]
    assert "\n" not in result.shown[0]


def test_nothing_is_left_in_the_namespace(run, kernels):
    """The start-up file leaves no name behind, and prints nothing."""
    names = "sorted(name for name in globals() if 'seednb' in name.lower())"
    run("enable", "--user")
    kernel = kernels()
    assert kernel.value(names) == []
    assert kernel.run("%who").out == "Interactive namespace is empty."


@pytest.mark.parametrize("name", ["seednb.py", "seednb/__init__.py", "tomllib.py", "importlib_metadata.py", "sysconfig.py"])
def test_foreign_modules_beside_the_notebook_never_run(run, kernels, tmp_path, name):
    """Whatever is named like something that we import, in the notebook's folder, is not imported by us."""
    run("enable", "--user")
    path = tmp_path / "work" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(FOREIGN)
    (tmp_path / "work" / "pyproject.toml").write_text("[tool.seednb]\nseed = 42\n")
    kernel = kernels()
    assert kernel.run(DRAW, cell="first").out == "0.6394267984578837"
    assert kernel.value(STATE) == [True, True, False]


BREAKS = {
    "gone": lambda package: [path.unlink() for path in sorted(package.rglob("*.py"))],
    "without __init__": lambda package: (package / "__init__.py").unlink(),
    "half removed": lambda package: (package / "runtime.py").unlink(),
    "a syntax error": lambda package: (package / "kernel" / "magic.py").write_text("def ("),
    "another version": lambda package: (package / "kernel" / "start.py").write_text("start = None\n"),
    "not readable": lambda package: (package / "errors.py").write_bytes(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_installation_never_stops_a_kernel(run, kernels, tmp_path, home, name):
    """With a broken package the kernel starts, prints nothing, and has no half of it imported."""
    import shutil

    package = tmp_path / "broken" / "seednb"
    shutil.copytree(startup.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    run("enable", "--user")
    place = user_place(home)
    place.startup.write_text(place.startup.read_text().replace(repr(str(startup.PACKAGE)), repr(str(package))))
    assert kernels().value(STATE) == [True, True, False]
    BREAKS[name](package)
    # What this interpreter has installed must not step in.
    place.startup.write_text(place.startup.read_text().replace('("purelib", "platlib")', "()"))
    kernel = kernels()
    result = kernel.run("print('fine')", cell="first")
    assert (result.out, result.err, result.shown) == ("fine", "", [])
    assert kernel.value("[name for name in __import__('sys').modules if name.startswith('seednb')]") == []
    assert kernel.value("'' in __import__('sys').path") is True


def test_terminals_are_left_alone(run, home, tmp_path):
    """IPython in a terminal runs the same start-up file, and nothing of ours is loaded."""
    run("enable", "--user")
    code = "import sys; print('seednb' in sys.modules, hasattr(get_ipython(), '_seednb'))"
    given = environment(**home)
    shell = [sys.executable, "-m", "IPython", "--no-banner", "--simple-prompt", "-c", code]
    done = subprocess.run(shell, cwd=tmp_path / "work", env=given, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "False False", done.stderr


def test_enable_and_disable_are_inverse(run, home, tmp_path):
    """Twice is once; disable removes what was written and nothing else; twice again is nothing."""
    place = user_place(home)
    run("enable", "--user")
    assert run("enable", "--user").stdout == "seednb: it was enabled already\n"
    (place.startup.parent / "20-mine.py").write_text("mine = 1\n")
    assert json.loads(place.server.read_text()) == {"ServerApp": {"jpserver_extensions": {"seednb.server": True}}}
    done = run("disable")
    assert done.stdout.splitlines() == [
        f"seednb: removed {place.startup}",
        f"seednb: removed {place.server}",
        "seednb: disabled: kernels load it no more from their next start on",
    ]
    assert sorted(path.name for path in place.startup.parent.iterdir()) == ["20-mine.py"]
    assert run("disable").stdout == "seednb: it was not enabled\n"


def test_files_of_others_are_neither_overwritten_nor_removed(run, home):
    """A file of that name that we have not written stays, and one line says so."""
    place = user_place(home)
    place.startup.parent.mkdir(parents=True)
    place.startup.write_text("mine = 1\n")
    done = run("enable", "--user")
    assert (done.returncode, done.stderr) == (
        2,
        f"seednb: {place.startup} is there and was not written by seednb: move it away, then enable again\n",
    )
    assert not place.server.exists()
    run("disable")
    assert place.startup.read_text() == "mine = 1\n"


def test_an_older_start_up_file_is_replaced(run, home):
    """What another version of seednb has written is brought up to date."""
    place = user_place(home)
    place.startup.parent.mkdir(parents=True)
    place.startup.write_text(startup.MARK + "\nold = 1\n")
    assert run("enable", "--user").returncode == 0
    assert startup.is_current(place)


def test_no_permission_is_one_line_with_the_remedy(tmp_path):
    """Where the place cannot be written, nothing is, and the line says what to do."""
    blocked = tmp_path / "etc"
    blocked.write_text("a file where a folder should be")
    where = startup.place("environment", prefix=tmp_path)
    with pytest.raises(SettingsError, match=r"cannot be written: .*; try: sudo seednb enable, or: seednb enable --user$"):
        startup.enable(where)


def test_both_places_at_once_are_refused(run):
    """--user and --system together are bad input."""
    done = run("enable", "--user", "--system")
    assert done.returncode == 2
    assert "give --user or --system, not both" in done.stderr


def test_an_environment_of_its_own(tmp_path, home):
    """In a virtual environment `enable` makes its kernels load seednb, and those of no other; disable ends it."""
    prefix = tmp_path / "venv"
    venv.create(prefix, symlinks=True)
    python = prefix / "bin" / "python"
    site = next((prefix / "lib").glob("python*/site-packages"))
    (site / "tests.pth").write_text("\n".join([str(REPOSITORY), *(entry for entry in sys.path if "site-packages" in entry)]))
    given = environment(**home, PYTHONPATH="")
    done = subprocess.run([python, "-m", "seednb", "enable"], cwd=tmp_path / "work", env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (prefix / "etc" / "ipython" / "startup" / "10-seednb.py").is_file()
    states = []
    for interpreter in (str(python), sys.executable):
        kernel = Kernel(tmp_path / "work", interpreter, {**home, "PYTHONPATH": ""})
        states.append(kernel.value("hasattr(get_ipython(), '_seednb')"))
        kernel.stop()
    assert states == [True, False]
    subprocess.run([python, "-m", "seednb", "disable"], cwd=tmp_path / "work", env=given, check=True, capture_output=True)
    assert [path for path in (prefix / "etc").rglob("*") if path.is_file()] == []


def test_the_start_up_file_is_quick(run, kernels):
    """Loading at start-up imports nothing from files but seednb's own modules, and reads no pyproject.toml."""
    run("enable", "--user")
    modules = "sorted(name for name in __import__('sys').modules if not name.startswith(('seednb', 'IPython.core.magics')))"
    enabled = set(kernels().value(modules))
    plain = set(kernels(SEEDNB="off").value(modules))
    known = set(sys.builtin_module_names) | {"importlib.util", "sysconfig", "_sysconfigdata__linux_x86_64-linux-gnu"}
    assert {name for name in enabled - plain - known if not name.startswith("_sysconfigdata")} == set()


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"restore": 5}', '{"restore": {"PATH": "/evil"}}', '{"restore": {"PYTHONHASHSEED": 5}}', "[" * 999]
)
def test_what_the_launcher_tells_is_not_trusted(run, kernels, text):
    """Only the variable that the launcher may have set is put back; anything else is left alone, and the telling is gone."""
    run("enable", "--user")
    kernel = kernels(SEEDNB_LAUNCH=text, PYTHONHASHSEED="3")
    path, hash_seed, told = kernel.value("[__import__('os').environ.get(name) for name in ('PATH', 'PYTHONHASHSEED', 'SEEDNB_LAUNCH')]")
    assert (path, hash_seed, told) == (os.environ["PATH"], "3", None)


def test_places_follow_the_users_variables(tmp_path):
    """IPYTHONDIR, JUPYTER_CONFIG_DIR and JUPYTER_DATA_DIR are honoured."""
    found = startup.place("user", environ={"HOME": "/h", "IPYTHONDIR": "/i", "JUPYTER_CONFIG_DIR": "/j", "JUPYTER_DATA_DIR": "/d"})
    files = Path("/i/profile_default/startup/10-seednb.py"), Path("/j/jupyter_server_config.d/seednb-kernels.json")
    assert found == ("user", *files, Path("/d"))
    assert startup.place("user", environ={"HOME": "/h"}).startup == Path("/h/.ipython/profile_default/startup/10-seednb.py")
    assert startup.place("system").startup == Path("/usr/local/etc/ipython/startup/10-seednb.py")
