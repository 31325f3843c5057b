"""What a rule is: a name, a reason, and patterns with the examples that prove what these do and do not do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import zip_longest

from seednb.compare.texts import marked

Hit = tuple[str, str]
TEXT, MARKUP, SVG, JSON, PDF = "text", "markup", "svg", "json", "pdf"
"""The kinds of text: streams and plain text, HTML and JavaScript and LaTeX, SVG, JSON, PDF."""


class Searched:
    """A text in which many words are looked for: first their characters, for one is found faster, and each is looked for but once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[str, bool] = {}

    def has(self, word: str) -> bool:
        """Tell whether a word is in the text."""
        return all(map(self._has_letter, word)) and word in self.text

    def _has_letter(self, letter: str) -> bool:
        found = self._known.get(letter)
        if found is None:
            found = self._known[letter] = letter in self.text
        return found


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A pattern whose groups `x` and `y` are replaced; all else in it is context and stays.

    alike, unlike: two texts that the pattern makes equal, two that it must not. needs: texts one of which must be there, and
    hint: a pattern that must be, to save time. within: the only places where the pattern is looked for. defined: finds the
    only values of `x` that count. All patterns take time linear in the text.
    """

    pattern: str
    alike: tuple[str, str]
    unlike: tuple[str, str]
    kinds: tuple[str, ...] = (TEXT,)
    needs: tuple[str, ...] = ()
    hint: str | None = None
    within: str | None = None
    defined: str | None = None

    def may_match(self, text: Searched) -> bool:
        """Tell quickly whether a text has what the pattern needs."""
        return not self.needs or any(map(text.has, self.needs))

    def replace(self, text: str, put: Callable[[str], str]) -> str:
        """Replace what the groups find by what `put` gives for the text found."""
        if self._hint is not None and self._hint.search(text) is None:
            return text
        known = set(self._defined.findall(text)) if self._defined else None

        def one(match: re.Match[str]) -> str:
            return match[0] if known is not None and match["x"] not in known else self._filled(match, put)

        if self._within is None:
            return self._pattern.sub(one, text)
        return self._within.sub(lambda span: self._pattern.sub(one, span[0]), text)

    def _filled(self, match: re.Match[str], put: Callable[[str], str]) -> str:
        parts, end = [], match.start()
        for number in sorted(self._pattern.groupindex.values()):
            if match.start(number) >= 0:
                parts += [match.string[end : match.start(number)], put(match[number])]
                end = match.end(number)
        return "".join([*parts, match.string[end : match.end()]])

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.MULTILINE)

    @cached_property
    def _hint(self) -> re.Pattern[str] | None:
        return re.compile(self.hint) if self.hint else None

    @cached_property
    def _within(self) -> re.Pattern[str] | None:
        return re.compile(self.within, re.MULTILINE) if self.within else None

    @cached_property
    def _defined(self) -> re.Pattern[str] | None:
        return re.compile(self.defined, re.MULTILINE) if self.defined else None


class Unordered(Pattern):
    """A pattern of lines, its group `x`, whose order means nothing: they are sorted."""

    def replace(self, text: str, put: Callable[[str], str]) -> str:
        """Sort the lines; their order is what was found."""
        if not any(need in text for need in self.needs):
            return text

        def one(match: re.Match[str]) -> str:
            put(match["x"])
            return "".join(sorted(match["x"].splitlines(keepends=True)))

        return re.sub(self.pattern, one, text)


class Rule:
    """A named rule: `reason` says what it takes away and why that means nothing; its patterns carry their examples.

    A third party makes one of these, and names it in the entry point group `seednb.rules`.
    """

    def __init__(self, id: str, reason: str, *patterns: Pattern) -> None:  # noqa: A002  # the word that users type
        self.id = id
        self.reason = reason
        self.patterns = patterns


class Names:
    """Names for what differs from run to run: the k-th distinct value of a kind gets the name k, in all outputs of a cell."""

    def __init__(self) -> None:
        self._names: dict[Hit, str] = {}
        self._counts = Counter[str]()
        self._hits: list[Hit] = []

    def put(self, kind: str, value: str) -> str:
        """Return the name of a value."""
        key = (kind, value.lower())
        self._hits.append(key)
        if key not in self._names:
            self._counts[kind] += 1
            self._names[key] = marked(f"{kind}-{self._counts[kind]}")
        return self._names[key]

    def put_same(self, kind: str, value: str) -> str:
        """Return the one name that all values of a kind share, for values that are not whole."""
        self._hits.append((kind, value.lower()))
        return marked(kind)

    def take_hits(self) -> list[Hit]:
        """Return what was renamed since the last time."""
        hits, self._hits = self._hits, []
        return hits


def replaced(rules: Iterable[Rule], text: str, kind: str, put: Callable[[str, str], str], off: Container[str] = ()) -> str:
    """Replace what the rules' patterns for this kind of text find by what `put` gives for the rule's id and the text found."""
    searched = Searched(text)
    for rule in rules:
        for pattern in rule.patterns if rule.id not in off else ():
            if kind in pattern.kinds and pattern.may_match(searched):
                text = pattern.replace(text, partial(put, rule.id))
                searched = searched if text is searched.text else Searched(text)
    return text


def mask(rules: Iterable[Rule], text: str, kind: str, off: Container[str] = ()) -> tuple[str, list[Hit]]:
    """Replace what benign rules find by the rule's id; return what they found too."""
    hits: list[Hit] = []

    def put(name: str, value: str) -> str:
        hits.append((name, value))
        return marked(name)

    return replaced(rules, text, kind, put, off), hits


def differing(a: Iterable[Hit], b: Iterable[Hit]) -> dict[str, int]:
    """Count by name the hits that differ between two sides."""
    sides = [_by_name(a), _by_name(b)]
    counts = {}
    for name in sorted(sides[0].keys() | sides[1].keys()):
        values, others = (side.get(name, []) for side in sides)
        counts[name] = sum(one != other for one, other in zip_longest(values, others))
    return {name: count for name, count in counts.items() if count}


def _by_name(hits: Iterable[Hit]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, value in hits:
        groups.setdefault(name, []).append(value)
    return groups
