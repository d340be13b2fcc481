"""What is tried against the triggers of batches of suspensions and halted runs, and the rows it needs."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cases.models import (
    Case,
    Correction,
    CorrectionSending,
    GatheredLoss,
    NotPassed,
    SuspensionBatch,
    SuspensionRow,
    SweepHalt,
)
from database import db, transaction
from tests.people import account as account_of
from tests.promises.ledger_attempts import each
from tests.promises.trigger_attempts import Statements, account, copied, never_changes, person

BATCH, HALT = "suspension_batch", "sweep_halt"
PROPOSED, RELEASED, OVER = "status = 'proposed'", "status = 'released'", "status = 'over'"
WANG_LEFT = "UPDATE staff_account SET active = FALSE WHERE username = 'wang'"
OPEN_BATCH = "(SELECT id FROM suspension_batch WHERE status = 'gathered')"
HANDED_ON = "(SELECT id FROM suspension_batch WHERE status = 'proposed')"

STANDING = f"taken_out_on IS NULL AND batch_id = {OPEN_BATCH}"


def by(act: str, name: str, of: str | None = None) -> str:
    """SQL after SET: done by the account, in the name of its person or of another's."""
    return f"{act}_by = {account(name)}, {act}_by_person = {person(of or name)}, {act}_on = '2026-03-16'"


def _two_persons(table: str, first: str, fresh: str) -> dict[str, tuple[Statements, ...]]:
    """first: condition of a row that nobody proposed; fresh: a column and value that make a copy another row."""
    column, value = fresh.split("=")
    half = {column: value, "proposed_by": account("li")}
    return {
        f"{table}_person_insert": (
            (copied(table, first, **half),), (copied(table, first, **half, proposed_by_person=person("wang")),),
            (copied(table, first, **{column: value}, released_by_person=person("wang")),)),
        f"{table}_person_update": (
            *each(table, f"{PROPOSED}, {by('proposed', 'li', of='wang')}", where=first),
            *each(table, f"{RELEASED}, {by('released', 'li', of='wang')}", where=PROPOSED),
            *each(table, f"{RELEASED}, released_by = NULL, released_by_person = {person('wang')}", where=PROPOSED)),
        f"{table}_closed_account": (
            (WANG_LEFT, f"UPDATE {table} SET {PROPOSED}, {by('proposed', 'wang')} WHERE {first}"),
            (WANG_LEFT, f"UPDATE {table} SET {RELEASED}, {by('released', 'wang')} WHERE {PROPOSED}")),
        f"{table}_begins": tuple((copied(table, later, **{column: value}),) for later in (PROPOSED, RELEASED)),
        f"{table}_by_turn": (
            *each(table, f"{by('proposed', 'wang')}", by("released", "wang"), where=PROPOSED),
            *each(table, by("proposed", "wang"), where=first),
            *each(table, f"{RELEASED}, {by('released', 'wang')}, {by('proposed', 'aside')}", where=PROPOSED)),
        f"{table}_no_delete": ((f"DELETE FROM {table}",),),
    }


ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    **_two_persons(BATCH, "status = 'gathered'", "month='2031-01'"),
    **_two_persons(HALT, "status = 'halted'", "office_path='51/one/'"),
    f"{BATCH}_in_order": each(
        BATCH, f"{RELEASED}, proposed_by = NULL, {by('released', 'wang')}", where="status = 'gathered'"),
    f"{HALT}_in_order": (
        *each(HALT, f"{RELEASED}, {by('released', 'wang')}", where="status = 'halted'"),
        *each(HALT, "status = 'halted'", where=PROPOSED), *each(HALT, "status = 'halted'", where=RELEASED)),
    f"{BATCH}_settled": each(BATCH, "recorded_at = recorded_at", where=RELEASED),
    f"{HALT}_settled": each(HALT, "recorded_at = recorded_at", where=OVER),
    f"{BATCH}_as_made": each(
        BATCH, "public_id = 'other'", "office_path = '51/one/'", "month = '2031-01'", "due_on = NULL",
        "due_on = '2031-01-08'", "gathered_on = '2031-01-01'", where=PROPOSED),
    f"{HALT}_as_made": each(
        HALT, "public_id = 'other'", "office_path = '51/one/'", "\"on\" = '2031-01-01'", "found = found + 1",
        "usual = usual + 1", "most = most + 1", where=PROPOSED),
    "suspension_row_as_gathered": (
        *each("suspension_row", "case_id = case_id + 100000", "period_due_on = '2031-01-01'", where=STANDING),
        *each("suspension_row", f"batch_id = {OPEN_BATCH}", where=f"batch_id = {HANDED_ON}"),
        *each("suspension_row", "reason = 'other'", where="taken_out_on IS NOT NULL")),
    "suspension_row_no_delete": (("DELETE FROM suspension_row",),),
    "suspension_row_handed_on_insert": (
        (copied("suspension_row", "taken_out_on IS NULL", batch_id=HANDED_ON),),),
    "suspension_row_handed_on_update": each(
        "suspension_row", f"reason = '已联系上', {by('taken_out', 'li')}", where=f"batch_id = {HANDED_ON}"),
    "suspension_row_person_insert": (
        (copied("suspension_row", STANDING, case_id="100000", taken_out_by=account("li")),),
        (copied("suspension_row", STANDING, case_id="100000", taken_out_by=account("li"),
                taken_out_by_person=person("wang")),)),
    "suspension_row_person_update": (
        *each("suspension_row", f"reason = '在外', {by('taken_out', 'li', of='wang')}", where=STANDING),
        (WANG_LEFT, f"UPDATE suspension_row SET reason = '已联系上', {by('taken_out', 'wang')} "
                    f"WHERE {STANDING}")),
    **never_changes("gathered_loss", "batch_id"), **never_changes("not_passed", "reason"),
    "gathered_loss_handed_on": ((copied("gathered_loss", f"batch_id = {OPEN_BATCH}", batch_id=HANDED_ON),),),
    "correction_as_arisen": each(
        "correction", "public_id = 'other'", "case_id = case_id + 100000", "decision_id = decision_id + 100000",
        "retraction = 'other'", "wrong_on = '2020-01-01'",
        "system = 'other'", "office_path = '51/'", "reason = 'other'", "arose_on = '2020-01-01'",
        where="status = 'open'"),
    "correction_settled": each("correction", "note = 'other'", where="status = 'set_aside'"),
    "correction_no_delete": (("DELETE FROM correction",),),
    "correction_sending_as_sent": each(
        "correction_sending", "public_id = 'other'", "system = 'other'", "office_path = '51/'", "rows = rows + 1",
        "form = 'csv'", "digest = 'other'", "sent_on = '2020-01-01'", f"sent_by = {account('wang')}",
        "again_of_id = id", where="answered_on IS NULL"),
    "correction_sending_answered": each("correction_sending", "receipt_no = 'other'", where="answered_on IS NOT NULL"),
    "correction_sending_no_delete": (("DELETE FROM correction_sending",),),
    "not_passed_person": (
        (copied("not_passed", "1 = 1", period_due_on="'2031-01-01'", noted_by_person=person("wang")),),
        ("UPDATE staff_account SET active = FALSE WHERE username = 'li'",
         copied("not_passed", "1 = 1", period_due_on="'2031-01-01'"))),
}


def keep_batches(decision_id: int, on: date) -> None:
    """A batch of each status, one of them with a row that stands, one taken out, and a loss; a halt of each."""
    li, wang = account_of("li"), account_of("wang")
    one = {"proposed_by": li.id, "proposed_by_person": li.natural_person_id, "proposed_on": on}
    two = {"released_by": wang.id, "released_by_person": wang.natural_person_id, "released_on": on}
    with transaction() as session:
        standing, out = session.scalars(select(Case.id).order_by(Case.id).limit(2))
        batches = [SuspensionBatch(office_path="51/5101/510107/", month=month, gathered_on=on, due_on=on)
                   for month in ("2026-01", "2026-02", "2026-03")]
        halts = [SweepHalt(office_path=f"51/{name}/", on=on, found=9, usual=1, most=5)
                 for name in ("a", "b", "c", "d")]
        session.add_all([*batches, *halts, NotPassed(
            case_id=standing, period_due_on=on, reason="refused", means="home_visit", noted_on=on, noted_by=li.id,
            noted_by_person=li.natural_person_id)])
        session.flush()
        session.add_all([SuspensionRow(batch_id=batch.id, case_id=standing, period_due_on=on) for batch in batches[1:]])
        session.add(SuspensionRow(batch_id=batches[2].id, case_id=out, period_due_on=on, taken_out_on=on, reason="在外",
                                  taken_out_by=li.id, taken_out_by_person=li.natural_person_id))
        _add_corrections(standing, decision_id, on)
        session.add(GatheredLoss(batch_id=batches[2].id, decision_id=decision_id))
        session.flush()
        for row in (*batches[:2], *halts[:2], halts[3]):
            _set(row, status="proposed", **one)
        session.flush()
        for row in (batches[0], halts[0], halts[3]):
            _set(row, status="released", **two)
        session.flush()
        halts[3].status = "over"



def _add_corrections(case: int, decision: int, on: date) -> None:
    li = account_of("li").id
    made = {"case_id": case, "decision_id": decision, "retraction": "x", "office_path": "51/5101/",
            "reason": "lapsed", "arose_on": on}
    sent = {"system": "death_table", "office_path": "51/5101/", "rows": 1, "form": "xlsx", "digest": "x", "sent_on": on,
            "sent_by": li}
    db.session.add_all([
        Correction(**made, system="remote_certification"), CorrectionSending(**sent),
        Correction(**made, system="death_table", status="set_aside", note="不属", settled_by=li),
        CorrectionSending(**sent, receipt_no="1", answered_on=on, answered_by=li)])


def _set(row: object, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
