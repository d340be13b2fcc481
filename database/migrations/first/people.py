"""Offices and the people of the agency."""
from alembic import op
from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, String, UniqueConstraint

from database.migrations.columns import ENCRYPTED, TIME


def create() -> None:
    op.create_table(
        "office",
        Column("id", Integer, primary_key=True),
        Column("code", String(12), nullable=False, unique=True),
        Column("name", String(80), nullable=False),
        Column("level", String(12), nullable=False),
        Column("parent_id", Integer, ForeignKey("office.id")),
        Column("path", String(120), nullable=False, unique=True),
        Column("phone", String(40)),
        Column("address", String(200)),
    )
    op.create_table(
        "natural_person",
        Column("id", Integer, primary_key=True),
        Column("id_number_index", String(64), nullable=False, unique=True),
    )
    op.create_table(
        "staff_account",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("username", String(60), nullable=False, unique=True),
        Column("display_name", String(60), nullable=False),
        Column("password_hash", String(200), nullable=False),
        Column("natural_person_id", Integer, ForeignKey("natural_person.id"), nullable=False, index=True),
        Column("id_number", ENCRYPTED, nullable=False),
        Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("active", Boolean, nullable=False),
        Column("password_temporary", Boolean, nullable=False),
        Column("failed_attempts", Integer, nullable=False),
        Column("locked_until", TIME),
        Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "role_grant",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("account_id", Integer, ForeignKey("staff_account.id"), nullable=False, index=True),
        Column("role", String(30), nullable=False),
        Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("status", String(10), nullable=False),
        Column("applied_by", Integer, ForeignKey("staff_account.id")),
        Column("checked_by", Integer, ForeignKey("staff_account.id")),
        Column("approved_by", Integer, ForeignKey("staff_account.id")),
        Column("applied_on", Date, nullable=False),
        Column("effective_on", Date),
        Column("revoked_on", Date),
        Column("reason", String(200)),
        CheckConstraint("status in ('applied','checked','active','rejected','revoked')", name="status"),
    )
    op.create_table(
        "staff_session",
        Column("id", Integer, primary_key=True),
        Column("token_hash", String(64), nullable=False, unique=True),
        Column("account_id", Integer, ForeignKey("staff_account.id"), nullable=False, index=True),
        Column("created_at", TIME, nullable=False),
        Column("last_seen_at", TIME, nullable=False),
        Column("expires_at", TIME, nullable=False),
        Column("revoked_at", TIME),
    )
    op.create_table(
        "sign_in_attempt",
        Column("id", Integer, primary_key=True),
        Column("key", String(64), nullable=False),
        Column("at", TIME, nullable=False),
        Column("ok", Boolean, nullable=False),
    )
    op.create_index("ix_sign_in_attempt_key_at", "sign_in_attempt", ["key", "at"])
    op.create_table(
        "declared_relative",
        Column("id", Integer, primary_key=True),
        Column("natural_person_id", Integer, ForeignKey("natural_person.id"), nullable=False, index=True),
        Column("relative_person_id", Integer, ForeignKey("natural_person.id"), nullable=False, index=True),
        Column("kinship", String(30), nullable=False),
        Column("declared_on", Date, nullable=False),
        Column("ended_on", Date),
        UniqueConstraint("natural_person_id", "relative_person_id"),
    )
