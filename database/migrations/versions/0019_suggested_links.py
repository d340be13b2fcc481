"""What a comparison by name, birth, sex and place suggests, and what a person said of it."""
from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
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
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict[str, dict[str, str]] = {}
DECIDED = ("(status = 'open') = (decided_on is null) and (decided_on is null) = (decided_by is null)"
           " and (decided_on is null) = (decided_by_person is null)")
SHAPE = "(kind = 'two_numbers') = (other_pensioner_id is not null)"


def upgrade() -> None:
    op.create_table(
        "match_suggestion", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True), Column("kind", String(12), nullable=False),
        Column("source", String(40)), Column("load_id", Integer), Column("row_number", BigInteger),
        Column("pensioner_id", Integer, ForeignKey("pensioner.id"), nullable=False, index=True),
        Column("other_pensioner_id", Integer, ForeignKey("pensioner.id")), Column("weight", Integer, nullable=False),
        Column("probability", Integer, nullable=False), Column("comparison", JSON, nullable=False),
        Column("model", String(40), nullable=False), Column("given", ENCRYPTED),
        Column("found_on", Date, nullable=False),
        Column("status", String(10), nullable=False), Column("decided_on", Date),
        Column("decided_by", Integer, ForeignKey("staff_account.id")),
        Column("decided_by_person", Integer, ForeignKey("natural_person.id")), Column("note", Text),
        Column("recorded_at", TIME, nullable=False),
        UniqueConstraint("load_id", "row_number", "pensioner_id"),
        UniqueConstraint("pensioner_id", "other_pensioner_id"),
        CheckConstraint("kind in ('row', 'two_names', 'two_numbers')", name="kind"),
        CheckConstraint("status in ('open', 'confirmed', 'rejected')", name="status"),
        CheckConstraint(DECIDED, name="decided"), CheckConstraint(SHAPE, name="shape"),
        CheckConstraint("other_pensioner_id is null or other_pensioner_id > pensioner_id", name="order"))
    op.create_index("uq_match_suggestion_confirmed", "match_suggestion", ["load_id", "row_number"], unique=True,
                    **only("status = 'confirmed'"))
    op.create_index("ix_match_suggestion_open", "match_suggestion", ["weight", "id"], **only("status = 'open'"))
