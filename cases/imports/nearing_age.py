"""Lists of insured persons who near the age of benefit: staged as payments are, entered in the register (JS-6.4)."""
from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import select

from audit.events import NearingAgeEntered, NearingAgeLoaded
from audit.log import record
from cases.imports.headings import Mapping
from cases.imports.id_cells import birth_of, modern_id_number
from cases.imports.places import Places
from cases.imports.rows import parse_cells
from cases.imports.staging import good, refused
from cases.imports.tables import SourceRow
from cases.imports.taken import Row
from cases.models import Case, ImportBatch, NearingAge, Pensioner
from cases.periods import rules_of_place
from database import db
from staff.actor import SYSTEM, Actor
from staff.models import NaturalPerson
from workflows.deadlines import birthday

KEPT = ("name", "phone", "address", "months_paid")  # what a later list may bring up to date


def stage_nearing_age(batch: ImportBatch, row: SourceRow, mapping: Mapping, _places: Places, on: date) -> dict:
    """Values of the import_row of one insured person."""
    values, errors = parse_cells(row, mapping, on)
    if errors:
        return refused(batch, row, errors)
    number = modern_id_number(values["id_number"])
    phones = values.pop("phones", None) or ()
    values |= {"id_number": number, "birth_on": birth_of(number).isoformat(), "phone": "、".join(phones) or None}
    text = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
    return good(batch, row, text, number, f"{number}|{values['scheme']}", values["name"],
                hashlib.sha256(text.encode()).hexdigest())


def load_nearing_age(batch: ImportBatch, rows: list[Row], actor: Actor, on: date) -> None:
    """Who is new is entered; who is there is brought up to date; who is closed stays closed."""
    known = {(one.person_index, one.scheme): one for one in db.session.scalars(select(NearingAge).where(
        NearingAge.office_id == batch.office_id, NearingAge.person_index.in_({row.person_index for row in rows})))}
    new = list[NearingAge]()
    for row in rows:
        values = json.loads(row.record)
        old = known.get((row.person_index, values["scheme"]))
        if old is None:
            new.append(_entered(batch, row, values, on))
            known[row.person_index, values["scheme"]] = new[-1]
        elif old.closed_on or all(getattr(old, name) == _kept(values)[name] for name in KEPT):
            row.status = "unchanged"
            continue
        else:
            for name, value in _kept(values).items():
                setattr(old, name, value)
        row.status = "loaded"
    db.session.flush()
    loaded = sum(row.status == "loaded" for row in rows)
    record(NearingAgeLoaded(batch=batch.public_id, rows=loaded, entered=tuple(one.public_id for one in new)),
           actor=actor, on=on, office_path=batch.office_path)


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    paid = values.get("months_paid") or ""
    return {name: values.get(name) for name in KEPT} | {"months_paid": int(paid) if paid.isdigit() else None}


def _entered(batch: ImportBatch, row: Row, values: dict[str, Any], on: date) -> NearingAge:
    born = date.fromisoformat(values["birth_on"])
    age = int(rules_of_place(batch.office_path, values["scheme"], on).value("benefit_age"))
    made = NearingAge(office_id=batch.office_id, office_path=batch.office_path, batch_id=batch.id,
                      person_index=row.person_index, scheme=values["scheme"], id_number=values["id_number"],
                      birth_on=born, reaches_on=birthday(born, age), **_kept(values))
    db.session.add(made)
    return made


def close_entered(batch: ImportBatch, _actor: Actor, on: date) -> None:
    """Entries of the area whose person has the benefit now, as a case kept there."""
    found = db.session.execute(
        select(NearingAge, Case).join(NaturalPerson, NaturalPerson.id_number_index == NearingAge.person_index)
        .join(Pensioner, Pensioner.natural_person_id == NaturalPerson.id)
        .join(Case, (Case.pensioner_id == Pensioner.id) & (Case.scheme == NearingAge.scheme))
        .where(NearingAge.closed_on.is_(None), NearingAge.office_path.startswith(batch.office_path),
               Case.office_path.startswith(batch.office_path), Case.benefit_kind == "pension")
        .order_by(NearingAge.id).with_for_update(of=NearingAge)).all()
    for entry, case in found:
        entry.case_id, entry.closed_on = case.id, on
        record(NearingAgeEntered(entry=entry.public_id, case_no=case.case_no), actor=SYSTEM, on=on,
               office_path=entry.office_path)
