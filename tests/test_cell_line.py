from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seednb.digest import digest
from seednb.errors import RecordError
from seednb.record import CellLine
from seednb.wire import cell_line

SOURCES = ["keras", "numpy", "python", "tensorflow", "torch"]
EVERY_WORD = "b2 s=0000000000 unseeded o=1111111111/2222222222 v=3333333333 k=a/b numpy=4444444444 python=- x=7 later"

digests = st.binary(min_size=1, max_size=4).map(digest)
lines = st.builds(
    CellLine,
    source=digests,
    unseeded=st.booleans(),
    outputs=st.none() | st.tuples(digests, digests),
    variables=st.none() | digests,
    stream=st.none() | digests,
    sources=st.dictionaries(st.sampled_from(SOURCES), digests | st.just("-")),
    extra=st.lists(st.sampled_from(["x=1", "later", "w=a/b"]), max_size=2).map(tuple),
)
words = st.sampled_from(["b2", "s=0123456789", "o=", "k=1", "a=-", "unseeded", " ", "w"])
texts = st.text(st.characters(max_codepoint=127), max_size=80) | st.lists(words).map(lambda parts: " ".join(["b2", *parts]))


@settings(deadline=None)
@given(lines)
def test_a_line_is_read_again(line: CellLine) -> None:
    """A cell's line survives the way through text."""
    assert CellLine.parse(str(line)) == line


@settings(deadline=None)
@given(sources=st.dictionaries(st.sampled_from(SOURCES), digests, min_size=5), some=digests, unseeded=st.booleans())
def test_a_line_of_five_sources_is_short(*, sources: dict[str, str], some: str, unseeded: bool) -> None:
    """With five sources and all else that may stand there a line has at most 160 bytes."""
    line = CellLine(some, unseeded=unseeded, outputs=(some, some), variables=some, stream=None if unseeded else some, sources=sources)
    assert len(str(line).encode()) <= 160


def test_a_line_reads_as_the_grammar_says() -> None:
    """Each word of the grammar lands in its field."""
    expected = CellLine(
        source="0000000000",
        unseeded=True,
        outputs=("1111111111", "2222222222"),
        variables="3333333333",
        stream="a/b",
        sources={"numpy": "4444444444", "python": "-"},
        extra=("x=7", "later"),
    )
    assert CellLine.parse(EVERY_WORD) == expected


def test_words_are_written_in_one_order() -> None:
    """Whatever the order in which the words are read, they are written in the grammar's order, sources sorted by name."""
    shuffled = "b2 python=- x=7 k=a/b o=1111111111/2222222222 later numpy=4444444444 v=3333333333 unseeded s=0000000000"
    assert str(CellLine.parse(shuffled)) == EVERY_WORD


def test_a_line_of_the_wire_is_read() -> None:
    """The line that a kernel's event gives is a line of the grammar."""
    text = cell_line(
        {
            "event": "cell",
            "version": 2,
            "epoch": "e",
            "key": "a",
            "source": "0000000000",
            "sources": {"numpy": "1111111111"},
            "seeded": False,
            "stream": "a",
            "notes": [],
            "variables": None,
        }
    )
    assert CellLine.parse(text) == CellLine("0000000000", unseeded=True, stream="a", sources={"numpy": "1111111111"})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "b2",
        "b2 ",
        "b2 unseeded",
        "b3 s=0000000000",
        "b2 s=000000000",
        "b2 s=000000000G",
        "b2 s=0000000000 s=0000000000",
        "b2  s=0000000000",
        "b2 s=0000000000 ",
        "b2 s=0000000000 o=1111111111",
        "b2 s=0000000000 v=1",
        "b2 s=0000000000 k=",
        "b2 s=0000000000 numpy=1111111111 numpy=-",
        "b2 s=0000000000 unseeded=1",
        "b2 s=0000000000 unseeded unseeded",
        "b2 s=0000000000 ü=1",
        "b2 s=0000000000\nx",
        "b2 s=0000000000 x=" + "1" * 1000,
        None,
        ["b2"],
    ],
)
def test_a_malformed_line_is_refused(line: Any) -> None:
    """A line that the grammar does not know gives one short line of error."""
    with pytest.raises(RecordError) as caught:
        CellLine.parse(line)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@settings(deadline=None)
@given(texts)
def test_hostile_lines_give_a_line_or_an_error(text: str) -> None:
    """Whatever text stands in the place of a line, reading gives a line that reads the same again, or RecordError."""
    try:
        line = CellLine.parse(text)
    except RecordError:
        return
    assert CellLine.parse(str(line)) == line
