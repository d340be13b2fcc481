"""The register read and written by people: by month, one person, what was done ahead of the age (JS-7.3)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, select
from werkzeug.exceptions import NotFound

from audit.events import NearingAgeNoted
from audit.log import record
from cases.models import NearingAge
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import Actor, area_condition
from staff.models import NaturalPerson
from staff.relatives import related_persons
from workflows.deadlines import first_day, month_of, next_month
from workflows.roles import MAKERS, READERS

PAGE = 50
BEFORE, AHEAD = 2, 13  # months shown before this one, and from it on
ACTS = ("told_by_hand", "review_eligible", "review_contributions_short", "review_other_benefit", "applied")
STAGES: dict[str, ColumnElement[bool]] = {
    "untold": and_(NearingAge.closed_on.is_(None), NearingAge.told_on.is_(None)),
    "told": and_(NearingAge.closed_on.is_(None), NearingAge.told_on.is_not(None), NearingAge.reviewed_on.is_(None),
                 NearingAge.applied_on.is_(None)),
    "reviewed": and_(NearingAge.closed_on.is_(None), NearingAge.told_on.is_not(None),
                     NearingAge.reviewed_on.is_not(None), NearingAge.applied_on.is_(None)),
    "applied": and_(NearingAge.closed_on.is_(None), NearingAge.told_on.is_not(None),
                    NearingAge.applied_on.is_not(None)),
    "entered": NearingAge.closed_on.is_not(None),
}


@dataclass(frozen=True)
class Month:
    """stages: stage -> how many reach the age in it."""

    month: str
    stages: dict[str, int]


def months(actor: Actor, on: date) -> list[Month]:
    """Each month in which somebody reaches the age, from a little before this one to a year ahead."""
    first, last = first_day(next_month(month_of(on), -BEFORE)), first_day(next_month(month_of(on), AHEAD))
    year, number = extract("year", NearingAge.reaches_on), extract("month", NearingAge.reaches_on)
    sums = [func.sum(case((where, 1), else_=0)) for where in STAGES.values()]
    query = (_mine(select(year, number, *sums), actor)
             .where(NearingAge.reaches_on >= first, NearingAge.reaches_on < last)
             .group_by(year, number).order_by(year, number))
    return [Month(f"{int(one[0])}-{int(one[1]):02d}", dict(zip(STAGES, map(int, one[2:]), strict=True)))
            for one in db.session.execute(query)]


def page(actor: Actor, month: str, stage: str | None, after: str | None = None) -> tuple[list[NearingAge], str | None]:
    """At most PAGE entries of the month by day, and the key of the next page. Raises NotFound for an unknown key."""
    query = of_month(actor, month, stage)
    if after:
        last = visible(after, actor)
        query = query.where((NearingAge.reaches_on > last.reaches_on)
                            | ((NearingAge.reaches_on == last.reaches_on) & (NearingAge.id > last.id)))
    rows = list(db.session.scalars(query.limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].public_id if len(rows) > PAGE else None


def of_month(actor: Actor, month: str, stage: str | None) -> Select[tuple[NearingAge]]:
    if stage and stage not in STAGES:
        raise NotFound
    try:
        first, end = first_day(month), first_day(next_month(month)) - timedelta(1)
    except ValueError:
        raise NotFound from None
    query = _mine(select(NearingAge), actor).where(NearingAge.reaches_on.between(first, end))
    return (query.where(STAGES[stage]) if stage else query).order_by(NearingAge.reaches_on, NearingAge.id)


def visible(public_id: str, actor: Actor) -> NearingAge:
    """Raises NotFound."""
    found = db.session.scalar(_mine(select(NearingAge), actor).where(NearingAge.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def stage_of(entry: NearingAge) -> str:
    """The furthest of what was done; who was not told stands first, whatever else was done."""
    if entry.closed_on:
        return "entered"
    if entry.told_on is None:
        return "untold"
    return "applied" if entry.applied_on else "reviewed" if entry.reviewed_on else "told"


def may_note(entry: NearingAge, actor: Actor) -> bool:
    return entry.closed_on is None and any(actor.holds(role, entry.office_path) for role in MAKERS)


def note(entry_id: int, act: str, words: str, *, actor: Actor, on: date) -> NearingAge:
    """Record what was done. Raises TransitionRefused: OUT_OF_AREA, OWN_CASE, RELATIVE, ENTRY_CLOSED, ACT_UNKNOWN,
    NOTE_MISSING."""
    with attempt("note_nearing_age", actor, on):
        actor = lock_actor(actor)
        entry = db.session.get_one(NearingAge, entry_id, with_for_update=True, populate_existing=True)
        _may(entry, act, words, actor)
        if act == "told_by_hand":
            entry.told_on, entry.status = on, "by_hand"
        elif act == "applied":
            entry.applied_on = on
        else:
            entry.reviewed_on, entry.review = on, act
        record(NearingAgeNoted(entry=entry.public_id, act=act, note=words.strip(), person=actor.natural_person_id),
               actor=actor, on=on, office_path=entry.office_path)
        return entry


def _may(entry: NearingAge, act: str, words: str, actor: Actor) -> None:
    if not any(actor.holds(role, entry.office_path) for role in MAKERS):
        raise refuse("OUT_OF_AREA", "JS-7.3")
    person = db.session.scalar(select(NaturalPerson.id).where(NaturalPerson.id_number_index == entry.person_index))
    if person is not None and person == actor.natural_person_id:
        raise refuse("OWN_CASE", "JS-8.1")
    if person is not None and person in related_persons(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")
    if entry.closed_on:
        raise refuse("ENTRY_CLOSED", "JS-7.3")
    if act not in ACTS:
        raise refuse("ACT_UNKNOWN", "JS-7.3")
    if not words.strip():
        raise refuse("NOTE_MISSING", "JS-7.3")


def _mine(query: Select[Any], actor: Actor) -> Select[Any]:
    return query.where(area_condition(actor, NearingAge.office_path, READERS))
