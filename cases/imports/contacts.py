"""Address, phones and residence of existing cases: taken over from the file directly (JS-5.1.2e), each with its event.

Two people stand behind a released file; that is the check the article asks for. An empty cell claims nothing, and the
data of a person who bears a death mark stay as they are (S3).
"""
from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from audit.events import ContactChanged
from audit.log import record_bulk
from cases.imports.entering import OTHER_PHONES
from cases.imports.register import Register
from cases.imports.rows import Record
from cases.models import Case, ImportBatch, Pensioner
from cases.responsibility import keep_anew
from database import db
from staff.actor import Actor


def take_over(batch: ImportBatch, compared: list[tuple[Case, Record]], register: Register, actor: Actor,
              on: date) -> list[bool]:
    """For each (case, record) whether something of the contact was changed."""
    happened = [(_changed(batch, case.pensioner, record, register), case.id) for case, record in compared]
    db.session.flush()
    record_bulk([(event, case_id) for event, case_id in happened if event], actor=actor, on=on,
                command="release_import")
    for event, case_id in happened:
        if event and event.residence_office:
            _keep_anew(case_id, actor, on)
    return [event is not None for event, _ in happened]


def _keep_anew(case_id: int, actor: Actor, on: date) -> None:
    """Who has moved may belong to another office (QD 7), with every benefit."""
    case = db.session.get_one(Case, case_id)
    db.session.expire(case.pensioner, ["residence_office"])
    for one in db.session.scalars(select(Case).where(Case.pensioner_id == case.pensioner_id).order_by(Case.id)).all():
        keep_anew(one, "residence", actor=actor, on=on)


def _changed(batch: ImportBatch, person: Pensioner, record: Record, register: Register) -> ContactChanged | None:
    if person.id in register.marked:
        return None
    old = {name: getattr(person, name) for name in ("address", "phone", "residence_office_id")}
    new = {name: value for name, value in _stated(record, register).items() if value and value != old[name]}
    for name, value in new.items():
        setattr(person, name, value)
    if "phone" in new:
        person.phone_failed_on = None
    if not new:
        return None
    return ContactChanged(
        pensioner=person.public_id, changed=tuple(sorted(new)), address=person.address, phone=person.phone,
        old_address=old["address"], old_phone=old["phone"], batch=batch.public_id,
        residence_office=record.residence_office if "residence_office_id" in new else None)


def _stated(record: Record, register: Register) -> dict[str, Any]:
    residence = register.offices.get(record.residence_office or "")
    return {"address": record.address, "phone": OTHER_PHONES.join(record.phones),
            "residence_office_id": residence and residence.id}
