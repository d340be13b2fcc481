"""What the database refuses about posts, whoever writes: incompatible ones in one person, and roles for oneself."""
from __future__ import annotations

from database.triggers import Trigger, append_only, keep_rows, refuse, register
from staff.roles import INCOMPATIBLE

_PAIRS = ", ".join(f"('{a}','{b}'),('{b}','{a}')" for a, b in sorted(tuple(sorted(pair)) for pair in INCOMPATIBLE))
_HOLDER = "(SELECT natural_person_id FROM staff_account WHERE id = NEW.account_id)"

INCOMPATIBLE_ROLES = f"""NEW.status = 'active' AND EXISTS (
  SELECT 1 FROM role_grant AS g JOIN staff_account AS a ON a.id = g.account_id
  WHERE g.status = 'active' AND g.id <> NEW.id AND a.natural_person_id = {_HOLDER}
    AND (NEW.role, g.role) IN (VALUES {_PAIRS}))"""

# Holder, applicant, checker and approver are four people. Only the first persons have none of the three: while no grant
# has ever been approved by anybody, and once for each of their posts.
SELF_GRANT = """NEW.status = 'active' AND CASE
  WHEN NEW.applied_by IS NULL AND NEW.checked_by IS NULL AND NEW.approved_by IS NULL THEN EXISTS (
    SELECT 1 FROM role_grant AS g WHERE g.id <> NEW.id AND (g.applied_by IS NOT NULL OR g.role = NEW.role))
  ELSE (SELECT count(DISTINCT a.natural_person_id) FROM staff_account AS a
    WHERE a.id IN (NEW.account_id, NEW.applied_by, NEW.checked_by, NEW.approved_by)) < 4 END"""

MOVED = "NEW.account_id <> OLD.account_id OR NEW.role <> OLD.role OR NEW.office_id <> OLD.office_id"
OTHER_PERSON = "NEW.natural_person_id <> OLD.natural_person_id"

# Whose hours they are and who wrote them down are two people, whatever their accounts.
OTHERS_TRAINING = """EXISTS (SELECT 1 FROM staff_account AS a
  WHERE (a.id = NEW.account_id AND a.natural_person_id <> NEW.natural_person_id)
     OR (a.id = NEW.recorded_by AND a.natural_person_id <> NEW.recorded_by_person))"""


def _refuse_if(name: str, table: str, when: str, code: str, condition: str) -> Trigger:
    """A refusal whose condition asks other rows, which PostgreSQL does not allow in WHEN."""
    sqlite = f"CREATE TRIGGER {name} {when} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{code}'); END"
    postgresql = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({condition}) THEN RAISE EXCEPTION '{code}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN NEW; END $$; CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return Trigger(name, sqlite, postgresql)


register(
    # AFTER: on SQLite a new row has no id before it is there.
    _refuse_if("role_grant_compatible_insert", "role_grant", "AFTER INSERT", "INCOMPATIBLE_ROLES", INCOMPATIBLE_ROLES),
    _refuse_if("role_grant_compatible_update", "role_grant", "AFTER UPDATE", "INCOMPATIBLE_ROLES", INCOMPATIBLE_ROLES),
    _refuse_if("role_grant_persons_insert", "role_grant", "AFTER INSERT", "OWN_GRANT", SELF_GRANT),
    _refuse_if("role_grant_persons_update", "role_grant", "AFTER UPDATE", "OWN_GRANT", SELF_GRANT),
    refuse("role_grant_stays", "role_grant", "BEFORE UPDATE", "a grant keeps its account, role and area", MOVED),
    refuse("role_grant_no_delete", "role_grant", "BEFORE DELETE", "grants are revoked, never deleted"),
    keep_rows("role_grant", ("id",), ("public_id",)),
    keep_rows("staff_account", ("id",), ("public_id",), ("username",)),
    keep_rows("natural_person", ("id",), ("id_number_index",)),
    refuse("staff_account_person_stays", "staff_account", "BEFORE UPDATE", "an account keeps its person", OTHER_PERSON),
    _refuse_if("training_record_persons", "training_record", "AFTER INSERT", "account and person differ",
               OTHERS_TRAINING),
    *append_only("training_record", ("id",), ("public_id",)),
)
