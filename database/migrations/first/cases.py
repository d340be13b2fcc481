"""Pensioners, cases, their money as reported, evidence."""
from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

from database.migrations.columns import ENCRYPTED, TIME, only


def create() -> None:
    op.create_table(
        "pensioner",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("natural_person_id", Integer, ForeignKey("natural_person.id"), nullable=False, unique=True),
        Column("name", String(60), nullable=False),
        Column("name_sort", String(120), nullable=False),
        Column("id_number", ENCRYPTED, nullable=False),
        Column("sex", String(6), nullable=False),
        Column("birth_on", Date, nullable=False),
        Column("residence_office_id", Integer, ForeignKey("office.id"), index=True),
        Column("address", ENCRYPTED),
        Column("phone", ENCRYPTED),
        Column("phone_failed_on", Date),
        Column("version", Integer, nullable=False),
    )
    op.create_index("ix_pensioner_name", "pensioner", ["name_sort", "id"])
    op.create_table(
        "name_part",
        Column("part", String(2), primary_key=True),
        Column("pensioner_id", Integer, ForeignKey("pensioner.id"), primary_key=True),
    )
    op.create_table(
        "cases",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_no", String(40), nullable=False, unique=True),
        Column("pensioner_id", Integer, ForeignKey("pensioner.id"), nullable=False, index=True),
        Column("scheme", String(40), nullable=False),
        Column("benefit_kind", String(40), nullable=False),
        Column("kinship", String(20)),
        Column("work_capacity", String(20)),
        Column("insured_place", String(12)),
        Column("paying_office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("office_path", String(120), nullable=False),
        Column("employer", String(120)),
        Column("granted_on", Date, nullable=False),
        Column("state", String(12), nullable=False),
        Column("state_since", Date, nullable=False),
        Column("state_reason", String(40)),
        Column("state_basis", String(160)),
        Column("rules_version", String(64), nullable=False),
        Column("task_open", Boolean, nullable=False),
        Column("last_certified_on", Date),
        Column("period_start", Date),
        Column("due_on", Date),
        Column("warn_from", Date),
        Column("withheld_from", String(7)),
        Column("account_status", String(10)),
        Column("payee_name", String(60)),
        Column("payee_bank", String(80)),
        Column("payee_account", ENCRYPTED),
        Column("case_seq", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("state in ('pending', 'verified', 'suspended', 'stopped', 'resumed', 'terminated')",
                        name="state"),
        UniqueConstraint("pensioner_id", "scheme", "benefit_kind"),
    )
    op.create_index("ix_cases_due", "cases", ["office_path", "due_on", "id"],
                    **only("state in ('pending','verified','resumed')"))
    op.create_index("ix_cases_state", "cases", ["office_path", "state", "id"])
    op.create_index("ix_cases_suspended", "cases", ["state_since", "id"],
                    **only("state = 'suspended'"))
    op.create_table(
        "benefit_rate",
        Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
        Column("since_month", String(7), primary_key=True),
        Column("monthly_fen", Integer, nullable=False),
        Column("basis", String(120)),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("monthly_fen >= 0", name="not_negative"),
    )
    op.create_table(
        "pay_run",
        Column("id", Integer, primary_key=True),
        Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("month", String(7), nullable=False),
        Column("closed_on", Date),
        Column("file_sha256", String(64)),
        UniqueConstraint("office_id", "month"),
    )
    op.create_table(
        "payment_return",
        Column("id", Integer, primary_key=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("month", String(7), nullable=False),
        Column("payment_ref", String(60), nullable=False),
        Column("decision_no", String(40)),
        Column("amount_fen", Integer, nullable=False),
        Column("accepted", Boolean, nullable=False),
        Column("reason", String(60)),
        Column("on", Date, nullable=False),
        UniqueConstraint("case_id", "month", "payment_ref"),
    )
    op.create_table(
        "number_series",
        Column("office_code", String(12), primary_key=True),
        Column("year", Integer, primary_key=True),
        Column("kind", String(12), primary_key=True),
        Column("last", Integer, nullable=False),
    )
    op.create_table(
        "evidence",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("kind", String(40), nullable=False),
        Column("title", String(120), nullable=False),
        Column("media_type", String(60), nullable=False),
        Column("size", Integer, nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("produced_by", Integer, ForeignKey("staff_account.id")),
        Column("received_on", Date, nullable=False),
        Column("recorded_at", TIME, nullable=False),
    )
    op.create_table(
        "evidence_content",
        Column("evidence_id", Integer, ForeignKey("evidence.id"), primary_key=True),
        Column("content", LargeBinary),
        Column("erased_at", TIME),
    )
