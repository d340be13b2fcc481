"""Offices, accounts, grants, declared relatives, years of the calendar: of no case, compared whole (R3)."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from audit.events import Recorded
from cases.models import CalendarDay, CalendarYear
from replay.part import Applies, Part, Rows, by, on, said, told, writes
from replay.rows import rows_of
from replay.words import words
from staff.models import DeclaredRelative, Office, RoleGrant, StaffAccount

OFFICE = ("name", "level", "path", "parent")
GRANT = ("account", "role", "office")
YEAR = ("year", "document", "document_no", "issued_on")


def _office(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["code"]] = told(happened, *OFFICE)


def _account(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["account"]] = told(happened, "office", "person") | {"active": True}


def _closed(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["account"]]["active"] = False


def _grant(status: str, who: str | None = None) -> Applies:
    def apply(rows: Rows, happened: Recorded) -> None:
        row = rows.setdefault(happened.data["grant"], dict.fromkeys(("applied_on", "effective_on", "revoked_on")))
        row |= told(happened, *GRANT, "applied_on", "effective_on", "revoked_on") | {"status": status}
        row |= {who: by(happened)} if who else {}
        row["applied_on"] = row["applied_on"] or row["effective_on"]  # the first persons are named in one step
    return apply


def _relative(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["person"], happened.data["relative"]] = told(happened, "declared_on", "ended_on") | {
        "kinship": words("kinship")(happened)}


_PROPOSED = writes("calendar", *YEAR, status="proposed", proposed_by=by, proposed_by_person=said("person"),
                   proposed_on=on)


def _settled(status: str, **more: Any) -> Applies:
    return writes("calendar", status=status, **more, settled_by=by, settled_by_person=said("person"), settled_on=on)


def _days(rows: Rows, happened: Recorded) -> None:
    for kind, name in (("holiday", "holidays"), ("worked", "worked")):
        rows |= {(happened.data["calendar"], day): {"kind": kind} for day in happened.data[name]}


def _offices() -> Select[Any]:
    above = aliased(Office)
    return (select(Office.code.label("key"), Office.name, Office.level, Office.path, above.code.label("parent"))
            .outerjoin(above, Office.parent_id == above.id))


def _accounts() -> Select[Any]:
    return (select(StaffAccount.public_id.label("key"), Office.code.label("office"), StaffAccount.active,
                   StaffAccount.natural_person_id.label("person")).join(Office, StaffAccount.office_id == Office.id))


def _account_of(column: Any) -> Any:
    other = aliased(StaffAccount)
    return select(other.public_id).where(other.id == column).scalar_subquery()


def _grants() -> Select[Any]:
    applied, checked, approved = (_account_of(column).label(column.key) for column in (
        RoleGrant.applied_by, RoleGrant.checked_by, RoleGrant.approved_by))
    return (select(RoleGrant.public_id.label("key"), StaffAccount.public_id.label("account"), RoleGrant.role,
                   Office.code.label("office"), RoleGrant.status, RoleGrant.applied_on, RoleGrant.effective_on,
                   RoleGrant.revoked_on, applied, checked, approved)
            .join(StaffAccount, RoleGrant.account_id == StaffAccount.id).join(Office, RoleGrant.office_id == Office.id))


def _relatives() -> Select[Any]:
    return select(DeclaredRelative.natural_person_id.label("key_1"), DeclaredRelative.relative_person_id.label("key_2"),
                  DeclaredRelative.declared_on, DeclaredRelative.ended_on, DeclaredRelative.kinship)


def _calendar_days() -> Select[Any]:
    return (select(CalendarYear.public_id.label("key_1"), CalendarDay.day.label("key_2"), CalendarDay.kind)
            .join(CalendarYear, CalendarDay.calendar_year_id == CalendarYear.id))


PARTS = (
    Part("offices", {"OfficeCreated": _office}, _offices),
    Part("accounts", {"AccountCreated": _account, "AccountClosed": _closed}, _accounts),
    Part("grants", {"GrantApplied": _grant("applied", "applied_by"),
                    "GrantChecked": _grant("checked", "checked_by"), "GrantApproved": _grant("active", "approved_by"),
                    "GrantRejected": _grant("rejected"),
                    "GrantRevoked": _grant("revoked")}, _grants),
    Part("relatives", {"RelativeDeclared": _relative}, _relatives),
    Part("calendar years", {"CalendarProposed": _PROPOSED, "CalendarReleased": _settled("released"),
                            "CalendarRejected": _settled("rejected", reason=words("reason"))},
         rows_of(CalendarYear, f"{' '.join(YEAR)} status proposed_by proposed_by_person proposed_on settled_by "
                               "settled_by_person settled_on reason")),
    Part("calendar days", {"CalendarProposed": _days}, _calendar_days),
)
