"""What of a record a replay cannot repeat is said before it starts."""

from __future__ import annotations

from seednb.record import Record
from seednb.replay.plans import as_recorded


def test_a_seed_between_cells_is_named():
    """A seed that a front end set between two cells has no place in a replay, and the user is told; one that a cell set has."""
    assert () == as_recorded(Record(seed=42, reseeds=(("a1b2", 7),))).notices
    (notice,) = as_recorded(Record(seed=42, reseeds=(("a1b2", 7), ("", 8), ("", 9)))).notices
    assert notice.startswith("seed 8, 9 was set between cells, which a replay does not repeat")
