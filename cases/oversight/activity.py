"""What one account did month by month within a place; what it read and took away too (QD 33)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import extract, func, select

from audit.events import TYPES
from audit.models import AuditEvent
from cases.ledgers.place import within
from cases.oversight.signing import Asked
from database import db
from staff.models import StaffAccount
from workflows.deadlines import month_of, months_through

# what is told apart -> the families of events that it is
KINDS: dict[str, tuple[str, ...]] = {
    "signed": ("signature",), "worked": ("decision", "objection", "verification", "certification", "run", "import"),
    "read": ("access",), "refused": ("refusal", "sign_in"), "other": ()}
_KIND_OF = {family: kind for kind, families in KINDS.items() for family in families}


def by_month(account: StaffAccount, asked: Asked) -> dict[str, list[int]]:
    """Kind -> how many events, one figure per month of the time asked for."""
    months = months_through(month_of(asked.since), month_of(asked.until))
    year, month = extract("year", AuditEvent.on), extract("month", AuditEvent.on)
    query = (select(AuditEvent.type, year, month, func.count()).group_by(AuditEvent.type, year, month)
             .where(AuditEvent.by(account.public_id), within(AuditEvent.office_path, asked.path),
                    AuditEvent.on.between(asked.since, asked.until)))
    found = {kind: [0] * len(months) for kind in KINDS}
    for name, in_year, in_month, number in db.session.execute(query):
        kind = _KIND_OF.get(TYPES[name].FAMILY, "other")
        found[kind][months.index(month_of(date(int(in_year), int(in_month), 1)))] += number
    return found
