"""A report of death: the weight of its source in the place decides what becomes of it (S3; SC 13, QD 18).

`alone`: the mark is set at once. `two_signatures`: a decision `mark_death` is opened. `not_sufficient`, or a sign of
life dated on or after the death (S8): the person is verified. The paper is kept in every case.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select

from cases import notices
from cases.deaths import SOURCE_OF_EVIDENCE, insufficient, propose_stops, set_mark, tell_death
from cases.decisions import Proposal, draft, lock_decision, opening_refusals
from cases.evidence import Received, keep
from cases.models import Case, Certification, DeathMark, Decision, Evidence, VerificationTask
from cases.moves import lock_cases_of_person
from cases.periods import rules_of_case
from cases.proposals import hand_in_where_possible
from cases.refused import attempt, refuse
from cases.review import void_changed_rounds
from cases.verification import open_task
from database import db
from rules import Rules
from staff.access import lock_actor
from staff.actor import SYSTEM, Actor
from workflows.case_lifecycle import PAID
from workflows.transition import TransitionRefused

EVIDENCE_OF_SOURCE = {source: kind for kind, source in SOURCE_OF_EVIDENCE.items()}
MARKS_ALONE = "caseworker"  # enters what a register or an official paper says; others propose
Outcome = DeathMark | Decision | VerificationTask


@dataclass(frozen=True)
class Reported:
    """What was reported: by whom (`source`, of rules.vocabulary.DEATH_SOURCES), the day of death, and the paper."""

    source: str
    died_on: date
    media_type: str
    content: bytes
    note: str | None = None

    def paper(self) -> Received:
        return Received(EVIDENCE_OF_SOURCE[self.source], "", self.media_type, self.content, self.died_on)


def weight_of(source: str, rules: Rules) -> str:
    return rules.value("death_sources").get(source, "not_sufficient")


def report(case_id: int, said: Reported, *, actor: Actor, on: date) -> Outcome:
    """Take the report: the mark it set, the decision it opened, or the task to verify it.

    Raises TransitionRefused: ALREADY_DEATH_MARKED, DATE_IN_FUTURE, and what bars `actor` from a decision of the case.
    """
    with attempt("mark_death", actor, on, case_id=case_id):
        case, actor = lock_cases_of_person(case_id), lock_actor(actor)
        if refusals := opening_refusals(case, Proposal("mark_death"), actor):
            raise TransitionRefused(refusals)
        if case.pensioner.death_mark:
            raise refuse("ALREADY_DEATH_MARKED", "SC-36")
        evidence = keep(case, said.paper(), actor=actor, on=on)
        return ANSWERS[_answer(case, said, actor, on)](case, said, evidence, actor, on)


def mark_from_source(case_id: int, source: str, died_on: date, evidence_id: int | None = None, *,
                     on: date) -> DeathMark | None:
    """A register that the area's rules hold sufficient sets the mark at once, in the system's name (SC 13, 25).

    None when the person is marked already, or was certified on that day or later and is to be verified (S8). Raises
    TransitionRefused: DEATH_REPORT_NEEDS_DECISION, DEATH_SOURCE_NOT_SUFFICIENT, DATE_IN_FUTURE.
    """
    with attempt("mark_death", SYSTEM, on, case_id=case_id):
        evidence = db.session.get(Evidence, evidence_id) if evidence_id else None
        return mark_by_register(lock_cases_of_person(case_id), source, died_on, evidence, on=on)


def mark_by_register(case: Case, source: str, died_on: date, evidence: Evidence | None, *,
                     on: date) -> DeathMark | None:
    """The same, inside the caller's transaction and under its locks of the person's cases."""
    if refused := insufficient(source, rules_of_case(case, on)):
        raise refused
    if died_on > on:
        raise refuse("DATE_IN_FUTURE", date=died_on.isoformat())
    if case.pensioner.death_mark:
        return None
    if _seen_alive(case, died_on):
        to_verify(case, "both_lists", SYSTEM, on)
        return None
    return _set(case, source, died_on, evidence, SYSTEM, on)


def _answer(case: Case, said: Reported, actor: Actor, on: date) -> str:
    weight = weight_of(said.source, rules_of_case(case, on))
    if weight != "alone":
        return weight
    if _seen_alive(case, said.died_on):
        return "both_lists"
    return weight if actor.holds(MARKS_ALONE, case.office_path) else "two_signatures"


def _seen_alive(case: Case, died_on: date) -> bool:
    """Alive and dead at once: a certification or imported baseline dated on or after the death (S8)."""
    certified = exists().where(Certification.pensioner_id == case.pensioner_id, Certification.status == "valid",
                               Certification.evidence_on >= died_on)
    baseline = exists().where(Case.pensioner_id == case.pensioner_id, Case.last_certified_on >= died_on)
    return bool(db.session.scalar(select(or_(certified, baseline))))


def _mark(case: Case, said: Reported, evidence: Evidence, actor: Actor, on: date) -> DeathMark:
    return _set(case, said.source, said.died_on, evidence, actor, on)


def _set(case: Case, source: str, died_on: date, evidence: Evidence | None, actor: Actor, on: date) -> DeathMark:
    """The mark, and what follows: rounds signed without it fall, stops are proposed, the family reads of it."""
    mark = set_mark(case, source, died_on, evidence, actor=actor, on=on)
    open_ones = db.session.scalars(
        select(Decision.id).join(Case, Decision.case_id == Case.id)
        .where(Case.pensioner_id == case.pensioner_id, Decision.stage.in_(("recheck", "approval")))
        .order_by(Decision.case_id, Decision.id))
    void_changed_rounds([lock_decision(decision_id) for decision_id in list(open_ones)], "DEATH_MARKED",
                        actor=actor, on=on)
    propose_stops(case, mark, on=on)
    tell_death(case, mark, on=on)
    return mark


def _propose(case: Case, said: Reported, evidence: Evidence, actor: Actor, on: date) -> Decision:
    """Two persons sign: whoever takes the report is the maker and hands it in where all it needs is there."""
    fields = {"died_on": said.died_on.isoformat()} | ({"reasons": said.note} if said.note else {})
    decision = draft(case, Proposal("mark_death", None, fields, evidence=(evidence.id,)), actor=actor, on=on)
    hand_in_where_possible(decision, actor=actor, on=on)
    return decision


def to_verify(case: Case, cause: str, actor: Actor, on: date) -> VerificationTask:
    """One open task a case; who is still paid is told at once (GB 3.2)."""
    task = open_task(case, cause, actor=actor, on=on)
    if case.state in PAID:
        notices.queue(case, "referred", on=on, once=f"referred:{case.public_id}:{task.public_id}",
                      facts={"reason": task.cause, "due_on": case.due_on and case.due_on.isoformat()})
    return task


def _not_enough(case: Case, _said: Reported, _evidence: Evidence, actor: Actor, on: date) -> VerificationTask:
    return to_verify(case, "death_reported", actor, on)


def _both(case: Case, _said: Reported, _evidence: Evidence, actor: Actor, on: date) -> VerificationTask:
    return to_verify(case, "both_lists", actor, on)


ANSWERS: dict[str, Callable[[Case, Reported, Evidence, Actor, date], Outcome]] = {
    "alone": _mark, "two_signatures": _propose, "not_sufficient": _not_enough, "both_lists": _both,
}
