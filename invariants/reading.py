"""Invariants that need reading: digests, replay, due dates recomputed, triggers in place."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from audit.models import AuditEvent
from cases.models import Case, CaseTransition, Certification, Job
from cases.periods import (
    begins_on,
    benefit_of,
    certified_cycle,
    cycle,
    cycle_of_case,
    lengths,
    rules_of_case,
    rules_then,
    stored_cycle,
)
from cases.responsibility import KEEP, responsible_path, rules_of_place, standing_of
from cases.sweep import is_demonstration
from database import db, tampering
from database.roles import excesses
from invariants.limits import limits_moved_silently, limits_not_as_counted
from rules import Rules, rules_by_version
from workflows.case_lifecycle import PAID, TRANSITIONS
from workflows.deadlines import Cycle, current_cycle

BATCH = 1000


def altered_events() -> Iterator[str]:
    """Events whose bytes no longer give their digest."""
    query = select(AuditEvent.uid, AuditEvent.canonical, AuditEvent.digest).execution_options(yield_per=BATCH)
    for uid, canonical, digest in db.session.execute(query):
        if hashlib.sha256(canonical).hexdigest() != digest:
            yield uid


def replayed_states() -> Iterator[str]:
    """Cases whose state differs from what their events, replayed from nothing, give (R3)."""
    query = (select(Case.case_no, Case.state, AuditEvent.canonical)
             .join(CaseTransition, CaseTransition.case_id == Case.id)
             .join(AuditEvent, AuditEvent.id == CaseTransition.event_id)
             .order_by(Case.id, AuditEvent.case_seq).execution_options(yield_per=BATCH))
    last: dict[str, tuple[str, str | None]] = {}
    for case_no, state, canonical in db.session.execute(query):
        step = _data(canonical)
        before = last.get(case_no, (state, None))[1]
        if step["from_state"] != before:
            yield f"{case_no}: {step['action']} from {step['from_state']}, was {before}"
        last[case_no] = (state, step["to_state"])
    yield from (case_no for case_no, (state, replayed) in last.items() if state != replayed)


def _data(canonical: bytes) -> dict:
    event = json.loads(canonical)
    return event.get("data", event)


def steps_outside_the_table() -> Iterator[str]:
    rows = {(row.action, row.source, row.dest) for row in TRANSITIONS}
    query = select(CaseTransition.case_id, CaseTransition.step, CaseTransition.action, CaseTransition.from_state,
                   CaseTransition.to_state).execution_options(yield_per=BATCH)
    for case_id, step, action, before, after in db.session.execute(query):
        if (action, before, after) not in rows:
            yield f"case {case_id} step {step}: {action} {before} -> {after}"


def moved_due_dates() -> Iterator[str]:
    """Cases whose due date is not what the rules make of their dates (S7)."""
    swept = list(db.session.execute(select(Job.on, Job.office_path).where(Job.kind == "sweep",
                                                                          Job.status == "finished")))
    query = select(Case).options(joinedload(Case.pensioner), selectinload(Case.rates))
    for case in db.session.scalars(query.execution_options(yield_per=BATCH)):
        rules = rules_of_case(case, case.recorded_at.date())
        found = cycle_of_case(case, rules, date.max)
        waits = case.due_on is None and _waits(case, begins_on(benefit_of(case, rules), rules), swept)
        explained = waits or _kept_longer(case, rules, found)
        if (found and found.due_on) != case.due_on and not explained and case.due_on != _through_amendments(case):
            yield f"{case.case_no}: {case.due_on}, recomputed {found and found.due_on}"


def _through_amendments(case: Case) -> date | None:
    """The due date that entry and certifications gave one after another, each by the rules of its own day (S7)."""
    events = db.session.execute(select(AuditEvent.type, AuditEvent.canonical).where(
        AuditEvent.case_id == case.id, AuditEvent.type.in_(("CaseEntered", "CertificationAccepted")))
        .order_by(AuditEvent.case_seq))
    withdrawn = set(db.session.scalars(select(Certification.public_id).where(
        Certification.pensioner_id == case.pensioner_id, Certification.status == "withdrawn")))
    periods: list[Cycle | None] = []
    for kind, canonical in events:
        data = _data(canonical)
        if data.get("certification") in withdrawn:
            continue
        pinned = rules_by_version(data["rules_version"])
        benefit = benefit_of(case, pinned)
        if kind == "CaseEntered":
            entered = data["last_certified_on"] and date.fromisoformat(data["last_certified_on"])
            periods.append(cycle(replace(benefit, certified_on=entered), pinned, date.max))
        else:
            certified = date.fromisoformat(data["evidence_on"])
            periods.append(certified_cycle(replace(benefit, certified_on=certified),
                                           rules_then(case, certified, pinned)))
    found = current_cycle(periods)
    return found and found.due_on


def _waits(case: Case, begins: date, swept: list[Any]) -> bool:
    """Whether no sweep could have given the case the period that begins at an age (QD 10)."""
    if case.state not in PAID or case.pensioner.death_mark:
        return True
    return not any(on >= begins and case.office_path.startswith(path or "") for on, path in swept)


def _kept_longer(case: Case, rules: Rules, found: Cycle | None) -> bool:
    """A longer period of a time of lower benefit stays (QD 11): it ends later, and its length is one the rules give."""
    kept, steps = stored_cycle(case), rules.value(f"period_by_monthly_amount.{case.benefit_kind}")
    return bool(kept and found and kept.due_on > found.due_on and kept.months in lengths(case.benefit_kind, rules)
                and steps)


def misplaced_cases() -> Iterator[str]:
    """Cases kept by another office than the rules of their place say (QD 7)."""
    query = select(Case).options(joinedload(Case.paying_office), joinedload(Case.pensioner))
    for case in db.session.scalars(query.execution_options(yield_per=BATCH)):
        standing = standing_of(case)
        path = responsible_path(standing, KEEP, rules_of_place(standing, case.recorded_at.date()))
        if path != case.office_path:
            yield f"{case.case_no}: {case.office_path}, the rules give {path}"


def untrue_triggers() -> Iterator[str]:
    yield from tampering.untrue_triggers(db.session.connection())


def privileges_beyond() -> Iterator[str]:
    """What the application's role may do beyond database/privileges.yaml. A demonstration may live with one role."""
    if not is_demonstration():
        yield from excesses(db.session.connection())


READ: dict[str, Callable[[], Iterator[str]]] = {
    "S1 every step is a row of the published table": steps_outside_the_table,
    "S7 the due date can be recomputed": moved_due_dates,
    "Scope the office of a case is what the rules of its place give": misplaced_cases,
    "Limits every open limit ends where calendar and pauses say": limits_not_as_counted,
    "Limits no last day moves without its event": limits_moved_silently,
    "R2 the bytes of every event give its digest": altered_events,
    "R2 every trigger is in place": untrue_triggers,
    "R2 the application's role can do no more than it needs": privileges_beyond,
    "R3 the events replayed from nothing give the state": replayed_states,
}
