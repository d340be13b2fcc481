"""What the database itself refuses of an import: one person on both sides, and a feed row that changes (F4, R2)."""
from database.triggers import Trigger, keep_rows, refuse, register

_OF_THE_ACCOUNT = """SELECT 1 FROM staff_account a
  WHERE (a.id = NEW.released_by AND (NEW.released_by_person IS NULL OR a.natural_person_id <> NEW.released_by_person))
  OR (a.id = NEW.proposed_by AND a.natural_person_id <> NEW.proposed_by_person)"""
_MESSAGE = "account and person of an import differ"


def _account_and_person(name: str, when: str) -> Trigger:
    sqlite = (f"CREATE TRIGGER {name} BEFORE {when} ON import_batch FOR EACH ROW WHEN EXISTS ({_OF_THE_ACCOUNT}) "
              f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END")
    postgresql = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({_OF_THE_ACCOUNT}) THEN RAISE EXCEPTION '{_MESSAGE}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE {when} ON import_batch FOR EACH ROW EXECUTE FUNCTION {name}()")
    return Trigger(name, sqlite, postgresql)


register(
    _account_and_person("import_batch_person_insert", "INSERT"),
    _account_and_person("import_batch_person_update", "UPDATE"),
    refuse("import_batch_released", "import_batch", "BEFORE UPDATE", "who released an import stands",
           "OLD.released_by_person IS NOT NULL AND (NEW.released_by_person IS NULL"
           " OR NEW.released_by_person <> OLD.released_by_person OR NEW.proposed_by_person <> OLD.proposed_by_person)"),
    refuse("import_batch_needs_release", "import_batch", "BEFORE UPDATE", "an import is released by a person",
           "NEW.status IN ('releasing', 'released') AND NEW.released_by_person IS NULL"),
    refuse("import_proposal_closed", "import_proposal", "BEFORE UPDATE", "a settled difference never changes",
           "OLD.status <> 'open'"),
    refuse("import_proposal_as_made", "import_proposal", "BEFORE UPDATE", "what a file said never changes",
           "NEW.changes <> OLD.changes OR NEW.case_id <> OLD.case_id OR NEW.batch_id <> OLD.batch_id"),
    refuse("import_proposal_no_delete", "import_proposal", "BEFORE DELETE", "differences are never deleted"),
    refuse("import_batch_no_delete", "import_batch", "BEFORE DELETE", "import batches are never deleted"),
    refuse("import_row_raw", "import_row", "BEFORE UPDATE", "a feed row never changes", "NEW.raw <> OLD.raw"),
    refuse("import_row_no_delete", "import_row", "BEFORE DELETE", "feed rows are never deleted"),
    keep_rows("import_batch", ("id",), ("public_id",), ("kind", "office_id", "sha256")),
    keep_rows("import_row", ("batch_id", "row_number")),
    keep_rows("import_proposal", ("id",), ("public_id",)),
)
