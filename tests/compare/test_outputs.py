"""Outputs of a cell: what counts, what does not, and what is said of the first difference."""

from __future__ import annotations

import pytest

from seednb.compare import Verdict, compare_outputs, output_digests, worst
from seednb.compare.outputs import MAX_DETAIL
from seednb.wire import RECORD_MIME
from tests.compare.make import display, error, html, plain, rules, stream, verdict


def test_of_many_numbers_the_first_thousand_are_measured():
    """Of more than 1,000 differing numbers the detail measures the first and says so; to be close, all must be, and all are measured."""
    one, other = ([stream(" ".join(f"{number}.{digit}" for number in range(1200)))] for digit in "12")
    far = [stream(other[0]["text"] + "5")]
    said = compare_outputs(one, other)[0].detail
    assert said.endswith("more than 1000 numbers differ, the first 1000 at most relative 5.0e-01")
    assert compare_outputs(one, other, atol=0.11)[0].verdict is Verdict.CLOSE
    assert compare_outputs(one, other, atol=0.11)[0].detail == "1200 of 1200 numbers differ, at most relative 5.0e-01"
    assert compare_outputs(one, far, atol=0.11)[0].verdict is Verdict.DIVERGED


def detail(a, b, **options):
    """Return what is said of the first difference."""
    return next(result.detail for result in compare_outputs(a, b, **options) if result.detail)


SAME = {
    "count": ([plain("1", count=1)], [plain("1", count=9)]),
    "metadata that is not content": ([display(text_plain="1")], [display({"execution": {"x": 1}}, text_plain="1")]),
    "lines": ([stream("a\nb\n")], [stream(["a\n", "b\n"])]),
    "chunks": ([stream("a"), stream("b\n")], [stream("ab\n")]),
    "interleaving": ([stream("a"), stream("x", "stderr"), stream("b")], [stream("ab"), stream("x", "stderr")]),
    "stream after display": ([stream("a"), plain("1")], [plain("1"), stream("a")]),
    "line ends": ([stream("a\r\nb\n")], [stream("a\nb\n")]),
    "colours": ([stream("\x1b[31mred\x1b[0m")], [stream("red")]),
    "overwritten": ([stream("1/2\r2/2\n")], [stream("2/2\n")]),
    "cleared bar": ([stream("\r  1/5\r       \rdone")], [stream("\r  1/5\r     \rdone")]),
    "backspaces": ([stream("ab\x08\x08cd")], [stream("cd")]),
    "cursor up": ([stream("a\nb\x1b[A\rc")], [stream("c\nb")]),
    "empty stream": ([stream(""), plain("1")], [plain("1")]),
    "result or display": ([plain("1")], [display(text_plain="1")]),
    "order of MIME types": ([display(text_plain="1", text_html="2")], [display(text_html="2", text_plain="1")]),
    "record": ([{**display(), "data": {RECORD_MIME: {"seed": 1}}}], []),
    "record beside text": ([{**display(), "data": {RECORD_MIME: {"seed": 1}, "text/plain": "x"}}], [display(text_plain="x")]),
    "seed line that travels with a record": (
        [{**display(), "data": {RECORD_MIME: {}, "text/plain": "seednb: seed 7"}}, plain("1")],
        [plain("1")],
    ),
    "seed line whose record is in the notebook": (
        [display(text_plain="seednb: seed 7", text_html="<span>seednb: seed 7</span>"), plain("1")],
        [plain("1")],
    ),
    "warnings of ours": (
        [stream("a\nseednb:1: ReseedWarning: b.py line 4 has reseeded numpy: seed 0; what\nb\n", "stderr"), stream("x")],
        [stream("a\nb\n", "stderr"), stream("x")],
    ),
    "nothing but a warning of ours": ([stream("seednb:1: RerunWarning: this cell has run before\n", "stderr"), plain("1")], [plain("1")]),
    "an extension that was loaded before": (
        [stream("a\nThe seednb extension is already loaded. To reload it, use:\n  %reload_ext seednb\nb\n")],
        [stream("a\nb\n")],
    ),
    "nothing but that": (
        [stream("The a.b extension is already loaded. To reload it, use:\n  %reload_ext a.b\n"), plain("1")],
        [plain("1")],
    ),
    "address": ([plain("<object at 0x7f9966cc7250>")], [plain("<object at 0x7fca94cc7260>")]),
    "json key order": ([display(application_json={"a": 1, "b": [2]})], [display(application_json={"b": [2], "a": 1})]),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME.keys())
def test_identical(pair):
    """What is no content is not compared, in either direction."""
    assert verdict(*pair) is Verdict.IDENTICAL
    assert verdict(*reversed(pair)) is Verdict.IDENTICAL


def test_a_seed_line_does_not_enter_digests():
    """A record made where the seed was shown answers for a replay where it was not."""
    shown = display(text_plain="seednb: seed 7", text_html="<span>seednb: seed 7</span>")
    assert output_digests([plain("1")]) == output_digests([shown, plain("1")])
    assert output_digests([]) == output_digests([shown])


def test_warnings_of_ours_do_not_enter_digests():
    """A record made where a cell's output held a warning of seednb's answers for a replay in which a front end showed it."""
    warned = stream("seednb:1: GuardWarning: something drew from python between cells\n", "stderr")
    assert output_digests([plain("1")]) == output_digests([warned, plain("1")])
    assert output_digests([]) == output_digests([warned])


DIFFERENT = {
    "text": ([stream("a")], [stream("b")]),
    "missing line": ([stream("a\nb\n")], [stream("a\n")]),
    "missing end of line": ([stream("a\n")], [stream("a")]),
    "blank": ([stream("a b")], [stream("a  b")]),
    "other stream": ([stream("a")], [stream("a", "stderr")]),
    "another's warning": ([stream("a.py:1: ReseedWarning: b\n", "stderr")], []),
    "another extension than is named": ([stream("The a extension is already loaded. To reload it, use:\n  %reload_ext b\n")], []),
    "our words on stdout": ([stream("seednb:1: ReseedWarning: b\n")], []),
    "missing output": ([plain("1"), plain("2")], [plain("1")]),
    "more output": ([plain("1")], [plain("1"), plain("2")]),
    "none": ([plain("1")], []),
    "order of displays": ([plain("1"), plain("2")], [plain("2"), plain("1")]),
    "html": ([html("<b>1</b>")], [html("<b>2</b>")]),
    "html only": ([display(text_plain="x", text_html="1")], [display(text_plain="x", text_html="2")]),
    "latex": ([display(text_latex="$1$")], [display(text_latex="$2$")]),
    "json": ([display(application_json={"a": 1})], [display(application_json={"a": 2})]),
    "json types": ([display(application_json=[1])], [display(application_json=[True])]),
    "json floats": ([display(application_json=[1])], [display(application_json=[1.0])]),
    "vega": (
        [{**display(), "data": {"application/vnd.vegalite.v5+json": {"x": 1}}}],
        [{**display(), "data": {"application/vnd.vegalite.v5+json": {"x": 2}}}],
    ),
    "size of a display": ([display({"text/html": {"width": 3}}, text_html="x")], [display({"text/html": {"width": 4}}, text_html="x")]),
    "pdf": ([display(application_pdf="JVBERi0x")], [display(application_pdf="JVBERi0y")]),
    "number or its text": ([display(text_plain=5)], [display(text_plain="5")]),
    "visible part of an overwritten line": ([stream("abcdef\rX")], [stream("abcxef\rX")]),
    "error name": ([error("ValueError", "1")], [error("KeyError", "1")]),
    "record that hides": ([{**display(), "data": {RECORD_MIME: {}, "text/plain": "0.5"}}], []),
}


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_diverged(pair):
    """What a reader sees is compared, in both directions, and the digests of both forms tell it too."""
    assert worst(result.verdict for result in compare_outputs(*pair)) is Verdict.DIVERGED
    assert verdict(*reversed(pair)) is Verdict.DIVERGED
    digests = [output_digests(outputs) for outputs in pair]
    assert digests[0][0] != digests[1][0]
    assert digests[0][1] != digests[1][1]
    assert detail(*pair)


def test_a_new_error_is_a_failure():
    """An error that only the replay has is `failed`; one that only the record has is `diverged`."""
    assert verdict([stream("a")], [stream("a"), error()]) is Verdict.FAILED
    assert verdict([stream("a"), error()], [stream("a")]) is Verdict.DIVERGED
    assert verdict([error()], [error()]) is Verdict.IDENTICAL
    assert detail([], [error("KeyError", "'x'", ["KeyError: 'x'"])]).startswith("got \"KeyError: 'x'")


def test_order_and_chunks_are_told_apart_from_content():
    """When streams only came in other pieces or another order, the rules say `chunks` or `order` and nothing else."""
    assert rules([stream("a"), stream("b")], [stream("ab")]) == {"chunks"}
    assert rules([stream("a"), stream("x", "stderr"), stream("b")], [stream("ab"), stream("x", "stderr")]) == {"order"}
    assert rules([stream("a"), plain("1")], [plain("1"), stream("a")]) == {"order"}
    assert rules([stream("ab")], [stream("ab")]) == set()


def test_rules_are_counted():
    """Each renaming and each rule says how many values it made equal; values that agree anyway do not count."""
    a = [stream("<A at 0x7f0000001000> <A at 0x7f0000002000> <A at 0x7f0000001000>\nWall time: 3 s\n")]
    b = [stream("<A at 0x7f0000001000> <A at 0x7e0000002000> <A at 0x7f0000001000>\nWall time: 4 s\n")]
    assert [result.rules for result in compare_outputs(a, b)] == [{"address": 1, "time-magic": 1}]


def test_one_result_for_each_output():
    """There is one result for each stream and each display, with the MIME type that a front end shows, or that differs."""
    a = [stream("a"), display(text_plain="x", text_html="<b>"), stream("b", "stderr"), plain("1")]
    b = [stream("a"), display(text_plain="x", text_html="<b>"), stream("b", "stderr"), plain("2")]
    results = [(result.mime, result.verdict.value) for result in compare_outputs(a, b)]
    assert results == [("stdout", "identical"), ("stderr", "identical"), ("text/html", "identical"), ("text/plain", "diverged")]


def test_detail_names_the_first_difference():
    """The detail gives line, expected and replayed text."""
    assert (
        detail([stream("a\nb 1\nc\n")], [stream("a\nb 2\nc\n")])
        == "line 2: expected 'b 1', got 'b 2'; 1 of 1 numbers differ, at most relative 5.0e-01"
    )
    assert detail([stream("a\n")], [stream("a\nb\n")]) == "line 2: expected the end, got 'b'"
    assert detail([display(text_plain="x")], [display(text_plain="x", text_html="y")]) == "expected text/plain; got text/html, text/plain"
    assert detail([plain("1")], []) == "expected '1', got no such output"


def test_detail_shows_a_tables_text():
    """Where a table's HTML and its text differ, the text is shown; the HTML where the text agrees, and a picture before its text."""
    one, other, longer = ({"text_html": f"<td>{cell}</td>", "text_plain": f"a  {cell[:3]}"} for cell in ("1.5", "2.5", "1.5000"))
    assert detail([display(**one)], [display(**other)]).startswith("expected 'a  1.5', got 'a  2.5'")
    assert detail([display(**one)], [display(**longer)]).startswith("expected '<td>1.5</td>', got '<td>1.5000</td>'")
    images = [[display(image_png=data, text_plain=data)] for data in ("AAAA", "BBBB")]
    assert "image/png" == compare_outputs(*images)[0].mime


def test_detail_gives_the_distance_of_numbers():
    """Where only numbers differ, the detail says how many, and the largest distance in ULPs and relative."""
    said = detail([plain("[0.1 0.30000000000000004]")], [plain("[0.1 0.3]")])
    assert said == "expected '[0.1 0.30000000000000004]', got '[0.1 0.3]'; 1 of 2 numbers differ, at most 1 ULP, relative 1.9e-16"


def test_detail_is_one_short_line():
    """The detail is one line of at most 200 characters that a terminal can show."""
    said = detail([stream("x" * 500 + "\n\x1b]0;evil\x07" + "a" * 500)], [stream("x" * 500 + "\n\x1b]0;evil\x07" + "b" * 500)])
    assert len(said) <= MAX_DETAIL
    assert said.isprintable()


def test_tolerance_is_off_unless_asked_for():
    """The last bit counts, unless a tolerance covers it; then the verdict is `close`, and text still has to agree."""
    a, b = [plain("loss 0.30000000000000004")], [plain("loss 0.3")]
    assert verdict(a, b) is Verdict.DIVERGED
    assert verdict(a, b, rtol=1e-9) is Verdict.CLOSE
    assert verdict(a, b, atol=1e-9) is Verdict.CLOSE
    assert verdict(a, b, rtol=0.0) is Verdict.DIVERGED
    assert verdict(a, [plain("loss 0.4")], rtol=1e-9) is Verdict.DIVERGED
    assert verdict(a, [plain("gain 0.3")], rtol=1e-9) is Verdict.DIVERGED
    assert verdict([plain("layer_1 nan")], [plain("layer_2 nan")], rtol=9.0) is Verdict.DIVERGED


def test_order_of_verdicts():
    """`worst` orders the verdicts from identical to failed, and is identical for none."""
    names = ["identical", "equivalent", "close", "missing", "diverged", "failed"]
    assert [verdict.value for verdict in Verdict] == names
    for low, high in zip(Verdict, list(Verdict)[1:]):
        assert worst([low, high, low]) is high
    assert worst([]) is Verdict.IDENTICAL


def test_digest_of_nothing():
    """A cell without outputs has a digest of its own, and empty outputs have it too."""
    assert output_digests([]) == output_digests([stream("")])
    assert output_digests([]) != output_digests([stream(" ")])


def test_digests_ignore_what_the_process_decides():
    """The digests are the same in another process with another hash seed."""
    import subprocess
    import sys

    from tests.conftest import environment

    outputs = [stream("a\r\nb"), html('<table id="T_702e7"><td id="T_702e7_row0">'), display(application_json={"b": 1, "a": {"x": None}})]
    code = f"from seednb.compare import output_digests; print(*output_digests({outputs!r}))"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment(PYTHONHASHSEED=seed), capture_output=True, text=True, check=True
        )
        assert tuple(done.stdout.split()) == output_digests(outputs)


def test_nothing_heavy_is_imported():
    """Importing the package loads none of the libraries that it may need later."""
    import subprocess
    import sys

    from tests.conftest import environment

    code = "import sys, seednb.compare; print(*{'nbformat', 'nbclient', 'numpy', 'PIL', 'jsonschema', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
