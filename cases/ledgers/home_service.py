"""People served at home: those of the age the rules name, and those who are ill or disabled (SC-20, SC-11b, QD-23).

Why somebody is on it, appointments, visits and service out of hours are rows of the ledger: who, when, in what words.
Illness and disability stand in the words alone, which the log keeps as a commitment.
"""
from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit.events import CaseFollowedUp
from audit.log import record
from cases.eligibility import relatives_of
from cases.evidence import keep
from cases.ledgers.follow_ups import Said, kind_of, on_ledger
from cases.models import Case, FollowUp
from cases.moves import lock_case
from cases.refused import attempt, refuse
from cases.verification import open_task
from database import db
from staff.access import lock_actor
from staff.actor import Actor
from workflows.case_lifecycle import PAID
from workflows.follow_up import HOME_SERVICE
from workflows.roles import MAKERS

ARTICLE = "SC-20"


def serve(case_id: int, said: Said, *, actor: Actor, on: date) -> FollowUp:
    """Record it; an appointment opens the task of a home visit. Raises TransitionRefused: OUT_OF_AREA, OWN_CASE,
    RELATIVE, NOT_ON_LEDGER, FOLLOW_UP_UNKNOWN, AGAIN_MISSING, NOTE_MISSING."""
    with attempt("serve_at_home", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        kind = _may(case, said, actor, on)
        paper = keep(case, said.paper, actor=actor, on=on) if said.paper else None
        row = FollowUp(case_id=case.id, ledger=HOME_SERVICE, kind=kind, on=on, next_on=said.again_on, note=said.note,
                       evidence_id=paper and paper.id, account_id=actor.account_id)
        db.session.add(row)
        db.session.flush()
        record(CaseFollowedUp(ledger=HOME_SERVICE, kind=kind, next_on=said.again_on, note=said.note,
                              evidence=paper and paper.public_id, person=actor.natural_person_id),
               case=case, actor=actor, on=on)
        if kind == "appointment" and case.state in PAID:
            open_task(case, "home_visit", actor=actor, on=on)
        return row


def may_serve(case: Case, actor: Actor) -> bool:
    """Whoever keeps the case, and the grassroots office where the person lives."""
    residence = case.pensioner.residence_office
    paths = (case.office_path, residence.path) if residence else (case.office_path,)
    return any(actor.holds(role, path) for role in MAKERS for path in paths)


def _may(case: Case, said: Said, actor: Actor, on: date) -> str:
    """The kind of what is recorded."""
    if not may_serve(case, actor):
        raise refuse("OUT_OF_AREA", ARTICLE)
    if case.pensioner.natural_person_id == actor.natural_person_id:
        raise refuse("OWN_CASE", "JS-8.1")
    if case.pensioner.natural_person_id in relatives_of(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")
    if case.pensioner.death_mark:
        raise refuse("DEATH_MARKED", "SC-36")
    kind = kind_of(case, HOME_SERVICE, said, on)
    if kind.name != "home_service_needed" and not on_ledger(case, HOME_SERVICE, on):
        raise refuse("NOT_ON_LEDGER", ARTICLE)
    return kind.name


def course_of(case: Case) -> list[FollowUp]:
    """Everything recorded, oldest first."""
    query = (select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.ledger == HOME_SERVICE)
             .options(joinedload(FollowUp.account), joinedload(FollowUp.evidence)).order_by(FollowUp.id))
    return list(db.session.scalars(query))
