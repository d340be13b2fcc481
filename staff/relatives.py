"""Relatives that members of staff declare, yearly. A declared relationship bars both ways (P3) until it is ended."""
from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from audit.events import RelativeDeclared
from audit.log import record
from database import db, transaction
from rules import rules_for
from staff.access import Actor, lock_actor
from staff.actor import in_area
from staff.id_numbers import natural_person
from staff.models import DeclaredRelative, Office, StaffAccount
from staff.refusals import StaffRefused

KINSHIPS = ("spouse", "parent", "child", "sibling", "grandparent", "grandchild", "other_relative")


def declare(actor: Actor, id_number: str, kinship: str, on: date) -> DeclaredRelative:
    """Declare a relative of the actor by full ID number; declaring one again renews it.

    Raises StaffRefused: BAD_ID_NUMBER, UNKNOWN_KINSHIP, OWN_PERSON.
    """
    if kinship not in KINSHIPS:
        raise StaffRefused("UNKNOWN_KINSHIP")
    with transaction() as session:
        actor = lock_actor(actor)
        relative = natural_person(id_number)
        if relative.id == actor.natural_person_id:
            raise StaffRefused("OWN_PERSON")
        row = _declared(actor.natural_person_id, relative.id)
        if row is None:
            row = DeclaredRelative(natural_person_id=actor.natural_person_id, relative_person_id=relative.id,
                                   kinship=kinship, declared_on=on)
            session.add(row)
        row.kinship, row.declared_on, row.ended_on = kinship, on, None
        _record(row, actor, on)
    return row


def renew(actor: Actor, on: date) -> int:
    """Confirm all of the actor's declarations in force for another year. Returns how many."""
    with transaction():
        actor = lock_actor(actor)
        rows = declared_by(actor)
        for row in rows:
            row.declared_on = on
            _record(row, actor, on)
    return len(rows)


def end(actor: Actor, declaration_id: int, on: date) -> None:
    """An inspector ends a declaration that no longer holds; never one that concerns the inspector.

    Raises StaffRefused: UNKNOWN_DECLARATION, NO_GRANT, OUT_OF_AREA, OWN_PERSON.
    """
    with transaction() as session:
        actor = lock_actor(actor)
        row = session.get(DeclaredRelative, declaration_id)
        if row is None or row.ended_on is not None:
            raise StaffRefused("UNKNOWN_DECLARATION")
        if actor.natural_person_id in (row.natural_person_id, row.relative_person_id):
            raise StaffRefused("OWN_PERSON")
        if "inspector" not in actor.roles:
            raise StaffRefused("NO_GRANT")
        if not any(actor.covers(path, ("inspector",)) for path in _office_paths(row)):
            raise StaffRefused("OUT_OF_AREA")
        row.ended_on = on
        _record(row, actor, on)


def declared_by(actor: Actor) -> list[DeclaredRelative]:
    """The actor's declarations in force."""
    query = select(DeclaredRelative).where(DeclaredRelative.natural_person_id == actor.natural_person_id,
                                           DeclaredRelative.ended_on.is_(None))
    return list(db.session.scalars(query.order_by(DeclaredRelative.id)))


def declared_within(actor: Actor) -> list[tuple[DeclaredRelative, StaffAccount]]:
    """Declarations in force of people whose office an inspector looks after, each with an account of theirs."""
    query = (select(DeclaredRelative, StaffAccount)
             .join(StaffAccount, StaffAccount.natural_person_id == DeclaredRelative.natural_person_id)
             .join(Office, StaffAccount.office_id == Office.id).where(DeclaredRelative.ended_on.is_(None))
             .options(contains_eager(StaffAccount.office)).order_by(DeclaredRelative.id, StaffAccount.id))
    found = db.session.execute(in_area(query, actor, Office.path, ("inspector",)))
    return list({row.id: (row, account) for row, account in found}.values())


def renewal_due(row: DeclaredRelative, on: date) -> bool:
    """Whether the declaration is older than the rules let it stand. It bars all the same."""
    months = rules_for("", on).value("relatives_declaration_months")
    return on >= row.declared_on + relativedelta(months=months)


def related_persons(natural_person_id: int) -> frozenset[int]:
    """Natural persons related to this one by anybody's declaration in force, either way."""
    mine, theirs = DeclaredRelative.natural_person_id, DeclaredRelative.relative_person_id
    query = select(mine, theirs).where(or_(mine == natural_person_id, theirs == natural_person_id),
                                       DeclaredRelative.ended_on.is_(None))
    pairs = db.session.execute(query).all()
    return frozenset(person for pair in pairs for person in pair) - {natural_person_id}


def _declared(person: int | None, relative: int) -> DeclaredRelative | None:
    query = select(DeclaredRelative).where(DeclaredRelative.natural_person_id == person,
                                           DeclaredRelative.relative_person_id == relative)
    return db.session.scalar(query)


def _office_paths(row: DeclaredRelative) -> list[str]:
    query = select(StaffAccount).where(StaffAccount.natural_person_id == row.natural_person_id)
    return [account.office.path for account in db.session.scalars(query)]


def _record(row: DeclaredRelative, actor: Actor, on: date) -> None:
    record(RelativeDeclared(person=row.natural_person_id, relative=row.relative_person_id, kinship=row.kinship,
                            declared_on=row.declared_on, ended_on=row.ended_on),
           actor=actor, on=on, office_path=actor.office_path)
