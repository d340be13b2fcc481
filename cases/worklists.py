"""What waits for a person: decisions to sign, decisions the person may not sign, drafts, what is on the own desk.

Queries only, set-based; the words of a refusal come from the machine itself (`decision_facts.refusals`). The conditions
here repeat no table: role, stage and level are read from `SIGNATURES` and `required_level`.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select, tuple_
from sqlalchemy.orm import aliased, contains_eager, joinedload

from cases.decision_facts import refusals
from cases.eligibility import relatives_of
from cases.models import Case, Decision, DecisionParticipant, Pensioner, ReviewStep
from cases.models.decision import OPEN_STAGES
from database import db
from staff.actor import Actor, area_condition
from staff.models import Office
from workflows.review_chain import DECISION_KINDS, INITIAL_REVIEW, SIGNATURES, required_level
from workflows.transition import OFFICE_LEVELS, Refusal

PAGE, PAGE_WITH_REASONS = 50, 20  # the machine is asked for each row of a page with reasons
READERS = ("grassroots_officer", "caseworker", "reviewer", "approver", "inspector")
Key = tuple[str, date, int]
_residence = aliased(Office)


@dataclass(frozen=True)
class Waiting:
    """A row of a list. days: age since it was opened; refusals: why this person cannot sign it."""

    decision: Decision
    days: int
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Page:
    """rows: at most PAGE; after: key of the next page, None at the end."""

    rows: list[Waiting]
    after: Key | None


def page(tab: str, actor: Actor, on: date, after: Key | None = None) -> Page:
    """One page of a tab, oldest first within each stage. Raises KeyError for an unknown tab."""
    size = PAGE_WITH_REASONS if tab == "blocked" else PAGE
    place = tuple_(Decision.stage, Decision.opened_on, Decision.id)
    query = (_joined(select(Decision)).where(TABS[tab](actor))
             .options(contains_eager(Decision.case).contains_eager(Case.pensioner), joinedload(Decision.claimant),
                      joinedload(Decision.office))
             .order_by(Decision.stage, Decision.opened_on, Decision.id).limit(size + 1))
    found = list(db.session.scalars(query.where(place > after) if after else query))
    rows = [Waiting(one, (on - one.opened_on).days, _why_not(one, actor, on) if tab == "blocked" else ())
            for one in found[:size]]
    return Page(rows, _key(rows[-1].decision) if len(found) > size else None)


def counts(actor: Actor) -> dict[str, int]:
    """tab -> how many."""
    return {tab: db.session.scalar(_joined(select(func.count(Decision.id))).where(condition(actor))) or 0
            for tab, condition in TABS.items()}


def signable(actor: Actor) -> ColumnElement[bool]:
    """Awaits a signature that a post of the person gives, and nothing about the person stands against it."""
    return and_(_awaits_post_of(actor), not_(_barred(actor)))


def blocked(actor: Actor) -> ColumnElement[bool]:
    """Awaits a signature of such a post, but not from this person."""
    return and_(_awaits_post_of(actor), _barred(actor))


def drafts(actor: Actor) -> ColumnElement[bool]:
    return and_(Decision.stage == "draft", Decision.opened_by == actor.account_id, _readable(actor))


def submitted(actor: Actor) -> ColumnElement[bool]:
    """Handed in by the person and under review."""
    return and_(Decision.stage.in_(SIGNATURES), Decision.opened_by == actor.account_id, _readable(actor))


def claimed(actor: Actor) -> ColumnElement[bool]:
    return and_(Decision.stage.in_(OPEN_STAGES), Decision.claimed_by == actor.account_id, _readable(actor))


def referred(actor: Actor) -> ColumnElement[bool]:
    """Referred upward to an office of the person's area: nobody below may sign, people are to be named (P9)."""
    return and_(Decision.stage.in_(OPEN_STAGES), area_condition(actor, Decision.referred_path, READERS))


TABS: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "signable": signable, "claimed": claimed, "drafts": drafts, "submitted": submitted, "blocked": blocked,
    "referred": referred,
}


def _joined(query: Select[Any]) -> Select[Any]:
    return (query.select_from(Decision).join(Case, Decision.case_id == Case.id)
            .join(Pensioner, Case.pensioner_id == Pensioner.id)
            .outerjoin(_residence, Pensioner.residence_office_id == _residence.id))


def _readable(actor: Actor) -> ColumnElement[bool]:
    """What the page of a decision would show (A1)."""
    return _within(actor, READERS)


def _within(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    """In the area of these posts; a certification also where the person lives."""
    at_home = and_(Decision.kind == "certify", area_condition(actor, _residence.path, roles))
    return or_(area_condition(actor, Decision.office_path, roles), at_home)


def _awaits_post_of(actor: Actor) -> ColumnElement[bool]:
    waits = [and_(Decision.stage == stage, _within(actor, (role,)))
             for stage, (_action, role, _guards) in SIGNATURES.items() if role in actor.roles]
    return or_(*waits) if waits else false()


def _barred(actor: Actor) -> ColumnElement[bool]:
    """Person or office may not: own case, relative, first side, signed already, took part in the suspension, level."""
    person, whose = actor.natural_person_id, Pensioner.natural_person_id
    later = Decision.stage != INITIAL_REVIEW
    return or_(whose == person, whose.in_(relatives_of(person)), and_(later, or_(_first_side(person), _signed(person))),
               and_(Decision.objection_id.is_not(None), _in_suspension(person)), _level_too_low(actor))


def _first_side(person: int | None) -> ColumnElement[bool]:
    return exists().where(DecisionParticipant.decision_id == Decision.id, DecisionParticipant.side == "first",
                          DecisionParticipant.natural_person_id == person).correlate(Decision)


def _signed(person: int | None) -> ColumnElement[bool]:
    return exists().where(ReviewStep.decision_id == Decision.id, ReviewStep.round == Decision.round,
                          ReviewStep.act == "sign", ReviewStep.natural_person_id == person).correlate(Decision)


def _in_suspension(person: int | None) -> ColumnElement[bool]:
    earlier = aliased(Decision)
    about = and_(earlier.case_id == Decision.case_id, earlier.stage == "executed",
                 earlier.kind.in_(("suspend", "stop")))
    sides = (exists().where(about, row.decision_id == earlier.id, row.natural_person_id == person).correlate(Decision)
             for row in (DecisionParticipant, ReviewStep))
    return or_(*sides)


def _level_too_low(actor: Actor) -> ColumnElement[bool]:
    own = OFFICE_LEVELS.index(actor.office_level) if actor.office_level in OFFICE_LEVELS else -1
    low = [and_(Decision.stage == stage, Decision.kind.in_(
        [kind for kind in DECISION_KINDS if OFFICE_LEVELS.index(required_level(kind, action, stage)) > own]))
        for stage, (action, _role, _guards) in SIGNATURES.items()]
    return or_(*low)


def _why_not(decision: Decision, actor: Actor, on: date) -> tuple[Refusal, ...]:
    return refusals(decision, SIGNATURES[decision.stage][0], actor, on)


def _key(decision: Decision) -> Key:
    return decision.stage, decision.opened_on, decision.id
