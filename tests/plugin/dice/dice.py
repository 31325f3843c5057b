"""A library with a generator of its own."""

from __future__ import annotations

state = 1


def seed(number: int) -> None:
    """Start the stream of a seed."""
    global state
    state = number * 2 + 1


def roll() -> int:
    """Return the next number from 1 to 6."""
    global state
    state = state * 6364136223846793005 % 2**64
    return state // 2**32 % 6 + 1
