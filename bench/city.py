"""A city for measuring: cases by bulk inserts, in the shapes that cases/imports/entering.py writes, and copies of them.

Only here are rows inserted without the commands; every case still has its first step and its event (R1).
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select

from audit.events import CaseEntered
from audit.log import record_bulk
from bench.imports import GIVEN, SURNAMES, id_number
from bench.multiply import multiply
from cases.models import BenefitRate, Case, CaseTransition, Decision, DecisionParticipant, NamePart, Pensioner
from cases.names import name_parts, name_sort
from cases.numbers import numbers
from cases.periods import Benefit, cycle
from database import db, transaction
from database.types import blind_index, public_id
from rules import rules_for
from staff.actor import Actor
from staff.models import NaturalPerson, Office
from staff.offices import office_by_code

ON = date(2026, 3, 15)
CHUNK = 2_000
OFFICES = ("510107", "510107", "510107", "510107", "510104")
# one in so many: state, reason, last certified on; what is not named is verified and not due yet
SUSPENDED_ONE_IN, DUE_ONE_IN, WAITING_ONE_IN = 20, 10, 5
ORIGINAL = 5_000  # of 8,000 names; whatever is more is copied
CERTIFIED, NEARLY_DUE, LAPSED = date(2025, 12, 1), date(2025, 3, 20), date(2024, 12, 1)
SUSPENDED_ON = date(2026, 1, 2)


def fill(count: int, maker: Actor, shape_of: Callable[[int], dict[str, Any]] | None = None) -> None:
    """`count` cases; of the suspended every fifth with a resumption under review. shape_of: instead of `shape`."""
    if count > ORIGINAL and count % ORIGINAL:
        raise ValueError(f"more than {ORIGINAL} cases are made in multiples of it")
    first = min(count, ORIGINAL)
    for start in range(0, first, CHUNK):
        with transaction():
            _enter(range(start, min(start + CHUNK, first)), maker, shape_of or shape)
    for stage in ("initial_review", "recheck", "approval"):
        with transaction():
            _wait(stage, maker)
    if count > first:
        multiply(count // first - 1)


def name_of(serial: int) -> str:
    return SURNAMES[serial % 20] + GIVEN[serial // 20 % 20] + GIVEN[serial // 400 % 20]


def shape(serial: int) -> dict[str, Any]:
    """State, reason, since when and last certification of the case with that serial."""
    if serial % SUSPENDED_ONE_IN == 0:
        return {"state": "suspended", "state_reason": "lapsed", "state_since": SUSPENDED_ON,
                "withheld_from": "2026-02", "last_certified_on": LAPSED}
    certified = NEARLY_DUE if serial % DUE_ONE_IN == 1 else CERTIFIED
    return {"state": "verified", "state_reason": None, "state_since": certified, "withheld_from": None,
            "last_certified_on": certified}


def all_certified(_serial: int) -> dict[str, Any]:
    """A city in which nobody is due, referred or suspended."""
    return {"state": "verified", "state_reason": None, "state_since": CERTIFIED, "withheld_from": None,
            "last_certified_on": CERTIFIED}


def _enter(serials: range, actor: Actor, shape_of: Callable[[int], dict[str, Any]]) -> None:
    persons = _inserted(NaturalPerson, [{"id_number_index": blind_index(id_number(n))} for n in serials])
    pensioners = _inserted(Pensioner, [_pensioner(n, person) for n, person in zip(serials, persons, strict=True)])
    rows = _cases(serials, pensioners, shape_of)
    cases = _inserted(Case, rows)
    db.session.execute(insert(NamePart), [
        {"part": part, "office_path": row["office_path"], "case_id": case}
        for n, row, case in zip(serials, rows, cases, strict=True) for part in name_parts(name_of(n))])
    db.session.execute(insert(BenefitRate), [
        {"case_id": case, "since_month": "2010-03", "monthly_fen": 200_000 + n % 3000, "basis": "import"}
        for n, case in zip(serials, cases, strict=True)])
    events = [(_event(n, row), case) for n, row, case in zip(serials, rows, cases, strict=True)]
    ids = record_bulk(events, actor=actor, on=ON, command="release_import")
    db.session.execute(insert(CaseTransition), [
        {"case_id": case, "step": 1, "action": f"enter_{row['state']}", "to_state": row["state"],
         "reason": row["state_reason"], "basis": row["state_basis"], "rules_version": row["rules_version"],
         "on": row["state_since"], "period_due_on": row["due_on"], "event_id": event}
        for row, case, event in zip(rows, cases, ids, strict=True)])


def _inserted(model: Any, rows: list[dict[str, Any]]) -> range:
    """Insert, and the ids given: this process is the only writer, so they are the ones after the last."""
    before = db.session.scalar(select(func.max(model.id))) or 0
    db.session.execute(insert(model.__table__), [{"id": before + n, **row} for n, row in enumerate(rows, 1)])
    return range(before + 1, before + len(rows) + 1)


def _pensioner(serial: int, person: int) -> dict[str, Any]:
    number, name = id_number(serial), name_of(serial)
    return {"public_id": public_id(), "natural_person_id": person, "name": name, "name_sort": name_sort(name),
            "id_number": number, "sex": "female" if int(number[16]) % 2 == 0 else "male", "version": 1,
            "birth_on": date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
            "address": f"锦绣路{serial % 500}号", "phone": f"138{serial:08d}"}


def _cases(serials: range, pensioners: range, shape_of: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    codes = sorted(set(OFFICES))
    offices = {code: office_by_code(code) for code in codes}
    wanted = {code: sum(OFFICES[n % len(OFFICES)] == code for n in serials) for code in codes}
    free = {code: iter(numbers(offices[code], ON.year, "case", wanted[code])) for code in codes}
    made = []
    for serial, pensioner in zip(serials, pensioners, strict=True):
        code = OFFICES[serial % len(OFFICES)]
        made.append(_case(serial, pensioner, offices[code], next(free[code]), shape_of(serial)))
    return made


def _case(serial: int, pensioner: int, office: Office, case_no: str, form: dict[str, Any]) -> dict[str, Any]:
    rules, granted = rules_for(office.code, ON), date(2010, 3, 1)
    period = cycle(Benefit("pension", granted, form["last_certified_on"]), rules, ON)
    return form | {
        "public_id": public_id(), "case_no": case_no, "pensioner_id": pensioner, "scheme": "enterprise_employees",
        "benefit_kind": "pension", "paying_office_id": office.id, "office_path": office.path, "granted_on": granted,
        "state_basis": "SC-26", "rules_version": rules.version, "task_open": False, "period_start": period.start,
        "due_on": period.due_on, "payee_name": name_of(serial), "payee_account": f"62284800{serial:011d}",
        "case_seq": 0, "version": 1}


def _event(serial: int, row: dict[str, Any]) -> CaseEntered:
    return CaseEntered(
        from_state=None, to_state=row["state"], action=f"enter_{row['state']}", reason=row["state_reason"],
        basis=row["state_basis"], on=row["state_since"], due_on=row["due_on"], rules_version=row["rules_version"],
        step=1, period_start=row["period_start"], period_due_on=row["due_on"], withheld_from=row["withheld_from"],
        case_no=row["case_no"], pensioner=row["public_id"], scheme=row["scheme"], benefit_kind=row["benefit_kind"],
        paying_office=OFFICES[serial % len(OFFICES)], granted_on=row["granted_on"],
        last_certified_on=row["last_certified_on"], monthly_fen=200_000 + serial % 3000, rate_since="2010-03",
        rates={"2010-03": 200_000 + serial % 3000}, name=name_of(serial), id_number=id_number(serial),
        payee_account=row["payee_account"])


def _wait(stage: str, maker: Actor) -> None:
    """Resumptions awaiting a signature: their rows only, no signatures; lists read no more."""
    taken = select(Decision.case_id)
    some = select(Case).where(Case.state == "suspended", Case.id % WAITING_ONE_IN == 1, Case.id.not_in(taken))
    total = db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
    cases = list(db.session.scalars(some.order_by(Case.id).limit(max(1, total // 3))))
    offices = {office.path: office for office in db.session.scalars(select(Office))}
    for case in cases:
        office = offices[case.office_path]
        db.session.add(Decision(
            decision_no=numbers(office, ON.year, "decision", 1)[0], kind="resume", case_id=case.id, reason="lapsed",
            fields={}, stage=stage, signatures_required=3, office_level="county", office_id=office.id,
            office_path=office.path, opened_by=maker.account_id, opened_on=ON, rules_area=office.code,
            rules_version=case.rules_version))
    db.session.flush()
    opened = db.session.scalars(select(Decision.id).where(Decision.case_id.in_([case.id for case in cases])))
    db.session.add_all(DecisionParticipant(decision_id=one, natural_person_id=maker.natural_person_id, side="first",
                                           why="maker") for one in opened)
