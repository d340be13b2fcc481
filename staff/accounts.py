"""Accounts: opened for a natural person, closed, their password changed. An account never changes its person."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit.events import AccountClosed, AccountCreated, SessionRevoked
from audit.log import record
from database import db, transaction
from staff.access import Actor, lock_actor
from staff.grants import revoke_row
from staff.id_numbers import natural_person, valid_id_number
from staff.models import Office, RoleGrant, StaffAccount
from staff.offices import office_by_code
from staff.passwords import hash_password, verify
from staff.refusals import StaffRefused
from staff.sessions import lock_account, revoke_sessions

KEEPERS = ("system_administrator",)  # who opens accounts
CLOSERS = ("system_administrator", "security_administrator")


def create_account(actor: Actor, *, username: str, display_name: str, id_number: str, office: str, password: str,
                   on: date, temporary: bool = False) -> StaffAccount:
    """A new account without any role. `office`: a code; `temporary`: the holder must change the password first.

    Raises StaffRefused: BAD_ID_NUMBER, USERNAME_TAKEN, UNKNOWN_OFFICE, NO_GRANT, OUT_OF_AREA, PASSWORD_TOO_SHORT.
    """
    password_hash = hash_password(password)
    with transaction():
        actor = lock_actor(actor)
        place = office_by_code(office)
        _may(actor, place, KEEPERS)
        row = add_account(actor, username, display_name, id_number, place, password_hash, on)
        row.password_temporary = temporary
    return row


def add_account(actor: Actor, username: str, display_name: str, id_number: str, place: Office, password_hash: str,
                on: date) -> StaffAccount:
    """The account itself, inside the caller's transaction. Raises StaffRefused BAD_ID_NUMBER, USERNAME_TAKEN."""
    name = username.strip().lower()
    if db.session.scalar(select(StaffAccount.id).where(StaffAccount.username == name)):
        raise StaffRefused("USERNAME_TAKEN")
    number = valid_id_number(id_number)
    person = natural_person(number)
    row = StaffAccount(username=name, display_name=display_name, password_hash=password_hash, id_number=number,
                       natural_person_id=person.id, office_id=place.id)
    db.session.add(row)
    db.session.flush()
    record(AccountCreated(account=row.public_id, username=name, office=place.code, person=person.id,
                          display_name=display_name, id_number=number), actor=actor, on=on, office_path=place.path)
    return row


def close_account(actor: Actor, account: str, on: date, cause: str) -> StaffAccount:
    """Close an account for good: its roles and sessions end at once.

    Raises StaffRefused: UNKNOWN_ACCOUNT, ACCOUNT_CLOSED, OWN_ACCOUNT, NO_GRANT, LAST_HOLDER.
    """
    with transaction():
        actor = lock_actor(actor)
        account_id = db.session.scalar(select(StaffAccount.id).where(StaffAccount.public_id == account))
        if account_id is None:
            raise StaffRefused("UNKNOWN_ACCOUNT")
        row = lock_account(account_id)
        if row.natural_person_id == actor.natural_person_id:
            raise StaffRefused("OWN_ACCOUNT")
        _may(actor, row.office, CLOSERS, unseen="UNKNOWN_ACCOUNT")
        if not row.active:
            raise StaffRefused("ACCOUNT_CLOSED")
        _end(row, actor, on, cause)
    return row


def change_password(actor: Actor, old: str, new: str, on: date) -> None:
    """One's own password; every other session of the account ends.

    Raises StaffRefused: WRONG_PASSWORD, PASSWORD_TOO_SHORT, PASSWORD_UNCHANGED.
    """
    account = db.session.get_one(StaffAccount, actor.account_id)
    if not verify(account.password_hash, old):
        raise StaffRefused("WRONG_PASSWORD")
    if old == new:
        raise StaffRefused("PASSWORD_UNCHANGED")
    password_hash = hash_password(new)
    with transaction() as session:
        actor = lock_actor(actor)
        row = session.get_one(StaffAccount, actor.account_id)
        row.password_hash, row.password_temporary = password_hash, False
        revoke_sessions([actor.account_id], but=actor.session_id)
        record(SessionRevoked(account=actor.account_public_id, cause="password"), actor=actor, on=on,
               office_path=actor.office_path)


def _end(row: StaffAccount, actor: Actor, on: date, cause: str) -> None:
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == row.id, RoleGrant.status == "active"))
    for grant in grants.all():
        revoke_row(grant, actor, on, cause)
    row.active = False
    revoke_sessions([row.id])
    record(AccountClosed(account=row.public_id, cause=cause), actor=actor, on=on, office_path=row.office.path)


def _may(actor: Actor, place: Office, roles: tuple[str, ...], unseen: str = "OUT_OF_AREA") -> None:
    if actor.is_system:
        return
    if not actor.roles & set(roles):
        raise StaffRefused("NO_GRANT")
    if not actor.covers(place.path, roles):
        raise StaffRefused(unseen)
