"""Fewer indexes where a sweep writes many rows: those left out say nothing that another one does not say too."""
from alembic import op

from database.migrations.altered import altered
from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)


def upgrade() -> None:
    op.drop_index("ix_cases_pensioner_id", "cases")  # the key of person, scheme and benefit begins with the person
    op.drop_index("ix_audit_event_actor", "audit_event")
    op.create_index("ix_audit_event_actor", "audit_event", ["actor", "id"], **only("actor <> 'SYSTEM'"))
    op.drop_index("ix_notice_channel_ref", "notice")
    with altered("notice") as batch:
        batch.drop_constraint("uq_notice_message_id", type_="unique")
    op.create_index("ix_notice_channel_ref", "notice", ["channel_ref"], **only("channel_ref is not null"))
