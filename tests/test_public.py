"""The public functions, in a script as anyone writes it."""

from __future__ import annotations

import pytest

import seednb
from tests.processes import fresh, once


def test_names_are_exported_and_sorted():
    """`__all__` is sorted, and each name on it is there."""
    assert seednb.__all__ == sorted(seednb.__all__)
    assert [name for name in seednb.__all__ if not hasattr(seednb, name)] == []


def test_import_loads_next_to_nothing():
    """`import seednb` brings in its errors and nothing else of its own, and no framework."""
    script = (
        "import __future__, json, sys, typing\nbefore = set(sys.modules)\nimport seednb\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    assert once(script) == ["seednb", "seednb.errors"]


def test_seeding_loads_no_framework():
    """`seednb.seed(42)` imports neither NumPy nor any other library."""
    script = (
        "import json, sys, seednb\nseednb.seed(42)\nimport random\n"
        "heavy = {'numpy', 'torch', 'tensorflow', 'keras', 'jax', 'scipy', 'IPython', 'nbformat', 'nbclient', 'rich'}\n"
        "print(json.dumps([sorted(heavy & set(sys.modules)), random.random()]))"
    )
    assert once(script) == [[], 0.6394267984578837]


def test_seed_returns_the_seed_and_current_tells_it():
    """seed() returns the seed that current() tells until off()."""
    script = (
        "import json, seednb\nfound = [seednb.current(), seednb.seed(7), seednb.current(), seednb.seed(), seednb.current()]\n"
        "seednb.off()\nprint(json.dumps([*found, seednb.current()]))"
    )
    none, seven, told, generated, current, off = fresh(script)
    assert (none, seven, told, off) == (None, 7, 7, None)
    assert generated == current


def test_seed_without_a_value_takes_the_environments():
    """seed() takes SEEDNB_SEED, and a value wins over it."""
    script = "import json, seednb\nprint(json.dumps([seednb.seed(), seednb.seed(0)]))"
    assert fresh(script, SEEDNB_SEED="99") == [99, 0]


@pytest.mark.parametrize("value", ["-1", "2**32", "1.5", "'x'", "True"])
def test_bad_seed_changes_nothing(value):
    """seed() of what is no seed raises SeedError, a ValueError too, and the streams go on."""
    script = (
        f"import json, random, seednb\nseednb.seed(42)\ntry:\n    seednb.seed({value})\n    raised = None\n"
        "except ValueError as error:\n    raised = type(error).__name__\nprint(json.dumps([raised, seednb.current(), random.random()]))"
    )
    assert once(script) == ["SeedError", 42, 0.6394267984578837]


def test_off_without_a_seed_is_nothing():
    """off() before any seed, and twice, does nothing."""
    assert fresh("import json, seednb\nseednb.off(); seednb.off()\nprint(json.dumps(seednb.current()))") is None


def test_bad_environment_raises():
    """seed() with a SEEDNB_SEED that is none raises, and names the variable."""
    script = (
        "import json, seednb\ntry:\n    seednb.seed()\nexcept seednb.SeedError as error:\n"
        "    print(json.dumps([str(error), seednb.current()]))"
    )
    message, current = fresh(script, SEEDNB_SEED="forty-two")
    assert message.startswith("SEEDNB_SEED: 'forty-two' is not a seed")
    assert current is None
