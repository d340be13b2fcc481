"""A certification that rested on a withdrawn feed alone: it no longer counts, and each period is that of what is left.

The due date may move back by it: it went forward by no valid certification (S7). A period that is over by then leaves a
full warning period first (F4).
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from audit.events import CertificationWithdrawn, Recorded, parse
from audit.log import record
from audit.models import AuditEvent
from cases.models import Case, Certification, Decision
from cases.models.decision import OPEN_STAGES
from cases.periods import rules_of_case, set_period
from cases.withdrawals import take_back
from database import db
from staff.actor import SYSTEM

ENTERED, ACCEPTED = "CaseEntered", "CertificationAccepted"


def withdraw_certification(row: Certification, cases: list[Case], load: str, *, on: date) -> None:
    """For every case of the person, locked by the caller, in the caller's transaction. `load`: public id."""
    row.status = "withdrawn"
    db.session.flush()
    for case in cases:
        events = list(_dated(case))
        if any(one.data["certification"] == row.public_id for one in events if one.type == ACCEPTED):
            _period_of_the_rest(case, events, on, row, load)
            _take_back_resumption(case, row, on)


def _dated(case: Case) -> Iterator[Recorded]:
    query = select(AuditEvent.canonical).where(AuditEvent.case_id == case.id, AuditEvent.type.in_((ENTERED, ACCEPTED)))
    db.session.flush()
    return (parse(bytes(canonical)) for canonical in db.session.scalars(query.order_by(AuditEvent.case_seq)))


def _period_of_the_rest(case: Case, events: list[Recorded], on: date, row: Certification, load: str) -> None:
    """Entry and the certifications that still count give the period, in the order of their dates."""
    rules, before = rules_of_case(case, on), case.due_on
    entered = next((one.data["last_certified_on"] for one in events if one.type == ENTERED), None)
    withdrawn = set(db.session.scalars(select(Certification.public_id).where(
        Certification.pensioner_id == case.pensioner_id, Certification.status == "withdrawn")))
    left = sorted(date.fromisoformat(one.data["evidence_on"]) for one in events
                  if one.type == ACCEPTED and one.data["certification"] not in withdrawn)
    case.last_certified_on = date.fromisoformat(entered) if entered else None
    case.period_start = case.due_on = case.warn_from = None
    set_period(case, rules, on)
    for day in left:
        case.last_certified_on = max(filter(None, (case.last_certified_on, day)))
        set_period(case, rules, on, day)
    if case.due_on and case.due_on >= on:
        case.warn_from = None
    record(CertificationWithdrawn(
        certification=row.public_id, method=row.method, evidence_on=row.evidence_on, source_ref=row.source_ref,
        load=load, period_start=case.period_start, due_on=case.due_on, previous_due_on=before,
        last_certified_on=case.last_certified_on, rules_version=rules.version), case=case, actor=SYSTEM, on=on)


def _take_back_resumption(case: Case, row: Certification, on: date) -> None:
    """What SYSTEM proposed on it and nobody has decided. What people decided is history."""
    query = select(Decision).where(Decision.case_id == case.id, Decision.kind == "resume",
                                   Decision.stage.in_(OPEN_STAGES), Decision.proposed_by_system)
    for decision in db.session.scalars(query):
        if (decision.fields or {}).get("certification") == row.public_id:
            take_back(decision, on=on)
