"""The pensioner: who, where, and the dated facts about the person."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database import db
from database.types import Code, Encrypted, UtcDateTime, now, public_id
from staff.models import NaturalPerson, Office

UNREACHABLE = text("(pensioner.phone is null or pensioner.phone_failed_on is not null)")  # SC-37b
_UNREACHABLE = text("phone is null or phone_failed_on is not null")


class Pensioner(db.Model):
    __tablename__ = "pensioner"
    __table_args__ = (Index("ix_pensioner_name", "name_sort", "id"),
                      Index("ix_pensioner_unreachable", "id", sqlite_where=_UNREACHABLE,
                            postgresql_where=_UNREACHABLE),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    natural_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_sort: Mapped[str] = mapped_column(String(120))  # pinyin, for sorting on either engine
    id_number: Mapped[str] = mapped_column(Encrypted)
    sex: Mapped[str] = mapped_column(String(6))  # male, female
    birth_on: Mapped[date]
    residence_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    address: Mapped[str | None] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_failed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    natural_person: Mapped[NaturalPerson] = relationship()
    residence_office: Mapped[Office | None] = relationship()
    death_marks: Mapped[list[DeathMark]] = relationship(back_populates="pensioner", order_by="DeathMark.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def death_mark(self) -> DeathMark | None:
        """The mark in force, if any."""
        return next((m for m in self.death_marks if m.annulled_on is None), None)


class DeathMark(db.Model):
    """A dated fact on a person (S3). One in force at a time; annulled by its own decision only."""

    __tablename__ = "death_mark"
    __table_args__ = (
        Index("uq_death_mark_in_force", "pensioner_id", unique=True,
              sqlite_where=text("annulled_on is null"), postgresql_where=text("annulled_on is null")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    pensioner_id: Mapped[int] = mapped_column(ForeignKey("pensioner.id"), index=True)
    died_on: Mapped[date]
    source: Mapped[Code]  # a death source the area's rules hold sufficient
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    marked_on: Mapped[date]
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    annulled_on: Mapped[date | None]
    annulled_by_decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    pensioner: Mapped[Pensioner] = relationship(back_populates="death_marks")


class Certification(db.Model):
    """Proof that the person is still entitled. Counts from the evidence's date; social service needs two people."""

    __tablename__ = "certification"
    __table_args__ = (
        CheckConstraint("status in ('submitted','valid','refused','withdrawn')", name="status"),
        UniqueConstraint("pensioner_id", "method", "evidence_on", "source_ref"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    pensioner_id: Mapped[int] = mapped_column(ForeignKey("pensioner.id"), index=True)
    method: Mapped[Code]
    evidence_on: Mapped[date]
    source_ref: Mapped[str] = mapped_column(String(80))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    status: Mapped[str] = mapped_column(String(10))
    submitted_on: Mapped[date]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
