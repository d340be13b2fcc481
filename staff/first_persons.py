"""The first three persons, named once on an empty database; after them every role is granted by three people."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit.events import GrantApproved
from audit.log import record
from database import db, transaction
from staff.access import SYSTEM
from staff.accounts import add_account
from staff.models import Office, RoleGrant, StaffAccount
from staff.offices import office_by_code
from staff.passwords import hash_password
from staff.refusals import StaffRefused

# First post -> roles. The audit administrator inspects too: without internal control no grant can be checked.
FIRST_POSTS: dict[str, tuple[str, ...]] = {
    "system_administrator": ("system_administrator",),
    "security_administrator": ("security_administrator",),
    "audit_administrator": ("audit_administrator", "inspector"),
}


@dataclass(frozen=True)
class FirstPerson:
    """`post`: a key of FIRST_POSTS."""

    post: str
    username: str
    display_name: str
    id_number: str
    password: str


def name_first_persons(persons: list[FirstPerson], office: str, on: date) -> list[StaffAccount]:
    """Name the administrators of the whole tree below the office with code `office`.

    Raises StaffRefused: NOT_EMPTY (there are accounts), THREE_POSTS_NEEDED, SAME_PERSON, BAD_ID_NUMBER,
    USERNAME_TAKEN, UNKNOWN_OFFICE, PASSWORD_TOO_SHORT.
    """
    if sorted(p.post for p in persons) != sorted(FIRST_POSTS):
        raise StaffRefused("THREE_POSTS_NEEDED")
    hashes = [hash_password(p.password) for p in persons]
    with transaction():
        if db.session.scalar(select(StaffAccount.id).limit(1)) is not None:
            raise StaffRefused("NOT_EMPTY")
        place = office_by_code(office)
        accounts = [_name(p, h, place, on) for p, h in zip(persons, hashes, strict=True)]
        if len({a.natural_person_id for a in accounts}) != len(persons):
            raise StaffRefused("SAME_PERSON")
    return accounts


def _name(person: FirstPerson, password_hash: str, place: Office, on: date) -> StaffAccount:
    account = add_account(SYSTEM, person.username, person.display_name, person.id_number, place, password_hash, on)
    grant_first_posts(account, person.post, place, on)
    return account


def grant_first_posts(account: StaffAccount, post: str, place: Office, on: date) -> None:
    """The roles of a first post, inside the caller's transaction; the database refuses them once anybody holds one."""
    for role in FIRST_POSTS[post]:
        grant = RoleGrant(account_id=account.id, role=role, office_id=place.id, status="active", applied_on=on,
                          effective_on=on)
        db.session.add(grant)
        db.session.flush()
        record(GrantApproved(grant=grant.public_id, account=account.public_id, role=role, office=place.code,
                             effective_on=on, first_persons=True), actor=SYSTEM, on=on, office_path=place.path)
