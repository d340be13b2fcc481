"""The decision: one proposed change of a case, with its review."""
from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.models import AuditEvent
from cases.models.case import Case
from database import db
from database.types import Code, Encrypted, Month, OfficePath, UtcDateTime, now, public_id
from staff.models import Office, StaffAccount

if TYPE_CHECKING:
    from cases.models.limits import ServiceLimit

OPEN_STAGES = ("draft", "initial_review", "recheck", "approval")
STAGES = (*OPEN_STAGES, "executed", "rejected", "withdrawn")
MOVING = ("suspend", "stop", "resume", "terminate", "restore")
_OPEN = text(f"stage in {OPEN_STAGES}")
_OPEN_ON_OBJECTION = text(f"stage in {OPEN_STAGES} and objection_id is not null")
HIGH_LEVELS = ("city", "province", "ministry")
_OPEN_AND_HIGH = text(f"stage in {OPEN_STAGES} and office_level in {HIGH_LEVELS}")
_OPEN_AND_MOVING = text(f"stage in {OPEN_STAGES} and kind in {MOVING}")


class Decision(db.Model):
    """`stage` names the signature awaited next; `fields` hold what is proposed (JSON: reason, dates, texts)."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(f"stage in {STAGES}", name="stage"),
        Index("uq_decision_one_open_per_case", "case_id", unique=True,
              sqlite_where=_OPEN_AND_MOVING, postgresql_where=_OPEN_AND_MOVING),  # P6
        Index("ix_decision_waiting", "office_path", "stage", "opened_on", "id",
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_stage", "stage", "opened_on", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_kind", "kind", "stage", "opened_on", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_high", "stage", "id", sqlite_where=_OPEN_AND_HIGH, postgresql_where=_OPEN_AND_HIGH),
        Index("ix_decision_opened_by", "opened_by", "stage", "opened_on", "id",
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_claimed_by", "claimed_by", "stage", "opened_on", "id",
              sqlite_where=text("claimed_by is not null"), postgresql_where=text("claimed_by is not null")),
        Index("ix_decision_objection", "stage", "id",
              sqlite_where=_OPEN_ON_OBJECTION, postgresql_where=_OPEN_ON_OBJECTION),
        Index("ix_decision_case", "case_id", "id"),
        Index("ix_decision_referred", "referred_path", "id",
              sqlite_where=text("referred_path is not null"), postgresql_where=text("referred_path is not null")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    decision_no: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[Code]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    reason: Mapped[str | None] = mapped_column(String(40))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    personal: Mapped[str | None] = mapped_column(Encrypted)  # JSON: proposed name, ID number, payee of heirs
    stage: Mapped[str] = mapped_column(String(16), default="draft")
    round: Mapped[int] = mapped_column(default=1)
    signatures_required: Mapped[int]
    office_level: Mapped[str] = mapped_column(String(12))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]
    proposed_by_system: Mapped[bool] = mapped_column(default=False)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    opened_on: Mapped[date]
    rules_area: Mapped[str] = mapped_column(String(12))
    rules_version: Mapped[str] = mapped_column(String(64))
    payable_through: Mapped[str | None] = mapped_column(String(7))
    back_pay_fen: Mapped[int] = mapped_column(default=0)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"))
    referred_to_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))  # nobody here is eligible (P9)
    referred_path: Mapped[OfficePath | None]
    referred_on: Mapped[date | None]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()
    office: Mapped[Office] = relationship(foreign_keys=[office_id])
    referred_to: Mapped[Office | None] = relationship(foreign_keys=[referred_to_id])
    opener: Mapped[StaffAccount | None] = relationship(foreign_keys=[opened_by])
    claimant: Mapped[StaffAccount | None] = relationship(foreign_keys=[claimed_by])
    steps: Mapped[list[ReviewStep]] = relationship(order_by="ReviewStep.id", back_populates="decision")
    lines: Mapped[list[DecisionLine]] = relationship(order_by="DecisionLine.month", cascade="all, delete-orphan")
    evidence: Mapped[list[DecisionEvidence]] = relationship(order_by="DecisionEvidence.evidence_id")
    limit: Mapped[ServiceLimit | None] = relationship(back_populates="decision", uselist=False)


class DecisionLine(db.Model):
    """One withheld month of the arrears sheet."""

    __tablename__ = "decision_line"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)
    entitled_fen: Mapped[int]
    pay_fen: Mapped[int]
    forfeited_fen: Mapped[int]
    basis: Mapped[str] = mapped_column(String(160))


class ReviewStep(db.Model):
    """A person's act on a decision. Signatures carry the digest of what was signed (P5)."""

    __tablename__ = "review_step"
    __table_args__ = (
        UniqueConstraint("decision_id", "round", "natural_person_id"),
        Index("ix_review_step_person", "natural_person_id", "decision_id"),
        Index("ix_review_step_on", "on"),
        CheckConstraint("act in ('sign','return','reject')", name="act"),
        CheckConstraint("act <> 'sign' or content_digest is not null", name="signed_content"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    round: Mapped[int]
    stage: Mapped[str] = mapped_column(String(16))
    act: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    natural_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    role: Mapped[str] = mapped_column(String(30))
    opinion: Mapped[str | None] = mapped_column(Text)
    content_digest: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[str | None] = mapped_column(Text)  # canonical JSON of what was signed, for the differences
    on: Mapped[date]
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decision: Mapped[Decision] = relationship(back_populates="steps")
    event: Mapped[AuditEvent] = relationship()
    account: Mapped[StaffAccount] = relationship()


class DecisionParticipant(db.Model):
    """Who stands on which side of a decision, across all rounds (P1, P2)."""

    __tablename__ = "decision_participant"
    __table_args__ = (Index("ix_decision_participant_person", "natural_person_id", "decision_id"),)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    natural_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"), primary_key=True)
    side: Mapped[str] = mapped_column(String(8), primary_key=True)  # first, recheck, approval
    why: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Evidence(db.Model):
    """A photo, video or paper, kept as received. Its bytes never change; its digest stands in the log."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_producer", "produced_by", "received_on"),)  # the volumes of a month (QD 29)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[Code]
    title: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    happened_on: Mapped[date]
    produced_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    received_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    producer: Mapped[StaffAccount | None] = relationship()


class EvidenceContent(db.Model):
    __tablename__ = "evidence_content"
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DecisionEvidence(db.Model):
    __tablename__ = "decision_evidence"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    evidence: Mapped[Evidence] = relationship(lazy="joined", innerjoin=True)
