"""New cases from good rows: a person, a pensioner, a case with its rates, its first step and its event."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from audit.events import CaseEntered
from audit.log import record_bulk
from cases.benefit_months import withhold_closed
from cases.imports.register import Register
from cases.imports.rows import Record
from cases.models import BenefitRate, Case, CaseTransition, ImportBatch, ImportRow, NamePart, Pensioner
from cases.moves import workflow_actor
from cases.names import name_parts, name_sort
from cases.numbers import numbers
from cases.periods import cycle
from database import db
from database.types import public_id
from rules import Rules
from staff.actor import Actor
from workflows.case_lifecycle import CASE, PAID
from workflows.deadlines import Cycle, first_open_month
from workflows.transition import Attempt, Transition

OTHER_PHONES = "、"


@dataclass(frozen=True)
class Entry:
    """A good row that becomes a case, with all that is decided about it before anything is written."""

    row: ImportRow
    record: Record
    rules: Rules
    cycle: Cycle | None
    state: str
    since: date


def _paying(record: Record, period: Cycle | None, on: date) -> str:
    certified = record.last_certified_on and period and period.due_on >= on
    return "verified" if certified else "pending"


# payment status -> state; what is being paid is verified only with a certification that still counts
STATE_OF: dict[str, Callable[[Record, Cycle | None, date], str]] = {
    "paying": _paying,
    "suspended": lambda *_: "suspended",
    "stopped": lambda *_: "stopped",
    "resumed": lambda *_: "resumed",
    "terminated": lambda *_: "terminated",
}


def entry(row: ImportRow, record: Record, rules: Rules, on: date) -> Entry:
    """The state a case comes in with, and since when (design.md section 4, enter)."""
    period = cycle(record.benefit_kind, record.granted_on, record.last_certified_on, rules)
    state = STATE_OF[record.payment_status](record, period, on)
    since = record.status_since or (record.last_certified_on if state == "verified" else record.granted_on)
    return Entry(row, record, rules, period, state, min(since, on))


def attempt(made: Entry, marked: bool, actor: Actor, on: date) -> Attempt:
    """What the guards of `enter_<state>` read."""
    facts = {"import_released": True, "death_marked": marked}
    return Attempt(workflow_actor(actor), on, reason=made.record.status_reason, facts=facts)


def enter(batch: ImportBatch, entries: list[Entry], register: Register, actor: Actor, on: date) -> None:
    """Write the cases of one chunk. Raises TransitionRefused where a guard that was asked before refuses now."""
    register.add_persons(made.row.person_index for made in entries)
    _add_pensioners(entries, register)
    cases = _add_cases(entries, register, on)
    steps = [CASE.take(None, f"enter_{made.state}",
                       attempt(made, register.is_marked(made.row.person_index), actor, on)) for made in entries]
    for case, step in zip(cases, steps, strict=True):
        case.state_basis = "、".join(step.basis)
    db.session.flush()
    _write_steps(batch, list(zip(entries, cases, steps, strict=True)), register, actor, on)
    withhold_closed(cases, actor=actor, on=on, command="release_import")
    for made, case in zip(entries, cases, strict=True):
        made.row.case_id, made.row.status = case.id, "loaded"


def _add_pensioners(entries: list[Entry], register: Register) -> None:
    new: dict[int, Pensioner] = {}
    for made in entries:
        person = register.persons[made.row.person_index]
        if person not in register.pensioners and person not in new:
            new[person] = _pensioner(made.record, person, register)
    db.session.add_all(new.values())
    db.session.flush()
    register.pensioners |= new


def _pensioner(record: Record, person: int, register: Register) -> Pensioner:
    residence = register.offices.get(record.residence_office or "")
    return Pensioner(
        natural_person_id=person, name=record.name, name_sort=name_sort(record.name), id_number=record.id_number,
        sex=record.sex, birth_on=record.birth_on, residence_office_id=residence and residence.id,
        address=record.address, phone=OTHER_PHONES.join(record.phones) or None)


def _add_cases(entries: list[Entry], register: Register, on: date) -> list[Case]:
    """Cases with numbers of their paying office, in the order of the entries."""
    wanted: dict[str, int] = {}
    for made in entries:
        wanted[made.record.paying_office] = wanted.get(made.record.paying_office, 0) + 1
    free = {code: iter(numbers(register.offices[code], on.year, "case", count))
            for code, count in sorted(wanted.items())}
    cases = [_case(made, next(free[made.record.paying_office]), register, on) for made in entries]
    db.session.add_all(cases)
    db.session.flush()
    db.session.add_all(BenefitRate(case_id=case.id, since_month=month, monthly_fen=fen, basis="import")
                       for made, case in zip(entries, cases, strict=True) for month, fen in made.record.rates)
    db.session.add_all(NamePart(part=part, office_path=case.office_path, case_id=case.id)
                       for made, case in zip(entries, cases, strict=True)
                       for part in name_parts(register.pensioner(made.row.person_index).name))
    return cases


def _case(made: Entry, case_no: str, register: Register, on: date) -> Case:
    record, office = made.record, register.offices[made.record.paying_office]
    due_on = made.cycle and made.cycle.due_on
    withheld = made.state not in PAID
    return Case(
        public_id=public_id(), case_no=case_no,
        pensioner_id=register.pensioner(made.row.person_index).id,
        scheme=record.scheme, benefit_kind=record.benefit_kind, kinship=record.kinship,
        work_capacity=record.work_capacity, insured_place=record.insured_place, paying_office_id=office.id,
        office_path=office.path, employer=record.employer, granted_on=record.granted_on,
        state=made.state, state_since=made.since, state_reason=record.status_reason,
        rules_version=made.rules.version, last_certified_on=record.last_certified_on,
        period_start=made.cycle and made.cycle.start, due_on=due_on,
        # F4: who comes in overdue is first told, and has the whole warning period
        warn_from=on if due_on and due_on < on and not withheld else None,
        withheld_from=first_open_month(made.since, made.rules.value("pay_run_close_day")) if withheld else None,
        payee_name=record.payee_name, payee_bank=record.payee_bank, payee_account=record.payee_account,
        case_seq=0, version=1)


def _write_steps(batch: ImportBatch, entered: list[tuple[Entry, Case, Transition]], register: Register,
                 actor: Actor, on: date) -> None:
    """The first row of each history, and its one event (R1)."""
    events = [(_event(batch, made, case, step, register), case.id) for made, case, step in entered]
    ids = record_bulk(events, actor=actor, on=on, command="release_import")
    db.session.add_all(
        CaseTransition(
            case_id=case.id, step=1, action=step.action, from_state=None, to_state=step.dest,
            reason=case.state_reason, basis=case.state_basis, rules_version=case.rules_version, on=made.since,
            period_due_on=case.due_on, event_id=event_id)
        for (made, case, step), event_id in zip(entered, ids, strict=True))


def _event(batch: ImportBatch, made: Entry, case: Case, step: Transition, register: Register) -> CaseEntered:
    record = made.record
    month, fen = record.rates[-1]
    return CaseEntered(
        from_state=None, to_state=step.dest, action=step.action, reason=case.state_reason, basis=case.state_basis,
        on=made.since, due_on=case.due_on, rules_version=case.rules_version, step=1,
        period_start=case.period_start, period_due_on=case.due_on, withheld_from=case.withheld_from,
        case_no=case.case_no, pensioner=register.pensioner(made.row.person_index).public_id, scheme=case.scheme,
        benefit_kind=case.benefit_kind, paying_office=record.paying_office, granted_on=case.granted_on,
        last_certified_on=case.last_certified_on, warn_from=case.warn_from, monthly_fen=fen, rate_since=month,
        rates=dict(record.rates), batch=batch.public_id, row_number=made.row.row_number, name=record.name,
        id_number=record.id_number, payee_account=case.payee_account)
