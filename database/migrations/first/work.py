"""Work around a case, jobs, and what this database is."""
from alembic import op
from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, String, Text

from database.migrations.columns import TIME, only


def create() -> None:
    op.create_table(
        "verification_task",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("cause", String(40), nullable=False),
        Column("objection_id", Integer, ForeignKey("objection.id")),
        Column("grassroots_office_id", Integer, ForeignKey("office.id")),
        Column("grassroots_path", String(120), index=True),
        Column("office_path", String(120), nullable=False),
        Column("opened_on", Date, nullable=False),
        Column("due_on", Date, nullable=False),
        Column("claimed_by", Integer, ForeignKey("staff_account.id")),
        Column("status", String(10), nullable=False),
        Column("outcome", String(30)),
        Column("means", String(30)),
        Column("note", Text),
        Column("evidence_id", Integer, ForeignKey("evidence.id")),
        Column("finished_on", Date),
        Column("finished_by", Integer, ForeignKey("staff_account.id")),
        Column("escalated_on", Date),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('open','finished')", name="status"),
    )
    op.create_index("ix_verification_task_open", "verification_task", ["office_path", "due_on", "id"],
                    **only("status = 'open'"))
    op.create_index("uq_verification_task_open_per_case", "verification_task", ["case_id"], unique=True,
                    **only("status = 'open'"))
    op.create_table(
        "notice",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("decision_id", Integer, ForeignKey("decision.id")),
        Column("objection_id", Integer, ForeignKey("objection.id")),
        Column("kind", String(40), nullable=False),
        Column("channel", String(10), nullable=False),
        Column("once_key", String(120), nullable=False, unique=True),
        Column("content", JSON, nullable=False),
        Column("on", Date, nullable=False),
        Column("status", String(10), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("message_id", String(80), nullable=False, unique=True),
        Column("proof", String(300)),
        Column("delivered_at", TIME),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('queued','sending','accepted','failed','held')", name="status"),
    )
    op.create_index("ix_notice_case", "notice", ["case_id", "id"])
    op.create_index("ix_notice_outbox", "notice", ["status", "id"],
                    **only("status <> 'accepted'"))
    op.create_table(
        "job",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("kind", String(30), nullable=False),
        Column("on", Date, nullable=False),
        Column("office_path", String(120)),
        Column("status", String(10), nullable=False),
        Column("done", Integer, nullable=False),
        Column("total", Integer, nullable=False),
        Column("counts", JSON, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("started_at", TIME, nullable=False),
        Column("heartbeat_at", TIME, nullable=False),
        Column("finished_at", TIME),
    )
    op.create_table(
        "installation",
        Column("id", Integer, primary_key=True),
        Column("demonstration", Boolean, nullable=False),
        Column("created_at", TIME, nullable=False),
    )
