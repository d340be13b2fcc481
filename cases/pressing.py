"""Pressing: the city presses its counties, a county its streets, about those near or past their day (SC 39, 40).

What is pressed for is counted here, not typed. The office pressed answers once, with what was done.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from audit.events import OfficePressed, PressingAnswered
from audit.log import record
from cases.ledgers.place import KEEPING, within
from cases.ledgers.table import latest_due
from cases.models import Case, Pensioner, Pressing
from cases.refused import attempt, refuse
from cases.search import PAID, still_asked
from database import db
from database.prepared import written_in
from rules import rules_for
from staff.access import lock_actor
from staff.actor import Actor, area_condition
from staff.models import Office
from workflows.roles import BUSINESS, CHAIN, READERS

PAGE = 50
PRESSES = {"city": "county", "county": "town"}  # level -> the level right below it that it presses (SC 39, 40)
LISTS = ("past", "about_to_pass")
STATUSES = ("received", "sent", "answered")


@dataclass(frozen=True)
class Demand:
    """What is demanded of the office with that code. list: of LISTS; answer_by: the last day to answer."""

    office: str
    list: str
    words: str
    answer_by: date


def press(demand: Demand, *, actor: Actor, on: date) -> Pressing:
    """Raises TransitionRefused: NOT_RIGHT_BELOW, OUT_OF_AREA, LIST_UNKNOWN, WORDS_MISSING, ANSWER_DAY_PAST,
    NOTHING_TO_PRESS, PRESSED_ALREADY."""
    with attempt("press", actor, on):
        actor = lock_actor(actor)
        above = db.session.get_one(Office, actor.office_id)
        below = db.session.scalar(select(Office).where(Office.code == demand.office).with_for_update())
        _may_press(above, below, actor)
        number = _demanded(demand, above, below, on)
        row = Pressing(from_office_id=above.id, from_path=above.path, to_office_id=below.id, to_path=below.path,
                       list=demand.list, number=number, words=demand.words, on=on, answer_by=demand.answer_by,
                       pressed_by=actor.account_id)
        db.session.add(row)
        db.session.flush()
        record(OfficePressed(pressing=row.public_id, pressing_office=above.code, pressed_office=below.code,
                             list=row.list, rows=number, answer_by=row.answer_by, words=row.words,
                             person=actor.natural_person_id), actor=actor, on=on, office_path=below.path)
        return row


def answer(pressing_id: int, words: str, *, actor: Actor, on: date) -> Pressing:
    """What was done about it. Raises TransitionRefused: OUT_OF_AREA, PRESSING_ANSWERED, WORDS_MISSING."""
    with attempt("answer_pressing", actor, on):
        actor = lock_actor(actor)
        row = db.session.get_one(Pressing, pressing_id, with_for_update=True, populate_existing=True)
        if not may_answer(row, actor):
            raise refuse("OUT_OF_AREA", "SC-40")
        if row.status != "open":
            raise refuse("PRESSING_ANSWERED", "SC-40")
        if not words.strip():
            raise refuse("WORDS_MISSING", "SC-40")
        left = count(row.list, row.from_office, row.to_office, on)
        row.status, row.answer, row.answered_on, row.answered_by = "answered", words, on, actor.account_id
        row.number_left = left
        record(PressingAnswered(pressing=row.public_id, pressing_office=row.from_office.code,
                                pressed_office=row.to_office.code, list=row.list, rows=left, answer=words,
                                person=actor.natural_person_id), actor=actor, on=on, office_path=row.to_path)
        return row


def _may_press(above: Office, below: Office | None, actor: Actor) -> None:
    if not any(actor.holds(role, above.path) for role in CHAIN):
        raise refuse("OUT_OF_AREA", "SC-39")
    if below is None or below.parent_id != above.id or PRESSES.get(above.level) != below.level:
        raise refuse("NOT_RIGHT_BELOW", "SC-39")


def _demanded(demand: Demand, above: Office, below: Office, on: date) -> int:
    """How many are demanded."""
    if demand.list not in LISTS:
        raise refuse("LIST_UNKNOWN", "SC-39")
    if not demand.words.strip():
        raise refuse("WORDS_MISSING", "SC-39")
    if demand.answer_by < on:
        raise refuse("ANSWER_DAY_PAST", "SC-39")
    if db.session.scalar(select(Pressing.id).filter_by(to_office_id=below.id, list=demand.list, status="open")):
        raise refuse("PRESSED_ALREADY", "SC-39")
    number = count(demand.list, above, below, on)
    if not number:
        raise refuse("NOTHING_TO_PRESS", "SC-39")
    return number


def may_press(actor: Actor) -> bool:
    return actor.office_level in PRESSES and any(actor.holds(role, actor.office_path) for role in CHAIN)


def may_answer(row: Pressing, actor: Actor) -> bool:
    """People of the office pressed, not those above it."""
    return actor.office_path == row.to_path and any(actor.holds(role, row.to_path) for role in BUSINESS)


def count(name: str, above: Office, below: Office, on: date) -> int:
    """Cases of the list at the office pressed: those it keeps; of a street, those of its county that live there."""
    return counts(above, [below], on)[below.code][name]


def counts(above: Office, offices: list[Office], on: date) -> dict[str, dict[str, int]]:
    """code -> list -> how many, for branches of `above`, in one query a list."""
    found = {office.code: dict.fromkeys(LISTS, 0) for office in offices}
    for name in LISTS:
        for path, number in db.session.execute(_numbers(above, _near(name, rules_for(above.code, on), on))):
            for office in offices:
                if path and path.startswith(office.path):
                    found[office.code][name] += number
    return found


def _numbers(above: Office, near: ColumnElement[bool]) -> Select[tuple[str, int]]:
    kept = within(Case.office_path, above.path)
    if above.level != KEEPING:
        return select(Case.office_path, func.count()).where(kept, near).group_by(Case.office_path)
    return (select(Office.path, func.count()).select_from(Case).join(Pensioner, Case.pensioner_id == Pensioner.id)
            .join(Office, Pensioner.residence_office_id == Office.id).where(kept, near).group_by(Office.path))


def _near(name: str, rules: object, on: date) -> ColumnElement[bool]:
    if name == "past":
        return still_asked() & (Case.due_on < on)
    last = latest_due(on, rules.value("refer_months_before_due"))  # type: ignore[attr-defined]
    return written_in(Case.state, PAID) & (Case.due_on >= on) & (Case.due_on <= last)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Pressings of the reader's area, made or received."""
    return or_(area_condition(actor, Pressing.to_path, READERS), area_condition(actor, Pressing.from_path, READERS))


def page(tab: str, actor: Actor, after: tuple[date, int] | None = None) -> tuple[list[Pressing], bool]:
    """Rows of a tab, and whether there are more. received: open, for this office; sent: open, by it; answered."""
    query = (select(Pressing).where(*_tab(tab, actor)).order_by(Pressing.answer_by, Pressing.id).limit(PAGE + 1)
             .options(joinedload(Pressing.from_office), joinedload(Pressing.to_office)))
    if after:
        query = query.where(tuple_(Pressing.answer_by, Pressing.id) > after)
    rows = list(db.session.scalars(query))
    return rows[:PAGE], len(rows) > PAGE


def _tab(tab: str, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    if tab == "answered":
        return Pressing.status == "answered", visible(actor)
    column = Pressing.to_path if tab == "received" else Pressing.from_path
    return written_in(Pressing.status, ("open",)), area_condition(actor, column, READERS)


def tab_counts(actor: Actor) -> dict[str, int]:
    return {tab: db.session.scalar(select(func.count()).select_from(Pressing).where(*_tab(tab, actor))) or 0
            for tab in STATUSES}


def open_here(actor: Actor) -> int:
    """Pressings that this reader's own office is to answer."""
    query = select(func.count()).select_from(Pressing)
    return db.session.scalar(query.where(Pressing.to_path == actor.office_path,
                                         written_in(Pressing.status, ("open",)))) or 0
