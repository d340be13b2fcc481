"""Moving a case: the only place that assigns `state`, and only as the table says (S1, R1)."""
from __future__ import annotations

from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from audit import events
from audit.events.base import field_types
from audit.log import record
from cases.benefit_months import withhold_closed
from cases.case_facts import gather
from cases.citing import step_basis
from cases.models import Case, CaseTransition, Decision, Pensioner
from cases.periods import area_of, rules_of_case
from cases.subject import Subject
from database import db
from rules import rules_by_version
from staff.actor import Actor as StaffActor
from workflows.case_lifecycle import CASE
from workflows.deadlines import first_open_month
from workflows.transition import Actor, Attempt, Transition

EVENTS = {
    "certify": events.CaseCertified, "refer": events.CaseReferred, "lapse": events.CaseSuspended,
    "suspend": events.CaseSuspended, "stop": events.CaseStopped, "resume": events.CaseResumed,
    "settle": events.CaseSettled, "terminate": events.CaseTerminated, "restore": events.CaseRestored,
}
WITHHOLDING = ("lapse", "suspend", "stop", "terminate")
PAYING = ("resume", "restore")
# Read in one question, the case alone locked: what every guard, sheet and letter asks of it
_WITH_PERSON = (joinedload(Case.pensioner, innerjoin=True).joinedload(Pensioner.death_marks), joinedload(Case.rates))


def workflow_actor(actor: StaffActor, roles: frozenset[str] | None = None) -> Actor:
    """The actor as the tables know it."""
    if actor.is_system:
        return Actor(None, None, is_system=True)
    return Actor(actor.account_id, actor.natural_person_id, actor.roles if roles is None else roles,
                 actor.office_level, actor.office_path)


def lock_case(case_id: int) -> Case:
    """The case as of now, its row locked until the transaction ends."""
    return db.session.scalars(_locked(Case.id == case_id)).unique().one()


def lock_cases_of_person(case_id: int) -> Case:
    """The case, and with it every case of its person: what a decision about one of them changes may touch them all."""
    return _lock_person(select(Case.pensioner_id).where(Case.id == case_id))[case_id]


def lock_cases_of_decision(decision_id: int) -> dict[int, Case]:
    """id -> every case of the person whom the decision is about."""
    return _lock_person(select(Case.pensioner_id).join(Decision).where(Decision.id == decision_id))


def _lock_person(person: Select[tuple[int]]) -> dict[int, Case]:
    """In the order of their ids, so that two decisions about one person wait for each other and never cross."""
    rows = db.session.scalars(_locked(Case.pensioner_id == person.scalar_subquery()).order_by(Case.id)).unique()
    return {case.id: case for case in rows}


def _locked(which: ColumnElement[bool]) -> Select[tuple[Case]]:
    return (select(Case).where(which).with_for_update(of=Case).options(*_WITH_PERSON)
            .execution_options(populate_existing=True))


def refusals(case: Case, action: str, *, actor: StaffActor, on: date, reason: str | None = None,
             decision: Decision | None = None) -> tuple:
    """Why the case cannot take the step now; empty when it can."""
    return CASE.refusals(case.state, action, _attempt(case, action, actor, on, reason, decision))


def move(case: Case, action: str, *, actor: StaffActor, on: date, reason: str | None = None,
         decision: Decision | None = None, **details: object) -> CaseTransition:
    """Take one row of the table: state, history and event in the caller's transaction. Raises TransitionRefused."""
    row = CASE.take(case.state, action, _attempt(case, action, actor, on, reason, decision))
    before = take_row(case, row, on, reason)
    step = write_step(case, row, before=before, actor=actor, on=on, reason=reason, decision=decision, **details)
    if action in WITHHOLDING:
        withhold_closed([case], actor=actor, on=on, command=action)
    return step


def take_row(case: Case, row: Transition, on: date, reason: str | None) -> str | None:
    """What the row makes of the case's own columns; returns the state before. Alone in assigning `state`."""
    before, rules = case.state, rules_of_case(case, on)
    case.state, case.rules_version = row.dest, rules.version
    if row.dest != before or row.action in WITHHOLDING:
        case.state_since, case.state_reason, case.state_basis = on, reason, basis_of(row, case, reason)
    _set_withholding(case, row.action, on, rules.value("pay_run_close_day"))
    return before


def basis_of(row: Transition, case: Case, reason: str | None = None) -> str:
    """The articles that bind the case's place, as letters cite them."""
    return _basis(row.basis, area_of(case), row.action, reason, case.rules_version)


@cache
def _basis(named: tuple[str, ...], area: str, action: str, reason: str | None, version: str) -> str:
    return step_basis(named, area, action, reason, rules_by_version(version))


def write_step(case: Case, row: Transition, *, before: str | None, actor: StaffActor, on: date, reason: str | None,
               decision: Decision | None = None, **details: object) -> CaseTransition:
    """The history row and its one event."""
    step = 1 + (db.session.scalar(select(func.max(CaseTransition.step)).where(CaseTransition.case_id == case.id)) or 0)
    happened = event_of(case, row, step, before=before, on=on, reason=reason,
                        decision=decision and decision.public_id, **details)
    logged = record(happened, case=case, actor=actor, on=on)
    written = CaseTransition(**step_columns(case, row, step, before=before, on=on, reason=reason),
                             decision_id=decision and decision.id, event=logged)
    db.session.add(written)
    db.session.flush()
    return written


def event_of(case: Case, row: Transition, step: int, *, before: str | None, on: date, reason: str | None,
             decision: str | None = None, **details: object) -> events.StateChanged:
    """The event of a step just taken. `decision`: public id."""
    kind = EVENTS[row.action]
    values: dict[str, object] = {
        "from_state": before, "to_state": case.state, "action": row.action, "reason": reason,
        "basis": basis_of(row, case, reason), "on": on, "due_on": case.due_on, "rules_version": case.rules_version,
        "decision": decision, "step": step, "task_open": case.task_open,
        "period_start": case.period_start, "period_due_on": case.due_on, "withheld_from": case.withheld_from,
        **details,
    }
    known = field_types(kind)
    return kind(**{name: value for name, value in values.items() if name in known})


def step_columns(case: Case, row: Transition, step: int, *, before: str | None, on: date,
                 reason: str | None) -> dict[str, object]:
    """The row of the history of a step just taken, without its decision and event."""
    return {"case_id": case.id, "step": step, "action": row.action, "from_state": before, "to_state": case.state,
            "reason": reason, "basis": basis_of(row, case, reason), "rules_version": case.rules_version, "on": on,
            "period_due_on": case.due_on}


def _attempt(case: Case, action: str, actor: StaffActor, on: date, reason: str | None,
             decision: Decision | None) -> Attempt:
    facts = gather(Subject(case, on, action, reason, decision))
    return Attempt(workflow_actor(actor), on, action, case.state, reason, facts)


def _set_withholding(case: Case, action: str, on: date, close_day: int) -> None:
    if action in WITHHOLDING and case.withheld_from is None:
        case.withheld_from = first_open_month(on, close_day)
    elif action in PAYING:
        case.withheld_from = None
