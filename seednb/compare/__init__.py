"""Comparing runs: canonical forms, benign rules, verdicts, causes. Pure: no kernel is started, nothing is written."""

from __future__ import annotations

from seednb.compare.canonical import CANON, output_digests
from seednb.compare.cells import compare_notebooks
from seednb.compare.outputs import compare_outputs
from seednb.compare.verdict import CellResult, Comparison, OutputResult, Verdict, worst

__all__ = [
    "CANON",
    "CellResult",
    "Comparison",
    "OutputResult",
    "Verdict",
    "compare_notebooks",
    "compare_outputs",
    "output_digests",
    "worst",
]
