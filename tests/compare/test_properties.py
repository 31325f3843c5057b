"""What holds for all outputs: reflexive, never raising, blind to nothing, and in step with the digests."""

from __future__ import annotations

import copy

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seednb.compare import Verdict, compare_notebooks, compare_outputs, output_digests, worst
from tests.compare.make import book, cell, html, image, plain, stream, verdict

relaxed = settings(deadline=None, derandomize=True)
fewer = settings(relaxed, max_examples=50)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
PIECES = [
    *("<A at 0x7f0000001000> ", "<A at 0x7f0000002000>", "56a50ea7-3add-4af3-9f34-56842a9a926d", '<table id="T_702e7">', "T_702e7"),
    *("\r", "\b", "\n", "\x1b[A", "\x1b[2K", "\x1b[31m", "\x00", "\ud800", "é", "\ufdd0", "address-1\ufdd1"),
    *("Wall time: 3 s\n", " 50%|█  | 1/2 [00:01<00:02, 3.1it/s]", "0.1 ", "1e5"),
]
TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=10), max_size=8).map("".join)
STREAM = st.builds(stream, TEXT | st.lists(TEXT, max_size=3), st.sampled_from(["stdout", "stderr"]))
RESULT = st.builds(plain, TEXT) | st.builds(html, TEXT)
MIMES = st.sampled_from(["text/plain", "text/html", "image/png", "image/svg+xml", "application/json", "application/pdf"])
BUNDLE = st.builds(
    lambda data: {"output_type": "display_data", "metadata": {}, "data": data}, st.dictionaries(MIMES, TEXT | JSON, max_size=3)
)
KINDS = st.sampled_from(["stream", "display_data", "execute_result", "error", "pyout", None, 3, []])
MEMBERS = st.sampled_from(["name", "text", "data", "metadata", "ename", "evalue", "traceback", "execution_count"])
HOSTILE = st.builds(lambda kind, members: {**members, "output_type": kind}, KINDS, st.dictionaries(MEMBERS, JSON, max_size=5)) | JSON
OUTPUTS = st.lists(STREAM | RESULT | BUNDLE, max_size=4)
DIGITS = st.integers(0, 10**12).map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr)


@given(st.lists(HOSTILE | STREAM | BUNDLE, max_size=4))
@relaxed
def test_reflexive(outputs):
    """Outputs of any kind and type are identical with a copy of themselves, and no rule is said to have helped."""
    results = compare_outputs(outputs, copy.deepcopy(outputs))
    assert {result.verdict for result in results} <= {Verdict.IDENTICAL}
    assert not any(result.rules or result.detail for result in results)
    assert output_digests(outputs) == output_digests(copy.deepcopy(outputs))


@given(st.lists(HOSTILE | STREAM | BUNDLE, max_size=3) | JSON, st.lists(HOSTILE | STREAM | BUNDLE, max_size=3) | JSON)
@relaxed
def test_never_raises(a, b):
    """Whatever the outputs are, they are compared, and the answer does not depend on the direction."""
    assert verdict(a, b).bad == verdict(b, a).bad
    assert all(len(result.detail) <= 200 for result in compare_outputs(a, b))


@given(OUTPUTS, OUTPUTS)
@relaxed
def test_digests_and_verdicts_agree(a, b):
    """Equal first digests mean identical and the other way round; equal second digests mean at least equivalent."""
    first, second = output_digests(a), output_digests(b)
    found = verdict(a, b)
    assert (first[0] == second[0]) == (found is Verdict.IDENTICAL)
    assert (first[1] == second[1]) == (found in {Verdict.IDENTICAL, Verdict.EQUIVALENT})


ALIKE = st.lists(
    st.sampled_from(["<A at 0x7f0000001000>\n", "<A at 0x7f0000002000>\n", "Wall time: 3 s\n", "Wall time: 4 s\n", "1\n"]), max_size=3
)


@given(ALIKE, ALIKE)
@settings(relaxed, max_examples=400)
def test_digests_and_verdicts_agree_on_outputs_that_are_alike(a, b):
    """Digests and verdicts agree on outputs that differ in little, and each verdict that there is comes up."""
    outputs = [[stream("".join(lines)), *[plain(line) for line in lines]] for lines in (a, b)]
    first, second = (output_digests(side) for side in outputs)
    found = verdict(*outputs)
    assert (first[0] == second[0]) == (found is Verdict.IDENTICAL)
    assert (first[1] == second[1]) == (found in {Verdict.IDENTICAL, Verdict.EQUIVALENT})
    clocks = [["Wall" if "Wall" in line else line for line in lines] for lines in (a, b)]
    assert (found in {Verdict.IDENTICAL, Verdict.EQUIVALENT}) == (_numbered(clocks[0]) == _numbered(clocks[1]))


def _numbered(lines):
    """Return lines in which each address is the number of its first use."""
    addresses = list(dict.fromkeys(line for line in lines if " at " in line))
    return [addresses.index(line) if line in addresses else line for line in lines]


@given(st.lists(DIGITS, min_size=1, max_size=6), st.data())
@relaxed
def test_one_digit(numbers, data):
    """A single digit that changes in a text diverges, whatever else the text is."""
    text = " ".join(numbers)
    place = data.draw(st.sampled_from([place for place, letter in enumerate(text) if letter.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    changed = text[:place] + digit + text[place + 1 :]
    for make in (stream, plain, html):
        assert verdict([make(text)], [make(changed)]) is Verdict.DIVERGED
        assert output_digests([make(text)])[1] != output_digests([make(changed)])[1]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20), min_size=1, max_size=6), st.data())
@relaxed
def test_one_line(lines, data):
    """A line that is missing diverges."""
    place = data.draw(st.integers(0, len(lines) - 1))
    a, b = ("".join(line + "\n" for line in kept) for kept in (lines, lines[:place] + lines[place + 1 :]))
    assert verdict([stream(a)], [stream(b)]) is Verdict.DIVERGED
    assert output_digests([stream(a)])[1] != output_digests([stream(b)])[1]


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=4, max_size=4), st.integers(0, 3), st.integers(0, 2))
@fewer
def test_one_pixel(pixels, place, channel):
    """A pixel that changes in one channel diverges."""
    changed = [list(pixel) for pixel in pixels]
    changed[place][channel] ^= 1
    a, b = [image(pixels)], [image([tuple(pixel) for pixel in changed])]
    assert verdict(a, b) is Verdict.DIVERGED
    assert output_digests(a)[1] != output_digests(b)[1]


@given(st.lists(st.integers(0, 3), max_size=8), st.permutations(range(4)))
@relaxed
def test_renaming_is_consistent(objects, places):
    """Addresses that are exchanged throughout are identical; a print of another object is not."""
    a, b = ("".join(f"<A at {0x7F0000000000 + 16 * numbers[number]:#x}>\n" for number in objects) for numbers in (range(4), places))
    assert verdict([stream(a)], [stream(b)]) is Verdict.IDENTICAL
    assume(len(set(objects)) > 1)
    merged = "".join(f"<A at {0x7F0000000000:#x}>\n" for _ in objects)
    assert verdict([stream(a)], [stream(merged)]) is Verdict.DIVERGED


@given(TEXT, st.lists(st.integers(0, 60), max_size=4))
@relaxed
def test_chunks_do_not_count(text, cuts):
    """How a stream is cut into messages does not matter."""
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    chunks = [stream(text[start:end]) for start, end in zip(places, places[1:])]
    assert verdict([stream(text)], chunks) is Verdict.IDENTICAL


@given(st.lists(st.builds(cell, st.sampled_from("abcde"), st.sampled_from(["", "1", "x = 1", "print(x)"]), STREAM), max_size=5))
@fewer
def test_a_notebook_equals_itself(cells):
    """A notebook is identical with itself, and reproduced."""
    comparison = compare_notebooks(book(*cells), book(*copy.deepcopy(cells)), record_a=None, record_b=None)
    assert comparison.verdict is Verdict.IDENTICAL
    assert comparison.reproduced
    assert len(comparison.cells) == len(cells)


@given(st.lists(HOSTILE, max_size=3), st.lists(HOSTILE, max_size=3))
@fewer
def test_hostile_notebooks_never_raise(a, b):
    """Notebooks whose outputs are anything are compared."""
    books = [book(cell("a", "1", *outputs), cell("b", "2")) for outputs in (a, b)]
    comparison = compare_notebooks(*books, record_a=None, record_b=None)
    assert comparison.verdict is worst(result.verdict for result in comparison.cells)


def test_deep_nesting():
    """Data that nests deeper than Python recurses is compared, leaf and all."""

    def nested(leaf):
        value = leaf
        for _ in range(5000):
            value = [{"a": value, "b": []}]
        return [{"output_type": "display_data", "metadata": {}, "data": {"application/json": value}}]

    one, same, other = nested(1), nested(1), nested(2)
    assert verdict(one, same) is Verdict.IDENTICAL
    assert verdict(one, other) is Verdict.DIVERGED


def test_flat_json_is_the_json_of_the_standard_library():
    """The form of data that nests too deep is the one that other data has."""
    import json

    from seednb.compare.texts import _flat

    value = {"b": [1, 2.5, None, True, "é\n"], "a": {"x": {}, "y": []}, "c": [[[]], {"z": [1]}]}
    assert "".join(_flat(value)) == json.dumps(value, sort_keys=True)
