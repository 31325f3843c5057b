"""`python -m seednb`."""

from __future__ import annotations

from seednb.cli import main

main()
