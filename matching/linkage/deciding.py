"""A person says whether a suggestion is right (issue 4, point 2).

Confirmed, a row's sign counts as tied by hand (sure = 1): it may have somebody verified, and never certifies or ends
anything by itself (matching/definition.py).
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased, joinedload
from werkzeug.exceptions import NotFound

from audit.events import LinkConfirmed, LinkRejected
from audit.log import record
from cases.eligibility import relatives_of
from cases.models import Case
from cases.moves import lock_case
from cases.refused import attempt, refuse
from database import db
from matching.linkage.tables import MatchSuggestion
from staff.access import lock_actor
from staff.actor import Actor, area_condition
from workflows.roles import CHAIN, READERS

PAGE = 50
EVENTS = {"confirmed": LinkConfirmed, "rejected": LinkRejected}


def decide(suggestion_id: int, status: str, note: str, *, actor: Actor, on: date) -> MatchSuggestion:
    """Confirm or reject. Raises TransitionRefused: OUT_OF_AREA, OWN_CASE, RELATIVE, SUGGESTION_DECIDED, NOTE_MISSING,
    ROW_LINKED."""
    case_id = _case_of(suggestion_id, actor)
    with attempt("decide_link", actor, on, case_id=case_id):
        case, actor = lock_case(case_id) if case_id else None, lock_actor(actor)
        row = db.session.get_one(MatchSuggestion, suggestion_id, with_for_update=True, populate_existing=True)
        _may(row, status, note, actor)
        row.status, row.note = status, note.strip() or None
        row.decided_on, row.decided_by, row.decided_by_person = on, actor.account_id, actor.natural_person_id
        db.session.flush()
        record(EVENTS[status](
            suggestion=row.public_id, kind=row.kind, pensioner=row.pensioner.public_id, model=row.model,
            similarity=row.weight, person=actor.natural_person_id, load=row.load_id, row=row.row_number,
            source=row.source, note=row.note), case=case, actor=actor, on=on)
        return row


def _may(row: MatchSuggestion, status: str, note: str, actor: Actor) -> None:
    if not db.session.scalar(select(MatchSuggestion.id).where(MatchSuggestion.id == row.id, visible(actor, CHAIN))):
        raise refuse("OUT_OF_AREA", "JS-8.1")
    people = {one.natural_person_id for one in (row.pensioner, row.other_pensioner) if one}
    if actor.natural_person_id in people:
        raise refuse("OWN_CASE", "JS-8.1")
    if people & relatives_of(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")
    if row.status != "open":
        raise refuse("SUGGESTION_DECIDED", "QD-19")
    if not note.strip():
        raise refuse("NOTE_MISSING", "QD-19")
    if status == "confirmed" and row.row_number is not None and _linked(row):
        raise refuse("ROW_LINKED", "QD-19")


def _linked(row: MatchSuggestion) -> bool:
    same = (MatchSuggestion.load_id == row.load_id, MatchSuggestion.row_number == row.row_number)
    return db.session.scalar(select(MatchSuggestion.id).where(*same, MatchSuggestion.status == "confirmed")) is not None


def visible(actor: Actor, roles: tuple[str, ...] = READERS) -> ColumnElement[bool]:
    """Of people whose case the reader's area keeps; of two people, of both."""
    return _kept(MatchSuggestion.pensioner_id, actor, roles) & or_(
        MatchSuggestion.other_pensioner_id.is_(None), _kept(MatchSuggestion.other_pensioner_id, actor, roles))


def _kept(person: object, actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    case = aliased(Case)
    return exists().where(case.pensioner_id == person, area_condition(actor, case.office_path, roles))


def page(status: str, actor: Actor, after: tuple[int, int] | None = None) -> tuple[list[MatchSuggestion], bool]:
    """The weightiest first, and whether there are more."""
    query = (select(MatchSuggestion).where(MatchSuggestion.status == status, visible(actor))
             .options(joinedload(MatchSuggestion.pensioner))
             .order_by(MatchSuggestion.weight.desc(), MatchSuggestion.id).limit(PAGE + 1))
    if after:
        weight, number = after
        query = query.where(or_(MatchSuggestion.weight < weight,
                                (MatchSuggestion.weight == weight) & (MatchSuggestion.id > number)))
    rows = list(db.session.scalars(query))
    return rows[:PAGE], len(rows) > PAGE


def find(public_id: str, actor: Actor) -> MatchSuggestion:
    """Raises NotFound, also for what lies outside the area."""
    row = db.session.scalar(select(MatchSuggestion).where(MatchSuggestion.public_id == public_id, visible(actor)))
    if row is None:
        raise NotFound
    return row


def case_kept(person_id: int, actor: Actor) -> Case | None:
    """The case through which the reader sees the person."""
    query = select(Case).where(Case.pensioner_id == person_id, area_condition(actor, Case.office_path, READERS))
    return db.session.scalar(query.order_by(Case.id).limit(1))


def _case_of(suggestion_id: int, actor: Actor) -> int | None:
    person = db.session.scalar(select(MatchSuggestion.pensioner_id).where(MatchSuggestion.id == suggestion_id))
    case = case_kept(person, actor) if person else None
    return case.id if case else None


def confirmed_loads(loads: Iterable[int]) -> list[int]:
    """Those of which people confirmed a row, ascending."""
    found = set(db.session.scalars(select(MatchSuggestion.load_id).distinct().where(
        MatchSuggestion.status == "confirmed", MatchSuggestion.load_id.is_not(None))))
    return sorted(found & set(loads))


def confirmed_links(load_id: int) -> Iterator[tuple[int, int]]:
    """(row number, pensioner.id) that people tied together: signs of `sure` = 1."""
    yield from db.session.execute(select(MatchSuggestion.row_number, MatchSuggestion.pensioner_id).where(
        MatchSuggestion.load_id == load_id, MatchSuggestion.status == "confirmed").order_by(MatchSuggestion.row_number))
