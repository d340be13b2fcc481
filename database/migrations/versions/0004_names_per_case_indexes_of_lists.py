"""names per case, indexes of lists; paths and case numbers compared by their bytes."""
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String

from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict = {}

OPEN = "stage in ('draft', 'initial_review', 'recheck', 'approval')"
PATHS = {  # table -> its columns that hold a path of offices
    "audit_event": ("office_path",), "cases": ("office_path",), "decision": ("office_path", "referred_path"),
    "import_batch": ("office_path",), "job": ("office_path",), "objection": ("office_path",), "office": ("path",),
    "verification_task": ("office_path", "grassroots_path"),
}
INDEXES = (  # name, table, columns, condition
    ("ix_cases_office", "cases", ["office_path", "id"], None),
    ("ix_decision_open", "decision", ["id"], OPEN),
    ("ix_decision_stage", "decision", ["stage", "opened_on", "id"], OPEN),
    ("ix_decision_kind", "decision", ["kind", "stage", "opened_on", "id"], OPEN),
    ("ix_decision_opened_by", "decision", ["opened_by", "stage", "opened_on", "id"], OPEN),
    ("ix_decision_claimed_by", "decision", ["claimed_by", "stage", "opened_on", "id"], "claimed_by is not null"),
    ("ix_decision_objection", "decision", ["stage", "id"], f"{OPEN} and objection_id is not null"),
    ("ix_decision_participant_person", "decision_participant", ["natural_person_id", "decision_id"], None),
    ("ix_review_step_person", "review_step", ["natural_person_id", "decision_id"], None),
    ("ix_verification_task_due", "verification_task", ["due_on", "id"], "status = 'open'"),
)


REBUILT = (  # of a changed path; left in place, PostgreSQL would write their conditions in other words
    ("ix_cases_due", "cases", ["office_path", "due_on", "id"], "state in ('pending','verified','resumed')"),
    ("ix_decision_waiting", "decision", ["office_path", "stage", "opened_on", "id"], OPEN),
)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        _compare_by_bytes()
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, **(only(condition) if condition else {}))
    _names_per_case()


def _compare_by_bytes() -> None:
    for name, table, *_rest in REBUILT:
        op.drop_index(name, table)
    for table, names in PATHS.items():
        for name in names:
            op.alter_column(table, name, type_=String(120, collation="C"))
    op.alter_column("cases", "case_no", type_=String(40, collation="C"))
    for name, table, columns, condition in REBUILT:
        op.create_index(name, table, columns, **only(condition))


def _names_per_case() -> None:
    """The parts of a name stood with the pensioner; now they stand with every case of the pensioner."""
    op.rename_table("name_part", "name_part_before")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE name_part_before RENAME CONSTRAINT pk_name_part TO pk_name_part_before")
    op.create_table(
        "name_part",
        Column("part", _by_bytes(2), primary_key=True),
        Column("office_path", _by_bytes(120), primary_key=True),
        Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO name_part (part, office_path, case_id) SELECT b.part, c.office_path, c.id "
               "FROM name_part_before b JOIN cases c ON c.pensioner_id = b.pensioner_id")
    op.drop_table("name_part_before")


def _by_bytes(length: int) -> String:
    return String(length).with_variant(String(length, collation="C"), "postgresql")
