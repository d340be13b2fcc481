"""The kinds of notices, read from notice_kinds.yaml. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

_FILE = Path(__file__).with_name("notice_kinds.yaml")
LANGUAGES = ("zh", "en")
AMOUNTS = ("monthly", "withheld", "back_pay", "overpaid")
CHANNELS = ("letter", "sms", "email", "posting")
BY_HAND = "by_hand"  # written out by the office where no font prints a character
Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A way to object, with the article that gives it."""

    zh: str
    en: str
    basis: str
    days: int | None = None
    months: int | None = None

    def text(self, lang: str) -> str:
        return getattr(self, lang).format(days=self.days, months=self.months)


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
    lists = {key: tuple(row[key]) for key in ("facts", "basis", "channels", "remedies")}
    body = {lang: tuple(row["body"][lang]) for lang in LANGUAGES}
    kind = NoticeKind(**row | lists | {"body": body})
    for column, found, known in (("amount", {kind.amount}, AMOUNTS), ("channels", set(kind.channels), CHANNELS),
                                 ("remedies", set(kind.remedies), remedies())):
        if found - set(known):
            raise BadNoticeKind(f"{name}: {column}")
    if not (kind.basis and kind.remedies and (kind.reason or "reason" in kind.facts or "grounds" in kind.facts)):
        raise BadNoticeKind(f"{name}: a letter states reason, basis and how to object")
    return kind
