"""How people are reached: numbers and addresses written down at every contact, and whom nobody reaches (SC-37b)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager

from audit.events import ContactChanged
from audit.log import record
from cases.decisions import Proposal, opening_refusals
from cases.models import Case, DeathMark, Pensioner
from cases.models.pensioner import UNREACHABLE
from cases.moves import lock_case
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import Actor, in_area
from workflows.roles import BUSINESS
from workflows.transition import Refusal, TransitionRefused

PAGE, SHOWN = 50, 99


def change_contact(case_id: int, *, phone: str | None, address: str | None, phone_failed: bool = False, actor: Actor,
                   on: date) -> None:
    """Write down a phone, an address, or that nobody answers at the number on file; directly, without review
    (JS-5.1.2e). An empty value leaves what is there. Raises TransitionRefused."""
    with attempt("change_contact", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        if refusals := contact_refusals(case, actor):
            raise TransitionRefused(refusals)
        person = case.pensioner
        old = {"phone": person.phone, "address": person.address, "phone_failed": person.phone_failed_on is not None}
        new = {"phone": phone or person.phone, "address": address or person.address,
               "phone_failed": bool(person.phone) and phone_failed if not phone else False}
        changed = tuple(name for name in old if old[name] != new[name])
        if not changed:
            raise refuse("NOTHING_CHANGES")
        person.phone, person.address = new["phone"], new["address"]
        person.phone_failed_on = (person.phone_failed_on or on) if new["phone_failed"] else None
        db.session.flush()
        record(ContactChanged(pensioner=person.public_id, changed=changed, phone=person.phone, address=person.address,
                              old_phone=old["phone"], old_address=old["address"]), case=case, actor=actor, on=on)


def contact_refusals(case: Case, actor: Actor) -> tuple[Refusal, ...]:
    """Why `actor` may not change how the person is reached: as for any change of the person's data."""
    return opening_refusals(case, Proposal("change_identity"), actor)


def unreachable(actor: Actor, after: int | None = None) -> list[Case]:
    """Cases of people without a number, or with one that nobody answers; PAGE + 1 at most, in the order of ids."""
    query = _unreachable(select(Case), actor).options(contains_eager(Case.pensioner))
    return list(db.session.scalars(query.where(Case.id > (after or 0)).order_by(Case.id).limit(PAGE + 1)))


def unreachable_count(actor: Actor) -> int:
    """How many, SHOWN + 1 at most."""
    return len(db.session.execute(_unreachable(select(Case.id), actor).limit(SHOWN + 1)).all())


def _unreachable(query: Select, actor: Actor) -> Select:
    query = query.join(Pensioner, Case.pensioner_id == Pensioner.id).where(
        UNREACHABLE, Case.state != "terminated",
        ~exists().where(DeathMark.pensioner_id == Pensioner.id, DeathMark.annulled_on.is_(None)))
    return in_area(query, actor, Case.office_path, BUSINESS)
