"""The page of HTML: what it shows, and that nothing which a notebook says gets out of its place."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from seednb.compare import Verdict
from seednb.report import page
from seednb.report.words import ADVICE, FAILURE, LOOKS
from tests.report.made import display, error, facts, of_all_verdicts, png, stream

VOID = {"img", "input", "meta"}
OURS = {
    "a", "article", "b", "body", "caption", "code", "del", "details", "div", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h4",
    "head", "header", "html", "i", "img", "input", "ins", "label", "legend", "li", "main", "meta", "nav", "ol", "p", "pre", "section",
    "span", "style", "summary", "table", "tbody", "td", "th", "thead", "title", "tr",
}  # fmt: skip
ATTRIBUTES = {
    "alt", "aria-hidden", "aria-label", "charset", "checked", "class", "content", "height", "href", "http-equiv", "id", "lang", "name",
    "open", "role", "scope", "src", "tabindex", "title", "type", "width",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></code></style></title><script>alert(1)</script>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><image href='http://evil.example/x.png'/></svg>",
    "<img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)' x=\"",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><base href='http://evil.example/'><link rel=stylesheet href=//evil.example>",
    "<!--<![CDATA[ ${title} $style $hash {{7*7}} &lt;script&gt;",
    "a\u202egpj.exe\x00\x1b[31m\ud800",
    "@import url(http://evil.example/x.css); } </style>",
]


class Page(HTMLParser):
    """A page, parsed; it checks that elements close in order, and keeps them with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.text += data

    def of(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """Return the attributes of the elements of a kind."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [have for name, have in self.elements if name == tag and wanted.items() <= have.items()]


def harmless(text: str) -> Page:
    """Check that a page holds our elements and attributes only, leads nowhere but into itself, and has no script."""
    parsed = Page(text)
    assert {tag for tag, _ in parsed.elements} <= OURS
    for tag, attributes in parsed.elements:
        assert set(attributes) <= ATTRIBUTES, (tag, attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert re.match(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]*$", attributes.get("src") or "data:image/png;base64,")
    assert len(parsed.of("style")) == 1
    return parsed


def of(recorded: Any, replayed: Any, source: str = "x", **more: Any) -> Page:
    """Return the page of a notebook of one cell."""
    return harmless(page([facts([source], [recorded], [replayed], **more)]))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_notebook_says_is_text(hostile):
    """Scripts, handlers, links and markup in sources, outputs, metadata, names and records come out escaped, wherever they stand."""
    data = dict.fromkeys(("text/html", "application/javascript", "image/svg+xml", "image/png", "text/plain", hostile), hostile)
    output = {"output_type": "display_data", "data": data, "metadata": {hostile: {hostile: hostile}}}
    other = {**output, "data": dict.fromkeys(data, "b")}
    cells = [[output], [stream(hostile), stream(hostile, name=hostile)], [error(hostile, hostile)], [hostile], [output]]
    changed = [[other], [stream("b"), stream("b", name=hostile)], [error("b", "b")], ["b"], [output]]
    given = facts([hostile] * 5, cells, changed, reason=hostile, failed=0, origin=hostile, other=hostile)
    parsed = harmless(page([given]))
    assert "alert" not in hostile or "alert(1)" in parsed.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800]", page([given]))


def test_a_hostile_record_is_text():
    """What the record says of packages, files and sources comes out escaped."""
    one = {"packages": {"<b>x</b>": "<script>1</script>"}, "cpu": HOSTILE[1]}
    given = facts(["x"], [[stream("a")]], [[stream("b")]], states=([""], [""]), environments=(one, {"packages": {}, "cpu": "y"}))
    assert "<script>1</script>" in harmless(page([given])).text


def test_the_policy_allows_our_style_and_nothing_else():
    """The page's content security policy lets the browser load nothing, run nothing, and take this very style only."""
    text = page([of_all_verdicts()])
    style = re.search("<style>(.*)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
    policy = Page(text).of("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    assert f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" == policy
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_the_strip_has_a_labelled_column_for_each_cell():
    """Each cell has a link with a label for screen readers, a mark, and a letter for its state in each run, and it leads to the cell."""
    given = of_all_verdicts()
    parsed = harmless(page([given]))
    columns = [link for link in parsed.of("a") if "aria-label" in link]
    assert len(columns) == len(given.cells)
    assert (
        "cell 5: diverged; recorded: random state B, drew from numpy; replayed: random state C, drew from numpy" == columns[4]["aria-label"]
    )
    anchors = {have["id"] for _, have in parsed.elements if "id" in have}
    assert {link["href"].removeprefix("#") for link in columns} <= anchors
    assert sum("apart" in (have["class"] or "") for have in parsed.of("i") if "class" in have) == 2 * 3


def test_differences_are_marked_and_open():
    """A cell that differs is open, with both texts and what differs in them marked; one that does not is folded."""
    parsed = of([stream("loss 51.204998\n")], [stream("loss 51.205002\n")])
    assert len(parsed.of("del")) == len(parsed.of("ins")) == 1
    assert all("open" in have for have in parsed.of("details", class_="cell diverged"))
    same = of([stream("a\n")], [stream("a\n")])
    assert not any("open" in have for have in same.of("details"))
    assert "a" in same.text


def test_pictures_are_shown_with_their_difference():
    """Images that differ are three: recorded, replayed, and where they differ; the page has no byte of the notebook's files."""
    first, second = png(), png((5, 5), (6, 5))
    parsed = of([display(image__png=first)], [display(image__png=second)])
    captions = [have["alt"] for have in parsed.of("img")]
    assert ["recorded", "replayed", "difference: 2 of 1200 pixels differ (0.17 %)"] == captions
    assert first not in page([facts(["x"], [[display(image__png=first)]], [[display(image__png=second)]])])


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (png(size=(41, 30)), "they differ in size"),
        ("not base64!", "it is not base64"),
        ("", "it is broken"),
        (base64.b64encode(b"\x89PNG broken").decode(), "it is broken"),
        (png(mode="L"), "no difference that a screen shows"),
    ],
)
def test_pictures_that_cannot_be_laid_on_each_other(other, reason):
    """Images of another size or depth, broken ones and what is no image get a reason in place of the picture."""
    parsed = of([display(image__png=png())], [display(image__png=other)])
    assert reason in parsed.text
    assert {have["alt"] for have in parsed.of("img")} <= {"recorded", "replayed"}


def test_huge_outputs_are_cut_around_the_difference():
    """Of ten megabytes the part around the first difference is shown, with a notice, and the page stays small."""
    lines = [f"line {number}" for number in range(900_000)]
    before = "\n".join(lines)
    lines[600_000] = "line that differs"
    text = page([facts(["x"], [[stream(before)]], [[stream("\n".join(lines))]])])
    assert len(text) < 400_000
    parsed = harmless(text)
    assert "line that differs" in parsed.text.replace("\n", "")
    assert "cut: the part around the first difference is shown, of " in parsed.text
    assert "600001" in parsed.text


def test_one_long_line_is_cut_around_the_difference():
    """Of a line of a million characters the part around the first difference is shown."""
    parsed = of([stream("x" * 900_000 + "A" + "y" * 99)], [stream("x" * 900_000 + "B" + "y" * 99)])
    assert "A" in parsed.text
    assert len(parsed.text) < 20_000


def test_a_page_is_bounded():
    """A page takes so many characters of outputs; cells that differ come first, the rest is left out with a notice."""
    sources = [f"cell{number}" for number in range(50)]
    recorded = [[stream(f"{'z' * 3000}\n")] for _ in sources]
    replayed = [*recorded[:-1], [stream("differs\n")]]
    parsed = harmless(page([facts(sources, recorded, replayed)], limit=20_000))
    assert "differs" in parsed.text
    assert "left out: this page is large already" in parsed.text
    assert len(parsed.text) < 60_000


def test_the_page_says_what_matters():
    """The outcome, the first cell that differs, the cause and the remedy, the environment, the rules and the seed are told."""
    text = " ".join(harmless(page([of_all_verdicts()])).text.split())
    for told in (
        "✗ diverged", "first at cell 3", "Cell 3 is the first that differs", ADVICE["library-version"].remedy, "package numpy", "2.1.0",
        "Rules that fired", "The random state before it is the same in both runs.", "nbdiff-web nb.ipynb new.ipynb", "42",
    ):  # fmt: skip
        assert told in text, told


def test_an_error_is_not_called_randomness():
    """A cell that raises an error, without other evidence, is told to be mended, and nobody is sent to look for randomness."""
    text = of([stream("1\n")], [error("ValueError", "no")]).text
    assert FAILURE.remedy in text
    assert ADVICE["unknown"].remedy not in text


def test_long_rows_of_identical_cells_are_folded():
    """Four identical cells in a row, or more, are folded into one; fewer stand by themselves."""
    outputs = [[stream(f"{number}\n")] for number in range(8)]
    parsed = harmless(page([facts([f"f({number})" for number in range(8)], outputs, [*outputs[:4], [stream("x\n")], *outputs[5:]])]))
    assert len(parsed.of("details", class_="cell group identical")) == 1
    assert "cells 1 to 4" in parsed.text
    assert len(parsed.of("details", class_="cell identical")) == 7


def test_several_notebooks_on_one_page():
    """Several notebooks share a page that leads to each."""
    good = facts(["print(1)"], [[stream("1\n")]], [[stream("1\n")]])
    parsed = harmless(page([good, of_all_verdicts()]))
    assert {"#n1", "#n2"} <= {link["href"] for link in parsed.of("a")}
    ids = [have["id"] for _, have in parsed.elements if "id" in have]
    assert len(set(ids)) == len(ids)


def test_a_notebook_without_cells():
    """A notebook without code cells has a page too."""
    assert "no" in harmless(page([facts([], [], [])])).text


def test_every_cause_and_verdict_has_words():
    """Each cause that the design names, and each verdict, has words and a mark of its own."""
    causes = (
        "unsealed-entropy hash-order clock address threads nondeterministic-op uninitialised-memory library-version cpu-or-gpu "
        "settings input-file code upstream unknown process-id execution-order undefined-name draws"
    )
    assert set(causes.split()) == set(ADVICE)
    assert [verdict.value for verdict in Verdict] == list(LOOKS)
    assert len({look.mark for look in LOOKS.values()}) == len(LOOKS)


def test_variables_that_were_left_out_are_named():
    """Variables that were not compared stand in their cell, with the reason in words, as text."""
    given = facts(["x"], [[stream("a")]], [[stream("a")]])
    reasons = (("a", "bound"), ("b", "part: clock"), ("<b>c</b>", "type: m.C"), ("d", "identity"))
    cell = replace(given.cells[0], uncompared=reasons)
    shown = harmless(page([replace(given, cells=(cell,))])).text
    assert "Variables that were not compared: 4" in shown
    for words in ("there was no time", "compared without its parts: clock", "<b>c</b>", "its type is m.C", "it comes from an id"):
        assert words in shown


def test_an_interrupted_run_is_marked():
    """The page of an interrupted run says how far it came, and does not call it reproduced."""
    given = facts(["x", "y"], [[stream("a")], []], [[stream("a")], []], failed=1, reason="interrupted", interrupted=True)
    shown = harmless(page([given])).text
    assert "The replay was interrupted in cell 2" in shown
    assert "reproduced" not in shown


def test_each_colour_is_defined_once():
    """The style gives each colour once, with its light and its dark shade."""
    style = re.search("<style>(.*)</style>", page([of_all_verdicts()]), re.DOTALL)
    assert style is not None
    defined = re.findall(r"^ *--([\w-]+):|; --([\w-]+):", style[1].partition("* {")[0], re.MULTILINE)
    names = [one or other for one, other in defined]
    assert len(names) == len(set(names)) > 20
    assert "prefers-color-scheme" not in style[1]
