"""The calendar of working days as released, and the promised limit of each decision with its pauses."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.decision import Decision
from database import db
from database.types import Code, OfficePath, UtcDateTime, now, public_id
from staff.models import Office, StaffAccount

_OPEN_PAUSE = text("resumed_on is null")
_PROPOSED = text("status = 'proposed'")


class CalendarYear(db.Model):
    """A year's arrangement of holidays by its notice: proposed by one person, released by another. The latest released
    one of a year holds."""

    __tablename__ = "calendar_year"
    __table_args__ = (
        CheckConstraint("status in ('proposed','released','rejected')", name="status"),
        CheckConstraint("status = 'proposed' or (settled_by_person is not null and settled_on is not null)",
                        name="settled"),
        CheckConstraint("status <> 'released' or settled_by_person <> proposed_by_person", name="two_persons"),
        CheckConstraint("status <> 'rejected' or reason is not null", name="reason"),
        Index("uq_calendar_year_proposed", "year", unique=True, sqlite_where=_PROPOSED, postgresql_where=_PROPOSED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    year: Mapped[int]
    document: Mapped[str] = mapped_column(String(200))
    document_no: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="proposed")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    proposed_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    proposed_on: Mapped[date]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    settled_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    settled_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    days: Mapped[list[CalendarDay]] = relationship(order_by="CalendarDay.day")
    proposer: Mapped[StaffAccount] = relationship(foreign_keys=[proposed_by])


class CalendarDay(db.Model):
    """A day that differs from the week: a holiday, or a weekend worked in its place (调休)."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind in ('holiday','worked')", name="kind"),)
    calendar_year_id: Mapped[int] = mapped_column(ForeignKey("calendar_year.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(40), default="")


class ServiceLimit(db.Model):
    """What was promised for a decision, in working days. due_on: null while a pause lasts; provisional: counted through
    a year whose arrangement was not published; by_article: whether an article promises it, or this house."""

    __tablename__ = "service_limit"
    __table_args__ = (
        Index("ix_service_limit_due", "due_on", "decision_id"),
        Index("ix_service_limit_escalated", "escalated_path", "decision_id",
              sqlite_where=text("escalated_path is not null"), postgresql_where=text("escalated_path is not null")),
    )
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True, autoincrement=False)
    service: Mapped[Code]
    working_days: Mapped[int]
    basis: Mapped[str] = mapped_column(String(160))
    by_article: Mapped[bool]
    started_on: Mapped[date]
    due_on: Mapped[date | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    escalated_on: Mapped[date | None]
    escalated_to_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    escalated_path: Mapped[OfficePath | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decision: Mapped[Decision] = relationship(back_populates="limit")
    escalated_to: Mapped[Office | None] = relationship()
    pauses: Mapped[list[LimitPause]] = relationship(order_by="LimitPause.id", back_populates="limit")


class LimitPause(db.Model):
    """Days of a limit that are not counted: from paused_on to the day before resumed_on."""

    __tablename__ = "limit_pause"
    __table_args__ = (
        CheckConstraint("resumed_on is null or resumed_on >= paused_on", name="order"),
        Index("uq_limit_pause_open", "decision_id", unique=True, sqlite_where=_OPEN_PAUSE,
              postgresql_where=_OPEN_PAUSE),
        Index("ix_limit_pause_decision", "decision_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("service_limit.decision_id"))
    reason: Mapped[Code]
    basis: Mapped[str] = mapped_column(String(160))
    note: Mapped[str] = mapped_column(Text)
    paused_on: Mapped[date]
    paused_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    resumed_on: Mapped[date | None]
    resumed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    limit: Mapped[ServiceLimit] = relationship(back_populates="pauses")
    paused_by_account: Mapped[StaffAccount] = relationship(foreign_keys=[paused_by])
