"""One way of sending, whatever is sent: one process at a time per database, and what became of a message."""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import func, select, text

from cases.channels import UNKNOWN, Accepted, NotNow, Send, Undeliverable
from database import db

ADVISORY_KEY = 7_310_422  # of this lock among PostgreSQL's


class DeliveryRunning(RuntimeError):
    """Another process is sending from this database."""


@dataclass(frozen=True)
class Fate:
    """status: accepted with the channel's answer; queued, for it takes nothing now; failed or held with the error."""

    status: str
    answer: Accepted | None = None
    error: Exception | None = None


def message_to(message_id: str, subject: str, channel: str, address: str | None, words: str) -> EmailMessage:
    """What a channel takes; without `address` the channel knows the way."""
    made = EmailMessage()
    made["Message-ID"] = f"<{message_id}>"
    made["Subject"] = subject
    made["X-Notice-Channel"] = channel
    if address:
        made["X-Notice-Address"] = address.replace("\r", " ").replace("\n", " ")
    made.set_content(words)
    return made


def hand_over(message: EmailMessage, send: Send) -> Fate:
    """Outside any transaction: a slow gateway holds no lock."""
    db.session.rollback()
    try:
        return Fate("accepted", send(message))
    except NotNow:
        return Fate("queued")
    except Undeliverable as error:
        return Fate("failed", error=error)
    except UNKNOWN as error:
        return Fate("held", error=error)


@contextmanager
def alone() -> Iterator[None]:
    """A lock that ends with its process: PostgreSQL's advisory lock, or a locked file beside the SQLite database.

    Raises DeliveryRunning.
    """
    with (_advisory_lock if db.engine.dialect.name == "postgresql" else _file_lock)():
        yield


@contextmanager
def _advisory_lock() -> Iterator[None]:
    with db.engine.connect() as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(ADVISORY_KEY))):
            raise DeliveryRunning
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})
            connection.commit()


@contextmanager
def _file_lock() -> Iterator[None]:
    name = f"{Path(db.engine.url.database or 'memory').resolve()}.delivery"
    with open(name, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise DeliveryRunning from busy
        yield
