"""The log's tables: one row per transaction, one per event, personal values beside them."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.events import SYSTEM
from database import db
from database.types import Encrypted, OfficePath, UtcDateTime, now

_BY_PEOPLE: dict[str, Any] = {"sqlite_where": text("actor <> 'SYSTEM'"),
                              "postgresql_where": text("actor <> 'SYSTEM'")}
_OWN: dict[str, Any] = {"sqlite_where": text("event_id IS NULL"), "postgresql_where": text("event_id IS NULL")}


class AuditTx(db.Model):
    """One business transaction: who, when, through what. Never changes."""

    __tablename__ = "audit_tx"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    command: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(60))  # account's public id, or SYSTEM
    on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AuditEvent(db.Model):
    """One event: the exact canonical bytes that are hashed, and columns to search by. Never changes."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("tx_id", "position"),
        Index("ix_audit_event_case", "case_id", "case_seq", unique=True),
        Index("ix_audit_event_type", "type", "id"),
        Index("ix_audit_event_actor", "actor", "id", **_BY_PEOPLE),
        Index("ix_audit_event_on", "on", "id"),
        Index("ix_audit_event_office", "office_path", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    tx_id: Mapped[int] = mapped_column(ForeignKey("audit_tx.id"))
    position: Mapped[int]
    type: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(60))
    on: Mapped[date]
    case_id: Mapped[int | None] = mapped_column(index=False)
    case_seq: Mapped[int | None]
    office_path: Mapped[OfficePath | None]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    tx: Mapped[AuditTx] = relationship()
    personal: Mapped[list[AuditPersonal]] = relationship(order_by="AuditPersonal.field", viewonly=True)

    @classmethod
    def by(cls, actor: str) -> ColumnElement[bool]:
        """Of an account, by the index that leaves out what the system does; of SYSTEM, by the order of time."""
        same = cls.actor == actor
        return same if actor == SYSTEM else and_(same, cls.actor != literal_column(f"'{SYSTEM}'"))


class AuditPersonal(db.Model):
    """A personal value an event commits to: SHA-256(salt || value). Erased by retention rule only."""

    __tablename__ = "audit_personal"
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    event: Mapped[AuditEvent] = relationship()
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    value: Mapped[str | None] = mapped_column(Encrypted)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditEntry(db.Model):
    """The log itself: the entry at each place of the tree, from 0, without gaps (docs/decisions/110). Never changes.

    No foreign key to the event: an entry whose event somebody removed is what tells of it.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_own", "place", **_OWN),)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int | None] = mapped_column(unique=True)
    entry: Mapped[str] = mapped_column(Text)  # canonical JSON, ASCII: these bytes are hashed


class AuditPending(db.Model):
    """A transaction whose events have no place yet, or not all: those of a `bulk` one from position `done` on."""

    __tablename__ = "audit_pending"
    tx_id: Mapped[int] = mapped_column(ForeignKey("audit_tx.id"), primary_key=True, autoincrement=False)
    bulk: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(default=0)


class AuditBucket(db.Model):
    """The map of case heads: the last event of each case of a bucket, as lines in the order of the cases' public ids.

    Made of the entries alone. `hash`: hex, of the lines.
    """

    __tablename__ = "audit_bucket"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cases: Mapped[int]
    lines: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(db.Model):
    """A signed head of the log: the root over the first `size` entries and its note as signed. Never changes."""

    __tablename__ = "audit_checkpoint"
    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(unique=True)
    root: Mapped[str] = mapped_column(String(64))  # hex
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
