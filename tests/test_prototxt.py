"""Numbers in protobuf texts are found and set at the outermost level, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seednb.prototxt import integer, with_integer

SOLVER = """# random_seed: 1
net: "random_seed: 2 # {" # } random_seed: 3
net_param { random_seed: 4 layer { name: '}' } }
test_state: < stage: "random_seed: 5" >
weights: 'it\\'s random_seed: 6'
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        (SOLVER, None),
        ("random_seed: 42", 42),
        ("random_seed:42", 42),
        ("random_seed : 42", 42),
        ("max_iter: 3 random_seed: 42 lr: 1", 42),
        ("max_iter: 3, random_seed: 42; lr: 1", 42),
        ("random_seed: # the seed\n  42", 42),
        ("random_seed: -1", -1),
        ("random_seed: - 1", -1),
        ("random_seed: 0x2A", 42),
        ("random_seed: 052", 42),
        ("random_seed: 0", 0),
        ("random_seed: 4294967338", 4294967338),
        ("random_seed: 1 random_seed: 2", 2),
        ("random_seed: x", None),
        ("random_seed:", None),
        ("random_seed", None),
        ("other: random_seed", None),
        ("my_random_seed: 7", None),
        (SOLVER + "random_seed: 7", 7),
    ],
)
def test_the_outermost_number_is_read(text, expected):
    """The field's number is read in every form that protobuf takes; comments, strings and nested messages do not count."""
    assert integer(text, "random_seed") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "random_seed: 42\n"),
        ("lr: 1", "lr: 1\nrandom_seed: 42\n"),
        ("lr: 1\n", "lr: 1\nrandom_seed: 42\n"),
        ("lr: 1\r\n", "lr: 1\r\nrandom_seed: 42\r\n"),
        ("lr: 1 # the rate", "lr: 1 # the rate\nrandom_seed: 42\n"),
        ("random_seed : -1 # none\nlr: 1", "random_seed : 42 # none\nlr: 1"),
        ("random_seed: - 1\n", "random_seed: 42\n"),
        ("random_seed: 1 lr: 2 random_seed: 30", "random_seed: 42 lr: 2 random_seed: 42"),
        (SOLVER, SOLVER + "random_seed: 42\n"),
    ],
)
def test_the_number_is_set_and_nothing_else(text, expected):
    """A number that is there is replaced in its place, one that is not is added at the end; every other character stays."""
    assert with_integer(text, "random_seed", 42) == expected


@given(st.text(st.sampled_from("random_seed:-{}<>#\"'\\ \n1a"), max_size=40), st.integers(0, 2**32 - 1))
def test_any_text_can_be_read(text, number):
    """Texts that are no protobuf are read without an error, and setting twice is setting once."""
    integer(text, "random_seed")
    once = with_integer(text, "random_seed", number)
    if integer(once, "random_seed") == number:
        assert with_integer(once, "random_seed", number) == once
