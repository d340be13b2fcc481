"""The register of inspections (GB 5.9, JS 9, QD 29): what was found, what is to be done by when, and whether it was."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from audit.events import FindingCorrected, InspectionClosed, InspectionEntered
from audit.log import record
from cases.ledgers.place import within
from cases.models import DutyRecord, Inspection
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import Actor, in_area
from staff.models import Office
from workflows.inspections import INSPECTIONS, InspectionKind
from workflows.roles import BUSINESS, OVERSIGHT, READERS

PAGE = 50
TABS = ("open", "overdue", "corrected", "closed", "clear")


@dataclass(frozen=True)
class Inspected:
    """office: its code; inspector: the body that inspected, in words; volumes: public id of the record of binding that
    was looked at; measure and due_on: both, or neither where nothing was found."""

    office: str
    kind: str
    inspector: str
    on: date
    finding: str
    measure: str = ""
    due_on: date | None = None
    volumes: str | None = None


def enter(found: Inspected, *, actor: Actor, on: date) -> Inspection:
    """Raises TransitionRefused: OUT_OF_AREA, INSPECTION_UNKNOWN, NOT_FROM_ABOVE, VOLUMES_MISSING, CHECKS_OWN_VOLUMES,
    FINDING_MISSING, MEASURE_WITHOUT_DAY, DATE_IN_FUTURE."""
    with attempt("enter_inspection", actor, on):
        actor = lock_actor(actor)
        kind, office = INSPECTIONS.get(found.kind), db.session.scalar(select(Office).where(Office.code == found.office))
        if office is None or not any(actor.holds(role, office.path) for role in OVERSIGHT):
            raise refuse("OUT_OF_AREA", kind.article if kind else "")
        if kind is None:
            raise refuse("INSPECTION_UNKNOWN")
        volumes = _volumes(kind, office, found, actor)
        _check(kind, found, on)
        row = Inspection(
            office_id=office.id, office_path=office.path, kind=kind.name, inspector=found.inspector,
            duty_record_id=volumes and volumes.id, on=found.on, finding=found.finding, measure=found.measure or None,
            due_on=found.due_on, entered_by=actor.account_id, entered_by_person=actor.natural_person_id,
            status="open" if found.measure else "clear")
        db.session.add(row)
        db.session.flush()
        record(InspectionEntered(inspected=row.kind, held_on=row.on, due_on=row.due_on, body=row.inspector,
                                 fault=row.finding, measure=row.measure, record=volumes and volumes.public_id,
                                 **_named(row, actor)), actor=actor, on=on, office_path=row.office_path)
        return row


def correct(inspection_id: int, words: str, *, actor: Actor, on: date) -> Inspection:
    """What was done about it. Raises TransitionRefused: OUT_OF_AREA, INSPECTION_STAGE, CORRECTION_MISSING."""
    with attempt("correct_finding", actor, on):
        actor, row = lock_actor(actor), _locked(inspection_id)
        if code := refusal_to_correct(row, actor):
            raise refuse(code, INSPECTIONS[row.kind].article)
        if not words.strip():
            raise refuse("CORRECTION_MISSING", INSPECTIONS[row.kind].article)
        row.status, row.correction, row.corrected_on = "corrected", words, on
        row.corrected_by, row.corrected_by_person = actor.account_id, actor.natural_person_id
        record(FindingCorrected(correction=words, **_named(row, actor)), actor=actor, on=on,
               office_path=row.office_path)
        return row


def close(inspection_id: int, *, actor: Actor, on: date) -> Inspection:
    """Somebody else looked again. Raises TransitionRefused: OUT_OF_AREA, INSPECTION_STAGE, OWN_CORRECTION."""
    with attempt("close_inspection", actor, on):
        actor, row = lock_actor(actor), _locked(inspection_id)
        if code := refusal_to_close(row, actor):
            raise refuse(code, INSPECTIONS[row.kind].article)
        row.status, row.closed_on = "closed", on
        row.closed_by, row.closed_by_person = actor.account_id, actor.natural_person_id
        record(InspectionClosed(**_named(row, actor)), actor=actor, on=on, office_path=row.office_path)
        return row


def refusal_to_correct(row: Inspection, actor: Actor) -> str | None:
    if not any(actor.holds(role, row.office_path) for role in BUSINESS):
        return "OUT_OF_AREA"
    return None if row.status == "open" else "INSPECTION_STAGE"


def refusal_to_close(row: Inspection, actor: Actor) -> str | None:
    if not any(actor.holds(role, row.office_path) for role in OVERSIGHT):
        return "OUT_OF_AREA"
    if row.status != "corrected":
        return "INSPECTION_STAGE"
    return "OWN_CORRECTION" if row.corrected_by_person == actor.natural_person_id else None


def page(tab: str, actor: Actor, on: date, after: int | None = None) -> tuple[list[Inspection], bool]:
    """(rows of the tab, the oldest first; whether more follow)."""
    query = (_of(tab, actor, on).options(joinedload(Inspection.office)).order_by(Inspection.id).limit(PAGE + 1))
    found = list(db.session.scalars(query.where(Inspection.id > after) if after else query))
    return found[:PAGE], len(found) > PAGE


def counts(actor: Actor, on: date) -> dict[str, int]:
    return {tab: db.session.scalar(select(func.count()).select_from(
        _of(tab, actor, on).with_only_columns(Inspection.id).subquery())) for tab in TABS}


def of_volumes(record: DutyRecord) -> list[Inspection]:
    return list(db.session.scalars(select(Inspection).where(Inspection.duty_record_id == record.id)
                                   .order_by(Inspection.id)))


def overdue_of(path: str, on: date) -> int:
    return db.session.scalar(select(func.count()).where(
        within(Inspection.office_path, path), Inspection.status == "open", Inspection.due_on < on))


def _of(tab: str, actor: Actor, on: date) -> Select[Any]:
    query = in_area(select(Inspection), actor, Inspection.office_path, READERS)
    if tab == "overdue":
        return query.where(Inspection.status == "open", Inspection.due_on < on)
    return query.where(Inspection.status == tab)


def _volumes(kind: InspectionKind, office: Office, found: Inspected, actor: Actor) -> DutyRecord | None:
    if not kind.archives:
        return None
    if kind.crossed and actor.office_path.startswith(office.path):
        raise refuse("NOT_FROM_ABOVE", kind.article)
    row = db.session.scalar(select(DutyRecord).where(
        DutyRecord.public_id == (found.volumes or ""), DutyRecord.office_id == office.id,
        DutyRecord.kind == "archive_binding"))
    if row is None:
        raise refuse("VOLUMES_MISSING", kind.article)
    if row.done_by_person == actor.natural_person_id:
        raise refuse("CHECKS_OWN_VOLUMES", kind.article)
    return row


def _check(kind: InspectionKind, found: Inspected, on: date) -> None:
    if not found.finding.strip() or not found.inspector.strip():
        raise refuse("FINDING_MISSING", kind.article)
    if bool(found.measure.strip()) != bool(found.due_on) or found.due_on and found.due_on < found.on:
        raise refuse("MEASURE_WITHOUT_DAY", kind.article)
    if found.on > on:
        raise refuse("DATE_IN_FUTURE", date=found.on.isoformat())


def _locked(inspection_id: int) -> Inspection:
    return db.session.get_one(Inspection, inspection_id, with_for_update=True, populate_existing=True)


def _named(row: Inspection, actor: Actor) -> dict[str, Any]:
    return {"inspection": row.public_id, "duty_office": row.office.code, "person": actor.natural_person_id}
