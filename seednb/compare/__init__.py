"""Comparing runs: canonical forms, benign rules, verdicts, causes. Pure: no kernel is started, nothing is written."""

from __future__ import annotations

from seednb.compare.canonical import CANON, output_digests
from seednb.compare.cells import compare_notebooks
from seednb.compare.outputs import compare_outputs
from seednb.compare.patterns import Pattern, Rule
from seednb.compare.policy import Policy, policy_for
from seednb.compare.registry import faults
from seednb.compare.verdict import CellResult, Comparison, OutputResult, Verdict, worst

__all__ = [
    "CANON",
    "CellResult",
    "Comparison",
    "OutputResult",
    "Pattern",
    "Policy",
    "Rule",
    "Verdict",
    "compare_notebooks",
    "compare_outputs",
    "faults",
    "output_digests",
    "policy_for",
    "worst",
]
