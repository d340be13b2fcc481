"""What stands at a place of the log: an event's digest with its surroundings, the map of heads, the log's own name.

Canonical JSON: keys sorted, no blanks, ASCII (docs/decisions/110). Everything about an event is read out of the bytes
that are hashed, not out of columns beside them. Nothing personal.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from audit.verify import Hashing

FORMAT = 1
_TEXT = rb'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+"'
_PLAIN = rb'"[\x20\x21\x23-\x5b\x5d-\x7e]*+"'  # nothing in it is written otherwise anywhere
_META = re.compile(
    rb'\},"meta":\{"actor":' + _TEXT + rb',("case":(null|' + _PLAIN + rb'),"case_seq":(null|\d+)),"command":('
    + _TEXT + rb'),"office":(?:null|' + _TEXT + rb'),"on":' + _PLAIN + rb',"position":(\d+),("recorded_at":'
    + _PLAIN + rb',"tx":' + _PLAIN + rb',"uid":(' + _PLAIN + rb'))\},"personal":\{')
_BORDER = b'},"meta":{'
_ENTRY = '{%s,"digest":"%s","kind":"event","position":%s,"prev":%s,%s,"v":' + str(FORMAT) + "}"


class LogAltered(RuntimeError):
    """Rows no longer are what they were: (where, in words)."""


@dataclass(frozen=True)
class Told:
    """What events' canonical bytes say of their surroundings, column by column; texts as JSON writes them."""

    of_case: list[str]  # the members `case` and `case_seq`
    cases: list[str | None]  # public ids
    numbers: list[int | None]  # in their cases
    commands: list[str]
    positions: list[str]
    when: list[str]  # the members `recorded_at`, `tx` and `uid`
    uids: list[str]


def told(canonical: Sequence[bytes]) -> Told:
    """Of one event or more. Raises LogAltered where they are not an event's bytes."""
    of_case, cases, numbers, *others = map(_texts, zip(*map(_told, canonical), strict=True))
    return Told(of_case, [None if case == "null" else case[1:-1] for case in cases],
                [None if seq == "null" else int(seq) for seq in numbers], *others)


def _told(canonical: bytes) -> tuple[bytes, ...]:
    found = _META.match(canonical, canonical.rfind(_BORDER))
    if found is None:
        raise LogAltered("audit_event", f"not the bytes of an event: {canonical[-80:]!r}")
    return found.groups()


def _texts(found: Sequence[bytes]) -> list[str]:
    """All at once: none has a newline in it."""
    return b"\n".join(found).decode().split("\n")


def event_entries(digests: Iterable[str], events: Told, before: Iterable[int | None],
                  given: Sequence[int] | None = None) -> list[str]:
    """The entries of events, or of those at the indices `given`; their digests under the log's hash, in hex.

    before: the place of each event's predecessor in its case.
    """
    columns: list[Iterable[str]] = [events.of_case, events.positions, events.when]
    if given is not None:
        columns = [map(column.__getitem__, given) for column in (events.of_case, events.positions, events.when)]
    of_case, positions, when = columns
    links = ["null" if prev is None else str(prev) for prev in before]
    return list(map(_ENTRY.__mod__, zip(of_case, digests, positions, links, when, strict=True)))


def heads_entry(size: int, cases: int, root: bytes) -> str:
    """The map of case heads over the entries before `size`, which is the place of this one."""
    return written({"v": FORMAT, "kind": "heads", "size": size, "cases": cases, "root": root.hex()})


def origin_entry(log: str, hashing: Hashing) -> str:
    """The first entry of every log: its name and its hash."""
    return written({"v": FORMAT, "kind": "origin", "log": log, "hash": hashing.name})


def written(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"))

