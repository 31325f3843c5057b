"""`seednb check` as people call it: files, folders, options, settings, suppression, exit codes."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

from seednb.check import RULES
from seednb.check.pages import page
from seednb.check.select import lists_of
from tests.conftest import REPOSITORY, notebook

DRAW = "import numpy as np\nrng = np.random.default_rng()"
CLOCK = "import time\nprint(time.time())"


def found(done) -> list[tuple[str, int]]:
    """Return the codes and cells that a run with --json has found."""
    return [(finding["code"], finding["cell"]) for file in json.loads(done.stdout)["files"] for finding in file["findings"]]


def test_what_it_says(seednb, make_notebook):
    """A finding is one line under its notebook's name, with its place, what it is and what to do; the exit code is 1."""
    path = make_notebook("x = 1", DRAW)
    done = seednb("check", path)
    lines = done.stdout.splitlines()
    assert (1, "") == (done.returncode, done.stderr)
    assert str(path) == lines[0]
    assert lines[1].startswith("  cell 2, 2:7     SNB020 warning: default_rng() without a seed")
    assert lines[1].endswith("; give it a seed: default_rng(42)")
    assert "seednb: 0 errors and 1 warning in 1 of 1 file (seednb check --explain CODE tells more)" == lines[2]


def test_nothing_found(seednb, make_notebook):
    """A notebook without hazards gives one line and exit code 0."""
    done = seednb("check", make_notebook("x = 1"))
    assert (0, "seednb: nothing found in 1 file\n", "") == (done.returncode, done.stdout, done.stderr)


def test_json(seednb, make_notebook):
    """--json prints one object with a version, and for each finding all that docs/check.md names."""
    path = make_notebook("x = 1", DRAW)
    done = seednb("check", path, "--json")
    finding = {
        "code": "SNB020", "name": "generator-without-seed", "severity": "warning", "cell": 2, "cell_id": "cell-1", "line": 2, "column": 7,
        "message": "default_rng() without a seed starts from the operating system's entropy, whatever was seeded before",
        "instead": "give it a seed: default_rng(42)",
    }  # fmt: skip
    assert {"version": 1, "files": [{"path": str(path), "findings": [finding], "notes": []}]} == json.loads(done.stdout)
    assert 1 == done.returncode
    text = (REPOSITORY / "docs" / "check.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in text for key in finding)


def test_folders_and_scripts(seednb, make_notebook, tmp_path):
    """Folders are searched for notebooks, without checkpoints; scripts are checked where they are named, line by line of the file."""
    (tmp_path / "sub" / ".ipynb_checkpoints").mkdir(parents=True)
    make_notebook(DRAW, name="sub/a.ipynb")
    make_notebook(DRAW, name="sub/.ipynb_checkpoints/a.ipynb")
    (tmp_path / "sub" / "b.py").write_text(f"# %%\nx = 1\n# %% [markdown]\n# text\n# %%\n{DRAW}\n", encoding="utf-8")
    assert [("SNB020", 1)] == found(seednb("check", "sub", "--json"))
    done = seednb("check", "sub/b.py")
    assert "  7:7             SNB020" in done.stdout


def test_select_and_ignore(seednb, make_notebook):
    """--select and --ignore take codes and their beginnings; an unknown one is one line and exit code 2."""
    path = make_notebook(DRAW, CLOCK)
    assert [("SNB020", 1), ("SNB044", 2)] == found(seednb("check", path, "--json"))
    assert [("SNB044", 2)] == found(seednb("check", path, "--json", "--select", "snb04"))
    assert [("SNB020", 1)] == found(seednb("check", path, "--json", "--ignore", "SNB044,SNB01"))
    assert [] == found(seednb("check", path, "--json", "--select", "SNB0", "--ignore", "SNB"))
    for option in ("--select", "--ignore"):
        done = seednb("check", path, option, "SNB999")
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert "SNB999" in done.stderr
        assert 2 == seednb("check", path, option, " ").returncode


def test_pyproject(seednb, make_notebook, tmp_path):
    """[tool.seednb.check] of the nearest pyproject.toml chooses; options win; what it cannot use is one line and exit code 2."""
    path = make_notebook(DRAW, CLOCK)
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.seednb.check]\nselect = ["SNB0"]\nignore = ["SNB044"]\n')
    assert [("SNB020", 1)] == found(seednb("check", path, "--json"))
    assert [("SNB020", 1), ("SNB044", 2)] == found(seednb("check", path, "--json", "--ignore", "SNB041"))
    for line in ("select = 5", 'ignore = ["X"]', "select = [1]"):
        settings.write_text(f"[tool.seednb.check]\n{line}\n")
        done = seednb("check", path)
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines())), line
        assert "pyproject.toml" in done.stderr


def test_settings_without_a_toml_reader():
    """Python 3.10 has no TOML reader: the two lists are found all the same, also over several lines."""
    lists = "select = [\n  \"SNB01\", # why\n  'SNB020',\n]\nignore = []\n"
    text = f'[tool.seednb]\nseed = 1\n[tool.seednb.check]\n{lists}[tool.other]\nselect = ["X"]\n'
    assert {"select": ["SNB01", "SNB020"], "ignore": []} == lists_of(text)
    assert {} == lists_of("[tool.other]\nselect = ['X']\n")


@pytest.mark.parametrize(
    ("source", "tag", "expected"),
    [
        (f"{DRAW}  # seednb: ignore[SNB020]", None, []),
        (f"{DRAW}  # seednb: ignore", None, []),
        (f"{DRAW}  # noqa  # SEEDNB:ignore[SNB044, snb02]", None, []),
        (f"{DRAW}  # seednb: ignore[SNB044]", None, ["SNB020"]),
        (f"# seednb: ignore[SNB020]\n{DRAW}", None, []),
        (f"{DRAW}\n# seednb: ignore[SNB020]", None, ["SNB020"]),
        ("import numpy as np\nrng = np.random.default_rng(\n)  # seednb: ignore", None, []),
        (DRAW, "seednb-ignore", []),
        (DRAW, "seednb-ignore-SNB020", []),
        (DRAW, "seednb-ignore-SNB044", ["SNB020"]),
        (DRAW, "seednb-ignored", ["SNB020"]),
    ],
)
def test_suppression(tmp_path, source, tag, expected):
    """A comment on the line or in the cell's first line, or a tag, keeps a finding out; others stay."""
    from seednb.check import check_file

    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps(notebook(source, tags={0: tag} if tag else None)), encoding="utf-8")
    assert expected == [finding.code for finding in check_file(path).findings]


@pytest.mark.parametrize("code", RULES)
def test_explain(code, capsys):
    """--explain prints the rule's page."""
    from seednb.check.command import explain

    explain(code.lower())
    assert page(RULES[code]) == capsys.readouterr().out


def test_explain_all_and_unknown(seednb):
    """--explain all prints one line for each rule; an unknown code is one line and exit code 2."""
    assert list(RULES) == [line.split()[0] for line in seednb("check", "--explain", "all").stdout.splitlines()]
    done = seednb("check", "--explain", "SNB9")
    assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))


def test_no_arguments(seednb):
    """Without files it says what to name, with exit code 2."""
    done = seednb("check")
    assert 2 == done.returncode
    assert "name notebooks or folders" in done.stderr


def test_the_pre_commit_hook(seednb, make_notebook, tmp_path):
    """The hook in .pre-commit-hooks.yaml takes notebooks, and its entry finds what there is in one."""
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the hook, and is not installed")
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"id": "seednb-check", "language": "python", "types": ["jupyter"]}.items() <= hook.items()
    program, *arguments = shlex.split(hook["entry"])
    assert "seednb" == program
    done = seednb(*arguments, make_notebook(DRAW), make_notebook("x = 1", name="b.ipynb"))
    assert 1 == done.returncode
    assert "SNB020" in done.stdout
    assert 0 == seednb(*arguments, tmp_path / "b.ipynb").returncode


def test_r_and_other_languages(tmp_path):
    """Notebooks in R are checked by their calls; of other languages a note says that nothing is known."""
    from seednb.check import check_file

    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps(notebook("x <- rnorm(3)", metadata={"kernelspec": {"language": "R", "name": "ir"}})), encoding="utf-8")
    assert ["SNB010"] == [finding.code for finding in check_file(path).findings]
    path.write_text(json.dumps(notebook("rand(3)", metadata={"language_info": {"name": "julia"}})), encoding="utf-8")
    checked = check_file(path)
    assert ([], ["its language is 'julia': only Python and R are checked"]) == (checked.findings, checked.notes)


def test_r_cells_of_a_python_notebook(tmp_path):
    """Cells with %%R are checked as R, with columns in characters."""
    from seednb.check import check_file

    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps(notebook("%load_ext rpy2.ipython", "%%R -w 5\nπ <- 'π'; rnorm(3)")), encoding="utf-8")
    assert [("SNB010", 2, 2, 11)] == [(one.code, one.cell, one.line, one.column) for one in check_file(path).findings]


def test_it_starts_without_the_runner(make_notebook, tmp_path):
    """Neither IPython nor what runs kernels nor a framework is imported."""
    import subprocess

    from tests.conftest import environment

    program = (
        "import sys\nfrom seednb.cli import main\n"
        f"try:\n    main(['check', {str(make_notebook(DRAW))!r}])\nexcept SystemExit:\n    pass\n"
        "heavy = {'IPython', 'ipykernel', 'jupyter_client', 'nbclient', 'nbformat', 'numpy', 'rich', 'torch', 'traitlets', 'zmq'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True, timeout=60)
    assert "SNB020" in done.stdout
    assert "[]\n" == done.stderr
