"""What `seednb doctor` finds, live, in environments that are well and in broken ones."""

from __future__ import annotations

import json

import pytest

from tests.prefixes import Prefix

SERVER, VSCODE = "JupyterLab, Notebook (Jupyter Server)", "VS Code"


@pytest.fixture
def prefix(tmp_path):
    """Return an environment in which seednb is not enabled."""
    return Prefix(tmp_path)


def examined(prefix, **extra):
    """Return the exit code and the findings by their names."""
    result = prefix.seednb("doctor", "--json", **extra)
    assert result.stderr == ""
    report = json.loads(result.stdout)
    return result.returncode, {finding["what"]: finding for finding in report["environment"] + report["front_ends"]}


def test_enabled(prefix):
    """In an enabled environment the server's kernels have all in force, VS Code's all but the hash seed, and the exit code is 0."""
    prefix.seednb("enable")
    code, found = examined(prefix)
    assert code == 0
    assert ("well", "") == (found[SERVER]["state"], found[SERVER]["fix"])
    assert found[VSCODE]["text"].endswith("loaded before the first cell; the hash seed is not in force")
    assert found[VSCODE]["fix"] == "%seed restart"


def test_not_enabled(prefix):
    """Where nothing is enabled nothing is wrong, and the way to enable it is named."""
    code, found = examined(prefix)
    assert code == 0
    assert ("note", "seednb enable") == (found[SERVER]["state"], found[SERVER]["fix"])


def test_opted_out(prefix):
    """An opt-out that is in force here is named, in words, and is no fault."""
    prefix.seednb("enable")
    code, found = examined(prefix, SEEDNB="off")
    assert code == 0
    assert "switched off by SEEDNB=off" in found["opt-outs"]["text"]


def test_stale(prefix):
    """A start-up file of another version is out of force: exit code 1, and the command that mends it."""
    prefix.seednb("enable")
    path = prefix.root / "etc" / "ipython" / "startup" / "10-seednb.py"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    code, found = examined(prefix)
    assert code == 1
    assert ("wrong", "seednb enable") == (found["enabled (environment)"]["state"], found["enabled (environment)"]["fix"])
    assert found[VSCODE]["state"] == "wrong"


def test_another_provisioner(prefix):
    """A provisioner that was configured in place of ours is named."""
    prefix.seednb("enable")
    _, found = examined(prefix, JUPYTER_DEFAULT_PROVISIONER_NAME="another-provisioner")
    assert "another-provisioner" in found["provisioner"]["text"]
    assert found["provisioner"]["state"] == "note"


def test_shadow(prefix):
    """A `seednb.py` in the folder is named, and does not run."""
    (prefix.work / "seednb.py").write_text("raise SystemExit('foreign')\n")
    result = prefix.call("-P", "-m", "seednb", "doctor", "--json")
    assert any(finding["what"] == "shadows" for finding in json.loads(result.stdout)["environment"])
