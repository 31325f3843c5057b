"""The command line's answers to bad input: one clear line, exit code 2, nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import environment, notebook

BROKEN = {
    "missing.ipynb": None,
    "empty.ipynb": b"",
    "text.ipynb": b"hello",
    "binary.ipynb": bytes(range(256)),
    "list.ipynb": b"[]",
    "old.ipynb": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}).encode(),
    "future.ipynb": json.dumps({"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}).encode(),
    "cells.ipynb": json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 5}).encode(),
    "deep.ipynb": b'{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge.ipynb": b'{"nbformat": 4, "nbformat_minor": ' + b"9" * 10_000 + b', "metadata": {}, "cells": []}',
    "source.ipynb": json.dumps({**notebook("x"), "cells": [{"cell_type": "code", "source": 5, "metadata": {}, "outputs": []}]}).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("verb", ["run", "verify", "show", "compare"])
def test_a_file_that_is_no_notebook(seednb, tmp_path, verb, name):
    """A file that is not a notebook gives one line that names it, exit code 2, and keeps its bytes."""
    content = BROKEN[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = seednb(verb, name, *([name] if verb == "compare" else []))
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert name in result.stderr
    assert (tmp_path / name).exists() == (content is not None)
    assert content is None or (tmp_path / name).read_bytes() == content


@pytest.mark.parametrize("seed", ["abc", "-1", "4294967296", "1.5", "", "1e3", "9" * 5000, "0x10", "１２"])
def test_a_seed_that_is_none(seednb, make_notebook, seed):
    """A seed that is not an integer in 0 … 2**32-1 gives one line and exit code 2, from the option and from SEEDNB_SEED."""
    path = make_notebook("pass")
    before = path.read_bytes()
    result = seednb("run", path, f"--seed={seed}")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    if seed:
        result = seednb("run", path, SEEDNB_SEED=seed)
        assert result.returncode == 2
        assert result.stderr.startswith("seednb: SEEDNB_SEED: ")
        assert len(result.stderr.strip().splitlines()) == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("line", ["seed = 'x'", "seed = -1", "seed = 1.5", "seed = true", "seed = [1]", "seed =", "]["])
def test_a_pyproject_that_cannot_be_used(seednb, make_notebook, tmp_path, line):
    """A pyproject.toml with a bad seed or bad TOML gives one line that names it, and exit code 2."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\n{line}\n")
    result = seednb("run", make_notebook("pass"))
    assert result.returncode == 2
    assert "pyproject.toml" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


RECORDS = [
    5, "x", [], {}, {"version": 1}, {"version": "1"}, {"version": 1, "seed": -1}, {"version": 1, "seed": 10**400},
    {"version": 1, "seed": 1, "cells": []}, {"version": 1, "seed": 1, "cells": {"a": 5}},
    {"version": 1, "seed": 1, "cells": {"a": "<script>"}}, {"version": 1, "seed": True, "cells": {}},
]  # fmt: skip


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record)[:40])
@pytest.mark.parametrize("verb", ["verify", "show"])
def test_a_broken_record(seednb, make_notebook, verb, record):
    """A record that is broken gives one line and exit code 2."""
    path = make_notebook("pass", metadata={"seednb": record})
    result = seednb(verb, path)
    assert result.returncode == 2, result.stdout
    assert len(result.stderr.strip().splitlines()) == 1
    assert "nb.ipynb" in result.stderr


def test_a_read_only_notebook_is_refused_before_it_runs(seednb, make_notebook, tmp_path):
    """A notebook that cannot be written is refused at once, before hours of running."""
    path = make_notebook("open('ran', 'w')")
    path.chmod(0o444)
    result = seednb("run", path)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert "-o" in result.stderr
    assert not (tmp_path / "ran").exists()


def test_an_output_folder_that_is_not_there(seednb, make_notebook, tmp_path):
    """An output in a missing folder is refused at once."""
    result = seednb("run", make_notebook("open('ran', 'w')"), "-o", tmp_path / "none" / "out.ipynb")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "ran").exists()


def test_a_kernel_that_is_not_there(seednb, make_notebook):
    """A kernel asked for that is not installed is named, with those that are."""
    result = seednb("run", make_notebook("pass"), "--kernel", "nope")
    assert result.returncode == 2
    assert "kernel 'nope' is not installed (installed: " in result.stderr
    assert "python3" in result.stderr


def test_a_kernel_that_does_not_start(seednb, make_notebook, tmp_path):
    """A kernel whose command fails gives one line with its last words."""
    folder = tmp_path / "share" / "kernels" / "broken"
    folder.mkdir(parents=True)
    argv = ["python3", "-c", "import sys; sys.exit('no such thing')", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "broken", "language": "python"}))
    result = seednb("run", make_notebook("pass"), "--kernel", "broken", JUPYTER_PATH=str(tmp_path / "share"))
    assert result.returncode == 2
    assert result.stderr.strip().splitlines() == ["seednb: kernel 'broken' does not answer: no such thing"]


def test_switched_off(seednb, make_notebook):
    """SEEDNB=off wins over the command, which says so."""
    result = seednb("run", make_notebook("pass"), SEEDNB="off")
    assert result.returncode == 2
    assert "SEEDNB=off" in result.stderr


def test_terminal_controls_in_a_notebook_are_not_obeyed(seednb, make_notebook):
    """Sources and record texts are shown with their control characters replaced and their markup escaped."""
    path = make_notebook("print('\x1b]0;title\x07[red]')")
    seednb("run", path)
    shown = seednb("show", path).stdout
    assert "\x1b]0" not in shown
    assert "\x07" not in shown


def test_show_without_a_record(seednb, make_notebook):
    """`show` on a notebook without a record says what makes one."""
    result = seednb("show", make_notebook("pass"))
    assert result.returncode == 1
    assert "seednb run makes one" in result.stderr


def test_show_json_is_the_record(seednb, make_notebook):
    """`show --json` prints the record as it is stored."""
    from tests.conftest import load

    path = make_notebook("import random\nrandom.random()")
    seednb("run", path, "--seed", "42")
    assert json.loads(seednb("show", path, "--json").stdout) == load(path)["metadata"]["seednb"]


def test_the_command_is_there_by_both_names(seednb):
    """`seednb --version` and `python -m seednb --version` answer, and --help lists the verbs."""
    from seednb import __version__

    assert __version__ in seednb("--version").stdout
    text = seednb("--help").stdout
    assert all(verb in text for verb in ("run", "verify", "compare", "show"))
    assert os.linesep


@pytest.mark.parametrize("package", ["click", "rich", "nbclient", "jupyter_client"])
def test_a_missing_package_is_named(make_notebook, tmp_path, package):
    """Without a package of the `cli` extra the command gives one line with what to install."""
    code = f"import sys\nsys.modules[{package!r}] = None\nsys.argv[1:] = ['run', 'nb.ipynb']\nfrom seednb.__main__ import main\nmain()"
    make_notebook("print(1)")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert package in done.stderr
    assert 'pip install "seednb[cli]"' in done.stderr
