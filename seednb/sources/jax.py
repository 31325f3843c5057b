"""JAX has no global generator: its keys are data. On request the seed shifts them all, so that a sweep of seeds varies them."""

from __future__ import annotations

import os
import sys
from typing import Any, Optional

from seednb.errors import SettingsError
from seednb.settings import JAX_OFFSET, jax_offset
from seednb.sources.base import Source, complete, signed

OPTION = "jax_random_seed_offset"


class JaxSource(Source):
    """`jax.config.jax_random_seed_offset`, which JAX adds to the seed of every key, modulo 2**32.

    It is in force only where SEEDNB_JAX_OFFSET=1 or `[tool.seednb] jax_offset = true` asks for it; the variable is then set, so
    that the record tells of it and a replay does the same.
    """

    name = "jax"
    module = "jax"
    on_request = True

    def __init__(self) -> None:
        self._asked: Optional[bool] = None
        self._problem: Optional[SettingsError] = None
        self._before: Optional[tuple[int, Optional[str]]] = None

    def loaded(self) -> bool:
        if complete(self.module) is None:
            return False
        if self._asked is None:
            try:
                self._asked = jax_offset()
            except SettingsError as error:
                self._asked, self._problem = True, error
        return self._asked

    def seed(self, seed: int) -> None:
        if self._problem is not None:
            raise self._problem
        if self._before is None:
            self._before = _offset(), os.environ.get(JAX_OFFSET)
            os.environ[JAX_OFFSET] = "1"
        _config().update(OPTION, signed(seed))

    def spread(self, entropy: int) -> None:
        """Change nothing: keys are data, and give the same in every worker."""

    def state(self) -> Optional[bytes]:
        return None if self._problem is not None else str(_offset()).encode()

    def restore(self, state: bytes) -> None:
        _config().update(OPTION, int(state))

    def stop(self) -> None:
        before, self._before, self._asked, self._problem = self._before, None, None, None
        if before is None:
            return
        _config().update(OPTION, before[0])
        if before[1] is None:
            os.environ.pop(JAX_OFFSET, None)


def _config() -> Any:
    return sys.modules["jax"].config


def _offset() -> int:
    return int(getattr(_config(), OPTION))
