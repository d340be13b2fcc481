"""The exact bytes of an event: what is kept, hashed, exported and checked. Pure.

JSON, UTF-8, keys sorted and ASCII, no spaces, no floats, integers below 2^53, dates in ISO 8601, times in UTC with
microseconds. A personal value appears as the hex SHA-256 of salt and value only.
"""
from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from json.encoder import encode_basestring as _quoted
from operator import attrgetter
from typing import Any

from audit.events.base import MAX_INT, Event, Meta

FORMAT = 1
_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_DATA, _META, _PERSONAL = '{"data":{', '},"meta":{', '},"personal":'
SALT_BYTES = 32


class NotCanonical(ValueError):
    """A value that has no single written form (a float, a large integer, a key outside ASCII)."""


@dataclass(frozen=True)
class Recorded:
    """An event as read back from its bytes: `data` as JSON values, `personal` as commitments."""

    type: str
    meta: Meta
    data: dict[str, Any]
    personal: dict[str, str | None]


def canonical(event: Event, meta: Meta, salts: Mapping[str, bytes] | None = None) -> bytes:
    """The canonical bytes of `event` in its surroundings.

    `salts` holds a salt for each personal field that has a value (see `personal_values`). Raises NotCanonical.
    """
    return _encoded("".join((_DATA, _line(event), _META, _line(meta), _PERSONAL, _personal(event, salts or {}),
                             _end(type(event)))))


def canonical_many(happened: Sequence[Event], around: Mapping[str, Any],
                   salts: Sequence[Mapping[str, bytes]] | None = None) -> list[bytes]:
    """The same of many events. around: each field of Meta, a list where it differs from event to event.

    Written field by field over all events of a kind: what is the same in all of them is written once.
    """
    found, kinds = [b""] * len(happened), defaultdict[type[Event], list[int]](list)
    for place, one in enumerate(happened):
        kinds[type(one)].append(place)
    for kind, places in kinds.items():
        meta = {name: [one[n] for n in places] if isinstance(one, list) else one for name, one in around.items()}
        texts = _of_kind(kind, [happened[n] for n in places], meta, [salts[n] for n in places] if salts else None)
        for place, text in zip(places, texts, strict=True):
            found[place] = _encoded(text)
    return found


def _of_kind(kind: type[Event], happened: Sequence[Event], around: Mapping[str, Any],
             salts: Sequence[Mapping[str, bytes]] | None) -> list[str]:
    names, read = _names(kind)
    data = zip(names, map(list, zip(*map(read, happened), strict=True)), strict=True) if names else ()
    personal = [_personal(one, salts[n] if salts else {}) for n, one in enumerate(happened)] if kind.PERSONAL else "{}"
    parts = [_DATA, *_object(data), _META, *_object(sorted(around.items())), _PERSONAL, personal, _end(kind)]
    varying = [part for part in parts if isinstance(part, list)]
    whole = "".join("%s" if isinstance(part, list) else part.replace("%", "%%") for part in parts)
    return list(map(whole.__mod__, zip(*varying, strict=True))) if varying else [whole % ()] * len(happened)


def _line(thing: Any) -> str:
    """The fields of one event, or of what surrounds it."""
    keys, read = _keys(type(thing))
    values = zip(keys, read(thing), strict=True)
    return ",".join([key + _PLAIN.get(type(value), _other)(value) for key, value in values])


def _object(columns: Iterable[tuple[str, Any]]) -> Iterator[str | list[str]]:
    between = ""
    for name, values in columns:
        yield f"{between}{_quoted(name)}:"
        yield _written(values) if isinstance(values, list) else _writer(type(values))(values)
        between = ","


def _written(values: list[Any]) -> str | list[str]:
    """The one text of values that are all the same, or the text of each."""
    kinds = set(map(type, values))
    if len(kinds) > 1:
        return [_writer(type(value))(value) for value in values]
    return _texts(values, _writer(kinds.pop()))


def _texts(values: list[Any], write: Callable[[Any], str]) -> str | list[str]:
    """Values of one plain kind are the same where they are equal; of others (1 and True in a list) only if one."""
    if write is not _other and values.count(values[0]) == len(values):
        return write(values[0])
    return list(map(write, values))


def _writer(kind: type) -> Callable[[Any], str]:
    return _PLAIN.get(kind, _other)


def _personal(event: Event, salts: Mapping[str, bytes]) -> str:
    if not event.PERSONAL:
        return "{}"
    values = personal_values(event)
    if missing := sorted(set(values) - set(salts)):
        raise NotCanonical(f"no salt for {missing}")
    return _dump({name: commitment(salts[name], values[name]) if name in values else None for name in event.PERSONAL})


def personal_values(event: Event) -> dict[str, str]:
    """The personal values of `event` that are present, as the text that is committed to."""
    if not event.PERSONAL:
        return {}
    present = {name: getattr(event, name) for name in sorted(event.PERSONAL)}
    return {name: _text(value) for name, value in present.items() if value is not None}


def commitment(salt: bytes, value: str) -> str:
    """SHA-256(salt || value), hex. The salt has a fixed length, so nothing can move across the border."""
    if len(salt) != SALT_BYTES:
        raise NotCanonical("a salt of the wrong length")
    return hashlib.sha256(salt + value.encode()).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256 of canonical bytes, hex."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> Recorded:
    """Canonical bytes -> Recorded. Raises ValueError if they are not JSON of this format."""
    body = json.loads(data)
    if body["v"] != FORMAT or _encoded(_dump(body)) != data:
        raise NotCanonical("not in canonical form")
    meta = dict(body["meta"])
    meta["on"] = date.fromisoformat(meta["on"])
    meta["recorded_at"] = datetime.fromisoformat(meta["recorded_at"])
    return Recorded(body["type"], Meta(**meta), body["data"], body["personal"])


def _end(kind: type[Event]) -> str:
    return f',"type":"{kind.type()}","v":{FORMAT}}}'


@cache
def _names(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The fields of a kind in their written order, and what reads their values; without personal ones."""
    names = tuple(sorted({field.name for field in fields(kind)} - getattr(kind, "PERSONAL", frozenset())))
    return names, attrgetter(*names) if len(names) > 1 else lambda thing: tuple(getattr(thing, n) for n in names)


@cache
def _keys(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names, read = _names(kind)
    return tuple(f"{_quoted(name)}:" for name in names), read


def _other(value: Any) -> str:
    """The one written form of a value that is of none of the plain types."""
    return _dump(_value(value))


def _fields(thing: Any) -> dict[str, Any]:
    return {f.name: _value(getattr(thing, f.name)) for f in fields(thing)}


def _value(value: Any) -> Any:
    """A JSON value with one written form."""
    if value is None or isinstance(value, bool):
        return value
    if type(value) is int and abs(value) < MAX_INT:
        return value
    if isinstance(value, (str, date)):
        return _text(value)
    if isinstance(value, (tuple, list)):
        return [_value(v) for v in value]
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {_key(k): _value(v) for k, v in value.items()}
    raise NotCanonical(f"{type(value).__name__}: {value!r}")


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotCanonical("a time without a zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise NotCanonical(f"{type(value).__name__}: {value!r}")


def _key(key: Any) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonical(f"key {key!r}")
    return key


def _integer(value: int) -> str:
    return str(_value(value))


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text that is not Unicode") from error


_PLAIN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "null", bool: lambda value: "true" if value else "false", str: _quoted, int: _integer,
    date: lambda value: f'"{value.isoformat()}"',
}
