"""Imports: batches, their rows, proposals."""
from alembic import op
from sqlalchemy import JSON, CheckConstraint, Column, Date, ForeignKey, Integer, String, UniqueConstraint

from database.migrations.columns import ENCRYPTED, TIME


def create() -> None:
    op.create_table(
        "import_batch",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("kind", String(20), nullable=False),
        Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("office_path", String(120), nullable=False),
        Column("file_name", String(120), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("status", String(10), nullable=False),
        Column("rows", Integer, nullable=False),
        Column("good", Integer, nullable=False),
        Column("loaded", Integer, nullable=False),
        Column("unchanged", Integer, nullable=False),
        Column("duplicate", Integer, nullable=False),
        Column("quarantined", Integer, nullable=False),
        Column("unread", JSON, nullable=False),
        Column("job_id", Integer, ForeignKey("job.id")),
        Column("proposed_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("proposed_by_person", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("proposed_on", Date, nullable=False),
        Column("released_by", Integer, ForeignKey("staff_account.id")),
        Column("released_by_person", Integer, ForeignKey("natural_person.id")),
        Column("released_on", Date),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('staging','proposed','releasing','released','withdrawn')", name="status"),
        CheckConstraint("released_by_person is null or released_by_person <> proposed_by_person", name="two_persons"),
        UniqueConstraint("kind", "office_id", "sha256"),
    )
    op.create_table(
        "import_row",
        Column("batch_id", Integer, ForeignKey("import_batch.id"), primary_key=True),
        Column("row_number", Integer, primary_key=True),
        Column("raw", ENCRYPTED, nullable=False),
        Column("record", ENCRYPTED),
        Column("person_index", String(64)),
        Column("benefit_index", String(64)),
        Column("name_index", String(64)),
        Column("content_index", String(64)),
        Column("status", String(12), nullable=False),
        Column("errors", JSON, nullable=False),
        Column("case_id", Integer, ForeignKey("cases.id")),
        CheckConstraint("status in ('good','loaded','unchanged','duplicate','quarantined','proposed')", name="status"),
    )
    op.create_index("ix_import_row_benefit", "import_row", ["batch_id", "benefit_index"])
    op.create_index("ix_import_row_person", "import_row", ["batch_id", "person_index"])
    op.create_index("ix_import_row_status", "import_row", ["batch_id", "status", "row_number"])
    op.create_table(
        "import_proposal",
        Column("id", Integer, primary_key=True),
        Column("batch_id", Integer, ForeignKey("import_batch.id"), nullable=False),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("field", String(30), nullable=False),
        Column("old_value", ENCRYPTED),
        Column("new_value", ENCRYPTED),
        Column("decision_id", Integer, ForeignKey("decision.id")),
        Column("status", String(10), nullable=False),
        Column("recorded_at", TIME, nullable=False),
    )
