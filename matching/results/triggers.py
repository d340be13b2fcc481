"""What the database itself refuses of runs, samples and disputes, whoever asks."""
from cases.batch_triggers import differs
from database.triggers import Trigger, keep_rows, refuse, register

_OTHER_PERSON = """SELECT 1 FROM staff_account a
    WHERE (a.id = NEW.released_by AND a.natural_person_id <> NEW.released_by_person)
    OR (a.id = NEW.proposed_by AND a.natural_person_id <> NEW.proposed_by_person)"""
_OTHER_LOOKER = """SELECT 1 FROM staff_account a
    WHERE a.id = NEW.looked_by AND a.natural_person_id <> NEW.looked_by_person"""
_AS_PROPOSED = ("NEW.month <> OLD.month OR NEW.area_path <> OLD.area_path OR NEW.directory <> OLD.directory "
                "OR NEW.rules_digest <> OLD.rules_digest OR NEW.halted <> OLD.halted")
_AS_RELEASED = ("OLD.released_by_person IS NOT NULL AND (NEW.released_by_person <> OLD.released_by_person "
                "OR NEW.proposed_by_person <> OLD.proposed_by_person OR NEW.released_by_person IS NULL)")
_AS_FILED = ("OLD.status = 'answered' OR NEW.case_id <> OLD.case_id OR NEW.source <> OLD.source "
             "OR NEW.about <> OLD.about OR NEW.grounds <> OLD.grounds OR NEW.filed_by <> OLD.filed_by")

_AS_RETRACTED = ("public_id", "case_id", "pensioner_id", "office_path", "source", "code", "sign_on", "through_load",
                  "cause", "dispute_id", "task_id", "decision_id", "retracted_on", "retracted_by")


def _person(name: str, event: str, table: str, condition: str) -> Trigger:
    message = "account and person differ"
    sqlite = (f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN EXISTS ({condition}) "
              f"BEGIN SELECT RAISE(ABORT, '{message}'); END")
    postgresql = (f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  f"IF EXISTS ({condition}) THEN RAISE EXCEPTION '{message}' "
                  "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; "
                  f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    return Trigger(name, sqlite, postgresql)


register(
    _person("matching_run_person_insert", "INSERT", "matching_run", _OTHER_PERSON),
    _person("matching_run_person_update", "UPDATE", "matching_run", _OTHER_PERSON),
    _person("matching_sample_person_insert", "INSERT", "matching_sample", _OTHER_LOOKER),
    _person("matching_sample_person_update", "UPDATE", "matching_sample", _OTHER_LOOKER),
    refuse("matching_run_as_proposed", "matching_run", "BEFORE UPDATE", "what a run found never changes", _AS_PROPOSED),
    refuse("matching_run_as_released", "matching_run", "BEFORE UPDATE", "who released a run never changes",
           _AS_RELEASED),
    refuse("matching_run_over", "matching_run", "BEFORE UPDATE", "a run that is over never changes",
           "OLD.status IN ('applied','cancelled')"),
    refuse("matching_run_no_delete", "matching_run", "BEFORE DELETE", "runs are never deleted"),
    refuse("matching_sample_looked_at", "matching_sample", "BEFORE UPDATE", "what was found never changes",
           "OLD.finding IS NOT NULL"),
    refuse("data_dispute_as_filed", "data_dispute", "BEFORE UPDATE", "what was objected to never changes", _AS_FILED),
    refuse("sign_retraction_as_decided", "sign_retraction", "BEFORE UPDATE", "what was retracted never changes",
           differs(*_AS_RETRACTED)),
    refuse("sign_retraction_reversed", "sign_retraction", "BEFORE UPDATE", "a reversed retraction never changes",
           "OLD.reversed_on IS NOT NULL"),
    refuse("sign_retraction_no_delete", "sign_retraction", "BEFORE DELETE", "retractions are never deleted"),
    keep_rows("sign_retraction", ("id",), ("public_id",)),
    refuse("data_dispute_no_delete", "data_dispute", "BEFORE DELETE", "disputes are never deleted"),
)
