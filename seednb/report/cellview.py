"""One cell in the page: what differed, why, both runs' outputs side by side, the states that differ and the rules that fired."""

from __future__ import annotations

from collections.abc import Sequence

from seednb.compare import Verdict
from seednb.report.facts import CellFacts, Facts
from seednb.report.markup import Html, joined, tag
from seednb.report.outputs import Content, contents
from seednb.report.pictures import Picture, compared, picture
from seednb.report.surroundings import Difference
from seednb.report.textdiff import plain, side_by_side
from seednb.report.words import LOOKS, advice, first_line, left_out, listed

MAX_SOURCE = 6_000
_WIDTH = 70
_AGREE = {Verdict.IDENTICAL, Verdict.MISSING}


class Budget:
    """How many characters of outputs a page still takes."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    def take(self, shown: Html) -> Html:
        """Return what is shown, or where it is too much a notice in its place."""
        if len(shown) > self._left:
            return tag("p", "left out: this page is large already; seednb compare and nbdime show it", class_="cut")
        self._left -= len(shown)
        return shown


def differs(cell: CellFacts) -> bool:
    """Tell whether a cell is shown open."""
    return cell.result.verdict not in _AGREE


def cell_view(facts: Facts, cell: CellFacts, anchor: str, budget: Budget) -> Html:
    """Return a cell: open where it differs, else folded."""
    verdict = cell.result.verdict.value
    head = tag(
        "summary",
        tag("span", f"cell {cell.number}", class_="no"),
        badge(verdict),
        tag("span", cell.result.cause, class_="cause") if cell.result.cause else None,
        tag("code", first_line(cell.result.source, _WIDTH), class_="first"),
    )
    body = tag("div", tag("span", id=anchor, class_="anchor"), *_body(facts, cell, budget), class_="body")
    return tag("details", head, body, open=differs(cell), class_=f"cell {verdict}")


def badge(verdict: str) -> Html:
    """Return a verdict by mark, word and colour."""
    look = LOOKS[verdict]
    return tag("span", tag("i", look.mark, aria_hidden="true"), verdict, class_=f"badge {verdict}", title=look.meaning)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> Html:
    """Return a table that scrolls by itself where the screen is narrow."""
    cells = [tag("tr", tag("th", row[0], scope="row"), *(tag("td", item) for item in row[1:])) for row in rows]
    heads = tag("tr", *(tag("th", item, scope="col") for item in head))
    whole = tag("table", tag("caption", caption, class_="vh"), tag("thead", heads), tag("tbody", *cells))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def differences_table(found: Sequence[Difference], names: tuple[str, str], *, caption: str) -> Html:
    """Return what differs between two runs as a table."""
    return table(("", *names), [(one.name, one.first, one.second) for one in found], caption=caption)


def _body(facts: Facts, cell: CellFacts, budget: Budget) -> list[Html | None]:
    result = cell.result
    words = advice(result)
    source = tag("pre", tag("code", result.source[:MAX_SOURCE]), class_="src", tabindex="0") if result.source.strip() else None
    return [
        source,
        tag("p", result.detail, class_="detail") if result.detail else None,
        tag("p", f"{words.cause} ", tag("b", "What to do: "), words.remedy, class_="advice") if words else None,
        *(budget.take(_output(pair, facts.names, fold=differs(cell))) for pair in contents(*cell.outputs)),
        _states(cell, facts.names),
        _uncompared(cell),
        tag("p", tag("b", "Rules that fired: "), listed(result.rules), class_="dim") if result.rules else None,
    ]


def _states(cell: CellFacts, names: tuple[str, str]) -> Html | None:
    if not cell.changed:
        return None
    caption = "Digests that differ after this cell"
    return joined([tag("h4", caption), differences_table(cell.changed, names, caption=caption)])


def _uncompared(cell: CellFacts) -> Html | None:
    """Return the variables that were not compared, folded."""
    if not cell.uncompared:
        return None
    caption = "Variables that were not compared"
    rows = [(name, left_out(reason)) for name, reason in cell.uncompared]
    title = tag("summary", f"{caption}: {len(rows)}")
    return tag("details", title, table(("variable", "why"), rows, caption=caption), class_="mime")


def _output(pair: Sequence[Content], names: tuple[str, str], *, fold: bool) -> Html:
    """Return an output: its main content, and the others folded; where a cell differs, an output that does not is folded whole."""
    main, *others = pair or [Content("empty", "", "")]
    folded = [_folded(content, names, opened=not content.same and main.same) for content in others]
    if fold and all(content.same for content in pair):
        return tag("section", *(_folded(content, names, opened=False) for content in (main, *others)), class_="output")
    return tag("section", tag("h4", _title(main)), _content(main, names), *folded, class_="output")


def _folded(content: Content, names: tuple[str, str], *, opened: bool) -> Html:
    return tag("details", tag("summary", _title(content)), _content(content, names), class_="mime", open=opened)


def _title(content: Content) -> str:
    shown_as = "" if content.is_picture or "/" not in content.mime or content.mime == "text/plain" else ", shown as source"
    return f"{content.mime}{shown_as}{': the same in both' if content.same else ''}"


def _content(content: Content, names: tuple[str, str]) -> Html:
    if content.is_picture:
        return _pictures(content, names)
    if content.same:
        return plain(content.recorded or "")
    if content.recorded is None or content.replayed is None:
        only, text = (names[0], content.recorded) if content.replayed is None else (names[1], content.replayed)
        return joined([tag("p", f"only {only}", class_="only"), plain(text or "")])
    return side_by_side(content.recorded, content.replayed, names)


def _pictures(content: Content, names: tuple[str, str]) -> Html:
    if content.same:
        return tag("div", _figure(picture(content.recorded or "", content.mime), "both runs"), class_="pictures one")
    if content.recorded is None or content.replayed is None:
        only, text = (names[0], content.recorded) if content.replayed is None else (names[1], content.replayed)
        return tag("div", _figure(picture(text or "", content.mime), only), class_="pictures")
    found = compared(content.recorded, content.replayed, content.mime)
    captions = (*names, f"difference: {found.words}" if found.words else "difference")
    figures = [_figure(shown, caption) for shown, caption in zip(found[:3], captions)]
    source = side_by_side(content.recorded, content.replayed, names) if content.mime == "image/svg+xml" else None
    return joined([tag("div", *figures, class_="pictures"), source])


def _figure(shown: Picture, caption: str) -> Html:
    if not shown.uri:
        return tag("figure", tag("figcaption", caption), tag("p", shown.reason, class_="cut"))
    image = tag("img", src=shown.uri, alt=caption, width=shown.width or None, height=shown.height or None)
    return tag("figure", tag("figcaption", caption), image)
