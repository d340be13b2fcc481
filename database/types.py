"""Column types: encrypted text, blind index, UTC time, text enumerations, public ids."""
from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import ColumnElement, DateTime, LargeBinary, String, false, func, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

PUBLIC_ID_BYTES = 12


def public_id() -> str:
    """A random id for URLs: says nothing about how many there are, or who. Never like an option of a command."""
    made = "-"
    while made.startswith("-"):
        made = secrets.token_urlsafe(PUBLIC_ID_BYTES)
    return made


def now() -> datetime:
    """The server's clock, UTC, whole microseconds. Never passed in."""
    return datetime.now(UTC)


def blind_index(value: str) -> str:
    """HMAC-SHA-256 of `value` under the index key, hex: equality search without the value.

    Under the same key for staff and pensioners, so that a person is one person.
    """
    return blind_indexes([value])[0]


def blind_indexes(values: Iterable[str]) -> list[str]:
    """The same of many."""
    key: bytes = current_app.config["INDEX_KEY"]
    return [hmac.digest(key, value.strip().upper().encode(), "sha256").hex() for value in values]


class Encrypted(TypeDecorator[str]):
    """Text under AES-256-GCM: key id (1 byte), nonce (12 bytes), ciphertext and tag."""

    impl = LargeBinary
    cache_ok = True
    KEY_ID = b"\x01"
    EMPTY = 1 + 12 + 16  # bytes of no text at all

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        nonce = os.urandom(12)
        return self.KEY_ID + nonce + _cipher().encrypt(nonce, value.encode(), None)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        raw = bytes(value)
        return _cipher().decrypt(raw[1:13], raw[13:], None).decode()


def has_text(column: Any) -> ColumnElement[bool]:
    """An encrypted text is there and not empty; asked without reading it."""
    return func.coalesce(func.length(type_coerce(column, LargeBinary)) > Encrypted.EMPTY, false())


def _cipher() -> AESGCM:
    return AESGCM(current_app.config["FIELD_KEY"])


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on both engines; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def byte_ordered(length: int) -> String:
    """Text compared by its bytes on both engines, so that a prefix is a range that an index serves."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Code = Annotated[str, mapped_column(String(40))]
OfficePath = Annotated[str, mapped_column(byte_ordered(120))]  # codes from the top, each followed by "/"
Month = Annotated[str, mapped_column(String(7))]
