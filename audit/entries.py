"""What stands at a place of the log: an event's digest with its surroundings, the map of heads, the log's own name.

Canonical JSON: keys sorted, no blanks, ASCII (docs/decisions/110). Everything about an event is read out of the bytes
that are hashed, not out of columns beside them. Nothing personal.
"""
from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.verify import Hashing

FORMAT = 1
_TEXT = rb'"(?:[^"\\\x00-\x1f]|\\.)*"'
_PLAIN = rb'"[\x20\x21\x23-\x5b\x5d-\x7e]*"'  # nothing in it is written otherwise anywhere
_META = re.compile(
    rb'\},"meta":\{"actor":' + _TEXT + rb',("case":(null|' + _PLAIN + rb'),"case_seq":(null|\d+)),"command":('
    + _TEXT + rb'),"office":(?:null|' + _TEXT + rb'),"on":' + _PLAIN + rb',"position":(\d+),("recorded_at":('
    + _PLAIN + rb'),"tx":(' + _PLAIN + rb'),"uid":(' + _PLAIN + rb'))\},"personal":\{')
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
    recorded_at: list[str]
    txs: list[str]
    uids: list[str]

    def part(self, places: Sequence[int]) -> Told:
        return Told(*([column[n] for n in places] for column in vars(self).values()))


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


def event_entries(digests: Sequence[str], events: Told, before: Sequence[int | None]) -> list[str]:
    """The entries of events; `before`: the place of the case's event before, hex digests under the log's hash."""
    links = ["null" if prev is None else str(prev) for prev in before]
    return list(map(_ENTRY.__mod__, zip(events.of_case, digests, events.positions, links, events.when, strict=True)))


def heads_entry(size: int, cases: int, root: bytes) -> str:
    """The map of case heads over the entries before `size`, which is the place of this one."""
    return written({"v": FORMAT, "kind": "heads", "size": size, "cases": cases, "root": root.hex()})


def origin_entry(log: str, hashing: Hashing) -> str:
    """The first entry of every log: its name and its hash."""
    return written({"v": FORMAT, "kind": "origin", "log": log, "hash": hashing.name})


def written(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"))

