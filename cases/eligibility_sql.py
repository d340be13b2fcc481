"""Which open decisions might lack somebody to sign (P9): one condition in SQL, so that only these are asked one by one.

Never too few: whoever might be barred is counted as barred, and what is not surely staffed is asked.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    column,
    exists,
    func,
    not_,
    or_,
    select,
    values,
)
from sqlalchemy.orm import aliased

from cases.eligibility import holders, stages_ahead, to_be_checked, who_could
from cases.models import Case, Decision, DecisionParticipant, Objection, Pensioner, ReviewStep
from database import db
from staff.models import DeclaredRelative
from workflows.review_chain import DECIDES_OBJECTION, DISMISSES_OBJECTION, SIGNATURES, can_be_signed
from workflows.roles import CHAIN

# what decides who may sign, but for persons barred
_LIKE = ("office_path", "kind", "office_level", "signatures_required", "stage")
_EARLIER, _OF = aliased(Decision, name="earlier_decision"), aliased(Case, name="case_decided")
_PENSIONER = (_OF.id == Decision.case_id, _OF.pensioner_id == Pensioner.id)
_AWAITED = case({stage: place for place, stage in enumerate(SIGNATURES)}, value=Decision.stage, else_=0)


@dataclass(frozen=True)
class Staffed:
    """groups: values of _LIKE for which there are enough people, and how many more than enough; people: office path,
    natural person, and the place in the chain (0, 1, 2) of a signature that is theirs."""

    groups: tuple[tuple[str, str, str, int, str, int], ...]
    people: tuple[tuple[str, int, int], ...]

    def enough(self) -> CTE:
        columns = (column("office_path", String), column("kind", String), column("office_level", String),
                   column("signatures_required", Integer), column("stage", String), column("spare", Integer))
        return values(*columns, name="group_staffed").data(self.groups or [("", "", "", 0, "", 0)]).cte("staffed")

    def signers(self) -> CTE:
        return values(column("office_path", String), column("person", Integer), column("place", Integer),
                      name="person_here").data(self.people or [("", 0, 0)]).cte("signer")


def staffed() -> Staffed:
    """As of now, for the open decisions there are."""
    wanted = select(*(getattr(Decision, name) for name in _LIKE)).where(to_be_checked()).distinct()
    found = db.session.execute(wanted).all()
    held = {path: holders(CHAIN, path) for path in sorted({one.office_path for one in found})}
    groups = []
    for one in found:
        sets = [frozenset(person.natural_person_id for person in
                          who_could(stage, one.kind, one.office_level, held[one.office_path], ()))
                for stage in stages_ahead(one)]
        if can_be_signed(sets):  # with as many as there are stages left for each, each finds another person
            groups.append((*one, max(0, min(map(len, sets)) - len(sets))))
    people = {(path, person.natural_person_id, CHAIN.index(role))
              for path, rows in held.items() for role, _level, person in rows}
    return Staffed(tuple(groups), tuple(sorted(people)))


def might_lack(here: Staffed) -> ColumnElement[bool]:
    """Of a decision: it might lack somebody, or was referred because it did."""
    group = here.enough()
    enough = exists().where(*(group.c[name] == getattr(Decision, name) for name in _LIKE),
                            group.c.spare >= _barred(here.signers())).correlate(Decision)
    return and_(to_be_checked(), or_(Decision.referred_path.is_not(None), not_(enough)))


def _barred(signer: CTE) -> ColumnElement[int]:
    """How many of the office's people may not sign it, some perhaps counted twice."""
    parts = (_first_side, _own, _relatives, _took_part, _signed)
    total: Any = 0
    for part in parts:
        total = total + _count(part(signer))
    return total


def _count(query: Select[Any]) -> ColumnElement[int]:
    return query.correlate(Decision).scalar_subquery()


def _people(signer: CTE, *who: ColumnElement[bool]) -> Select[Any]:
    """Those of the office who have a signature ahead; a chain of n signatures is the first n places."""
    return select(func.count(signer.c.person.distinct())).select_from(signer).where(
        signer.c.office_path == Decision.office_path, signer.c.place >= _AWAITED,
        signer.c.place < Decision.signatures_required, *who)


def _first_side(signer: CTE) -> Select[Any]:
    of = DecisionParticipant
    return _people(signer, signer.c.person == of.natural_person_id, of.decision_id == Decision.id, of.side == "first",
                   signer.c.place > 0)


def _own(signer: CTE) -> Select[Any]:
    return _people(signer, signer.c.person == Pensioner.natural_person_id, *_PENSIONER)


def _relatives(signer: CTE) -> Select[Any]:
    one, other = DeclaredRelative.natural_person_id, DeclaredRelative.relative_person_id
    person = Pensioner.natural_person_id
    related = or_(and_(one == person, other == signer.c.person), and_(other == person, one == signer.c.person))
    return _people(signer, DeclaredRelative.ended_on.is_(None), related, *_PENSIONER)


def _took_part(signer: CTE) -> Select[Any]:
    return _people(signer, signer.c.person == DecisionParticipant.natural_person_id,
                   DecisionParticipant.decision_id == _EARLIER.id, *_objected_to())


def _signed(signer: CTE) -> Select[Any]:
    return _people(signer, signer.c.person == ReviewStep.natural_person_id, ReviewStep.decision_id == _EARLIER.id,
                   *_objected_to())


def _objected_to() -> tuple[ColumnElement[bool], ...]:
    """The suspension or stop that an open objection is about (P8)."""
    objected = exists().where(Objection.case_id == Decision.case_id, Objection.status == "open").correlate(Decision)
    return (_EARLIER.case_id == Decision.case_id, _EARLIER.stage == "executed", _EARLIER.kind.in_(("suspend", "stop")),
            Decision.kind.in_(DECIDES_OBJECTION), or_(Decision.kind.in_(DISMISSES_OBJECTION), objected))
