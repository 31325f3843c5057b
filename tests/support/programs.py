"""All programs behind docs/support.md, in the order of its rows."""

from __future__ import annotations

from tests.support import frameworks, identifiers, learning, science

PROGRAMS = {**science.PROGRAMS, **learning.PROGRAMS, **frameworks.PROGRAMS, **identifiers.PROGRAMS}
