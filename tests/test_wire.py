"""The messages: vectors that the front end's tests share, and the shapes that they have."""

from __future__ import annotations

import json
import re

import pytest

from seednb.kernel.listeners import check_hello
from seednb.wire import RECORD_VERSION, WIRE_VERSION, cell_line
from tests.conftest import REPOSITORY
from tests.shapes import misshapen

VECTORS = json.loads((REPOSITORY / "tests" / "vectors" / "messages.json").read_text(encoding="utf-8"))


def test_the_vectors_are_of_this_version():
    """The vectors name the version of the messages, and the record's is the one that readers know."""
    assert VECTORS["version"] == WIRE_VERSION
    assert {message["message"]["version"] for message in VECTORS["messages"]} == {WIRE_VERSION}
    assert {message["message"]["record"]["version"] for message in VECTORS["messages"] if message["type"] == "Answer"} == {RECORD_VERSION}


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["type"])
def test_vectors_have_the_typed_shape(vector):
    """Each vector has the members of its type, and no others; a vector with one member less or more has not."""
    message = vector["message"]
    assert misshapen(message, vector["type"]) == []
    assert misshapen({**message, "more": 1}, vector["type"]) == ["message.more"]
    for name in message:
        assert misshapen({key: value for key, value in message.items() if key != name}, vector["type"]) == [f"message.{name}"]


def test_every_event_has_a_vector():
    """There is a vector for each kind of event that a kernel sends, and for each of its answers."""
    answers = {"Answer", "Asked"}
    assert {vector["type"] for vector in VECTORS["messages"]} == {"CellEvent", "StateEvent", "WarningEvent", "RestartEvent"} | answers


@pytest.mark.parametrize("vector", VECTORS["hello"], ids=lambda vector: vector["text"])
def test_hello_is_read_or_refused_in_one_line(vector):
    """What a listener says is taken as the vector says, or refused with its words."""
    if "said" in vector:
        assert check_hello(vector["text"]) == vector["said"]
    else:
        with pytest.raises(ValueError, match=f"^{re.escape(vector['error'])}$"):
            check_hello(vector["text"])


@pytest.mark.parametrize("text", [None, 5, b"{}", "x" * 10_001])
def test_hello_must_be_a_short_text(text):
    """What is no text, or too long, is not read."""
    with pytest.raises(ValueError, match="a JSON text of at most 10,000 characters"):
        check_hello(text)


@pytest.mark.parametrize("vector", VECTORS["lines"], ids=lambda vector: vector["line"])
def test_events_become_lines_of_the_record(vector):
    """A cell's event gives its line."""
    assert cell_line(vector["event"]) == vector["line"]
