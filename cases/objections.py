"""Objections to a suspension or stop (SC 26): taken with a receipt, verified, closed only by a decision (S9)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit import events
from audit.log import record
from cases import notices
from cases.models import Case, Decision, Objection
from cases.moves import lock_case
from cases.numbers import next_number
from cases.refused import attempt, refuse
from cases.verification import open_task
from database import db
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from workflows.roles import MAKERS
from workflows.transition import Refusal, TransitionRefused

LODGED_BY = ("self", "family", "unit")
WITHHELD = ("suspended", "stopped")


@dataclass(frozen=True)
class Lodged:
    """What was said at the window. kind: to_suspension, to_data, to_amount; lodged_by: self, family, unit."""

    kind: str
    lodged_by: str
    grounds: str
    name: str | None = None
    phone: str | None = None


def lodge(case_id: int, lodged: Lodged, *, actor: Actor, on: date) -> Objection:
    """Take the objection, give a receipt number, open the verification. It changes no state."""
    with attempt("object", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        _may_lodge(case, lodged, actor)
        objection = _write(case, lodged, actor, on)
        record(events.ObjectionLodged(
            objection=objection.public_id, receipt_no=objection.receipt_no, kind=lodged.kind,
            lodged_by=lodged.lodged_by, lodged_on=on, grounds=lodged.grounds, lodged_by_name=lodged.name,
            phone=lodged.phone), case=case, actor=actor, on=on)
        open_task(case, "objection", actor=actor, on=on, objection=objection)
        notices.queue(case, "objection_received", on=on, objection=objection, once=f"objection:{objection.public_id}",
                      facts={"receipt_no": objection.receipt_no, "lodged_on": on.isoformat(),
                             "reason": case.state_reason})
        return objection


def _write(case: Case, lodged: Lodged, actor: Actor, on: date) -> Objection:
    office = db.session.scalar(select(Office).where(Office.path == case.office_path))
    objection = Objection(
        receipt_no=next_number(office, on.year, "receipt"), case_id=case.id, kind=lodged.kind,
        lodged_by=lodged.lodged_by, lodged_by_name=lodged.name, phone=lodged.phone, grounds=lodged.grounds,
        lodged_on=on, received_by=actor.account_id, office_path=case.office_path, status="open")
    db.session.add(objection)
    db.session.flush()
    return objection


def _may_lodge(case: Case, lodged: Lodged, actor: Actor) -> None:
    residence = case.pensioner.residence_office
    paths = [path for path in (case.office_path, residence and residence.path) if path]
    if not any(actor.holds(role, path) for role in MAKERS for path in paths):
        raise refuse("OUT_OF_AREA", "SC-26")
    if lodged.kind == "to_suspension" and case.state not in WITHHELD:
        raise refuse("NOT_SUSPENDED_OR_STOPPED", "SC-26", state=case.state)
    if open_objection_of(case):
        raise refuse("OBJECTION_ALREADY_OPEN", "SC-26")
    if lodged.lodged_by not in LODGED_BY or not lodged.grounds.strip():
        raise refuse("GROUNDS_MISSING", "SC-26")


def objection_refusals(case: Case, actor: Actor) -> tuple[Refusal, ...]:
    """Why `actor` could not take an objection to a suspension or stop now; empty when the button may be pressed."""
    try:
        _may_lodge(case, Lodged("to_suspension" if case.state in WITHHELD else "to_data", "self", "-"), actor)
    except TransitionRefused as refused:
        return refused.refusals
    return ()


def open_objection_of(case: Case) -> Objection | None:
    return db.session.scalar(select(Objection).filter_by(case_id=case.id, status="open"))


def uphold(case: Case, decision: Decision, *, actor: Actor, on: date) -> None:
    """An executed resumption or correction upholds the open objection."""
    objection = open_objection_of(case)
    if objection is None:
        return
    objection.status, objection.closed_on, objection.closed_by_decision_id = "upheld", on, decision.id
    record(events.ObjectionUpheld(objection=objection.public_id, receipt_no=objection.receipt_no,
                                  decision=decision.public_id), case=case, actor=actor, on=on)


def dismiss(decision: Decision, *, actor: Actor, on: date) -> None:
    """The signed dismissal: reasons, a letter, and the three months begin again."""
    objection = open_objection_of(decision.case)
    if objection is None:
        raise refuse("NO_OPEN_OBJECTION", "SC-26")
    objection.status, objection.closed_on, objection.closed_by_decision_id = "dismissed", on, decision.id
    record(events.ObjectionDismissed(
        objection=objection.public_id, receipt_no=objection.receipt_no, decision=decision.public_id,
        reasons=decision.fields.get("reasons"), clock_restarts_on=on), case=decision.case, actor=actor, on=on)
    notices.queue(decision.case, "objection_dismissed", on=on, decision=decision, objection=objection,
                  once=f"dismissed:{objection.public_id}",
                  facts={"receipt_no": objection.receipt_no, "reason": decision.fields.get("reasons")})
