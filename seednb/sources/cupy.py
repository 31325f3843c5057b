"""CuPy's generators, one for each device."""

from __future__ import annotations

import sys
from typing import Any

from seednb.sources.base import SetOnlySource, complete

GENERATOR = "cupy.random._generator"


class CupySource(SetOnlySource):
    """What `cupy.random.seed` controls: the current device's generator, and those of the devices that have one already."""

    name = "cupy"
    module = "cupy"

    def seed(self, seed: int) -> None:
        sys.modules[self.module].random.seed(seed)
        states: Any = getattr(complete(GENERATOR), "_random_states", {})
        for device, state in list(states.items()):
            with sys.modules[self.module].cuda.Device(device):
                state.seed(seed)
