"""Insured persons who near the age of benefit (到龄人员): told, reviewed ahead, applied, entered (JS-6.4, JS-7.3)."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.case import Case
from database import db
from database.types import Encrypted, OfficePath, UtcDateTime, now, public_id
from staff.models import Office

_OPEN = text("closed_on is null")


class NearingAge(db.Model):
    """One insured person of an office and scheme; no case yet. `reaches_on`: the birthday by the rules of the place.

    `status` of the notice: none, sending, accepted, failed, held, by_hand. Closed when the case enters.
    """

    __tablename__ = "nearing_age"
    __table_args__ = (
        UniqueConstraint("office_id", "person_index", "scheme"),
        Index("ix_nearing_age_open", "office_path", "reaches_on", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_nearing_age_month", "office_path", "reaches_on", "id"),
        Index("ix_nearing_age_person", "person_index"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    person_index: Mapped[str] = mapped_column(String(64))  # as NaturalPerson.id_number_index
    scheme: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(60))
    id_number: Mapped[str] = mapped_column(Encrypted)
    birth_on: Mapped[date]
    phone: Mapped[str | None] = mapped_column(Encrypted)
    address: Mapped[str | None] = mapped_column(Encrypted)
    months_paid: Mapped[int | None]  # months of contributions, as the file states them
    reaches_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="none")
    channel: Mapped[str | None] = mapped_column(String(10))
    message_id: Mapped[str | None] = mapped_column(String(80))
    proof: Mapped[str | None] = mapped_column(String(300))
    told_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    review: Mapped[str | None] = mapped_column(String(30))
    applied_on: Mapped[date | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    closed_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    office: Mapped[Office] = relationship()
    case: Mapped[Case | None] = relationship()
