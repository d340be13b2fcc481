"""What the database itself refuses of suspensions that people release: persons that are not their account's, an act out
of its order, a row that changes after it was released (QD 24, 25; P1, P2)."""
from __future__ import annotations

from database.triggers import Trigger, append_only, keep_rows, refuse, refuse_where, register


def differs(*columns: str) -> str:
    """Any of the columns is another than before; nothing counts as a value."""
    return " OR ".join(f'((NEW."{c}" IS NULL) <> (OLD."{c}" IS NULL) OR NEW."{c}" <> OLD."{c}")' for c in columns)


def others_account(*acts: str) -> str:
    """An account without its person, or of another (`proposed` reads proposed_by and proposed_by_person)."""
    alone = " OR ".join(f"(NEW.{one}_by IS NULL) <> (NEW.{one}_by_person IS NULL)" for one in acts)
    other = " OR ".join(f"(a.id = NEW.{one}_by AND a.natural_person_id <> NEW.{one}_by_person)" for one in acts)
    return f"SELECT 1 WHERE {alone} UNION ALL SELECT 1 FROM staff_account a WHERE {other}"


_CLOSED_ACCOUNT = """SELECT 1 FROM staff_account a WHERE NOT a.active AND NEW.status <> OLD.status
    AND a.id = CASE NEW.status WHEN 'proposed' THEN NEW.proposed_by WHEN 'released' THEN NEW.released_by END"""
PROPOSED, RELEASED = (tuple(f"{act}_{what}" for what in ("by", "by_person", "on")) for act in ("proposed", "released"))


def _released_by_two(table: str, first: str, steps: tuple[str, ...], as_made: tuple[str, ...],
                     end: str) -> list[Trigger]:
    """first: status of a new row; steps: 'from>to' that a row may take; as_made: columns that stay; end: the last."""
    persons = others_account("proposed", "released")
    by_turn = (f"((NEW.status <> 'proposed' OR OLD.status = 'proposed') AND ({differs(*PROPOSED)})) OR "
               f"((NEW.status <> 'released' OR OLD.status = 'released') AND ({differs(*RELEASED)}))")
    allowed = ", ".join(f"'{one}'" for one in steps)
    refuse_where(f"{table}_person_insert", "INSERT", table, persons, f"account and person of {table} differ")
    refuse_where(f"{table}_person_update", "UPDATE", table, persons, f"account and person of {table} differ")
    refuse_where(f"{table}_closed_account", "UPDATE", table, _CLOSED_ACCOUNT, f"a closed account acts on {table}")
    return [
        refuse(f"{table}_begins", table, "BEFORE INSERT", f"a row of {table} begins as {first}",
               f"NEW.status <> '{first}'"),
        refuse(f"{table}_in_order", table, "BEFORE UPDATE", f"{table} out of order",
               f"NEW.status <> OLD.status AND OLD.status || '>' || NEW.status NOT IN ({allowed})"),
        refuse(f"{table}_by_turn", table, "BEFORE UPDATE", f"who acted on {table} stands", by_turn),
        refuse(f"{table}_as_made", table, "BEFORE UPDATE", f"what {table} is about never changes", differs(*as_made)),
        refuse(f"{table}_settled", table, "BEFORE UPDATE", f"{table} that is {end} never changes",
               f"OLD.status = '{end}'"),
        refuse(f"{table}_no_delete", table, "BEFORE DELETE", f"rows of {table} are never deleted"),
    ]


_HANDED_ON = "SELECT 1 FROM suspension_batch b WHERE b.id = NEW.batch_id AND b.status <> 'gathered'"
_STAFF_OF_ROW = f"""{others_account("taken_out")} UNION ALL SELECT 1 FROM staff_account a
    WHERE a.id = NEW.taken_out_by AND NOT a.active"""
_NOTED = """SELECT 1 FROM staff_account a WHERE a.id = NEW.noted_by
    AND (a.natural_person_id <> NEW.noted_by_person OR NOT a.active)"""

register(
    *_released_by_two("suspension_batch", "gathered",
                      ("gathered>proposed", "proposed>gathered", "proposed>released"),
                      ("public_id", "office_path", "month", "due_on", "gathered_on"), "released"),
    *_released_by_two("sweep_halt", "halted",
                      ("halted>proposed", "proposed>released", "halted>over", "proposed>over", "released>over"),
                      ("public_id", "office_path", "on", "found", "usual", "most"), "over"),
    refuse("suspension_row_as_gathered", "suspension_row", "BEFORE UPDATE", "a row of a batch never changes",
           f"OLD.taken_out_on IS NOT NULL OR {differs('batch_id', 'case_id', 'period_due_on')}"),
    refuse("suspension_row_no_delete", "suspension_row", "BEFORE DELETE", "rows of a batch are never deleted"),
    keep_rows("suspension_batch", ("id",), ("public_id",), ("office_path", "month")),
    keep_rows("suspension_row", ("id",), ("batch_id", "case_id")),
    keep_rows("sweep_halt", ("id",), ("public_id",), only={("office_path",): "{0}status <> 'over'"}),
    *append_only("gathered_loss", ("batch_id", "decision_id")),
    *append_only("not_passed", ("id",), ("case_id", "period_due_on")),
)
for _when in ("INSERT", "UPDATE"):
    refuse_where(f"suspension_row_handed_on_{_when.lower()}", _when, "suspension_row", _HANDED_ON,
                 "a batch handed on keeps its rows")
    refuse_where(f"suspension_row_person_{_when.lower()}", _when, "suspension_row", _STAFF_OF_ROW,
                 "account and person of a row differ")
refuse_where("gathered_loss_handed_on", "INSERT", "gathered_loss", _HANDED_ON, "a batch handed on keeps its losses")
refuse_where("not_passed_person", "INSERT", "not_passed", _NOTED, "account and person of a mark differ")
