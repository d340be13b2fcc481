"""What a comparison suggests and what a person said of it (issue 4, point 2)."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models import Pensioner
from database import db
from database.types import Code, Encrypted, UtcDateTime, now, public_id
from staff.models import StaffAccount

KINDS = ("row", "two_names", "two_numbers")
STATUSES = ("open", "confirmed", "rejected")


class MatchSuggestion(db.Model):
    """A row of a register, or a second entry of our own, that may be about the pensioner. Decided once, by a person.

    kind: `row`, its number is damaged or missing; `two_names`, it bears the pensioner's number and another name;
    `two_numbers`, `other_pensioner_id` seems to be the same person. weight: thousandths of a bit; probability: per
    million; comparison: [[comparison, level, thousandths of a bit], ...] by the model `model`; given: the row as JSON.
    """

    __tablename__ = "match_suggestion"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint("(status = 'open') = (decided_on is null) and (decided_on is null) = (decided_by is null)"
                        " and (decided_on is null) = (decided_by_person is null)", name="decided"),
        CheckConstraint("(kind = 'two_numbers') = (other_pensioner_id is not null)", name="shape"),
        CheckConstraint("other_pensioner_id is null or other_pensioner_id > pensioner_id", name="order"),
        UniqueConstraint("load_id", "row_number", "pensioner_id"),
        UniqueConstraint("pensioner_id", "other_pensioner_id"),
        Index("uq_match_suggestion_confirmed", "load_id", "row_number", unique=True,
              sqlite_where=text("status = 'confirmed'"), postgresql_where=text("status = 'confirmed'")),
        Index("ix_match_suggestion_open", "weight", "id",
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    kind: Mapped[str] = mapped_column(String(12), default="row")
    source: Mapped[Code | None]
    load_id: Mapped[int | None]
    row_number: Mapped[int | None] = mapped_column(BigInteger)
    pensioner_id: Mapped[int] = mapped_column(ForeignKey("pensioner.id"), index=True)
    other_pensioner_id: Mapped[int | None] = mapped_column(ForeignKey("pensioner.id"))
    weight: Mapped[int]
    probability: Mapped[int]
    comparison: Mapped[list[Any]] = mapped_column(JSON)
    model: Mapped[str] = mapped_column(String(40))
    given: Mapped[str | None] = mapped_column(Encrypted)
    found_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="open")
    decided_on: Mapped[date | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    pensioner: Mapped[Pensioner] = relationship(foreign_keys=[pensioner_id])
    other_pensioner: Mapped[Pensioner | None] = relationship(foreign_keys=[other_pensioner_id])
    decider: Mapped[StaffAccount | None] = relationship(foreign_keys=[decided_by])
