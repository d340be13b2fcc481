"""What a channel may answer. Anything it does not answer leaves the fate of a message unknown."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage


@dataclass(frozen=True)
class Accepted:
    """The channel took the message. proof: for the record; ref: the channel's own number, by which receipts name it."""

    proof: str
    ref: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What became of an accepted message. error: the channel's code, never an address."""

    ref: str
    delivered: bool
    error: str | None = None


Send = Callable[[EmailMessage], Accepted]
Keep = Callable[[Receipt], None]  # commits before it returns
Receipts = Callable[[Keep], None]


class Undeliverable(RuntimeError):
    """The channel refused the message; nothing went out."""


class NotNow(RuntimeError):
    """The channel takes nothing at the moment; nothing went out, and the message stays in the queue."""


class BadTransport(ValueError):
    """NOTICE_TRANSPORT or SMS_TRANSPORT names no known channel; the message says what is wrong, without secrets."""
