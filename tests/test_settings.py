"""Which seed applies, where it comes from, and how a bad one is refused."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seednb.errors import SeedError, SettingsError
from seednb.settings import (
    MAX_SEED,
    Choice,
    _scalars,
    check_seed,
    choose_seed,
    environment_seed,
    generate_seed,
    is_off,
    pyproject,
    wants_display_ids,
)
from tests.processes import fresh

TOML = pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib came with Python 3.11")


@given(st.integers(0, MAX_SEED))
def test_every_seed_is_itself(seed):
    """Each integer in 0 … 2**32-1 is a seed, as a number or as its text."""
    assert (check_seed(seed), check_seed(f" {seed}\n"), check_seed(f"+{seed}")) == (seed, seed, seed)


@given(st.integers().filter(lambda number: not 0 <= number <= MAX_SEED))
def test_other_integers_are_out_of_range(number):
    """No other integer is, however large, and the message is one short line."""
    with pytest.raises(SeedError, match="out of range: give an integer from 0 to 4294967295") as caught:
        check_seed(number)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "value", ["", "abc", "1.5", "1e3", "0x10", "1_000", "42 43", "٤٢", "9" * 5000, True, False, 1.0, None, b"1", [1], {}]
)
def test_what_is_no_integer_is_no_seed(value):
    """Texts that are no decimal integer, booleans, floats and containers are refused in one short line."""
    with pytest.raises(SeedError, match=f"is not a seed: give an integer from 0 to {MAX_SEED}, for example 42$") as caught:
        check_seed(value, where="%seed")
    assert str(caught.value).startswith("%seed: ")
    assert len(str(caught.value)) < 140


def test_a_value_with_many_lines_is_shown_in_one():
    """The message stays one line even if the value's text has more."""
    with pytest.raises(SeedError) as caught:
        check_seed("4\n2")
    assert "\n" not in str(caught.value)


def test_integers_of_other_libraries_are_seeds():
    """NumPy's integers are integers; its floats and arrays are not."""
    np = pytest.importorskip("numpy")
    assert check_seed(np.int64(42)) == 42
    assert type(check_seed(np.uint32(42))) is int
    for value in (np.float64(1), np.zeros(3), np.bool_(True)):
        with pytest.raises(SeedError):
            check_seed(value)


def test_generated_seeds_are_below_2_to_the_31_and_do_not_follow_a_seed():
    """A generated seed fits every system, R too, and comes from the operating system."""
    state = random.getstate()
    random.seed(42)
    seeds = [generate_seed() for _ in range(50)]
    random.setstate(state)
    assert len(set(seeds)) > 45
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.fixture
def project(tmp_path):
    """Return a function that writes pyproject.toml and returns a folder two levels below it."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)

    def write(text):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        return folder

    return write


def test_environment_wins_over_pyproject(project):
    """SEEDNB_SEED, then the nearest pyproject.toml, then a new seed; each with its origin."""
    folder = project("[tool.seednb]\nseed = 7\n")
    assert choose_seed(folder, {"SEEDNB_SEED": "5"}) == Choice(5, "environment")
    assert choose_seed(folder, {"SEEDNB_SEED": " "}) == Choice(7, "pyproject")
    assert choose_seed(project("[project]\nname = 'x'\n"), {}).origin == "generated"


def test_zero_is_a_seed_everywhere(project):
    """0 is not "no seed"."""
    assert choose_seed(project("[tool.seednb]\nseed = 0"), {}) == Choice(0, "pyproject")
    assert environment_seed({"SEEDNB_SEED": "0"}) == Choice(0, "environment")


def test_nearest_pyproject_wins(project):
    """A pyproject.toml in the folder itself hides those above it, also if it does not name seednb."""
    folder = project("[tool.seednb]\nseed = 7\n")
    (folder / "pyproject.toml").write_text("[project]\nname = 'inner'\n", encoding="utf-8")
    assert pyproject(folder) == (folder / "pyproject.toml", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.seednb]\nseed = 'abc'", "seed: 'abc' is not a seed"),
        ("[tool.seednb]\nseed = -1", "seed -1 is out of range"),
        ("[tool.seednb]\nseed = 1.5", "1.5"),
        ("[tool.seednb]\nseed = true", "True is not a seed"),
        pytest.param("[tool.seednb\nseed = 1", "not valid TOML", marks=TOML),
        pytest.param("[tool]\nseednb = 3", "must be a table", marks=TOML),
    ],
)
def test_bad_pyproject_is_named(project, text, message):
    """A pyproject.toml that cannot be used is named with its path and what is wrong, in one line."""
    folder = project(text)
    with pytest.raises((SeedError, SettingsError)) as caught:
        choose_seed(folder, {})
    assert str(folder.parent.parent / "pyproject.toml") in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_a_settings_error(project):
    """A pyproject.toml that is no UTF-8 is reported, not guessed."""
    folder = project("")
    (folder / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        pyproject(folder)


def test_old_pythons_read_the_same_scalars():
    """The reader for Pythons without tomllib finds integers, booleans and strings of our table only."""
    text = (
        '[tool.other]\nseed = 1\n[tool.seednb] # ours\nseed = 4_2 # the answer\nenabled = false\nrecord = "seed"\n\n[tool.more]\nseed = 3\n'
    )
    assert _scalars(text) == {"seed": 42, "enabled": False, "record": "seed"}
    assert _scalars("[tool.seednb]\r\nseed = 7".replace("\r\n", "\n")) == {"seed": 7}
    assert _scalars("[project]\nname = 'seednb'") == {}


@pytest.mark.parametrize(
    ("value", "expected"), [("off", True), (" OFF ", True), ("0", True), ("false", True), ("", False), ("on", False), ("1", False)]
)
def test_switch_off(value, expected):
    """SEEDNB=off, and its usual spellings, switch off; anything else does not."""
    assert is_off({"SEEDNB": value}) is expected
    assert is_off({}) is False


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that is in use")
def test_a_working_directory_that_is_gone_is_no_obstacle(tmp_path):
    """Where the working directory has been removed a seed is still found."""
    folder = tmp_path / "gone"
    folder.mkdir()
    script = f"import json, os, seednb\nos.chdir({str(folder)!r})\nos.rmdir({str(folder)!r})\nprint(json.dumps(seednb.seed()))"
    assert 0 <= fresh(script) <= MAX_SEED
    assert Path.cwd().exists()


@pytest.mark.parametrize(
    ("text", "table", "expected"),
    [("", "", False), ("", "display_ids = true", True), ("", "display_ids = false", False), ("0", "display_ids = true", False)]
    + [(text, "", True) for text in ("1", " ON ", "true", "yes")]
    + [(text, "", False) for text in ("off", "False", "no", " ")],
)
def test_display_ids_are_asked_for(tmp_path, text, table, expected):
    """SEEDNB_DISPLAY_IDS decides; where it is not set or empty, `display_ids` of the nearest pyproject.toml does; else they are off."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\n{table}\n", encoding="utf-8")
    assert wants_display_ids(tmp_path, {"SEEDNB_DISPLAY_IDS": text}) is expected


@pytest.mark.parametrize(("text", "table"), [("2", ""), ("x" * 999, ""), ("", "display_ids = 1"), ("", 'display_ids = "on"')])
def test_neither_yes_nor_no_is_refused(tmp_path, text, table):
    """A wish for display ids that is neither yes nor no is refused in one short line that says what to give."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\n{table}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"give (1 or 0|true or false)$") as caught:
        wants_display_ids(tmp_path, {"SEEDNB_DISPLAY_IDS": text})
    assert len(str(caught.value).replace(str(tmp_path), "")) < 140
