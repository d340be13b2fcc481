"""Roles given to accounts: applied for, checked by internal control, approved; by three people, never one's own."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit.events import GrantApplied, GrantApproved, GrantChecked, GrantRejected, GrantRevoked
from audit.log import record
from database import db, transaction
from staff.access import Actor, lock_actor
from staff.models import NaturalPerson, Office, RoleGrant, StaffAccount
from staff.offices import office_by_code
from staff.refusals import StaffRefused
from staff.roles import GRANT_STEPS, NEVER_EMPTY, ROLES, clashes
from staff.sessions import lock_account, revoke_sessions
from staff.training import post_is_barred

OPEN = ("applied", "checked", "active")


def apply(actor: Actor, account: str, role: str, office: str, on: date, reason: str | None = None) -> RoleGrant:
    """Apply for `role` in the area of the office with code `office`, for the account with that public id.

    Raises StaffRefused: UNKNOWN_ROLE, UNKNOWN_ACCOUNT, UNKNOWN_OFFICE, ACCOUNT_CLOSED, OWN_GRANT, NO_GRANT,
    OUT_OF_AREA, INCOMPATIBLE_ROLES, ALREADY_GRANTED.
    """
    with transaction() as session:
        actor = lock_actor(actor)
        holder, area = _account(account), office_by_code(office)
        _refuse_unless(role in ROLES, "UNKNOWN_ROLE")
        _may(actor, "apply", holder, area)
        _refuse_unless(holder.active, "ACCOUNT_CLOSED")
        _compatible(holder, role, OPEN)
        _refuse_unless(not _held(holder, role, area), "ALREADY_GRANTED")
        grant = RoleGrant(account_id=holder.id, role=role, office_id=area.id, status="applied",
                          applied_by=actor.account_id, applied_on=on, reason=reason)
        session.add(grant)
        session.flush()
        record(GrantApplied(**_fields(grant, actor), reason=reason, applied_on=on), actor=actor, on=on,
               office_path=area.path)
    return grant


def check(actor: Actor, grant: str, on: date) -> RoleGrant:
    """Internal control agrees. Raises StaffRefused, also WRONG_STAGE and SAME_PERSON."""
    with transaction():
        actor = lock_actor(actor)
        row = _step(actor, grant, "check", ("applied",))
        row.status, row.checked_by = "checked", actor.account_id
        record(GrantChecked(**_fields(row, actor)), actor=actor, on=on, office_path=row.office.path)
    return row


def approve(actor: Actor, grant: str, on: date) -> RoleGrant:
    """The third person: the role takes effect, and the holder signs in again. Raises StaffRefused, also NOT_ASSESSED
    where the rules of the place let nobody take post unassessed (JS 4.2)."""
    with transaction() as session:
        actor = lock_actor(actor)
        row = _step(actor, grant, "approve", ("checked",))
        # One person's accounts are judged together: whoever approves another of their roles waits here.
        session.get_one(NaturalPerson, row.account.natural_person_id, with_for_update={"key_share": True})
        _refuse_unless(row.account.active, "ACCOUNT_CLOSED")
        _compatible(row.account, row.role, ("active",))
        barred = post_is_barred(row.account.natural_person_id, row.role, row.office.path, on)
        _refuse_unless(not barred, "NOT_ASSESSED")
        row.status, row.approved_by, row.effective_on = "active", actor.account_id, on
        session.flush()
        revoke_sessions([row.account_id])
        record(GrantApproved(**_fields(row, actor), effective_on=on), actor=actor, on=on, office_path=row.office.path)
    return row


def reject(actor: Actor, grant: str, on: date, reason: str) -> RoleGrant:
    """Refuse an application at either step. Raises StaffRefused."""
    with transaction():
        actor = lock_actor(actor)
        row = _step(actor, grant, "reject", ("applied", "checked"))
        row.status, row.reason = "rejected", reason
        record(GrantRejected(**_fields(row, actor), reason=reason), actor=actor, on=on, office_path=row.office.path)
    return row


def revoke(actor: Actor, grant: str, on: date, reason: str) -> RoleGrant:
    """Take a role away at once; the holder's sessions end. Raises StaffRefused, also LAST_HOLDER."""
    with transaction():
        actor = lock_actor(actor)
        row = _step(actor, grant, "revoke", ("active",))
        revoke_row(row, actor, on, reason)
    return row


def revoke_row(row: RoleGrant, actor: Actor, on: date, reason: str) -> None:
    """The revocation itself, inside the caller's transaction. Raises StaffRefused LAST_HOLDER."""
    if row.role in NEVER_EMPTY:
        _refuse_unless(_others_hold(row), "LAST_HOLDER")
    row.status, row.revoked_on, row.reason = "revoked", on, reason
    revoke_sessions([row.account_id])
    record(GrantRevoked(**_fields(row, actor), reason=reason, revoked_on=on), actor=actor, on=on,
           office_path=row.office.path)


def roles_of_person(natural_person_id: int, statuses: tuple[str, ...] = ("active",)) -> set[str]:
    """Roles held on all accounts of one natural person."""
    query = (select(RoleGrant.role).join(StaffAccount, RoleGrant.account_id == StaffAccount.id)
             .where(StaffAccount.natural_person_id == natural_person_id, RoleGrant.status.in_(statuses)))
    return set(db.session.scalars(query))


def _step(actor: Actor, public_id: str, step: str, stages: tuple[str, ...]) -> RoleGrant:
    """The grant, locked, when `actor` may take `step` of it now."""
    account_id = db.session.scalar(select(RoleGrant.account_id).where(RoleGrant.public_id == public_id))
    if account_id is None:
        raise StaffRefused("UNKNOWN_GRANT")
    lock_account(account_id)
    query = select(RoleGrant).where(RoleGrant.public_id == public_id).with_for_update(of=RoleGrant, key_share=True)
    row = db.session.scalars(query.execution_options(populate_existing=True)).one()
    _may(actor, step, row.account, row.office, unseen="UNKNOWN_GRANT")
    _refuse_unless(row.status in stages, "WRONG_STAGE")
    if step in ("check", "approve"):
        _refuse_unless(actor.natural_person_id not in _persons(row), "SAME_PERSON")
    return row


def refusal_of(actor: Actor, row: RoleGrant, step: str) -> str | None:
    """Why `actor` may not take `step` of this grant now, without trying; None when nothing stands against it."""
    try:
        _may(actor, step, row.account, row.office)
        if step in ("check", "approve"):
            _refuse_unless(actor.natural_person_id not in _persons(row), "SAME_PERSON")
    except StaffRefused as refused:
        return refused.refusal
    return None


def _may(actor: Actor, step: str, holder: StaffAccount, area: Office, unseen: str = "UNKNOWN_ACCOUNT") -> None:
    """Refuses `step` by its roles and areas; people outside the area are answered for as if not there (A1)."""
    roles = GRANT_STEPS[step]
    _refuse_unless(actor.natural_person_id != holder.natural_person_id, "OWN_GRANT")
    _refuse_unless(bool(actor.roles & set(roles)), "NO_GRANT")
    _refuse_unless(actor.covers(holder.office.path, roles), unseen)
    _refuse_unless(actor.covers(area.path, roles), "OUT_OF_AREA")


def _persons(row: RoleGrant) -> set[int]:
    """Natural persons who have taken a step of this grant."""
    return {one.natural_person_id for one in (row.applicant, row.checker) if one}


def _compatible(holder: StaffAccount, role: str, statuses: tuple[str, ...]) -> None:
    found = clashes(role, roles_of_person(holder.natural_person_id, statuses))
    if found:
        raise StaffRefused("INCOMPATIBLE_ROLES", role=role, other=", ".join(found))


def _held(holder: StaffAccount, role: str, area: Office) -> bool:
    query = select(RoleGrant.id).where(RoleGrant.account_id == holder.id, RoleGrant.role == role,
                                       RoleGrant.office_id == area.id, RoleGrant.status.in_(OPEN))
    return db.session.scalar(query.limit(1)) is not None


def _others_hold(row: RoleGrant) -> bool:
    """Whether another person still holds this post over the same area."""
    query = (select(Office.path).select_from(RoleGrant).join(Office, RoleGrant.office_id == Office.id)
             .join(StaffAccount, RoleGrant.account_id == StaffAccount.id)
             .where(RoleGrant.role == row.role, RoleGrant.status == "active", RoleGrant.id != row.id,
                    StaffAccount.active))
    return any(row.office.path.startswith(path) for path in db.session.scalars(query))


def _account(public_id: str) -> StaffAccount:
    row = db.session.scalar(select(StaffAccount).where(StaffAccount.public_id == public_id))
    if row is None:
        raise StaffRefused("UNKNOWN_ACCOUNT")
    return row


def _fields(row: RoleGrant, actor: Actor) -> dict[str, str | int | None]:
    return {"grant": row.public_id, "account": row.account.public_id, "role": row.role, "office": row.office.code,
            "person": actor.natural_person_id}


def _refuse_unless(true: bool, refusal: str) -> None:
    if not true:
        raise StaffRefused(refusal)
