"""Duties of offices that come again: what was done for a period, inspections and follow-up, samples of service."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database import db
from database.types import Code, Month, OfficePath, UtcDateTime, now, public_id
from staff.models import Office, StaffAccount


class DutyRecord(db.Model):
    """A duty done for the months first_month to last_month. `kind`: workflows/duties.py.

    A kind with a second person counts only when "confirmed"; one that was "returned" is done anew. Never changed.
    `figures`: what was counted or typed when it was done, by kind (cases/duties/).
    """

    __tablename__ = "duty_record"
    __table_args__ = (
        CheckConstraint("status in ('recorded','confirmed','returned')", name="status"),
        CheckConstraint("last_month >= first_month", name="months"),
        CheckConstraint("(status <> 'recorded') = (settled_on is not null and settled_by is not null"
                        " and settled_by_person is not null)", name="settled"),
        CheckConstraint("settled_by_person is null or settled_by_person <> done_by_person", name="two_persons"),
        Index("ix_duty_record_office", "office_path", "kind", "last_month"),
        Index("uq_duty_record_period", "office_id", "kind", "last_month", unique=True,
              sqlite_where=text("status <> 'returned'"), postgresql_where=text("status <> 'returned'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]
    kind: Mapped[Code]
    first_month: Mapped[Month]
    last_month: Mapped[Month]
    due_on: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(Text)
    paper: Mapped[bytes | None] = mapped_column(LargeBinary)
    paper_type: Mapped[str | None] = mapped_column(String(60))
    paper_sha256: Mapped[str | None] = mapped_column(String(64))
    done_on: Mapped[date]
    done_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    done_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    status: Mapped[str] = mapped_column(String(10), default="recorded")
    settled_on: Mapped[date | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    settled_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    reason: Mapped[str | None] = mapped_column(Text)  # why it was returned
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    office: Mapped[Office] = relationship()
    doer: Mapped[StaffAccount] = relationship(foreign_keys=[done_by])
    settler: Mapped[StaffAccount | None] = relationship(foreign_keys=[settled_by])


class Inspection(db.Model):
    """An inspection of an office: what was found, what is to be done by when, what was done, who looked again.

    "clear": nothing was found. Who put it right never says that it is right (GB 5.9, JS 9; QD 29).
    """

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint("status in ('clear','open','corrected','closed')", name="status"),
        CheckConstraint("(status = 'clear') = (measure is null) and (measure is null) = (due_on is null)",
                        name="measure"),
        CheckConstraint("due_on is null or due_on >= \"on\"", name="due_on"),
        CheckConstraint("(status in ('corrected','closed')) = (corrected_on is not null and corrected_by is not null"
                        " and corrected_by_person is not null and correction is not null)", name="corrected"),
        CheckConstraint("(status = 'closed') = (closed_on is not null and closed_by is not null"
                        " and closed_by_person is not null)", name="closed"),
        CheckConstraint("closed_by_person is null or closed_by_person <> corrected_by_person", name="two_persons"),
        Index("ix_inspection_office", "office_path", "status", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]
    kind: Mapped[Code]  # workflows/inspections.py
    inspector: Mapped[str] = mapped_column(String(120))  # the body that inspected, in words
    duty_record_id: Mapped[int | None] = mapped_column(ForeignKey("duty_record.id"))  # the volumes looked at
    on: Mapped[date]
    finding: Mapped[str] = mapped_column(Text)
    measure: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    entered_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    status: Mapped[str] = mapped_column(String(10), default="open")
    correction: Mapped[str | None] = mapped_column(Text)
    corrected_on: Mapped[date | None]
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    corrected_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    closed_on: Mapped[date | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    closed_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    office: Mapped[Office] = relationship()
    volumes: Mapped[DutyRecord | None] = relationship()
    enterer: Mapped[StaffAccount] = relationship(foreign_keys=[entered_by])
    corrector: Mapped[StaffAccount | None] = relationship(foreign_keys=[corrected_by])
    closer: Mapped[StaffAccount | None] = relationship(foreign_keys=[closed_by])


class ServiceSample(db.Model):
    """So many acts of service looked at, so many right: for what our data cannot tell (JS 9.1 b). Never changed."""

    __tablename__ = "service_sample"
    __table_args__ = (
        CheckConstraint("checked > 0 and good >= 0 and good <= checked", name="numbers"),
        Index("ix_service_sample_office", "office_path", "indicator", "month"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]
    indicator: Mapped[Code]
    month: Mapped[Month]
    checked: Mapped[int]
    good: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    on: Mapped[date]
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    office: Mapped[Office] = relationship()
    account: Mapped[StaffAccount] = relationship()
