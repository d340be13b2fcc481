"""Change of name, ID number or birth date by a signed decision (JS 5.1.2e), and of contact data directly (SC 37b)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import delete, insert, select
from stdnum.cn import ric

from audit import events
from audit.log import record
from cases.decisions import unpack
from cases.models import Case, Decision, NamePart, Pensioner
from cases.names import name_parts, name_sort
from cases.refused import refuse
from database import db
from database.types import blind_index
from staff.actor import Actor
from staff.models import NaturalPerson, StaffAccount


def change(decision: Decision, *, actor: Actor, on: date) -> None:
    """Carry out the signed change. An ID number that is another person's is refused, without saying whose."""
    person, proposed = decision.case.pensioner, unpack(decision)
    old = {"name": person.name, "id_number": person.id_number, "birth_on": person.birth_on.isoformat()}
    new = _proposed(old, proposed)
    changed = tuple(key for key in old if old[key] != new[key])
    if not changed:
        raise refuse("NOTHING_CHANGES")
    if "id_number" in changed:
        index = blind_index(new["id_number"])
        if db.session.scalar(select(NaturalPerson.id).where(NaturalPerson.id_number_index == index)):
            raise refuse("ID_NUMBER_TAKEN", "JS-5.1.2e")
        if db.session.scalar(select(StaffAccount.id).where(StaffAccount.natural_person_id == person.natural_person_id)):
            raise refuse("STAFF_NUMBER")
        person.natural_person.id_number_index, person.id_number = index, new["id_number"]
        person.sex = sex_in(new["id_number"])
    person.birth_on = date.fromisoformat(new["birth_on"])
    if "name" in changed:
        person.name, person.name_sort = new["name"], name_sort(new["name"])
        index_name(person, old["name"])
    db.session.flush()
    record(events.IdentityChanged(
        pensioner=person.public_id, changed=changed, decision=decision.public_id, old_name=old["name"],
        new_name=new["name"], old_id_number=old["id_number"], new_id_number=new["id_number"],
        birth_on=person.birth_on), case=decision.case, actor=actor, on=on)


def _proposed(old: dict[str, str], proposed: dict[str, str]) -> dict[str, str]:
    """Values after the change. A new ID number brings its birth date, unless another is stated."""
    new = {key: proposed.get(f"new_{key}") or value for key, value in old.items()}
    if new["id_number"] != old["id_number"] and not proposed.get("new_birth_on"):
        new["birth_on"] = ric.get_birth_date(new["id_number"]).isoformat()
    return new


def sex_in(id_number: str) -> str:
    """GB 11643: the 17th digit is odd for men."""
    return "male" if int(id_number[16]) % 2 else "female"


def index_name(person: Pensioner, before: str) -> None:
    """Every case of the person is found by the new name, none by the old one."""
    cases = db.session.execute(select(Case.id, Case.office_path).where(Case.pensioner_id == person.id)).all()
    db.session.execute(delete(NamePart).where(NamePart.part.in_(name_parts(before)),
                                              NamePart.office_path.in_([case.office_path for case in cases]),
                                              NamePart.case_id.in_([case.id for case in cases])))
    db.session.execute(insert(NamePart), [
        {"part": part, "office_path": case.office_path, "case_id": case.id}
        for case in cases for part in name_parts(person.name)])
