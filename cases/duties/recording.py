"""A duty written down as done; confirmed by another person where it takes two; or returned, to be done anew."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from audit.events import DutyConfirmed, DutyDone, DutyReturned
from audit.log import record
from cases.duties import archives, indicators, posting, reconciliation
from cases.duties.standing import Standing, Turn, standings, turn_of
from cases.ledgers.place import Place, place_of
from cases.models import DutyRecord
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from workflows.duties import AHEAD, DONE, DUTIES, WAITING, DutyKind, Period
from workflows.roles import BUSINESS

CONFIRMS = ("reviewer", "approver")
# what is counted or typed when the duty is done; a kind that is not here keeps its note alone
FIGURES: Mapping[str, Callable[[Office, Period, dict[str, Any], date], dict[str, Any]]] = {
    "archive_binding": archives.bound, "reconciliation": reconciliation.compared, "results_posting": posting.posted,
    "service_evaluation": indicators.filed,
}


@dataclass(frozen=True)
class Done:
    """Of the period that begins with first_month. given: what was typed, by kind; paper: (media type, bytes)."""

    first_month: str
    note: str
    given: dict[str, Any] = field(default_factory=dict)
    paper: tuple[str, bytes] | None = None


def do(office: str, duty: str, done: Done, *, actor: Actor, on: date) -> DutyRecord:
    """office: its code. Raises TransitionRefused: OUT_OF_AREA, DUTY_UNKNOWN, DUTY_NOT_DUE, DUTY_DONE, NOTE_MISSING,
    and what the figures of the kind refuse."""
    with attempt("do_duty", actor, on):
        actor = lock_actor(actor)
        there = db.session.scalar(select(Office).where(Office.code == office).with_for_update(key_share=True))
        kind = DUTIES.get(duty)
        if there is None or not any(actor.holds(role, there.path) for role in BUSINESS):
            raise refuse("OUT_OF_AREA", kind.article if kind else "")
        place = place_of(there.code, actor)
        turn = _turn(kind, place, done.first_month, on)
        if not done.note.strip():
            raise refuse("NOTE_MISSING", kind.article)
        figures = FIGURES[kind.name](there, turn.period, {**done.given, "kept": place.kept}, on) \
            if kind.name in FIGURES else {}
        row = DutyRecord(office_id=there.id, office_path=there.path, kind=kind.name, first_month=turn.period.first,
                         last_month=turn.period.last, due_on=turn.period.due_on, figures=figures, note=done.note,
                         done_on=on, done_by=actor.account_id, done_by_person=actor.natural_person_id, **_kept(done))
        db.session.add(row)
        db.session.flush()
        record(DutyDone(due_on=row.due_on, digest=digest(figures), note=row.note, paper=row.paper_sha256,
                        **_named(row, actor)), actor=actor, on=on, office_path=row.office_path)
        return row


def confirm(record_id: int, *, actor: Actor, on: date) -> DutyRecord:
    """By another person. Raises TransitionRefused: OUT_OF_AREA, DUTY_SETTLED, DUTY_SAME_PERSON, FIGURES_MOVED."""
    with attempt("confirm_duty", actor, on):
        row, actor = _locked(record_id, lock_actor(actor))
        kind = DUTIES[row.kind]
        if not kind.second:
            raise refuse("DUTY_SETTLED", kind.article)
        period = Period(row.first_month, row.last_month, row.due_on)
        if lines := reconciliation.moved(row.office, period, row.figures):
            raise refuse("FIGURES_MOVED", kind.article, lines=", ".join(lines))
        _settle(row, "confirmed", actor, on)
        record(DutyConfirmed(**_named(row, actor)), actor=actor, on=on, office_path=row.office_path)
        return row


def send_back(record_id: int, reason: str, *, actor: Actor, on: date) -> DutyRecord:
    """It does not stand and is done anew. Raises TransitionRefused, also REASON_MISSING."""
    with attempt("return_duty", actor, on):
        row, actor = _locked(record_id, lock_actor(actor))
        if not reason.strip():
            raise refuse("REASON_MISSING", DUTIES[row.kind].article)
        _settle(row, "returned", actor, on)
        row.reason = reason
        record(DutyReturned(reason=reason, **_named(row, actor)), actor=actor, on=on, office_path=row.office_path)
        return row


def may_do(path: str, actor: Actor) -> bool:
    return any(actor.holds(role, path) for role in BUSINESS)


def refusal_to_settle(row: DutyRecord, actor: Actor) -> str | None:
    """Why this person may not confirm or return it; None when nothing stands against it."""
    if not any(actor.holds(role, row.office_path) for role in CONFIRMS):
        return "OUT_OF_AREA"
    if row.status != "recorded":
        return "DUTY_SETTLED"
    return "DUTY_SAME_PERSON" if row.done_by_person == actor.natural_person_id else None


def digest(figures: dict[str, Any]) -> str:
    """SHA-256 of the figures as the event names it."""
    return hashlib.sha256(json.dumps(figures, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _locked(record_id: int, actor: Actor) -> tuple[DutyRecord, Actor]:
    row = db.session.get_one(DutyRecord, record_id, with_for_update=True, populate_existing=True)
    if code := refusal_to_settle(row, actor):
        raise refuse(code, DUTIES[row.kind].article)
    return row, actor


def _turn(kind: DutyKind | None, place: Place, first_month: str, on: date) -> Turn:
    """The period as it stands. Raises TransitionRefused."""
    found: Standing | None = next((one for one in standings(place, on) if kind and one.kind.name == kind.name), None)
    if kind is None or found is None or kind.met:
        raise refuse("DUTY_UNKNOWN", kind.article if kind else "")
    turn = turn_of(found, first_month)
    if turn is None or turn.state == AHEAD:
        raise refuse("DUTY_NOT_DUE", kind.article)
    if turn.state in (DONE, WAITING):
        raise refuse("DUTY_DONE", kind.article)
    return turn


def _settle(row: DutyRecord, status: str, actor: Actor, on: date) -> None:
    row.status, row.settled_on = status, on
    row.settled_by, row.settled_by_person = actor.account_id, actor.natural_person_id


def _kept(done: Done) -> dict[str, Any]:
    if done.paper is None:
        return {}
    media_type, content = done.paper
    return {"paper": content, "paper_type": media_type, "paper_sha256": hashlib.sha256(content).hexdigest()}


def _named(row: DutyRecord, actor: Actor) -> dict[str, Any]:
    return {"record": row.public_id, "duty": row.kind, "duty_office": row.office.code,
            "first_month": row.first_month, "last_month": row.last_month, "person": actor.natural_person_id}
