"""Decisions, signatures, and what they bring about."""
from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from database.migrations.columns import ENCRYPTED, TIME, only


def create() -> None:
    op.create_table(
        "objection",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("receipt_no", String(40), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("kind", String(40), nullable=False),
        Column("lodged_by", String(20), nullable=False),
        Column("lodged_by_name", ENCRYPTED),
        Column("phone", ENCRYPTED),
        Column("grounds", Text, nullable=False),
        Column("lodged_on", Date, nullable=False),
        Column("received_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("office_path", String(120), nullable=False),
        Column("status", String(10), nullable=False),
        Column("closed_on", Date),
        Column("closed_by_decision_id", Integer, ForeignKey("decision.id", use_alter=True)),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('open','upheld','dismissed')", name="status"),
    )
    op.create_index("ix_objection_open", "objection", ["office_path", "lodged_on", "id"],
                    **only("status = 'open'"))
    op.create_index("uq_objection_open_per_case", "objection", ["case_id"], unique=True,
                    **only("status = 'open'"))
    op.create_table(
        "decision",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("decision_no", String(40), nullable=False, unique=True),
        Column("kind", String(40), nullable=False),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("reason", String(40)),
        Column("fields", JSON, nullable=False),
        Column("personal", ENCRYPTED),
        Column("stage", String(16), nullable=False),
        Column("round", Integer, nullable=False),
        Column("signatures_required", Integer, nullable=False),
        Column("office_level", String(12), nullable=False),
        Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("office_path", String(120), nullable=False),
        Column("proposed_by_system", Boolean, nullable=False),
        Column("opened_by", Integer, ForeignKey("staff_account.id")),
        Column("opened_on", Date, nullable=False),
        Column("rules_area", String(12), nullable=False),
        Column("rules_version", String(64), nullable=False),
        Column("payable_through", String(7)),
        Column("back_pay_fen", Integer, nullable=False),
        Column("objection_id", Integer, ForeignKey("objection.id")),
        Column("claimed_by", Integer, ForeignKey("staff_account.id")),
        Column("claimed_at", TIME),
        Column("closed_on", Date),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("stage in ('draft', 'initial_review', 'recheck', 'approval', 'executed', 'rejected', "
                        "'withdrawn')", name="stage"),
    )
    op.create_index("ix_decision_case", "decision", ["case_id", "id"])
    op.create_index("ix_decision_waiting", "decision", ["office_path", "stage", "opened_on", "id"],
                    **only("stage in ('draft', 'initial_review', 'recheck', 'approval')"))
    op.create_index("uq_decision_one_open_per_case", "decision", ["case_id"], unique=True,
                    **only("stage in ('draft', 'initial_review', 'recheck', 'approval') and kind in "
                           "('suspend', 'stop', 'resume', 'terminate', 'restore')"))
    op.create_table(
        "decision_line",
        Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True),
        Column("month", String(7), primary_key=True),
        Column("entitled_fen", Integer, nullable=False),
        Column("pay_fen", Integer, nullable=False),
        Column("forfeited_fen", Integer, nullable=False),
        Column("basis", String(160), nullable=False),
    )
    op.create_table(
        "decision_participant",
        Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True),
        Column("natural_person_id", Integer, ForeignKey("natural_person.id"), primary_key=True),
        Column("side", String(8), primary_key=True),
        Column("why", String(40), nullable=False),
        Column("recorded_at", TIME, nullable=False),
    )
    op.create_table(
        "decision_evidence",
        Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True),
        Column("evidence_id", Integer, ForeignKey("evidence.id"), primary_key=True),
        Column("added_by", Integer, ForeignKey("staff_account.id")),
    )
    op.create_table(
        "review_step",
        Column("id", Integer, primary_key=True),
        Column("decision_id", Integer, ForeignKey("decision.id"), nullable=False),
        Column("round", Integer, nullable=False),
        Column("stage", String(16), nullable=False),
        Column("act", String(8), nullable=False),
        Column("account_id", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("natural_person_id", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("role", String(30), nullable=False),
        Column("opinion", Text),
        Column("content_digest", String(64)),
        Column("content", Text),
        Column("on", Date, nullable=False),
        Column("event_id", Integer, ForeignKey("audit_event.id"), nullable=False, unique=True),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("act in ('sign','return','reject')", name="act"),
        CheckConstraint("act <> 'sign' or content_digest is not null", name="signed_content"),
        UniqueConstraint("decision_id", "round", "natural_person_id"),
    )
    op.create_table(
        "case_transition",
        Column("id", Integer, primary_key=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("step", Integer, nullable=False),
        Column("action", String(40), nullable=False),
        Column("from_state", String(12)),
        Column("to_state", String(12), nullable=False),
        Column("reason", String(40)),
        Column("basis", String(160)),
        Column("rules_version", String(64), nullable=False),
        Column("on", Date, nullable=False),
        Column("period_due_on", Date),
        Column("decision_id", Integer, ForeignKey("decision.id")),
        Column("event_id", Integer, ForeignKey("audit_event.id"), nullable=False, unique=True),
        Column("recorded_at", TIME, nullable=False),
        UniqueConstraint("case_id", "step"),
    )
    op.create_index("ix_case_transition_period", "case_transition", ["case_id", "action", "period_due_on"], unique=True,
                    **only("action = 'suspend' and decision_id is null"))
    op.create_table(
        "benefit_month",
        Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
        Column("month", String(7), primary_key=True),
        Column("entitled", Integer, nullable=False),
        Column("paid", Integer, nullable=False),
        Column("withheld", Integer, nullable=False),
        Column("back_paid", Integer, nullable=False),
        Column("forfeited", Integer, nullable=False),
        Column("overpaid", Integer, nullable=False),
        Column("recovered", Integer, nullable=False),
        Column("back_paid_by_decision_id", Integer, ForeignKey("decision.id")),
        CheckConstraint("back_paid = 0 or back_paid_by_decision_id is not null", name="back_paid_by_decision"),
        CheckConstraint("entitled = paid + withheld", name="entitled"),
        CheckConstraint("paid >= 0 and withheld >= 0 and back_paid >= 0 and forfeited >= 0 and overpaid >= 0 "
                        "and recovered >= 0", name="not_negative"),
        CheckConstraint("overpaid >= recovered", name="overpaid"),
        CheckConstraint("withheld >= back_paid + forfeited", name="withheld"),
    )
    op.create_table(
        "death_mark",
        Column("id", Integer, primary_key=True),
        Column("pensioner_id", Integer, ForeignKey("pensioner.id"), nullable=False, index=True),
        Column("died_on", Date, nullable=False),
        Column("source", String(40), nullable=False),
        Column("evidence_id", Integer, ForeignKey("evidence.id")),
        Column("marked_on", Date, nullable=False),
        Column("marked_by", Integer, ForeignKey("staff_account.id")),
        Column("recorded_at", TIME, nullable=False),
        Column("annulled_on", Date),
        Column("annulled_by_decision_id", Integer, ForeignKey("decision.id")),
    )
    op.create_index("uq_death_mark_in_force", "death_mark", ["pensioner_id"], unique=True,
                    **only("annulled_on is null"))
    op.create_table(
        "certification",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("pensioner_id", Integer, ForeignKey("pensioner.id"), nullable=False, index=True),
        Column("method", String(40), nullable=False),
        Column("evidence_on", Date, nullable=False),
        Column("source_ref", String(80), nullable=False),
        Column("evidence_id", Integer, ForeignKey("evidence.id")),
        Column("status", String(10), nullable=False),
        Column("submitted_on", Date, nullable=False),
        Column("submitted_by", Integer, ForeignKey("staff_account.id")),
        Column("reviewed_by", Integer, ForeignKey("staff_account.id")),
        Column("decision_id", Integer, ForeignKey("decision.id")),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('submitted','valid','refused')", name="status"),
        UniqueConstraint("pensioner_id", "method", "evidence_on", "source_ref"),
    )
    if op.get_context().dialect.name != "sqlite":  # there it stands in the table: both point at each other
        op.create_foreign_key(None, "objection", "decision", ["closed_by_decision_id"], ["id"])
