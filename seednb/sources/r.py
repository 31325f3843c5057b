"""R inside Python: the generator of the R that rpy2 embeds, as `%%R` cells and `robjects.r` draw from it."""

from __future__ import annotations

import sys
from array import array
from typing import Any

from seednb.errors import SeedError
from seednb.sources.base import Source

MAX_SEED = 2**31 - 1
_SEED = ".Random.seed"
_BOX_MULLER, _SUPPLIED = 2, 3
_USER = 5


class RSource(Source):
    """R's generator. Its state is `.Random.seed`, whose first number names the kinds; no bytes where it has not been used yet."""

    name = "r"
    module = "rpy2.robjects"

    def seed(self, seed: int) -> None:
        if seed > MAX_SEED:
            raise SeedError(f"R takes seeds from 0 to {MAX_SEED}")
        interface = _interface()
        interface.baseenv["set.seed"](interface.IntSexpVector([seed]))

    def state(self) -> bytes:
        try:
            return bytes(_interface().globalenv[_SEED].memoryview())
        except KeyError:
            return b""

    def restore(self, state: bytes) -> None:
        if not (_is_exact(state) and _is_exact(self.state())):
            raise ValueError("R's generator is of a kind with a hidden state")
        interface = _interface()
        if state:
            interface.globalenv[_SEED] = interface.IntSexpVector.from_memoryview(memoryview(array("i", state)))
        elif self.state():
            del interface.globalenv[_SEED]


def _interface() -> Any:
    return sys.modules["rpy2.rinterface"]


def _is_exact(state: bytes) -> bool:
    """Tell whether restoring brings every draw back: Box-Muller keeps half a pair, generators of packages what they like."""
    kinds = array("i", state[:4])[0] if state else 0
    return kinds % 100 != _USER and kinds // 100 % 100 not in (_BOX_MULLER, _SUPPLIED)
