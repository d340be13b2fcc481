"""What the database itself refuses of a feed: a load that changes, a quarantined row that goes (R2)."""
from database.triggers import Trigger, append_only, refuse, register

_OF_THE_ACCOUNT = """SELECT 1 FROM staff_account a
  WHERE (a.id = NEW.loaded_by AND a.natural_person_id <> NEW.loaded_by_person)
  OR (a.id = NEW.withdrawn_by AND a.natural_person_id <> NEW.withdrawn_by_person)"""
_MESSAGE = "account and person of a load differ"
_WHAT_IT_SAYS = ("source", "area_path", "sha256", "loaded_by", "loaded_by_person", "loaded_on")
_ONCE_LOADED = ("rows", "loaded", "unchanged", "duplicate", "quarantined", "outside", "unlinked", "resolved")


def _account_and_person(name: str, when: str) -> Trigger:
    sqlite = (f"CREATE TRIGGER {name} BEFORE {when} ON feed_load FOR EACH ROW WHEN EXISTS ({_OF_THE_ACCOUNT}) "
              f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END")
    postgresql = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({_OF_THE_ACCOUNT}) THEN RAISE EXCEPTION '{_MESSAGE}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; "
        f"CREATE TRIGGER {name} BEFORE {when} ON feed_load FOR EACH ROW EXECUTE FUNCTION {name}()")
    return Trigger(name, sqlite, postgresql)


def _changes(columns: tuple[str, ...]) -> str:
    return "(" + " OR ".join(f"NEW.{name} <> OLD.{name}" for name in columns) + ")"


register(
    _account_and_person("feed_load_person_insert", "INSERT"),
    _account_and_person("feed_load_person_update", "UPDATE"),
    refuse("feed_load_as_brought", "feed_load", "BEFORE UPDATE", "what was brought never changes",
           _changes(_WHAT_IT_SAYS)),
    refuse("feed_load_as_loaded", "feed_load", "BEFORE UPDATE", "what was loaded never changes",
           f"OLD.status <> 'staging' AND {_changes(_ONCE_LOADED)}"),
    refuse("feed_load_status", "feed_load", "BEFORE UPDATE", "a load is withdrawn, and that for good",
           "OLD.status = 'withdrawn' OR (OLD.status = 'loaded' AND NEW.status = 'staging')"),
    refuse("feed_load_no_delete", "feed_load", "BEFORE DELETE", "loads are never deleted"),
    *append_only("feed_quarantine", ("load_id", "row_number")),
    *append_only("feed_resolution", ("id",), ("public_id",)),
)
