"""Polars' generator, behind `sample` and `shuffle` of frames, series and expressions."""

from __future__ import annotations

import sys

from seednb.sources.base import SetOnlySource


class PolarsSource(SetOnlySource):
    """What `pl.set_random_seed` controls. Polars' compiled part keeps the state to itself."""

    name = "polars"
    module = "polars"

    def seed(self, seed: int) -> None:
        sys.modules[self.module].set_random_seed(seed)
