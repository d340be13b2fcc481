"""The log: transactions, events, personal values, places in the tree."""
from alembic import op
from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, UniqueConstraint

from database.migrations.columns import ENCRYPTED, TIME


def create() -> None:
    op.create_table(
        "audit_tx",
        Column("id", Integer, primary_key=True),
        Column("uid", String(32), nullable=False, unique=True),
        Column("command", String(60), nullable=False),
        Column("actor", String(60), nullable=False),
        Column("on", Date, nullable=False),
        Column("recorded_at", TIME, nullable=False),
    )
    op.create_table(
        "audit_event",
        Column("id", Integer, primary_key=True),
        Column("uid", String(32), nullable=False, unique=True),
        Column("tx_id", Integer, ForeignKey("audit_tx.id"), nullable=False),
        Column("position", Integer, nullable=False),
        Column("type", String(60), nullable=False),
        Column("actor", String(60), nullable=False),
        Column("on", Date, nullable=False),
        Column("case_id", Integer),
        Column("case_seq", Integer),
        Column("office_path", String(120)),
        Column("canonical", LargeBinary, nullable=False),
        Column("digest", String(64), nullable=False),
        UniqueConstraint("tx_id", "position"),
    )
    op.create_index("ix_audit_event_actor", "audit_event", ["actor", "id"])
    op.create_index("ix_audit_event_case", "audit_event", ["case_id", "case_seq"], unique=True)
    op.create_index("ix_audit_event_office", "audit_event", ["office_path", "id"])
    op.create_index("ix_audit_event_on", "audit_event", ["on", "id"])
    op.create_index("ix_audit_event_type", "audit_event", ["type", "id"])
    op.create_table(
        "audit_personal",
        Column("event_id", Integer, ForeignKey("audit_event.id"), primary_key=True),
        Column("field", String(60), primary_key=True),
        Column("salt", LargeBinary),
        Column("value", ENCRYPTED),
        Column("erased_at", TIME),
    )
    op.create_table(
        "audit_leaf",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("tx_id", Integer, ForeignKey("audit_tx.id"), nullable=False, unique=True),
        Column("leaf", LargeBinary, nullable=False),
    )
