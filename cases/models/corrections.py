"""What a system of others must put right after a wrong suspension or stop, and what was sent to it (SC 27, QD 27)."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.case import Case
from cases.models.decision import Decision
from database import db
from database.types import Code, OfficePath, UtcDateTime, now, public_id


class CorrectionSending(db.Model):
    """A file of corrections sent to a system. answered_on, receipt_no: what came back; digest: SHA-256 of the file."""

    __tablename__ = "correction_sending"
    __table_args__ = (
        CheckConstraint("(answered_on is null) = (receipt_no is null) and "
                        "(answered_on is null) = (answered_by is null)", name="answered"),
        Index("ix_correction_sending_office", "office_path", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    system: Mapped[Code]
    office_path: Mapped[OfficePath]
    rows: Mapped[int]
    form: Mapped[str] = mapped_column(String(4))
    digest: Mapped[str] = mapped_column(String(64))
    sent_on: Mapped[date]
    sent_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    again_of_id: Mapped[int | None] = mapped_column(ForeignKey("correction_sending.id"))
    receipt_no: Mapped[str | None] = mapped_column(String(80))
    answered_on: Mapped[date | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Correction(db.Model):
    """A case found still eligible after it was suspended or stopped, or of whom a register was wrong: who is told.

    status: open, sent, received; set_aside with a reason where that system is not concerned. reason: why it was
    withheld, or would have been. retraction: public id of what was found wrong; wrong_on: the day it spoke of.
    """

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("decision_id", "system"),
        UniqueConstraint("retraction", "system"),
        CheckConstraint("status in ('open','sent','received','set_aside')", name="status"),
        CheckConstraint("status <> 'set_aside' or (note is not null and settled_by is not null)", name="set_aside"),
        CheckConstraint("status not in ('sent','received') or sending_id is not null", name="sent"),
        CheckConstraint("decision_id is not null or retraction is not null", name="arose"),
        Index("ix_correction_waiting", "system", "status", "office_path", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    retraction: Mapped[str | None] = mapped_column(String(20))
    wrong_on: Mapped[date | None]
    system: Mapped[Code]
    office_path: Mapped[OfficePath]
    reason: Mapped[Code]
    arose_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="open")
    sending_id: Mapped[int | None] = mapped_column(ForeignKey("correction_sending.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    settled_on: Mapped[date | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()
    decision: Mapped[Decision | None] = relationship()
    sending: Mapped[CorrectionSending | None] = relationship()
