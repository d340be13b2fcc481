"""The case: one per person and benefit; its history; its months of money."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.models import AuditEvent
from cases.models.pensioner import Pensioner
from database import db
from database.types import Code, Encrypted, Month, OfficePath, UtcDateTime, byte_ordered, now, public_id
from staff.models import Office

STATES = ("pending", "verified", "suspended", "stopped", "resumed", "terminated")
# conditions of partial indexes, said in a query in the same words: SQLite draws no conclusions
STILL_ASKED = "state <> 'terminated' and (state <> 'stopped' or state_reason is null or state_reason <> 'death')"
WITHHELD = "state in ('suspended','stopped')"
TOUCHES_WITHHELD = "to_state in ('suspended','stopped') or from_state in ('suspended','stopped')"


class Case(db.Model):
    """`state` is written by cases/moves.py (through the machine) and by the set-based sweep, nobody else."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("pensioner_id", "scheme", "benefit_kind"),
        CheckConstraint(f"state in {STATES}", name="state"),
        Index("ix_cases_due", "office_path", "due_on", "id",
              sqlite_where=text("state in ('pending','verified','resumed')"),
              postgresql_where=text("state in ('pending','verified','resumed')")),
        Index("ix_cases_office", "office_path", "id"),
        Index("ix_cases_state", "office_path", "state", "id"),
        Index("ix_cases_withheld", "paying_office_id", "withheld_from",
              sqlite_where=text("state in ('suspended','stopped')"),
              postgresql_where=text("state in ('suspended','stopped')")),
        Index("ix_cases_suspended", "state_since", "id",
              sqlite_where=text("state = 'suspended'"), postgresql_where=text("state = 'suspended'")),
        Index("ix_cases_not_certified", "office_path", "period_start", "id", "scheme", "state", "state_reason",
              sqlite_where=text(STILL_ASKED), postgresql_where=text(STILL_ASKED)),
        Index("ix_cases_withheld_since", "office_path", "state_since", "id",
              sqlite_where=text(WITHHELD), postgresql_where=text(WITHHELD)),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    case_no: Mapped[str] = mapped_column(byte_ordered(40), unique=True)
    pensioner_id: Mapped[int] = mapped_column(ForeignKey("pensioner.id"))
    scheme: Mapped[Code]
    benefit_kind: Mapped[Code]
    kinship: Mapped[str | None] = mapped_column(String(20))
    work_capacity: Mapped[str | None] = mapped_column(String(20))
    insured_place: Mapped[str | None] = mapped_column(String(12))
    paying_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[OfficePath]  # of the responsible office
    employer: Mapped[str | None] = mapped_column(String(120))
    granted_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))
    state_since: Mapped[date]
    state_reason: Mapped[str | None] = mapped_column(String(40))
    state_basis: Mapped[str | None] = mapped_column(String(160))
    rules_version: Mapped[str] = mapped_column(String(64))
    task_open: Mapped[bool] = mapped_column(default=False)
    last_certified_on: Mapped[date | None]
    period_start: Mapped[date | None]
    due_on: Mapped[date | None]
    warn_from: Mapped[date | None]  # a case entered overdue gets its full warning period from here (F4)
    withheld_from: Mapped[str | None] = mapped_column(String(7))  # first month the regular run does not pay
    account_status: Mapped[str | None] = mapped_column(String(10))  # settled, sealed
    payee_name: Mapped[str | None] = mapped_column(String(60))
    payee_bank: Mapped[str | None] = mapped_column(String(80))
    payee_account: Mapped[str | None] = mapped_column(Encrypted)
    case_seq: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    pensioner: Mapped[Pensioner] = relationship()
    paying_office: Mapped[Office] = relationship()
    rates: Mapped[list[BenefitRate]] = relationship(order_by="BenefitRate.since_month", back_populates="case")
    __mapper_args__ = {"version_id_col": version}


class NamePart(db.Model):
    """Single characters and pairs of the pensioner's name, per case: a page of one office is one range of the key."""

    __tablename__ = "name_part"
    __table_args__ = {"sqlite_with_rowid": False}
    part: Mapped[str] = mapped_column(byte_ordered(2), primary_key=True)
    office_path: Mapped[OfficePath] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)


class BenefitRate(db.Model):
    """The monthly amount in force from a month on."""

    __tablename__ = "benefit_rate"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    since_month: Mapped[Month] = mapped_column(primary_key=True)
    monthly_fen: Mapped[int] = mapped_column()
    basis: Mapped[str | None] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    case: Mapped[Case] = relationship(back_populates="rates")
    __table_args__ = (CheckConstraint("monthly_fen >= 0", name="not_negative"),)


class CaseTransition(db.Model):
    """One step of the case's path; exactly one event of a state-changing type stands behind it (R1)."""

    __tablename__ = "case_transition"
    __table_args__ = (
        UniqueConstraint("case_id", "step"),
        Index("ix_case_transition_period", "case_id", "action", "period_due_on", unique=True,
              sqlite_where=text("action = 'lapse'"),
              postgresql_where=text("action = 'lapse'")),
        Index("ix_case_transition_withheld", "on", "case_id", "from_state", "to_state",
              sqlite_where=text(TOUCHES_WITHHELD), postgresql_where=text(TOUCHES_WITHHELD)),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    step: Mapped[int]  # 1, 2, 3 ... per case
    action: Mapped[Code]
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(40))
    basis: Mapped[str | None] = mapped_column(String(160))
    rules_version: Mapped[str] = mapped_column(String(64))
    on: Mapped[date]
    period_due_on: Mapped[date | None]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    event: Mapped[AuditEvent] = relationship()


class BenefitMonth(db.Model):
    """The money of one case and month, in fen (M1-M3). Open: what was overpaid and has not been recovered.

    `owed` is False after the month of death: whatever was paid for such a month is overpaid.
    """

    __tablename__ = "benefit_month"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)
    entitled: Mapped[int] = mapped_column(default=0)
    paid: Mapped[int] = mapped_column(default=0)
    withheld: Mapped[int] = mapped_column(default=0)
    back_paid: Mapped[int] = mapped_column(default=0)
    forfeited: Mapped[int] = mapped_column(default=0)
    overpaid: Mapped[int] = mapped_column(default=0)
    recovered: Mapped[int] = mapped_column(default=0)
    owed: Mapped[bool] = mapped_column(default=True)
    back_paid_by_decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    claimed_by_decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    __table_args__ = (
        Index("ix_benefit_month_overpaid", "case_id", "month",
              sqlite_where=text("overpaid > recovered"), postgresql_where=text("overpaid > recovered")),
        CheckConstraint("entitled = paid + withheld", name="entitled"),
        CheckConstraint("withheld >= back_paid + forfeited", name="withheld"),
        CheckConstraint("overpaid >= recovered", name="overpaid"),
        CheckConstraint("paid >= 0 and withheld >= 0 and back_paid >= 0 and forfeited >= 0 and overpaid >= 0"
                        " and recovered >= 0", name="not_negative"),
        CheckConstraint("back_paid = 0 or back_paid_by_decision_id is not null", name="back_paid_by_decision"),
        CheckConstraint("owed or (paid = 0 and withheld = back_paid + forfeited)", name="owed"),
    )


class Recovery(db.Model):
    """Money that came back for an overpaid month: paid in, deducted, or returned by the bank. Never changed."""

    __tablename__ = "recovery"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    receipt_ref: Mapped[str] = mapped_column(String(60), primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)  # the overpaid month it is set against
    amount_fen: Mapped[int]
    way: Mapped[Code]  # paid_in, deducted, returned_by_bank
    on: Mapped[date]
    __table_args__ = (CheckConstraint("amount_fen > 0", name="positive"),)


class PayRun(db.Model):
    """The regular run of an office for a month; a closed one is never changed."""

    __tablename__ = "pay_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    month: Mapped[Month]
    closed_on: Mapped[date | None]
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("office_id", "month"),)


class PaymentReturn(db.Model):
    """The bank's answer for one payment: accepted or come back."""

    __tablename__ = "payment_return"
    __table_args__ = (UniqueConstraint("case_id", "month", "payment_ref"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    month: Mapped[Month]
    payment_ref: Mapped[str] = mapped_column(String(60))
    decision_no: Mapped[str | None] = mapped_column(String(40))  # arrears of that decision
    amount_fen: Mapped[int]
    accepted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(60))
    on: Mapped[date]


class NumberSeries(db.Model):
    """The last number given, per office, year and kind (case, decision, receipt ...)."""

    __tablename__ = "number_series"
    office_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
