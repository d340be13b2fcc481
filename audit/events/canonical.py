"""The exact bytes of an event: what is kept, hashed, exported and checked. Pure.

JSON, UTF-8, keys sorted and ASCII, no spaces, no floats, integers below 2^53, dates in ISO 8601, times in UTC with
microseconds. A personal value appears as the hex SHA-256 of salt and value only.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from json.encoder import encode_basestring as _quoted
from operator import attrgetter
from typing import Any

from audit.events.base import MAX_INT, Event, Meta

FORMAT = 1
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
    values = personal_values(event)
    if set(values) - set(salts or {}):
        raise NotCanonical(f"no salt for {sorted(set(values) - set(salts or {}))}")
    personal = {n: commitment((salts or {})[n], values[n]) if n in values else None for n in event.PERSONAL}
    return _encoded(f'{{"data":{{{_written(event)}}},"meta":{{{_written(meta)}}},'
                    f'"personal":{_dump(personal) if personal else "{}"},"type":"{event.type()}","v":{FORMAT}}}')


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


@cache
def _keys(cls: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The keys of a kind as they are written, and what reads their values; without personal ones."""
    names = sorted({field.name for field in fields(cls)} - getattr(cls, "PERSONAL", frozenset()))
    read = attrgetter(*names) if len(names) > 1 else lambda thing: tuple(getattr(thing, name) for name in names)
    return tuple(f"{_quoted(name)}:" for name in names), read


def _written(thing: Any) -> str:
    keys, read = _keys(type(thing))
    values = zip(keys, read(thing), strict=True)
    return ",".join([key + _PLAIN.get(type(value), _other)(value) for key, value in values])


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


def _dump(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text that is not Unicode") from error


_PLAIN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "null", bool: lambda value: "true" if value else "false", str: _quoted, int: _integer,
    date: lambda value: f'"{value.isoformat()}"',
}
