"""A lapse of a period is not replaced by another."""

from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "case_transition_no_replace": {
        "sqlite": """CREATE TRIGGER case_transition_no_replace BEFORE INSERT ON case_transition WHEN EXISTS (SELECT 1
           FROM case_transition WHERE (id = NEW.id) OR (case_id = NEW.case_id AND step = NEW.step)
           OR (event_id = NEW.event_id) OR (case_id = NEW.case_id AND action = NEW.action AND
           period_due_on = NEW.period_due_on AND action = 'lapse')) BEGIN SELECT RAISE(ABORT,
           'rows of case_transition never change'); END""",
    },
}


def upgrade() -> None:
    pass
