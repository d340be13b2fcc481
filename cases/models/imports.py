"""Import batches and their staged rows (F1-F4): proposed by one person, released by another."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models.case import Case
from database import db
from database.types import Code, Encrypted, OfficePath, UtcDateTime, now, public_id


class ImportBatch(db.Model):
    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint("status in ('staging','proposed','releasing','released','withdrawn')", name="status"),
        CheckConstraint("released_by_person is null or released_by_person <> proposed_by_person", name="two_persons"),
        UniqueConstraint("kind", "office_id", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    kind: Mapped[str] = mapped_column(String(20))  # pensioners, pay_run, payment_returns, recoveries
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10), default="staging")
    rows: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    loaded: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    quarantined: Mapped[int] = mapped_column(default=0)
    unread: Mapped[list[str]] = mapped_column(JSON, default=list)  # headings whose columns nobody reads
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))  # the run that stages or loads it
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    proposed_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    proposed_on: Mapped[date]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    released_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    released_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ImportRow(db.Model):
    """One row of the file: raw as received (encrypted), and what became of it."""

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint("status in ('good','loaded','unchanged','duplicate','quarantined','proposed')", name="status"),
        Index("ix_import_row_status", "batch_id", "status", "row_number"),
        Index("ix_import_row_benefit", "batch_id", "benefit_index"),
        Index("ix_import_row_person", "batch_id", "person_index"),
    )
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    raw: Mapped[str] = mapped_column(Encrypted)  # JSON
    record: Mapped[str | None] = mapped_column(Encrypted)  # JSON of the clean record
    person_index: Mapped[str | None] = mapped_column(String(64))  # as NaturalPerson.id_number_index
    benefit_index: Mapped[str | None] = mapped_column(String(64))
    name_index: Mapped[str | None] = mapped_column(String(64))
    content_index: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class ImportProposal(db.Model):
    """Facts of an existing case that a file states otherwise: people decide, the file never does (F4)."""

    __tablename__ = "import_proposal"
    __table_args__ = (
        CheckConstraint("status in ('open','accepted','dismissed','overtaken')", name="status"),
        CheckConstraint("status <> 'accepted' or decision_id is not null", name="accepted"),
        CheckConstraint("status <> 'dismissed' or reason is not null", name="dismissed"),
        Index("ix_import_proposal_open", "office_path", "id",
              sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    row_number: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    office_path: Mapped[OfficePath]
    kind: Mapped[Code]  # decision kind that would change it; "" where no kind does
    fields: Mapped[list[str]] = mapped_column(JSON)
    changes: Mapped[str] = mapped_column(Encrypted)  # JSON: field -> [registered, stated]
    changes_index: Mapped[str] = mapped_column(String(64))  # keyed hash of what is stated: the same claim again
    status: Mapped[str] = mapped_column(String(10), default="open")
    proposed_on: Mapped[date]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    closed_on: Mapped[date | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    batch: Mapped[ImportBatch] = relationship()
    case: Mapped[Case] = relationship()
