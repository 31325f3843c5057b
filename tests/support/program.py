"""What a row of docs/support.md is made from: a small program that runs a library without giving it a seed."""

from __future__ import annotations

from typing import NamedTuple

DATA = """
import numpy as np
X = np.sin(np.arange(400.0)).reshape(100, 4) + np.arange(100.0)[:, None] % 3
y = np.arange(100) % 2
"""
"""Data for learners, the same each time."""


class Program(NamedTuple):
    """A program stands for a notebook's cell; what it gives to `show` is compared.

    packages: distributions whose versions are told, the library itself first. what: what it calls, for the table. group:
    `numbers`, `workers` (threads and processes draw) or `identifiers`.
    """

    packages: str
    what: str
    code: str
    group: str = "numbers"
