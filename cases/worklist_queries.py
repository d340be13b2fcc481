"""The SQL of the worklists: built once per shape of a reader's rights, values bound at each request.

A list is a union of short ordered arms, one per stage, each read off an index and cut off at the size of a page.
Stages and kinds stand in the text, not as bound values: only so do the partial indexes on open decisions serve.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from cases.models import Case, Decision, DecisionParticipant, Pensioner, ReviewStep, ServiceLimit
from cases.models.decision import HIGH_LEVELS, OPEN_STAGES
from database.prepared import unsought, written_in
from staff.actor import Actor, bound_area, bound_values
from staff.models import DeclaredRelative, Office, StaffAccount
from workflows.review_chain import DECISION_KINDS, INITIAL_REVIEW, SIGNATURES, required_level
from workflows.roles import READERS
from workflows.transition import OFFICE_LEVELS

ALL = "reader"  # the name of the areas of all READERS together
PERSON, ACCOUNT = bindparam("person"), bindparam("account")
TABS = {  # tab -> the stages it lists, the column that must name the account; None: by post
    "signable": (tuple(SIGNATURES), None), "claimed": (OPEN_STAGES, Decision.claimed_by),
    "drafts": (("draft",), Decision.opened_by), "submitted": (tuple(SIGNATURES), Decision.opened_by),
    "blocked": (tuple(SIGNATURES), None), "referred": (OPEN_STAGES, None),
}


@dataclass(frozen=True)
class Shape:
    """What of a reader the text of a query depends on. areas: (role, or ALL; how many areas); level: index in
    OFFICE_LEVELS, -1 for none."""

    areas: tuple[tuple[str, int], ...]
    level: int


def shape_of(actor: Actor) -> Shape:
    roles = [(role, len(actor.prefixes((role,)))) for _action, role, _guards in SIGNATURES.values()]
    level = OFFICE_LEVELS.index(actor.office_level) if actor.office_level in OFFICE_LEVELS else -1
    return Shape((*roles, (ALL, len(actor.prefixes(READERS)))), level)


def values_of(actor: Actor) -> dict[str, Any]:
    """What the queries bind for the reader."""
    values: dict[str, Any] = {"person": actor.natural_person_id, "account": actor.account_id}
    for _action, role, _guards in SIGNATURES.values():
        values |= bound_values(role, actor.prefixes((role,)))
    return values | bound_values(ALL, actor.prefixes(READERS))


@lru_cache(maxsize=256)
def page_query(tab: str, shape: Shape, size: int, after: str | None) -> Select[Any] | None:
    """Rows of a page and one more; `after`: stage of the key, whose day and id are bound as after_on and after_id."""
    found = _listed(tab, shape, size + 1, after)
    if found is None:
        return None
    claimant = aliased(StaffAccount)
    return (select(Decision.id, Decision.public_id, Decision.decision_no, Decision.kind, Decision.stage,
                   Decision.opened_on, Decision.claimed_by, Decision.claimed_at, Pensioner.name.label("pensioner"),
                   Office.name.label("office"), claimant.display_name.label("claimant"), Decision.rules_area,
                   ServiceLimit.decision_id.label("limit_of"), ServiceLimit.due_on.label("limit_due_on"),
                   ServiceLimit.provisional.label("limit_provisional"))
            .join(found, found.c.id == Decision.id).join(Case, Decision.case_id == Case.id)
            .join(Pensioner, Case.pensioner_id == Pensioner.id).join(Office, Decision.office_id == Office.id)
            .outerjoin(claimant, Decision.claimed_by == claimant.id)
            .outerjoin(ServiceLimit, ServiceLimit.decision_id == Decision.id)
            .order_by(found.c.stage, found.c.opened_on, found.c.id).limit(size + 1))


@lru_cache(maxsize=64)
def count_query(shape: Shape, most: int) -> Select[Any]:
    """One row: how many in each tab, counted up to `most`."""
    return select(*(_count(_listed(tab, shape, most, None), most).label(tab) for tab in TABS))


def _count(found: Any, most: int) -> Any:
    if found is None:
        return literal_column("0")
    return select(func.count()).select_from(select(found.c.id).limit(most).subquery()).scalar_subquery()


def _listed(tab: str, shape: Shape, most: int, after: str | None) -> Any:
    stages, owner = TABS[tab]
    arms = [select(arm) for stage in stages if after is None or stage >= after
            for arm in (_arm(where, stage, most, after) for where in _conditions(tab, stage, owner, shape))]
    return union_all(*arms).subquery() if arms else None


def _arm(where: ColumnElement[bool], stage: str, most: int, after: str | None) -> Any:
    arm = select(Decision.id, Decision.stage, Decision.opened_on).where(where)
    if stage == after:
        arm = arm.where(tuple_(Decision.opened_on, Decision.id) > tuple_(bindparam("after_on"), bindparam("after_id")))
    return arm.order_by(Decision.opened_on, Decision.id).limit(most).subquery()


def _conditions(tab: str, stage: str, owner: Any, shape: Shape) -> Iterator[ColumnElement[bool]]:
    if owner is not None:
        yield and_(_awaits(stage), owner == ACCOUNT, or_(_here(ALL, shape), _at_home(ALL, shape)))
        return
    if tab == "referred":
        yield and_(_awaits(stage), bound_area(Decision.referred_path, ALL, dict(shape.areas)[ALL]))
        return
    role = SIGNATURES[stage][1]
    if not dict(shape.areas)[role]:
        return
    if tab == "blocked":
        yield and_(unsought(Decision.stage) == literal_column(f"'{stage}'"), _barred(stage, shape),
                   Decision.id.in_(_perhaps_barred(stage, shape)), or_(_here(role, shape), _at_home(role, shape)))
        return
    yield and_(_awaits(stage), _here(role, shape), not_(_barred(stage, shape)))
    yield and_(_awaits(stage), _at_home(role, shape), not_(_here(role, shape)), not_(_barred(stage, shape)))


def _awaits(stage: str, row: Any = Decision) -> ColumnElement[bool]:
    """Says "open" in the words of the partial indexes too: SQLite draws no conclusion from the stage alone."""
    return and_(_open(row), row.stage == literal_column(f"'{stage}'"))


def _open(row: Any) -> ColumnElement[bool]:
    return written_in(row.stage, OPEN_STAGES)


def _of_kind(kinds: list[str]) -> ColumnElement[bool]:
    return written_in(Decision.kind, kinds) if kinds else false()


def _here(name: str, shape: Shape) -> ColumnElement[bool]:
    return bound_area(unsought(Decision.office_path), name, dict(shape.areas)[name])


def _at_home(name: str, shape: Shape) -> ColumnElement[bool]:
    """A certification of somebody who lives in the area."""
    lives = (exists().where(Case.id == Decision.case_id, Pensioner.id == Case.pensioner_id,
                            Office.id == Pensioner.residence_office_id,
                            bound_area(Office.path, name, dict(shape.areas)[name])).correlate(Decision))
    return and_(_of_kind(["certify"]), lives)


def _barred(stage: str, shape: Shape) -> ColumnElement[bool]:
    """Person or office may not: own case, relative, first side, signed already, took part in the suspension, level."""
    reasons = [Decision.case_id.in_(_own_cases()), _above(stage, shape.level, Decision),
               and_(Decision.objection_id.is_not(None), _in_suspension())]
    if stage != INITIAL_REVIEW:
        reasons += [exists().where(DecisionParticipant.decision_id == Decision.id, _first_side).correlate(Decision),
                    exists().where(ReviewStep.decision_id == Decision.id, ReviewStep.round == Decision.round,
                                   ReviewStep.act == "sign", ReviewStep.natural_person_id == PERSON)
                    .correlate(Decision)]
    return or_(*reasons)


def _perhaps_barred(stage: str, shape: Shape) -> Any:
    """Ids among which are all that `_barred` holds for, found from the person, not from what waits."""
    one = aliased(Decision)
    waits = _awaits(stage, one)
    oldest = select(func.min(Decision.id)).where(_open(Decision)).scalar_subquery()
    parts = [select(one.id).where(one.case_id.in_(_own_cases())),
             select(one.id).where(waits, one.objection_id.is_not(None))]
    if shape.level < len(OFFICE_LEVELS) - 1:
        parts.append(select(one.id).where(waits, _above(stage, shape.level, one)))
    if stage != INITIAL_REVIEW:
        parts += [select(row.decision_id).where(row.natural_person_id == PERSON, row.decision_id >= oldest)
                  for row in (DecisionParticipant, ReviewStep)]
    return union_all(*parts)


_first_side = and_(DecisionParticipant.side == "first", DecisionParticipant.natural_person_id == PERSON)


def _own_cases() -> Any:
    """Cases of the person and of declared relatives, whoever of the two declared it (P3)."""
    one, other = DeclaredRelative.natural_person_id, DeclaredRelative.relative_person_id
    in_force = DeclaredRelative.ended_on.is_(None)
    persons = union_all(select(PERSON), select(other).where(one == PERSON, in_force),
                        select(one).where(other == PERSON, in_force))
    return (select(Case.id).join(Pensioner, Case.pensioner_id == Pensioner.id)
            .where(Pensioner.natural_person_id.in_(persons)))


def _in_suspension() -> ColumnElement[bool]:
    earlier = aliased(Decision)
    about = and_(earlier.case_id == Decision.case_id, earlier.stage == "executed",
                 written_in(earlier.kind, ("suspend", "stop")))
    return or_(*(exists().where(about, row.decision_id == earlier.id, row.natural_person_id == PERSON)
                 .correlate(Decision) for row in (DecisionParticipant, ReviewStep)))


def _above(stage: str, level: int, row: Any) -> ColumnElement[bool]:
    """Its signature at that stage needs a higher office: by its kind at the first, by its own level later."""
    if stage == INITIAL_REVIEW:
        higher = [kind for kind in DECISION_KINDS
                  if OFFICE_LEVELS.index(required_level(kind, SIGNATURES[stage][0], stage)) > level]
        return written_in(row.kind, higher) if higher else false()
    above = written_in(row.office_level, OFFICE_LEVELS[level + 1:]) if OFFICE_LEVELS[level + 1:] else false()
    high = written_in(row.office_level, HIGH_LEVELS)  # in the words of the partial index
    return and_(high, above) if level >= OFFICE_LEVELS.index("county") else above
