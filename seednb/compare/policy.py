"""Which rules hold for a cell: all, but for those that pyproject.toml, the notebook's metadata or the cell's tags switch off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seednb.compare.clocks import own_clocks
from seednb.compare.numbers import Tolerance
from seednb.compare.patterns import Hit, Rule, mask
from seednb.compare.registry import CANONICAL, REGISTRY, benign, installed_rules
from seednb.compare.texts import text_of
from seednb.errors import SettingsError
from seednb.settings import pyproject

METADATA = "seednb-compare"
_TAG_OFF, _TAG_ON = "seednb:rule-off=", "seednb:rule-on="
_ALL = "all"


@dataclass(frozen=True)
class Policy:
    """The rules in force. extra: those of other packages. own: the clocks that the cell reads. allowed: how far numbers may be apart."""

    off: frozenset[str] = frozenset()
    extra: tuple[Rule, ...] = ()
    own: tuple[Rule, ...] = ()
    allowed: Tolerance | None = None
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def trusts_digests(self) -> tuple[bool, bool]:
        """Whether the two digests that a record stores, made with all rules on, say what these rules would say."""
        return self.off.isdisjoint(CANONICAL), self.off <= CANONICAL

    def apply(self, text: str, kind: str) -> tuple[str, list[Hit]]:
        """Return a text with what benign rules find replaced by their ids, and what they found."""
        text, hits = mask(benign(kind), text, kind, self.off)
        more = (*self.own, *self.extra)
        if not more:
            return text, hits
        text, others = mask(more, text, kind, self.off)
        return text, hits + others

    def switched(self, off: Iterable[str], on: Iterable[str]) -> Policy:
        """Return the policy with some rules off, then some on; `all` is every rule."""
        known = REGISTRY.keys() | {rule.id for rule in self.extra}
        less, more = (self._ids(names, known) for names in (off, on))
        unknown = dict.fromkeys([*self.unknown, *(name for name in (*off, *on) if name not in known and name != _ALL)])
        return replace(self, off=(self.off | less) - more, unknown=tuple(unknown))

    def for_notebook(self, nb: Mapping[str, Any]) -> Policy:
        """Return the policy for a notebook: `{"seednb-compare": {"rules-off": [...], "rules-on": [...]}}` in its metadata."""
        metadata = nb.get("metadata")
        own = metadata.get(METADATA) if isinstance(metadata, Mapping) else None
        return self.switched(_words(own.get("rules-off")), _words(own.get("rules-on"))) if isinstance(own, Mapping) else self

    def for_cell(self, tags: Iterable[str], source: Any) -> Policy:
        """Return the policy for a cell: tags `seednb:rule-off=ID` and `seednb:rule-on=ID`, and the clocks in its code."""
        tags = list(tags)
        off, on = ([tag[len(start) :] for tag in tags if tag.startswith(start)] for start in (_TAG_OFF, _TAG_ON))
        policy = self.switched(off, on) if off or on else self
        own = own_clocks(text_of(source))
        return replace(policy, own=own) if own else policy

    @staticmethod
    def _ids(names: Iterable[str], known: Iterable[str]) -> set[str]:
        names = set(names)
        return set(known) if _ALL in names else names & set(known)


def policy_for(folder: Path) -> Policy:
    """Return the policy for the notebooks of a folder: the rules of installed packages, and `[tool.seednb]` of the nearest pyproject.toml.

    Raises SettingsError where `rules-off` or `rules-on` there is no list of ids of rules.
    """
    where, table = pyproject(folder.resolve())
    extra, notes = installed_rules()
    off, on = (_ids_of(table, name, where) for name in ("rules-off", "rules-on"))
    policy = Policy(extra=tuple(extra), notes=tuple(notes)).switched(off, on)
    if policy.unknown:
        raise SettingsError(f"{where}: [tool.seednb]: there is no rule {policy.unknown[0]!r}: docs/comparison.md lists them")
    return policy


def _ids_of(table: Mapping[str, Any], name: str, where: Path | None) -> list[str]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f'{where}: [tool.seednb] {name}: give a list of rules, for example ["tqdm"]')
    return value


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
