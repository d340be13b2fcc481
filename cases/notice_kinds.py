"""The kinds of notices, read from notice_kinds.yaml. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from rules import Rules
from rules.schema import KEYS

_FILE = Path(__file__).with_name("notice_kinds.yaml")
LANGUAGES = ("zh", "en")
AMOUNTS = ("monthly", "withheld", "back_pay", "overpaid", "kept")
CHANNELS = ("letter", "sms", "email", "posting")
BY_HAND = "by_hand"  # written out by the office where no font prints a character
Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A way to object, with the article that gives it; `limit`: the rule that says within what time."""

    zh: str
    en: str
    basis: str
    limit: str | None = None

    def text(self, lang: str, values: Mapping[str, Any]) -> str:
        """values: of the rules that its kind of notice names."""
        return getattr(self, lang).format_map(values)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Other words of a kind. when: fact -> values, all of them must fit; None leaves what the kind says."""

    when: Mapping[str, tuple[Any, ...]]
    body: Mapping[str, tuple[str, ...]]
    next: Words | None = None
    amount: str | None = None

    def fits(self, facts: Mapping[str, Any]) -> bool:
        return all(facts.get(name) in values for name, values in self.when.items())


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """One row of notice_kinds.yaml; see its head for the columns."""

    title: str
    facts: tuple[str, ...]
    basis: tuple[str, ...]
    channels: tuple[str, ...]
    amount: str
    remedies: tuple[str, ...]
    body: Mapping[str, tuple[str, ...]]
    next: Words
    reason: Words | None = None
    sheet: bool = False
    rules: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()

    def values(self, rules: Rules) -> dict[str, Any]:
        """Of the rules that a notice of this kind names, times to object included. Raises RulesNotInForce."""
        limits = (remedies()[name].limit for name in self.remedies)
        return {name: rules.value(name) for name in (*self.rules, *filter(None, limits))}

    def fitting(self, facts: Mapping[str, Any]) -> NoticeKind:
        """The row in the words of the first variant that fits the facts of the letter."""
        found = next((one for one in self.variants if one.fits(facts)), None)
        return replace(self, body=found.body, next=found.next or self.next,
                       amount=found.amount or self.amount) if found else self


class BadNoticeKind(ValueError):
    """The table of kinds is not well formed; the message names kind and column."""


@cache
def kinds() -> Mapping[str, NoticeKind]:
    """kind -> row. Raises BadNoticeKind."""
    return MappingProxyType({name: _kind(name, row) for name, row in _tree()["kinds"].items()})


@cache
def remedies() -> Mapping[str, Remedy]:
    return MappingProxyType({name: Remedy(**row) for name, row in _tree()["remedies"].items()})


def instead_of(channel: str) -> str:
    """The channel that replaces one without an address."""
    return _tree()["instead"][channel]


@cache
def _tree() -> dict:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def _kind(name: str, row: dict) -> NoticeKind:
    lists = {key: tuple(row.get(key, ())) for key in ("facts", "basis", "channels", "remedies", "rules")}
    variants = tuple(Variant(**one | {"body": _body(one)}) for one in row.get("variants", ()))
    kind = NoticeKind(**row | lists | {"body": _body(row), "variants": variants})
    amounts = {kind.amount, *(one.amount for one in variants if one.amount)}
    for column, found, known in (("amount", amounts, AMOUNTS), ("channels", set(kind.channels), CHANNELS),
                                 ("remedies", set(kind.remedies), remedies()), ("rules", set(kind.rules), KEYS)):
        if found - set(known):
            raise BadNoticeKind(f"{name}: {column}")
    if not (kind.basis and kind.remedies and (kind.reason or "reason" in kind.facts or "grounds" in kind.facts)):
        raise BadNoticeKind(f"{name}: a letter states reason, basis and how to object")
    return kind


def _body(row: dict) -> dict[str, tuple[str, ...]]:
    return {lang: tuple(row["body"][lang]) for lang in LANGUAGES}
