"""Ledgers kept beside the cases: counts filed each day, what was done about a case on a ledger, offices pressed."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.case import Case
from cases.models.decision import Evidence
from database import db
from database.types import Code, OfficePath, UtcDateTime, byte_ordered, now, public_id
from staff.models import Office, StaffAccount


class FiledCount(db.Model):
    """How many cases of an office and scheme on a day (SC 31, 38). Never changed: the first filing of a day stands.

    list: "state" (part: the state) or "not_certified" (part: the first month of the band).
    """

    __tablename__ = "filed_count"
    on: Mapped[date] = mapped_column(primary_key=True)
    office_path: Mapped[OfficePath] = mapped_column(byte_ordered(120), primary_key=True)
    list: Mapped[str] = mapped_column(String(20), primary_key=True)
    scheme: Mapped[Code] = mapped_column(String(40), primary_key=True)
    part: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int]
    __table_args__ = (CheckConstraint("number > 0", name="positive"),)


class FollowUp(db.Model):
    """A review of the long suspended, or a step about somebody stopped without application (SC 30, 32).

    Changes no state. `ledger` and `kind`: workflows/follow_up.py. Never changed; a later one says what is so now.
    """

    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_case", "case_id", "ledger", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    ledger: Mapped[str] = mapped_column(String(20))
    kind: Mapped[Code]
    on: Mapped[date]
    next_on: Mapped[date | None]  # when the case is looked at again
    note: Mapped[str] = mapped_column(Text)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()
    evidence: Mapped[Evidence | None] = relationship()
    account: Mapped[StaffAccount] = relationship()


class Pressing(db.Model):
    """An office presses one right below it about a list (SC 39, 40). Answered once; then it never changes."""

    __tablename__ = "pressing"
    __table_args__ = (
        CheckConstraint("status in ('open','answered')", name="status"),
        CheckConstraint("number > 0", name="positive"),
        CheckConstraint("answer_by >= \"on\"", name="answer_by"),
        CheckConstraint("(status = 'answered') = (answer is not null and answered_on is not null"
                        " and answered_by is not null)", name="answered"),
        Index("ix_pressing_to", "to_path", "answer_by", "id",
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
        Index("ix_pressing_from", "from_path", "id"),
        Index("uq_pressing_open", "to_office_id", "list", unique=True,
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    from_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    from_path: Mapped[OfficePath]
    to_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    to_path: Mapped[OfficePath]
    list: Mapped[str] = mapped_column(String(20))  # about_to_pass, past
    number: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    on: Mapped[date]
    answer_by: Mapped[date]
    pressed_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    status: Mapped[str] = mapped_column(String(10), default="open")
    answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    number_left: Mapped[int | None]  # on the same list when it was answered
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    from_office: Mapped[Office] = relationship(foreign_keys=[from_office_id])
    to_office: Mapped[Office] = relationship(foreign_keys=[to_office_id])
    presser: Mapped[StaffAccount] = relationship(foreign_keys=[pressed_by])
    answerer: Mapped[StaffAccount | None] = relationship(foreign_keys=[answered_by])
