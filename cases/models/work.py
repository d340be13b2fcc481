"""Work around a case: objections, verification tasks, notices, jobs."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.case import Case
from database import db
from database.types import Code, Encrypted, OfficePath, UtcDateTime, now, public_id
from staff.models import Office, StaffAccount


class Objection(db.Model):
    """An objection to a suspension or stop (SC 26): closed only as upheld or dismissed (S9)."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("status in ('open','upheld','dismissed')", name="status"),
        Index("ix_objection_open", "office_path", "lodged_on", "id",
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
        Index("uq_objection_open_per_case", "case_id", unique=True,
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    receipt_no: Mapped[str] = mapped_column(String(40), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[Code]  # to_suspension, to_data, to_amount
    lodged_by: Mapped[str] = mapped_column(String(20))  # self, family, unit
    lodged_by_name: Mapped[str | None] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    grounds: Mapped[str] = mapped_column(Text)
    lodged_on: Mapped[date]
    received_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    office_path: Mapped[OfficePath]
    status: Mapped[str] = mapped_column(String(10), default="open")
    closed_on: Mapped[date | None]
    closed_by_decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id", use_alter=True))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()


class VerificationTask(db.Model):
    """信息核实: people verify one by one and record it (SC 14, 15, 21)."""

    __tablename__ = "verification_task"
    __table_args__ = (
        CheckConstraint("status in ('open','finished')", name="status"),
        Index("ix_verification_task_open", "office_path", "due_on", "id",
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
        Index("ix_verification_task_due", "due_on", "id",
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
        Index("uq_verification_task_open_per_case", "case_id", unique=True,
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    cause: Mapped[Code]  # warning_period, both_lists, objection, home_visit, entered_overdue
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"))
    grassroots_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    grassroots_path: Mapped[OfficePath | None] = mapped_column(index=True)
    office_path: Mapped[OfficePath]
    opened_on: Mapped[date]
    due_on: Mapped[date]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(10), default="open")
    outcome: Mapped[str | None] = mapped_column(String(30))  # eligible, lost, not_found, refused
    means: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(Text)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    finished_on: Mapped[date | None]
    finished_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    escalated_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()
    grassroots_office: Mapped[Office | None] = relationship()
    claimant: Mapped[StaffAccount | None] = relationship(foreign_keys=[claimed_by])


class Notice(db.Model):
    """One message to a person, queued in the transaction that causes it, delivered after it (O2)."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("status in ('queued','sending','accepted','failed','held','returned')", name="status"),
        Index("ix_notice_outbox", "status", "id",
              sqlite_where=text("status <> 'accepted'"), postgresql_where=text("status <> 'accepted'")),
        Index("ix_notice_case", "case_id", "id"),
        Index("ix_notice_channel_ref", "channel_ref", sqlite_where=text("channel_ref is not null"),
              postgresql_where=text("channel_ref is not null")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"))
    kind: Mapped[Code]
    channel: Mapped[str] = mapped_column(String(10))  # letter, sms, email, posting
    once_key: Mapped[str] = mapped_column(String(120), unique=True)  # one per person, day and stage (S6)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str] = mapped_column(String(80))  # made of once_key, and as unique as that is
    proof: Mapped[str | None] = mapped_column(String(300))
    channel_ref: Mapped[str | None] = mapped_column(String(80))  # the channel's number, named by receipts
    receipt_on: Mapped[date | None]  # day the channel told what became of it
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()


class Installation(db.Model):
    """One row: what this database is. A demonstration is marked as one for good."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
