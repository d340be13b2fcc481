"""New cases from good rows: a person, a pensioner, a case with its rates, its first step and its event.

Everything of a chunk is written by a fixed number of statements; no object of the session stands for a row.
"""
from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from audit.events import CaseEntered
from audit.log import record_bulk
from cases.benefit_months import withhold_closed
from cases.imports.entries import Entry, attempt
from cases.imports.register import Known, Register
from cases.imports.rows import Record
from cases.models import BenefitRate, Case, CaseTransition, ImportBatch, NamePart, Pensioner
from cases.names import name_parts, name_sort
from cases.numbers import numbers
from cases.responsibility import KEEP, Standing, responsible_path
from database import db
from database.types import public_id
from staff.actor import Actor
from workflows.case_lifecycle import CASE
from workflows.transition import Transition

OTHER_PHONES = "、"
Values = dict[str, Any]


def enter(batch: ImportBatch, entries: list[Entry], register: Register, actor: Actor, on: date) -> None:
    """Write the cases of one chunk. Raises TransitionRefused where a guard that was asked before refuses now."""
    if not entries:
        return
    register.add_persons(made.row.person_index for made in entries)
    _add_pensioners(entries, register)
    steps = [CASE.take(None, f"enter_{made.state}",
                       attempt(made, register.is_marked(made.row.person_index), actor, on)) for made in entries]
    cases = _add_cases(entries, steps, register, on)
    _write_steps(batch, list(zip(entries, cases, steps, strict=True)), register, actor, on)
    _withhold(cases, actor, on)
    for made, case in zip(entries, cases, strict=True):
        made.row.case_id, made.row.status = case["id"], "loaded"


def _withhold(cases: list[Values], actor: Actor, on: date) -> None:
    """Months withheld whose run is closed already; the few cases that enter withheld are read as objects."""
    ids = [case["id"] for case in cases if case["withheld_from"]]
    if ids:
        withhold_closed(db.session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all(),
                        actor=actor, on=on, command="release_import")


def _add(model: type, rows: list[Values]) -> None:
    if rows:
        db.session.execute(insert(model.__table__), rows)


def _add_with_ids(model: type, rows: list[Values]) -> list[int]:
    """Ids in the order of the rows."""
    table = model.__table__
    return list(db.session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows))


def _add_pensioners(entries: list[Entry], register: Register) -> None:
    new: dict[int, Values] = {}
    for made in entries:
        person = register.persons[made.row.person_index]
        if person not in register.pensioners and person not in new:
            new[person] = _pensioner(made.record, person, register)
    if not new:
        return
    for values, key in zip(new.values(), _add_with_ids(Pensioner, list(new.values())), strict=True):
        register.pensioners[values["natural_person_id"]] = Known(key, values["public_id"], values["name"])


def _pensioner(record: Record, person: int, register: Register) -> Values:
    residence = register.offices.get(record.residence_office or "")
    return {
        "public_id": public_id(), "natural_person_id": person, "name": record.name,
        "name_sort": name_sort(record.name), "id_number": record.id_number, "sex": record.sex,
        "birth_on": record.birth_on, "residence_office_id": residence and residence.id, "address": record.address,
        "phone": OTHER_PHONES.join(record.phones) or None, "version": 1}


def _add_cases(entries: list[Entry], steps: list[Transition], register: Register, on: date) -> list[Values]:
    """Cases with numbers of their paying office, in the order of the entries."""
    wanted = Counter(made.record.paying_office for made in entries)
    free = {code: iter(numbers(register.offices[code], on.year, "case", count))
            for code, count in sorted(wanted.items())}
    cases = [_case(made, step, next(free[made.record.paying_office]), register, on)
             for made, step in zip(entries, steps, strict=True)]
    for case, key in zip(cases, _add_with_ids(Case, cases), strict=True):
        case["id"] = key
    _add(BenefitRate, [{"case_id": case["id"], "since_month": month, "monthly_fen": fen, "basis": "import"}
                       for made, case in zip(entries, cases, strict=True) for month, fen in made.record.rates])
    _add(NamePart, [{"part": part, "office_path": case["office_path"], "case_id": case["id"]}
                    for made, case in zip(entries, cases, strict=True)
                    for part in name_parts(register.pensioner(made.row.person_index).name)])
    return cases


def _case(made: Entry, step: Transition, case_no: str, register: Register, on: date) -> Values:
    record, office = made.record, register.offices[made.record.paying_office]
    copied = ("scheme", "benefit_kind", "kinship", "work_capacity", "insured_place", "employer", "granted_on",
              "last_certified_on", "payee_name", "payee_bank", "payee_account")
    return {name: getattr(record, name) for name in copied} | {
        "public_id": public_id(), "case_no": case_no, "pensioner_id": register.pensioner(made.row.person_index).id,
        "paying_office_id": office.id, "office_path": _kept_by(made, office.path, register),
        "state": step.dest, "state_since": made.since,
        "state_reason": record.status_reason, "state_basis": "、".join(step.basis),
        "rules_version": made.rules.version, "period_start": made.cycle and made.cycle.start,
        "due_on": made.cycle and made.cycle.due_on, "warn_from": made.warn_from(on),
        "withheld_from": made.withheld_from, "task_open": False, "case_seq": 0, "version": 1}


def _kept_by(made: Entry, paying: str, register: Register) -> str:
    """Path of the office that keeps the case (QD 7)."""
    record, residence = made.record, register.offices.get(made.record.residence_office or "")
    standing = Standing(record.scheme, record.benefit_kind, paying, residence and residence.path)
    return responsible_path(standing, KEEP, made.rules)


def _write_steps(batch: ImportBatch, entered: list[tuple[Entry, Values, Transition]], register: Register,
                 actor: Actor, on: date) -> None:
    """The first row of each history, and its one event (R1)."""
    events = [(_event(batch, made, case, step, register), case["id"]) for made, case, step in entered]
    ids = record_bulk(events, actor=actor, on=on, command="release_import")
    _add(CaseTransition, [
        {"case_id": case["id"], "step": 1, "action": step.action, "from_state": None, "to_state": step.dest,
         "reason": case["state_reason"], "basis": case["state_basis"], "rules_version": case["rules_version"],
         "on": made.since, "period_due_on": case["due_on"], "event_id": event_id}
        for (made, case, step), event_id in zip(entered, ids, strict=True)])


def _event(batch: ImportBatch, made: Entry, case: Values, step: Transition, register: Register) -> CaseEntered:
    record = made.record
    month, fen = record.rates[-1]
    return CaseEntered(
        from_state=None, to_state=step.dest, action=step.action, reason=case["state_reason"],
        basis=case["state_basis"], on=made.since, due_on=case["due_on"], rules_version=case["rules_version"], step=1,
        period_start=case["period_start"], period_due_on=case["due_on"], withheld_from=case["withheld_from"],
        case_no=case["case_no"], pensioner=register.pensioner(made.row.person_index).public_id,
        scheme=record.scheme, benefit_kind=record.benefit_kind, paying_office=record.paying_office,
        granted_on=record.granted_on, last_certified_on=record.last_certified_on, warn_from=case["warn_from"],
        monthly_fen=fen, rate_since=month, rates=dict(record.rates), batch=batch.public_id,
        row_number=made.row.row_number, name=record.name, id_number=record.id_number,
        payee_account=record.payee_account)
