"""The ID number of a person who works for the agency stays: one human being is one natural person (P2)."""

from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "natural_person_of_staff": {
        "sqlite": """CREATE TRIGGER natural_person_of_staff BEFORE UPDATE OF id_number_index ON natural_person FOR EACH
           ROW WHEN EXISTS (SELECT 1 FROM staff_account WHERE staff_account.natural_person_id =
           OLD.id AND NEW.id_number_index <> OLD.id_number_index) BEGIN SELECT RAISE(ABORT,
           'STAFF_NUMBER'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION natural_person_of_staff() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF
           EXISTS (SELECT 1 FROM staff_account WHERE staff_account.natural_person_id = OLD.id AND
           NEW.id_number_index <> OLD.id_number_index) THEN RAISE EXCEPTION 'STAFF_NUMBER' USING
           ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           natural_person_of_staff BEFORE UPDATE OF id_number_index ON natural_person FOR EACH ROW
           EXECUTE FUNCTION natural_person_of_staff()""",
    },
}


def upgrade() -> None:
    pass
