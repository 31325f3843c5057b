"""MXNet's generators: the processor's, and those of all devices."""

from __future__ import annotations

import sys

from seednb.sources.base import SetOnlySource, signed


class MxnetSource(SetOnlySource):
    """What `mx.random.seed` controls on all devices; it takes a C int. Equal seeds give other numbers on another device."""

    name = "mxnet"
    module = "mxnet"

    def seed(self, seed: int) -> None:
        sys.modules[self.module].random.seed(signed(seed))
