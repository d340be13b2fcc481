"""What is tried against the triggers of matching's runs, samples and disputes, and the rows it needs."""
from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from cases.models import Case
from cases.moves import lock_cases_of_person
from database import db, transaction
from matching.definition import Sign, day_number
from matching.results import disputes, proposing, releasing, retracting, starting
from matching.results.models import DataDispute
from matching.results.proposing import Change, Found
from matching.results.retracting import Grounds
from matching.results.running import Wanted
from tests.people import actor
from tests.promises.county import ON
from tests.promises.ledger_attempts import each
from tests.promises.trigger_attempts import Statements, account, copied, person
from tests.results.registers import code_of, compared, lost, proposed, seen, unknown

AREA = "51/5101/510107/"
SEEN = date(2026, 1, 15)
OPEN, OVER = "status = 'proposed'", "status = 'released'"
BY = "released_by = {0}, released_by_person = {1}, released_on = '2026-03-16'"
LOOK = f"finding = 'as_said', looked_on = '2026-03-16', looked_by = {account('wang')}"

ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    "matching_run_person_insert": tuple(
        (copied("matching_run", OPEN, area_path="'other/'", **{f"{act}_by": account("li"),
                                                               f"{act}_by_person": person("wang")}),)
        for act in ("proposed", "released")),
    "matching_run_person_update": each(
        "matching_run", f"proposed_by = {account('li')}, proposed_by_person = {person('wang')}",
        BY.format(account("wang"), person("li")), where=OPEN),
    "matching_run_as_proposed": each(
        "matching_run", "month = '2031-01'", "area_path = 'other/'", "directory = 'other'", "rules_digest = 'other'",
        "halted = NOT halted", where=OPEN),
    "matching_run_as_released": each(
        "matching_run", BY.format(account("zhao"), person("zhao")),
        f"proposed_by = {account('zhao')}, proposed_by_person = {person('zhao')}",
        f"status = 'proposed', {BY.format('NULL', 'NULL')}", where=OVER),
    "matching_run_over": tuple(
        (f"UPDATE matching_run SET status = '{last}' WHERE {OVER}",
         f"UPDATE matching_run SET applied_on = '2031-01-01' WHERE status = '{last}'")
        for last in ("applied", "cancelled")),
    "matching_run_no_delete": ((f"DELETE FROM matching_run WHERE {OPEN}",),),
    "matching_sample_person_insert": (
        (copied("matching_sample", "finding IS NULL", case_id="(SELECT max(id) FROM cases)", looked_by=account("li"),
                looked_by_person=person("wang")),),),
    "matching_sample_person_update": each("matching_sample", f"{LOOK}, looked_by_person = {person('li')}",
                                          where="finding IS NULL"),
    "matching_sample_looked_at": each("matching_sample", "finding = 'wrong'", where="finding IS NOT NULL"),
    "data_dispute_as_filed": (
        *each("data_dispute", "case_id = case_id + 1", "source = 'other'", "about = 'other'", "grounds = 'other'",
              f"filed_by = {account('zhao')}"),
        ("UPDATE data_dispute SET status = 'answered', answer = 'kept', answered_by = filed_by",
         "UPDATE data_dispute SET answer = 'corrected'")),
    "data_dispute_no_delete": (("DELETE FROM data_dispute",),),
    "sign_retraction_as_decided": each(
        "sign_retraction", "public_id = 'other'", "case_id = case_id + 1", "pensioner_id = pensioner_id + 1",
        "office_path = '51/'", "source = 'other'", "code = code + 1", "sign_on = '2020-01-01'", "through_load = 9",
        "cause = 'refuted'", "dispute_id = dispute_id + 1", "task_id = 9", "decision_id = 9",
        "retracted_on = '2020-01-01'", f"retracted_by = {account('zhao')}", where="reversed_on IS NULL"),
    "sign_retraction_reversed": each("sign_retraction", "reversed_grounds = 'other'", where="reversed_on IS NOT NULL"),
    "sign_retraction_no_delete": (("DELETE FROM sign_retraction",),),
}
RETRACTED = {"cause": "corrected", "dispute_id": 7, "retracted_by": 7, "sign_on": date(2026, 3, 1)}


NEVER: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {  # constraint -> what it refuses, clause by clause
    "ck_matching_run_status": (("matching_run", {"status": "done"}),),
    "ck_matching_run_released_by_person": (
        ("matching_run", {"status": "released"}), ("matching_run", {"status": "applied"})),
    "ck_matching_run_two_persons": (
        ("matching_run", {"status": "released", "halted": True, "proposed_by_person": 7, "released_by_person": 7}),
        ("matching_run", {"status": "applied", "halted": True, "proposed_by_person": 7, "released_by_person": 7}),
        ("matching_run", {"status": "released", "halted": True, "released_by_person": 7})),
    "ck_list_entry_list": (("list_entry", {"list": "dead"}),),
    "ck_list_change_list": (("list_change", {"list": "dead"}),),
    "ck_list_change_old_list": (("list_change", {"old_list": "dead"}),),
    "ck_matching_sample_finding": (
        ("matching_sample", {"finding": "unsure", "looked_by_person": 7, "looked_on": date(2026, 3, 1)}),
        ("matching_sample", {"finding": "as_said", "looked_on": date(2026, 3, 1)}),
        ("matching_sample", {"finding": "as_said", "looked_by_person": 7})),
    "ck_data_dispute_status": (("data_dispute", {"status": "closed"}),),
    "ck_data_dispute_answered": (
        ("data_dispute", {"status": "answered", "answer": "kept"}),
        ("data_dispute", {"status": "answered", "answered_by": 7})),
    "ck_sign_retraction_cause": (("sign_retraction", {"cause": "other"}),),
    "ck_sign_retraction_grounds": (
        ("sign_retraction", {"cause": "annulled"}), ("sign_retraction", {"dispute_id": None}),
        ("sign_retraction", {"retracted_by": None})),
    "ck_sign_retraction_task": (("sign_retraction", {"cause": "refuted"}),),
    "ck_sign_retraction_day": (
        ("sign_retraction", {"sign_on": None}), ("sign_retraction", {"through_load": 7})),
    "ck_sign_retraction_reversed": (
        ("sign_retraction", {"reversed_on": date(2026, 3, 1), "reversed_by": 8}),
        ("sign_retraction", {"reversed_on": date(2026, 3, 1), "reversed_grounds": "x"}),
        ("sign_retraction", {"reversed_by": 8, "reversed_grounds": "x"})),
    "ck_sign_retraction_two_accounts": (
        ("sign_retraction", {"reversed_on": date(2026, 3, 1), "reversed_by": 7, "reversed_grounds": "x"}),),
}


def registers_compared(code: str) -> None:
    """A run of a county carried out, another that waits, a trial, and an objection to what a register says."""
    area, of = f"51/5101/{code}/", "" if code == "510107" else f".{code}"
    if waiting := proposing.open_run(area):
        releasing.cancel(waiting.id, "重新比对", actor=actor(f"wang{of}"), on=ON)
    ids = list(db.session.scalars(select(Case.id).where(Case.office_path == area).order_by(Case.id).limit(3)))
    said = [seen(ids[0], SEEN), unknown(ids[1]), lost(ids[2], "court_declarations", "missing", SEEN)]
    compared(said, ON, looks=f"li{of}", releases=f"wang{of}", area=area)
    proposed([unknown(ids[0])], ON, area)
    starting.begin(starting.TRIAL, Wanted(f"{ON:%Y-%m}", area, ON), actor(f"li{of}"))
    disputes.file(ids[1], disputes.Disputed("cremations", "death", "本人健在"), actor=actor(f"li{of}"), on=ON)


def keep_runs(on: date) -> None:
    """A run that two people released, one that waits with a sample of which nobody has looked, a dispute."""
    cases = list(db.session.scalars(select(Case.id).order_by(Case.id).limit(2)))
    for area, mine in ((AREA, cases[:1]), ("51/5101/510104/", cases[1:])):
        changes = [Change(case, "to_be_verified", "neither_list") for case in mine]
        run = proposing.propose(Found("2026-03", area, on, "full", "runs/1", "digest", (), lambda rows=changes: rows))
        if area == AREA:
            releasing.look(run.id, cases[0], "as_said", actor=actor("li"), on=on)
            with transaction() as session:  # as if it had been halted, and let go on by the first of two
                row = session.get(type(run), run.id)
                row.proposed_by, row.proposed_by_person = actor("li").account_id, actor("li").natural_person_id
            releasing.release(run.id, actor=actor("wang"), on=on)
    said = disputes.Disputed("cremations", "death", "本人健在")
    retracted_twice(disputes.file(cases[0], said, actor=actor("li"), on=on), on)


def retracted_twice(dispute: DataDispute, on: date) -> None:
    """Two statements of a register; the second counts again."""
    for day in (on, SEEN):
        with transaction():
            case = lock_cases_of_person(dispute.case_id)
            sign = Sign(case.pensioner_id, day_number(day), code_of("cremations", "dead"), 2, 1, 1)
            made = retracting.retract(case, [sign], Grounds("corrected", dispute), actor=actor("wang"), on=on)
    retracting.put_back(made[0].row.id, "来源部门再次确认", actor=actor("zhao"), on=on)
