"""The promised limit of a decision, in working days: begun, paused with a reason, resumed, counted again.

Its last day moves by a pause or by the calendar, each with an event; nothing else moves it (docs/decisions/012).
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit import events
from audit.log import record, record_bulk
from cases.eligibility import relatives_of
from cases.models import Case, Decision, LimitPause, ServiceLimit
from cases.models.decision import OPEN_STAGES
from cases.working_calendar import working_calendar
from database import db
from rules import Rules, RulesNotInForce
from staff.actor import Actor
from workflows.working_days import Calendar, Pause, limit_ends_on


@dataclass(frozen=True)
class Promise:
    """What the rules promise for a kind of decision. starts: the act it runs from; by_article: no house value in it."""

    service: str
    working_days: int
    basis: str
    by_article: bool
    starts: str


def promise_of(kind: str, rules: Rules) -> Promise | None:
    """None where the rules promise nothing."""
    try:
        row = rules.entry(f"promised_limits.{kind}")
        days = rules.entry(f"service_working_days.{row.value['service']}")
    except RulesNotInForce:
        return None
    basis = row.basis if row.house else days.basis
    return Promise(row.value["service"], days.value, basis, not (row.house or days.house), row.value["starts"])


def start(decision: Decision, act: str, rules: Rules, *, actor: Actor, on: date) -> None:
    """Begin the limit where `act` (opened, submitted) is what it runs from. In the transaction of that act."""
    promise = promise_of(decision.kind, rules)
    if promise is None or promise.starts != act or decision.limit is not None:
        return
    calendar = working_calendar()
    due_on = limit_ends_on(calendar, on, promise.working_days)
    provisional = calendar.is_provisional(on, due_on)
    decision.limit = ServiceLimit(
        service=promise.service, working_days=promise.working_days, basis=promise.basis, started_on=on,
        by_article=promise.by_article, due_on=due_on, provisional=provisional)
    db.session.flush()
    record(events.LimitStarted(
        decision=decision.public_id, due_on=due_on, provisional=provisional, service=promise.service,
        working_days=promise.working_days, started_on=on, basis=promise.basis), case=decision.case, actor=actor, on=on)


def counted(limit: ServiceLimit, calendar: Calendar) -> tuple[date | None, bool]:
    """Its last day, and whether that is provisional, by the calendar and the pauses alone."""
    rows = pauses_of(limit)
    due_on = limit_ends_on(calendar, limit.started_on, limit.working_days, rows)
    return due_on, due_on is not None and calendar.is_provisional(limit.started_on, due_on)


def pauses_of(limit: ServiceLimit) -> list[Pause]:
    return [(one.paused_on, one.resumed_on) for one in limit.pauses]


def open_pause_of(limit: ServiceLimit | None) -> LimitPause | None:
    return next((one for one in limit.pauses if one.resumed_on is None), None) if limit else None


def recount(calendar: Calendar, *, actor: Actor, on: date) -> int:
    """Every open limit that ends on another day by this calendar, with an event each. In the caller's transaction."""
    due = [(limit, *counted(limit, calendar)) for limit in open_limits()]
    changed = {limit.decision_id for limit, *found in due if tuple(found) != (limit.due_on, limit.provisional)}
    told = []
    for limit in _locked(changed):
        before, (limit.due_on, limit.provisional) = limit.due_on, counted(limit, calendar)
        told.append((events.LimitRecounted(decision=limit.decision.public_id, due_on=limit.due_on, due_before=before,
                                           provisional=limit.provisional), limit.decision.case_id))
    db.session.flush()
    record_bulk(told, actor=actor, on=on, command="recount_limits")
    return len(told)


def open_limits() -> list[ServiceLimit]:
    """Of all decisions that are not closed."""
    return list(db.session.scalars(
        select(ServiceLimit).join(Decision, Decision.id == ServiceLimit.decision_id)
        .where(Decision.stage.in_(OPEN_STAGES)).options(selectinload(ServiceLimit.pauses))))


def _locked(ids: set[int]) -> list[ServiceLimit]:
    """Under the locks of their cases, in the order in which everybody takes them."""
    if not ids:
        return []
    cases = select(Decision.case_id).where(Decision.id.in_(ids))
    db.session.scalars(select(Case.id).where(Case.id.in_(cases)).order_by(Case.id).with_for_update()).all()
    query = (select(ServiceLimit).join(Decision, Decision.id == ServiceLimit.decision_id)
             .where(ServiceLimit.decision_id.in_(ids), Decision.stage.in_(OPEN_STAGES))
             .order_by(ServiceLimit.decision_id).with_for_update(of=ServiceLimit))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def barred(decision: Decision, actor: Actor) -> str | None:
    """The refusal of those who stay away from a case; None for all others."""
    person = decision.case.pensioner.natural_person_id
    if person == actor.natural_person_id:
        return "OWN_CASE"
    return "RELATIVE" if person in relatives_of(actor.natural_person_id) else None
