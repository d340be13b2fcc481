"""What stands at a place of the log: an event's digest with its surroundings, the map of heads, the log's own name.

Canonical JSON: keys sorted, no blanks, ASCII (docs/decisions/110). Everything about an event is read out of the bytes
that are hashed, not out of columns beside them. Nothing personal.
"""
from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from audit.verify import Hashing

FORMAT = 1
_TEXT = rb'"(?:[^"\\]|\\.)*"'
_PLAIN = rb'"[\x20\x21\x23-\x5b\x5d-\x7e]*"'  # nothing in it is written otherwise anywhere
_META = re.compile(
    rb'\},"meta":\{"actor":' + _TEXT + rb',"case":(null|' + _PLAIN + rb'),"case_seq":(null|\d+),"command":('
    + _TEXT + rb'),"office":(?:null|' + _TEXT + rb'),"on":' + _PLAIN + rb',"position":(\d+),"recorded_at":(' + _PLAIN
    + rb'),"tx":(' + _PLAIN + rb'),"uid":(' + _PLAIN + rb')\},"personal":\{')
_BORDER = b'},"meta":{'


class LogAltered(RuntimeError):
    """Rows no longer are what they were: (where, in words)."""


class Told(NamedTuple):
    """What an event's canonical bytes say of its surroundings; texts but the case's as JSON writes them."""

    case: str | None  # public id
    case_seq: int | None
    command: str
    position: str
    recorded_at: str
    tx: str
    uid: str


def told(canonical: bytes) -> Told:
    """Raises LogAltered when they are not an event's bytes."""
    found = _META.match(canonical, canonical.rfind(_BORDER))
    if found is None:
        raise LogAltered("audit_event", f"not the bytes of an event: {canonical[-80:]!r}")
    case, seq, command, position, recorded_at, tx, uid = found.groups()
    return Told(None if case == b"null" else case[1:-1].decode(), None if seq == b"null" else int(seq),
                command.decode(), position.decode(), recorded_at.decode(), tx.decode(), uid.decode())


def event_entries(digests: Sequence[str], events: Sequence[Told], before: Sequence[int | None]) -> list[str]:
    """The entries of events; `before`: the place of the case's event before, hex digests under the log's hash."""
    return [
        f'{{"case":{_quoted(of.case)},"case_seq":{_number(of.case_seq)},"digest":"{digest}","kind":"event",'
        f'"position":{of.position},"prev":{_number(prev)},"recorded_at":{of.recorded_at},"tx":{of.tx},'
        f'"uid":{of.uid},"v":{FORMAT}}}'
        for digest, of, prev in zip(digests, events, before, strict=True)
    ]


def heads_entry(size: int, cases: int, root: bytes) -> str:
    """The map of case heads over the entries before `size`, which is the place of this one."""
    return written({"v": FORMAT, "kind": "heads", "size": size, "cases": cases, "root": root.hex()})


def origin_entry(log: str, hashing: Hashing) -> str:
    """The first entry of every log: its name and its hash."""
    return written({"v": FORMAT, "kind": "origin", "log": log, "hash": hashing.name})


def written(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def _quoted(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def _number(number: int | None) -> str:
    return "null" if number is None else str(number)
