"""Loads of feeds and what was refused of them. What a row says stands in the files of the store, not here."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from database import db
from database.types import Code, Encrypted, OfficePath, UtcDateTime, now, public_id

STATUSES = ("staging", "loaded", "withdrawn")
TIED = "links/"  # begins the name of a load of rows that people tied; no file's name has a slash
LIVE = text("status <> 'withdrawn'")


class FeedLoad(db.Model):
    """One file of one source, brought in for the people of one area.

    rows = loaded + unchanged + duplicate + quarantined once loaded (F1). Of loaded and unchanged: `outside` have a good
    number that nobody here bears, `unlinked` none that can be read. signs: bucket -> SHA-256 of its file; register:
    bucket -> the state of the register that they were last resolved with.
    """

    __tablename__ = "feed_load"
    __table_args__ = (
        CheckConstraint("status in ('staging','loaded','withdrawn')", name="status"),
        CheckConstraint("status <> 'loaded' or rows = loaded + unchanged + duplicate + quarantined", name="adds_up"),
        CheckConstraint("status <> 'withdrawn' or (withdrawn_by_person is not null and withdrawn_on is not null "
                        "and reason is not null)", name="withdrawn"),
        Index("uq_feed_load_live", "source", "area_path", "sha256", unique=True,
              sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_feed_load_source", "source", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    source: Mapped[Code]
    area_path: Mapped[OfficePath]
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10), default="staging")
    staged_through: Mapped[int] = mapped_column(BigInteger, default=0)  # row number of the last whole chunk
    chunks: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    loaded: Mapped[int] = mapped_column(BigInteger, default=0)
    unchanged: Mapped[int] = mapped_column(BigInteger, default=0)
    duplicate: Mapped[int] = mapped_column(BigInteger, default=0)
    quarantined: Mapped[int] = mapped_column(BigInteger, default=0)
    outside: Mapped[int] = mapped_column(BigInteger, default=0)
    unlinked: Mapped[int] = mapped_column(BigInteger, default=0)
    resolved: Mapped[int] = mapped_column(BigInteger, default=0)  # signs written
    first_on: Mapped[date | None]  # of the days the rows are about
    last_on: Mapped[date | None]
    unread: Mapped[list[str]] = mapped_column(JSON, default=list)  # headings whose columns nobody reads
    signs: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    register: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    loaded_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    loaded_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    loaded_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    withdrawn_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def from_source(cls) -> ColumnElement[bool]:
        """Brought in by its source, not made of rows of another load."""
        return cls.file_name.not_like(f"{TIED}%")


class FeedResolution(db.Model):
    """A load resolved again, for people were added, moved or changed since: how many signs came and went, of how many.

    public_id: the folder of the store that names them, so that a later run folds them anew.
    """

    __tablename__ = "feed_resolution"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    load_id: Mapped[int] = mapped_column(ForeignKey("feed_load.id"), index=True)
    came: Mapped[int] = mapped_column(BigInteger)
    went: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(BigInteger)
    resolved_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class FeedQuarantine(db.Model):
    """A row that says nothing until its source corrects it: as received, and every reason."""

    __tablename__ = "feed_quarantine"
    __table_args__ = (Index("ix_feed_quarantine_code", "load_id", "code", "row_number"),)
    load_id: Mapped[int] = mapped_column(ForeignKey("feed_load.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[Code]  # the first reason
    raw: Mapped[str] = mapped_column(Encrypted)  # JSON
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
