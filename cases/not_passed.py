"""Whom active service could not certify in the last month of the period: the reason is noted (QD 24). No state."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from audit.events import NotPassedNoted
from audit.log import record
from cases.models import Case, NotPassed
from cases.moves import lock_case
from cases.periods import rules_of_case, stored_cycle
from cases.refused import attempt
from cases.verification import MEANS
from database import db
from rules import RulesNotInForce, rules_for
from staff.access import lock_actor
from staff.actor import Actor
from staff.relatives import related_persons
from workflows.case_lifecycle import PAID
from workflows.deadlines import refer_on
from workflows.roles import MAKERS
from workflows.transition import Refusal, TransitionRefused

REASONS = ("not_found", "unreachable", "away", "cannot_be_identified", "refused", "other")


def note(case_id: int, *, reason: str, means: str, said: str | None, actor: Actor, on: date) -> NotPassed:
    """Mark the period not passed, with the reason and the means tried. Raises TransitionRefused."""
    with attempt("note_not_passed", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        found = [*refusals(case, actor, on)]
        if reason not in REASONS or means not in MEANS:
            found.append(Refusal("OUTCOME_UNKNOWN"))
        if found:
            raise TransitionRefused(tuple(found))
        row = NotPassed(case_id=case.id, period_due_on=case.due_on, reason=reason, means=means, note=said or None,
                        noted_on=on, noted_by=actor.account_id, noted_by_person=actor.natural_person_id)
        db.session.add(row)
        db.session.flush()
        record(NotPassedNoted(period_due_on=case.due_on, reason=reason, means=means, note=row.note,
                              person=actor.natural_person_id), case=case, actor=actor, on=on)
        return row


def refusals(case: Case, actor: Actor, on: date) -> tuple[Refusal, ...]:
    """Why the actor may not note it now; empty when they may."""
    residence = case.pensioner.residence_office
    paths = [case.office_path, *([residence.path] if residence else [])]
    found = [] if any(actor.holds(role, path) for role in MAKERS for path in paths) else [Refusal("OUT_OF_AREA")]
    me, person = actor.natural_person_id, case.pensioner.natural_person_id
    found += [Refusal("OWN_CASE", article="JS-8.1")] if person == me else []
    found += [Refusal("RELATIVE", article="JS-8.1")] if person in related_persons(me) else []
    if case.state not in PAID or not begins_on(case, on) or on < begins_on(case, on):
        found.append(Refusal("NOT_PASSED_TOO_EARLY", article="QD-24"))
    elif of_period(case):
        found.append(Refusal("NOT_PASSED_NOTED", article="QD-24"))
    return tuple(found)


def begins_on(case: Case, on: date) -> date | None:
    """Day from which it may be noted; None where the rules know no such mark, or the case has no period."""
    months, cycle = rules_of_case(case, on).value("not_passed_months_before_due"), stored_cycle(case)
    return refer_on(cycle, months) if months and cycle else None


def noted_in(areas: Iterable[str], on: date) -> bool:
    """Whether the rules of any of these areas (codes) know such a mark."""
    return any(_months(area, on) for area in areas)


def _months(area: str, on: date) -> object:
    try:
        return rules_for(area, on).value("not_passed_months_before_due")
    except RulesNotInForce:
        return None


def of_period(case: Case) -> NotPassed | None:
    """The mark of the period in force."""
    return db.session.scalar(select(NotPassed).filter_by(case_id=case.id, period_due_on=case.due_on))
