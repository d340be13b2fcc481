"""Runs of matching, the list each case stands on now, what each run changed, the sample people look at."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.models import Case, VerificationTask
from cases.models.batches import Released
from database import db
from database.types import Code, Month, OfficePath, UtcDateTime, now, public_id
from staff.models import StaffAccount

LISTS = ("eligible", "lost", "to_be_verified")
OPEN = ("proposed", "halted", "released")
STATUSES = (*OPEN, "applied", "cancelled")
FINDINGS = ("as_said", "wrong")
LET_GO = "status not in ('released','applied')"
_OPEN = f"status in {OPEN}"
_UNDONE = "outcome is null"


class MatchingRun(Released, db.Model):
    """A run of matching over an area. `halted`: found far more losses than usual, so that two persons release it.

    rules_digest: of the definition and the rules it ran under. loads: public ids of the feeds it read. counts: lists
    (list -> cases that stand on it), lost (source -> cases newly lost), outcomes (what was done -> cases). changes:
    "list/reason/source" -> cases that came to stand there. halts: source -> found, usual, most. directory: where its
    files lie, below the feed store. sample: cases to be looked at.
    """

    __tablename__ = "matching_run"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint(f"{LET_GO} or released_by_person is not null", name="released_by_person"),
        CheckConstraint(f"{LET_GO} or not halted or (proposed_by_person is not null "
                        "and proposed_by_person <> released_by_person)", name="two_persons"),
        Index("uq_matching_run_open", "area_path", unique=True, sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_matching_run_month", "month", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    month: Mapped[Month]
    area_path: Mapped[OfficePath]
    on: Mapped[date]
    mode: Mapped[Code]  # full, incremental
    status: Mapped[str] = mapped_column(String(10), default="proposed")
    halted: Mapped[bool] = mapped_column(default=False)
    before_id: Mapped[int | None] = mapped_column(ForeignKey("matching_run.id"))
    directory: Mapped[str] = mapped_column(String(120))
    rules_digest: Mapped[str] = mapped_column(String(64))
    loads: Mapped[list[str]] = mapped_column(JSON, default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    halts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sample: Mapped[int] = mapped_column(default=0)
    applied_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    before: Mapped[MatchingRun | None] = relationship(remote_side="MatchingRun.id")


class Stands:
    """Where a case stands and what put it there. sign_on: day the register speaks of, null where it gave none.

    source: of the catalogue; code: what it said; load_id, row: where. All null where no register put it there.
    sure: how the row was tied to the person (docs/decisions/100).
    """

    list: Mapped[str] = mapped_column(String(20))
    reason: Mapped[Code]
    source: Mapped[str | None] = mapped_column(String(40))
    code: Mapped[int | None] = mapped_column(SmallInteger)
    load_id: Mapped[int | None] = mapped_column(BigInteger)
    row: Mapped[int | None] = mapped_column(BigInteger)
    sign_on: Mapped[date | None]
    sure: Mapped[int | None] = mapped_column(SmallInteger)


class ListEntry(Stands, db.Model):
    """The list a case stands on now, by the last run that was released."""

    __tablename__ = "list_entry"
    __table_args__ = (
        CheckConstraint(f"list in {LISTS}", name="list"),
        Index("ix_list_entry_list", "list", "case_id"),
        Index("ix_list_entry_load", "load_id", "case_id"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    since_run_id: Mapped[int] = mapped_column(ForeignKey("matching_run.id"))
    case: Mapped[Case] = relationship()
    since: Mapped[MatchingRun] = relationship()


class ListChange(Stands, db.Model):
    """What a run changes of a case: the list it comes to stand on, the one it stood on.

    outcome: what was done once it was released, null until then. caused: public id of what came of it: a certification,
    a task, a decision. undone_on: its load was withdrawn or what it said retracted, and what rested on it undone.
    """

    __tablename__ = "list_change"
    __table_args__ = (
        CheckConstraint(f"list in {LISTS}", name="list"),
        CheckConstraint(f"old_list is null or old_list in {LISTS}", name="old_list"),
        Index("ix_list_change_list", "run_id", "list", "case_id"),
        Index("ix_list_change_case", "case_id", "run_id"),
        Index("ix_list_change_load", "load_id", "case_id"),
        Index("ix_list_change_undone", "run_id", "case_id", sqlite_where=text(_UNDONE), postgresql_where=text(_UNDONE)),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("matching_run.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    old_list: Mapped[str | None] = mapped_column(String(20))
    old_reason: Mapped[str | None] = mapped_column(String(40))
    outcome: Mapped[str | None] = mapped_column(String(30))
    caused: Mapped[str | None] = mapped_column(String(20))
    undone_on: Mapped[date | None]
    run: Mapped[MatchingRun] = relationship()
    case: Mapped[Case] = relationship()


class MatchingSample(db.Model):
    """A case of the sample that people look at before a run is released. finding: as_said, wrong."""

    __tablename__ = "matching_sample"
    __table_args__ = (
        CheckConstraint(f"finding is null or (finding in {FINDINGS} and looked_by_person is not null "
                        "and looked_on is not null)", name="finding"),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("matching_run.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    finding: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(Text)
    looked_on: Mapped[date | None]
    looked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    looked_by_person: Mapped[int | None] = mapped_column(ForeignKey("natural_person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()
    run: Mapped[MatchingRun] = relationship()


class DataDispute(db.Model):
    """What a register says is objected to, fed back to its source and answered (SC 9c, GB 3.4).

    about: what is said to be wrong. answer: corrected, kept; refuted, by people of the agency. Only its answer is ever
    written to it.
    """

    __tablename__ = "data_dispute"
    __table_args__ = (
        CheckConstraint("status in ('filed','sent','answered')", name="status"),
        CheckConstraint("status <> 'answered' or (answer is not null and answered_by is not null)", name="answered"),
        Index("ix_data_dispute_waiting", "office_path", "filed_on", "id",
              sqlite_where=text("status <> 'answered'"), postgresql_where=text("status <> 'answered'")),
        Index("ix_data_dispute_case", "case_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    office_path: Mapped[OfficePath]
    source: Mapped[Code]
    about: Mapped[Code]
    load_id: Mapped[int | None] = mapped_column(BigInteger)
    row: Mapped[int | None] = mapped_column(BigInteger)
    sign_on: Mapped[date | None]
    grounds: Mapped[str] = mapped_column(Text)
    filed_on: Mapped[date]
    filed_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    status: Mapped[str] = mapped_column(String(10), default="filed")
    sent_on: Mapped[date | None]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    reference: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(String(12))
    answer_note: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()


class SignRetraction(db.Model):
    """What a register said of a person and was wrong about: no run counts it until it is put back (SC 9c, 27b).

    sign_on: the day it spoke of; through_load: without a day, the last load in which it says nothing. cause: corrected
    by its source, refuted by people of the agency (task), annulled with a mark of death (decision).
    """

    __tablename__ = "sign_retraction"
    __table_args__ = (
        CheckConstraint("cause in ('corrected','refuted','annulled')", name="cause"),
        CheckConstraint("(cause = 'annulled' and decision_id is not null) or (cause <> 'annulled' "
                        "and dispute_id is not null and retracted_by is not null)", name="grounds"),
        CheckConstraint("cause <> 'refuted' or task_id is not null", name="task"),
        CheckConstraint("(sign_on is null) = (through_load is not null)", name="day"),
        CheckConstraint("(reversed_on is null) = (reversed_by is null) "
                        "and (reversed_on is null) = (reversed_grounds is null)", name="reversed"),
        CheckConstraint("reversed_by is null or retracted_by is null or reversed_by <> retracted_by",
                        name="two_accounts"),
        Index("ix_sign_retraction_decision", "decision_id"),
        Index("ix_sign_retraction_person", "pensioner_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    pensioner_id: Mapped[int] = mapped_column(ForeignKey("pensioner.id"))
    office_path: Mapped[OfficePath]
    source: Mapped[Code]
    code: Mapped[int] = mapped_column(SmallInteger)
    sign_on: Mapped[date | None]
    through_load: Mapped[int | None] = mapped_column(BigInteger)
    cause: Mapped[Code]
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("data_dispute.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("verification_task.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    retracted_on: Mapped[date]
    retracted_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    reversed_on: Mapped[date | None]
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    reversed_grounds: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship()
    dispute: Mapped[DataDispute | None] = relationship()
    task: Mapped[VerificationTask | None] = relationship()
    retractor: Mapped[StaffAccount | None] = relationship(foreign_keys=[retracted_by])
