"""What was done about a case that stays suspended or stopped: recorded, never moving it (SC 30, 32)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit.events import CaseFollowedUp
from audit.log import record
from cases.eligibility import relatives_of
from cases.evidence import Received, keep
from cases.ledgers.table import LEDGERS
from cases.models import Case, Decision, FollowUp
from cases.moves import lock_case
from cases.periods import area_of
from cases.refused import attempt, refuse
from database import db
from rules import rules_for
from staff.access import lock_actor
from staff.actor import Actor
from workflows.follow_up import (
    DORMANT,
    HOME_SERVICE,
    LONG_SUSPENDED,
    FollowUpKind,
    Standing,
    kinds_for,
    may_be_sealed,
    steps_for,
)
from workflows.roles import CHAIN

MAY_FOLLOW_UP = CHAIN
ARTICLES = {LONG_SUSPENDED: "SC-30", DORMANT: "SC-32", HOME_SERVICE: "SC-20"}


@dataclass(frozen=True)
class Said:
    """What was done. again_on: when the case is looked at again."""

    kind: str
    note: str
    again_on: date | None = None
    paper: Received | None = None


@dataclass(frozen=True)
class Course:
    """rows: oldest first, of one ledger; steps: those of SC 32; sealable: whether everybody was asked."""

    rows: list[FollowUp]
    steps: tuple[Standing, ...]
    sealable: bool


def follow_up(case_id: int, ledger: str, said: Said, *, actor: Actor, on: date) -> FollowUp:
    """Record it. Raises TransitionRefused: OUT_OF_AREA, OWN_CASE, RELATIVE, NOT_ON_LEDGER, FOLLOW_UP_UNKNOWN,
    AGAIN_MISSING, NOTE_MISSING, EVIDENCE_MISSING."""
    with attempt("follow_up", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        _may(case, ledger, actor, on)
        kind = kind_of(case, ledger, said, on)
        paper = keep(case, said.paper, actor=actor, on=on) if said.paper else None
        row = FollowUp(case_id=case.id, ledger=ledger, kind=kind.name, on=on, next_on=said.again_on, note=said.note,
                       evidence_id=paper and paper.id, account_id=actor.account_id)
        db.session.add(row)
        db.session.flush()
        record(CaseFollowedUp(ledger=ledger, kind=kind.name, next_on=said.again_on, note=said.note,
                              evidence=paper and paper.public_id, person=actor.natural_person_id),
               case=case, actor=actor, on=on)
        return row


def _may(case: Case, ledger: str, actor: Actor, on: date) -> None:
    if not any(actor.holds(role, case.office_path) for role in MAY_FOLLOW_UP):
        raise refuse("OUT_OF_AREA", "SC-30")
    if case.pensioner.natural_person_id == actor.natural_person_id:
        raise refuse("OWN_CASE", "JS-8.1")
    if case.pensioner.natural_person_id in relatives_of(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")
    if not on_ledger(case, ledger, on):
        raise refuse("NOT_ON_LEDGER", ARTICLES[ledger])


def kind_of(case: Case, ledger: str, said: Said, on: date) -> FollowUpKind:
    """Of what is said, complete. Raises TransitionRefused as `follow_up` does."""
    kind = next((one for one in kinds_for(ledger, case.state_reason) if one.name == said.kind), None)
    if kind is None:
        raise refuse("FOLLOW_UP_UNKNOWN", ARTICLES[ledger])
    if not said.note.strip():
        raise refuse("NOTE_MISSING", kind.article)
    if kind.again and (said.again_on is None or said.again_on <= on):
        raise refuse("AGAIN_MISSING", kind.article)
    if kind.evidence and said.paper is None:
        raise refuse("EVIDENCE_MISSING", kind.article)
    return kind


def on_ledger(case: Case, ledger: str, on: date) -> bool:
    row = LEDGERS[ledger]
    where = row.cases(rules_for(area_of(case), on), on)
    return db.session.scalar(row.joined(Case.id).where(Case.id == case.id, *where)) is not None


def course_of(case: Case, ledger: str) -> Course:
    """What was recorded since the suspension or stop began, and what is still to be done."""
    query = (select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.ledger == ledger,
                                    FollowUp.on >= case.state_since)
             .options(joinedload(FollowUp.account), joinedload(FollowUp.evidence)).order_by(FollowUp.id))
    rows = list(db.session.scalars(query))
    kinds = [row.kind for row in rows]
    decided = select(Decision.kind).where(Decision.case_id == case.id, Decision.stage == "executed",
                                          Decision.opened_on >= case.state_since)
    steps = steps_for(case.state_reason, kinds, db.session.scalars(decided)) if ledger == DORMANT else ()
    return Course(rows, steps, ledger == DORMANT and may_be_sealed(kinds))
