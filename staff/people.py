"""Lists of accounts and grants, in the area of whoever looks."""
from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from database import db
from staff.access import Actor, in_area
from staff.models import Office, RoleGrant, StaffAccount
from staff.refusals import StaffRefused
from staff.roles import ADMINISTRATORS
from workflows.roles import INSPECTION

PAGE = 50
STAFF_ROLES = (*ADMINISTRATORS, *INSPECTION)


def accounts_of(actor: Actor, after: str = "", name: str = "") -> list[StaffAccount]:
    """Up to PAGE + 1 accounts in the area by user name, after `after`; `name`: how a name or user name begins."""
    query = (select(StaffAccount).join(Office, StaffAccount.office_id == Office.id)
             .where(StaffAccount.username > after).order_by(StaffAccount.username).limit(PAGE + 1)
             .options(joinedload(StaffAccount.office), selectinload(StaffAccount.grants).joinedload(RoleGrant.office)))
    if name:
        query = query.where(StaffAccount.username.startswith(name, autoescape=True)
                            | StaffAccount.display_name.startswith(name, autoescape=True))
    return list(db.session.scalars(in_area(query, actor, Office.path, STAFF_ROLES)))


def account_of(actor: Actor, public_id: str) -> StaffAccount:
    """One account in the area. Raises StaffRefused UNKNOWN_ACCOUNT, the same for one outside it."""
    query = (select(StaffAccount).join(Office, StaffAccount.office_id == Office.id)
             .where(StaffAccount.public_id == public_id))
    row = db.session.scalar(in_area(query, actor, Office.path, STAFF_ROLES))
    if row is None:
        raise StaffRefused("UNKNOWN_ACCOUNT")
    return row


def open_grants(actor: Actor) -> list[RoleGrant]:
    """Applications in the area that wait for a check or an approval, oldest first."""
    query = (select(RoleGrant).join(Office, RoleGrant.office_id == Office.id)
             .where(RoleGrant.status.in_(("applied", "checked"))).order_by(RoleGrant.id).limit(PAGE)
             .options(joinedload(RoleGrant.account).joinedload(StaffAccount.office), joinedload(RoleGrant.office),
                      joinedload(RoleGrant.applicant), joinedload(RoleGrant.checker)))
    return list(db.session.scalars(in_area(query, actor, Office.path, STAFF_ROLES)))


def names_of(account_ids: set[int | None]) -> dict[int, str]:
    """Account id -> display name."""
    query = select(StaffAccount.id, StaffAccount.display_name).where(StaffAccount.id.in_(account_ids - {None}))
    return dict(db.session.execute(query).all())
