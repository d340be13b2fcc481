"""The calendar of working days: what came with the program, and over it what was released here, year by year.

A year is proposed by one administrator of the whole tree and released by another person; limits counted through it
are counted again in the same transaction.
"""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit import events
from audit.log import record
from cases import limits
from cases.models import CalendarDay, CalendarYear
from cases.refused import attempt, refuse
from cases.working_calendar import working_calendar
from database import db
from rules.days_off import HOLIDAY, Arrangement
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from workflows.transition import Refusal, TransitionRefused

ADMINISTRATORS = ("system_administrator", "security_administrator")


def propose(arrangement: Arrangement, *, actor: Actor, on: date) -> CalendarYear:
    """Enter a year by its notice. Raises TransitionRefused: NO_GRANT, OUT_OF_AREA, YEAR_ALREADY_PROPOSED."""
    with attempt("propose_calendar", actor, on) as session:
        actor = lock_actor(actor)
        _may(actor)
        if proposed(arrangement.year):
            raise refuse("YEAR_ALREADY_PROPOSED", year=arrangement.year)
        row = CalendarYear(
            year=arrangement.year, document=arrangement.document, document_no=arrangement.number,
            issued_on=arrangement.issued_on, proposed_by=actor.account_id, proposed_on=on,
            proposed_by_person=actor.natural_person_id,
            days=[CalendarDay(day=day, kind=kind, name=name) for day, (kind, name) in sorted(arrangement.days.items())])
        session.add(row)
        session.flush()
        holidays = tuple(one.day.isoformat() for one in row.days if one.kind == HOLIDAY)
        record(events.CalendarProposed(
            calendar=row.public_id, year=row.year, person=actor.natural_person_id, document=row.document,
            document_no=row.document_no, issued_on=row.issued_on, holidays=holidays,
            worked=tuple(day.isoformat() for day in arrangement.worked)), actor=actor, on=on)
        return row


def release(public_id: str, *, actor: Actor, on: date) -> int:
    """The year holds from now on; returns how many limits were counted anew. Raises TransitionRefused, also
    SAME_PERSON and WRONG_STAGE."""
    with attempt("release_calendar", actor, on):
        actor, row = lock_actor(actor), _locked(public_id)
        if refusals := release_refusals(row, actor):
            raise TransitionRefused(refusals)
        _settle(row, "released", actor, on)
        recounted = limits.recount(working_calendar(), actor=actor, on=on)
        record(events.CalendarReleased(calendar=row.public_id, year=row.year, person=actor.natural_person_id,
                                       proposed_by_person=row.proposed_by_person, recounted=recounted),
               actor=actor, on=on)
        return recounted


def reject(public_id: str, *, reason: str, actor: Actor, on: date) -> None:
    """Not as the notice says. Its proposer may take it back so too. Raises TransitionRefused."""
    with attempt("reject_calendar", actor, on):
        actor, row = lock_actor(actor), _locked(public_id)
        _may(actor)
        if row.status != "proposed":
            raise refuse("WRONG_STAGE", stage=row.status)
        _settle(row, "rejected", actor, on, reason)
        record(events.CalendarRejected(calendar=row.public_id, year=row.year, person=actor.natural_person_id,
                                       reason=reason), actor=actor, on=on)


def release_refusals(row: CalendarYear, actor: Actor) -> tuple[Refusal, ...]:
    """Why `actor` may not release it; empty when the button may be pressed."""
    if row.status != "proposed":
        return (Refusal("WRONG_STAGE", {"stage": row.status}),)
    if row.proposed_by_person == actor.natural_person_id:
        return (Refusal("SAME_PERSON", article="JS-8.1"),)
    return proposal_refusals(actor)


def proposal_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why `actor` may not enter a year."""
    try:
        _may(actor)
    except TransitionRefused as refused:
        return refused.refusals
    return ()


def proposed(year: int | None = None) -> list[CalendarYear]:
    """Years that wait for another person's release."""
    query = select(CalendarYear).where(CalendarYear.status == "proposed").order_by(CalendarYear.year)
    return list(db.session.scalars(query.where(CalendarYear.year == year) if year else query))


def _may(actor: Actor) -> None:
    """The calendar is one for everybody: only a grant over a whole tree reaches it."""
    if not actor.roles & set(ADMINISTRATORS):
        raise refuse("NO_GRANT", "JS-8.1")
    tops = db.session.scalars(select(Office.path).where(Office.parent_id.is_(None))).all()
    if not any(actor.covers(path, ADMINISTRATORS) for path in tops):
        raise refuse("OUT_OF_AREA")


def _locked(public_id: str) -> CalendarYear:
    query = select(CalendarYear).where(CalendarYear.public_id == public_id).with_for_update(of=CalendarYear)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise refuse("UNKNOWN_CALENDAR_YEAR")
    return row


def _settle(row: CalendarYear, status: str, actor: Actor, on: date, reason: str | None = None) -> None:
    row.status, row.settled_on, row.reason = status, on, reason
    row.settled_by, row.settled_by_person = actor.account_id, actor.natural_person_id
    db.session.flush()
