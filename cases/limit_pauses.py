"""A limit stands still while the office waits for what is not its own to do; each pause with reason and words."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit import events
from audit.log import record
from cases.decision_facts import paths_of
from cases.decisions import lock_decision
from cases.limits import barred, counted, open_pause_of
from cases.models import Decision, LimitPause, ServiceLimit
from cases.models.decision import OPEN_STAGES
from cases.refused import attempt, refuse
from cases.working_calendar import working_calendar
from database import db
from rules import rules_by_version
from staff.access import lock_actor
from staff.actor import Actor
from workflows.roles import BUSINESS
from workflows.transition import Refusal, TransitionRefused
from workflows.working_days import DAY, working_days_between


def pause(decision_id: int, reason: str, note: str, *, actor: Actor, on: date) -> LimitPause:
    """From today no day counts. Raises TransitionRefused: NO_LIMIT, LIMIT_PAUSED, LIMIT_OVER, PAUSE_REASON_UNKNOWN,
    GROUNDS_MISSING, OUT_OF_AREA, OWN_CASE, RELATIVE."""
    with attempt("pause_limit", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        limit = _may_pause(_as_of_now(decision), actor, on)
        rules = rules_by_version(decision.rules_version)
        if reason not in rules.chosen("pause_reasons"):
            raise refuse("PAUSE_REASON_UNKNOWN")
        if not note.strip():
            raise refuse("GROUNDS_MISSING")
        row = LimitPause(reason=reason, basis=rules.entry(f"pause_reasons.{reason}").basis, note=note.strip(),
                         paused_on=on, paused_by=actor.account_id)
        limit.pauses.append(row)
        before, limit.due_on, limit.provisional = limit.due_on, None, False
        db.session.flush()
        record(events.LimitPaused(
            decision=decision.public_id, reason=reason, basis=row.basis, paused_on=on, due_before=before,
            note=row.note, person=actor.natural_person_id), case=decision.case, actor=actor, on=on)
        return row


def resume(decision_id: int, *, actor: Actor, on: date) -> ServiceLimit:
    """Today counts again. Raises TransitionRefused: NO_LIMIT, LIMIT_NOT_PAUSED, OUT_OF_AREA, OWN_CASE, RELATIVE."""
    with attempt("resume_limit", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        limit, row = _limit_of(_as_of_now(decision), actor), open_pause_of(decision.limit)
        if row is None:
            raise refuse("LIMIT_NOT_PAUSED")
        row.resumed_on, row.resumed_by = max(on, row.paused_on), actor.account_id
        calendar = working_calendar()
        limit.due_on, limit.provisional = counted(limit, calendar)
        db.session.flush()
        record(events.LimitResumed(
            decision=decision.public_id, due_on=limit.due_on, provisional=limit.provisional, paused_on=row.paused_on,
            resumed_on=row.resumed_on, person=actor.natural_person_id,
            working_days=working_days_between(calendar, row.paused_on - DAY, row.resumed_on - DAY)),
            case=decision.case, actor=actor, on=on)
        return limit


def pause_refusals(decision: Decision, actor: Actor, on: date) -> tuple[Refusal, ...]:
    """Why `actor` could not pause or resume it now; empty when the button may be pressed."""
    try:
        if open_pause_of(decision.limit):
            _limit_of(decision, actor)
        else:
            _may_pause(decision, actor, on)
    except TransitionRefused as refused:
        return refused.refusals
    return ()


def _as_of_now(decision: Decision) -> Decision:
    """Its limit read again, under the locks just taken."""
    query = select(ServiceLimit).where(ServiceLimit.decision_id == decision.id).options(
        selectinload(ServiceLimit.pauses)).with_for_update(of=ServiceLimit)
    db.session.scalars(query.execution_options(populate_existing=True)).all()
    return decision


def _may_pause(decision: Decision, actor: Actor, on: date) -> ServiceLimit:
    limit = _limit_of(decision, actor)
    if open_pause_of(limit):
        raise refuse("LIMIT_PAUSED")
    if limit.due_on < on:
        raise refuse("LIMIT_OVER", due_on=limit.due_on.isoformat())
    return limit


def _limit_of(decision: Decision, actor: Actor) -> ServiceLimit:
    if not any(actor.holds(role, path) for role in BUSINESS for path in paths_of(decision)):
        raise refuse("OUT_OF_AREA", "QD-7")
    if code := barred(decision, actor):
        raise refuse(code, "JS-8.1")
    if decision.limit is None or decision.stage not in OPEN_STAGES:
        raise refuse("NO_LIMIT")
    return decision.limit
