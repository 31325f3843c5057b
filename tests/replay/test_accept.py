"""`verify --update` and `--keep`: the replay becomes the record, or a file of its own, and nothing else is touched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import environment, load

DRAW = "import random\nprint(random.random())"
SAME = "object()"


def change(path, index, source):
    """Change a cell's code in the file's text, and nothing else."""
    nb = load(path)
    old = json.dumps("".join(nb["cells"][index]["source"]))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, json.dumps(source), 1))


@pytest.fixture
def ran(seednb, make_notebook):
    """Return a function that makes a notebook, with ids and one source line for each cell, and runs it."""

    def make(*sources):
        path = make_notebook(*sources)
        nb = load(path)
        for cell in nb["cells"]:
            cell["source"] = "".join(cell["source"])
        path.write_text(json.dumps(nb, indent=1) + "\n")
        assert seednb("run", path, "--seed", "42").returncode == 0
        return path

    return make


def test_an_update_accepts_what_differs_and_keeps_the_rest(seednb, ran):
    """Cells that differ get the replay's outputs and lines; others keep their bytes, whatever their addresses; then it verifies."""
    path = ran(DRAW, SAME, "print('a')", "%time x = 1")
    change(path, 2, "print('c')")
    before, text = load(path), path.read_text()
    result = seednb("verify", path, "--update")
    assert result.returncode == 0, result.stderr
    assert "accepted 1 cell: 3" in result.stdout
    after = load(path)
    assert ["c\n"] == after["cells"][2]["outputs"][0]["text"]
    for index in (0, 1, 3):
        assert before["cells"][index] == after["cells"][index]
        key = f"cell-{index}"
        assert before["metadata"]["seednb"]["cells"][key] == after["metadata"]["seednb"]["cells"][key]
    changed = sum(one != other for one, other in zip(text.splitlines(), path.read_text().splitlines()))
    assert changed == 2
    assert len(text.splitlines()) == len(path.read_text().splitlines())
    assert seednb("verify", path).returncode == 0


def test_an_update_of_a_reproduced_notebook_changes_nothing(seednb, ran):
    """Where nothing differs, the file keeps its bytes and the user is told."""
    path = ran(DRAW, SAME)
    before = path.read_bytes()
    result = seednb("verify", path, "--update")
    assert result.returncode == 0
    assert "nothing to accept" in result.stdout
    assert before == path.read_bytes()


def test_code_that_gives_the_same_is_accepted(seednb, ran):
    """Where the code was changed and its outputs are the same, the record gets the new code's digest, and the outputs keep their bytes."""
    path = ran(DRAW, "print('a')")
    change(path, 1, "print('a')  # as before")
    before = load(path)
    assert "the code differs" in seednb("verify", path).stdout
    assert "accepted 1 cell: 2" in seednb("verify", path, "--update").stdout
    assert before["cells"] == load(path)["cells"]
    assert "the code differs" not in seednb("verify", path).stdout


def test_an_output_that_somebody_changed_is_put_right(seednb, ran):
    """A recorded number that was changed by hand is accepted as the replay gives it, though the record's line is the same."""
    path = ran(DRAW, "print(1)")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"0.6394267984578837", b"0.6394267984578838"))
    assert path.read_bytes() != whole
    assert seednb("verify", path, "--update").returncode == 0
    assert whole == path.read_bytes()


def test_a_stripped_notebook_stays_stripped(seednb, ran):
    """Where outputs were taken out of the file, only the record is updated."""
    path = ran("print('a')", DRAW)
    nb = load(path)
    for cell in nb["cells"]:
        cell.update(outputs=[], execution_count=None)
    path.write_text(json.dumps(nb, indent=1))
    change(path, 0, "print('b')")
    assert "accepted 1 cell: 1" in seednb("verify", path, "--update").stdout
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in load(path)["cells"])
    assert seednb("verify", path).returncode == 0


def test_a_replay_that_failed_is_not_accepted(seednb, ran):
    """A notebook with a cell that fails in the replay is left as it was, with one line that says so."""
    path = ran(DRAW, "print(1)")
    change(path, 1, "1 / 0")
    before = path.read_bytes()
    result = seednb("verify", path, "--update")
    assert result.returncode == 2
    assert "cell 2 failed" in result.stderr.splitlines()[-1]
    assert before == path.read_bytes()


def test_what_cannot_be_updated_is_refused_before_it_runs(seednb, make_notebook, tmp_path):
    """No record, another seed, a file that cannot be written, two notebooks for one file: one line, exit code 2, nothing ran."""
    path = make_notebook("open('ran', 'w')")
    for arguments, told in (
        (["--update"], "seednb run makes one"),
        (["--update", "--seed", "1"], "--update keeps the recorded seed"),
        (["--keep", path], "is the notebook itself"),
        (["--keep", "none/x.ipynb"], "does not exist"),
        ([path, "--keep", "x.ipynb"], "give one notebook"),
        (["--html", "none/x.html"], "does not exist"),
        (["--junit", tmp_path], "is a folder"),
    ):
        result = seednb("verify", path, *arguments)
        assert result.returncode == 2, told
        assert told in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "ran").exists()


def test_what_this_version_does_not_know_survives(seednb, ran):
    """Members of the record that a later version may have added are in the updated record too."""
    path = ran("print('a')")
    nb = load(path)
    nb["metadata"]["seednb"]["later"] = {"a": 1}
    path.write_text(json.dumps(nb, indent=1))
    change(path, 0, "print('b')")
    seednb("verify", path, "--update")
    assert {"a": 1} == load(path)["metadata"]["seednb"]["later"]


def test_the_replay_is_kept_and_nbdime_shows_the_pair(seednb, ran, tmp_path):
    """`--keep` writes the replay beside the notebook, which stays as it was; the report names nbdime's command, which shows the pair."""
    path = ran(DRAW, "print('a')")
    change(path, 1, "print('b')")
    before = path.read_bytes()
    result = seednb("verify", path, "--keep", "replayed.ipynb", "--html", "report.html")
    assert result.returncode == 1
    assert before == path.read_bytes()
    assert ["b\n"] == load(tmp_path / "replayed.ipynb")["cells"][1]["outputs"][0]["text"]
    assert f"nbdiff-web {path} replayed.ipynb" in " ".join(result.stdout.split())
    assert f"nbdiff-web {path} replayed.ipynb" in (tmp_path / "report.html").read_text()
    assert seednb("verify", "replayed.ipynb").returncode == 0
    pytest.importorskip("nbdime", reason="nbdime is not installed: that it reads the pair is not tried")
    command = [sys.executable, "-m", "nbdime", "diff", "--no-color", path, "replayed.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert {"-      a", "+      b"} <= set(done.stdout.splitlines()), done.stdout + done.stderr


def test_without_a_record_no_pair_is_named(seednb, make_notebook, tmp_path):
    """Where two fresh runs are compared, the notebook's own outputs are none of them: the second run is kept, and no command is named."""
    path = make_notebook("print({str(i) for i in range(50)})")
    result = seednb("verify", path, "--keep", "second.ipynb")
    assert result.returncode == 1
    assert "nbdiff" not in result.stdout
    assert load(tmp_path / "second.ipynb")["cells"][0]["outputs"]


def test_verify_writes_all_reports_of_several_notebooks(seednb, ran, make_notebook, tmp_path):
    """One command writes JSON, JUnit and HTML for all its notebooks, and the notebooks keep their bytes."""
    path = ran(DRAW)
    other = tmp_path / "other.ipynb"
    shutil.copy(path, other)
    change(other, 0, "print(2)")
    before = path.read_bytes(), other.read_bytes()
    result = seednb("verify", path, other, "--json", "--junit", "out.xml", "--html", "out.html")
    assert result.returncode == 1
    assert [True, False] == [one["reproduced"] for one in json.loads(result.stdout)["notebooks"]]
    assert '<testsuites name="seednb" tests="2" failures="1" errors="0" skipped="0">' in (tmp_path / "out.xml").read_text()
    assert "other.ipynb" in (tmp_path / "out.html").read_text()
    assert before == (path.read_bytes(), other.read_bytes())
