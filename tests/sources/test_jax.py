"""JAX's seed offset: a setting, a shift, and nothing left behind."""

from __future__ import annotations

import os
import sys
import types

import pytest

from seednb.errors import SettingsError
from seednb.settings import JAX_OFFSET, jax_offset
from seednb.sources.jax import OPTION, JaxSource


class Config(types.SimpleNamespace):
    """JAX's, with the one option; like JAX it fails later if the value is no 32-bit integer."""

    def update(self, name, value):
        """Set an option."""
        assert name == OPTION
        assert -(2**31) <= value < 2**31
        setattr(self, name, value)


@pytest.fixture
def config(monkeypatch, tmp_path):
    """Return the configuration of a stand-in for JAX, with a project around."""
    module = types.ModuleType("jax")
    module.config = Config(**{OPTION: 3})
    monkeypatch.setitem(sys.modules, "jax", module)
    monkeypatch.delenv(JAX_OFFSET, raising=False)
    monkeypatch.chdir(tmp_path)
    return module.config


@pytest.mark.parametrize(
    ("variable", "project", "expected"),
    [("", "", False), ("1", "", True), ("0", "jax_offset = true", False), ("", "jax_offset = true", True), ("", "jax_offset=false", False)],
)
def test_the_variable_wins_over_the_project(tmp_path, variable, project, expected):
    """SEEDNB_JAX_OFFSET decides, then pyproject.toml; without both it is off."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\n{project}\n")
    assert expected is jax_offset(tmp_path, {JAX_OFFSET: variable})


def test_other_values_are_refused(tmp_path):
    """Anything else is refused in one line that names the place."""
    with pytest.raises(SettingsError, match="SEEDNB_JAX_OFFSET=maybe: give 1 or 0"):
        jax_offset(tmp_path, {JAX_OFFSET: "maybe"})
    (tmp_path / "pyproject.toml").write_text("[tool.seednb]\njax_offset = 1\n")
    with pytest.raises(SettingsError, match=r"pyproject.toml: \[tool.seednb\] jax_offset = 1: give true or false"):
        jax_offset(tmp_path, {})


def test_it_is_off_by_default(config):
    """Nobody has asked: JAX is no source."""
    assert not JaxSource().loaded()
    assert 3 == getattr(config, OPTION)


def test_a_project_switches_it_on_for_the_record_too(config, tmp_path):
    """The seed shifts the keys; the variable tells the record and a replay; the end of seeding puts both back."""
    (tmp_path / "pyproject.toml").write_text("[tool.seednb]\njax_offset = true\n")
    source = JaxSource()
    assert source.loaded()
    source.seed(42)
    assert (42, "1") == (getattr(config, OPTION), os.environ[JAX_OFFSET])
    state = source.state()
    source.seed(2**32 - 1)
    assert -1 == getattr(config, OPTION)
    assert state != source.state()
    source.restore(state)
    assert 42 == getattr(config, OPTION)
    source.stop()
    assert (3, None) == (getattr(config, OPTION), os.environ.get(JAX_OFFSET))


def test_the_users_own_variable_stays(config, monkeypatch):
    """A variable that was there before stays when seeding ends."""
    monkeypatch.setenv(JAX_OFFSET, "1")
    source = JaxSource()
    assert source.loaded()
    source.seed(0)
    source.stop()
    assert "1" == os.environ[JAX_OFFSET]
