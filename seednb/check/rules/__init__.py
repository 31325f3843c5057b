"""All rules, by code. A code is never given another meaning, and never given twice."""

from __future__ import annotations

from seednb.check.rule import Rule
from seednb.check.rules import environment, inputs, missing, models, order, outputs, seeds

_MODULES = (missing, seeds, order, models, environment, outputs, inputs)
RULES: dict[str, Rule] = {
    rule.code: rule for rule in sorted((one for module in _MODULES for one in module.RULES), key=lambda rule: rule.code)
}
