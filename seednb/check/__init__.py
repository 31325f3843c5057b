"""The static lint, `seednb check`: what in a notebook's code keeps a run from being repeated. It runs nothing and imports no library."""

from __future__ import annotations

from seednb.check.engine import Checked, check_cells, check_file, check_notebook
from seednb.check.rule import Finding, Rule
from seednb.check.rules import RULES

__all__ = ["RULES", "Checked", "Finding", "Rule", "check_cells", "check_file", "check_notebook"]
