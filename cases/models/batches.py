"""Suspensions that people release: what was not passed (QD 24), the batch of a month (QD 25), a run that was halted."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.case import Case
from cases.models.decision import Decision
from database import db
from database.types import Code, Month, OfficePath, UtcDateTime, now, public_id


class Released:
    """What one person proposes and another releases. Accounts, and the natural persons behind them (P2)."""

    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    proposed_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    proposed_on: Mapped[date | None]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    released_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    released_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


_TWO_PERSONS = ("status <> 'released' or (proposed_by_person is not null and released_by_person is not null "
                "and released_by_person <> proposed_by_person)")


class NotPassed(db.Model):
    """Whom active service could not certify in the last month of a period, and why (QD 24). Never changed."""

    __tablename__ = "not_passed"
    __table_args__ = (UniqueConstraint("case_id", "period_due_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    period_due_on: Mapped[date]
    reason: Mapped[Code]
    means: Mapped[Code]
    note: Mapped[str | None] = mapped_column(Text)
    noted_on: Mapped[date]
    noted_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    noted_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SuspensionBatch(Released, db.Model):
    """Those of an office whose period was over at the end of a month (QD 25). due_on: to be released by."""

    __tablename__ = "suspension_batch"
    __table_args__ = (
        UniqueConstraint("office_path", "month"),
        CheckConstraint("status in ('gathered','proposed','released')", name="status"),
        CheckConstraint(_TWO_PERSONS, name="two_persons"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    office_path: Mapped[OfficePath]
    month: Mapped[Month]
    due_on: Mapped[date | None]
    gathered_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="gathered")
    rows: Mapped[list[SuspensionRow]] = relationship(order_by="SuspensionRow.id", back_populates="batch")


class SuspensionRow(db.Model):
    """One case of a batch; taken out with a reason, or suspended when the batch is released."""

    __tablename__ = "suspension_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "case_id"),
        CheckConstraint("taken_out_on is null or reason is not null", name="taken_out"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("suspension_batch.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    period_due_on: Mapped[date]
    taken_out_on: Mapped[date | None]
    taken_out_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    taken_out_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    batch: Mapped[SuspensionBatch] = relationship(back_populates="rows")
    case: Mapped[Case] = relationship()


class GatheredLoss(db.Model):
    """A decision on a confirmed loss that stands in the batch of a month: open at its end, or taken in it (QD 25)."""

    __tablename__ = "gathered_loss"
    batch_id: Mapped[int] = mapped_column(ForeignKey("suspension_batch.id"), primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True, index=True)
    batch: Mapped[SuspensionBatch] = relationship()
    decision: Mapped[Decision] = relationship()


class SweepHalt(Released, db.Model):
    """A sweep that would have suspended far more of an office's cases than usual, held until two people let it go on.

    found: cases that would have been suspended; usual: a day, lately; most: what needs nobody.
    """

    __tablename__ = "sweep_halt"
    __table_args__ = (
        CheckConstraint("status in ('halted','proposed','released','over')", name="status"),
        CheckConstraint(_TWO_PERSONS, name="two_persons"),
        Index("uq_sweep_halt_open", "office_path", unique=True,
              sqlite_where=text("status <> 'over'"), postgresql_where=text("status <> 'over'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    office_path: Mapped[OfficePath]
    on: Mapped[date]
    found: Mapped[int]
    usual: Mapped[int]
    most: Mapped[int]
    status: Mapped[str] = mapped_column(String(10), default="halted")
