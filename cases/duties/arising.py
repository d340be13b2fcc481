"""What calls for a duty: where nothing does, there is nothing to do. Set-based: one query a duty for a whole area."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date

from sqlalchemy import String, cast, exists, func, select

from cases.ledgers.place import within
from cases.models import Case, Evidence, Pensioner
from database import db
from staff.models import Office, StaffAccount
from staff.training import years_trained

ALWAYS = None  # in every period
Calls = Mapping[str, Collection[str] | None]  # path of an office -> months that call for it; one not there has none


def _papers(path: str, _kept: str, _on: date) -> Calls:
    """Months in which people of the office took papers in (QD 29: 谁受理、谁整理、谁保管)."""
    month = func.substr(cast(Evidence.received_on, String), 1, 7)
    query = (select(Office.path, month).select_from(Evidence)
             .join(StaffAccount, Evidence.produced_by == StaffAccount.id)
             .join(Office, StaffAccount.office_id == Office.id).where(within(Office.path, path)).distinct())
    found: defaultdict[str, set[str]] = defaultdict(set)
    for office, one in db.session.execute(query):
        found[office].add(one)
    return found


def _keeps_cases(path: str, _kept: str, _on: date) -> Calls:
    query = select(Office.path).where(within(Office.path, path), exists().where(Case.office_path == Office.path))
    return dict.fromkeys(db.session.scalars(query), ALWAYS)


def _residents(path: str, kept: str, _on: date) -> Calls:
    """Offices where somebody lives whose case is kept above them."""
    query = (select(Office.path).where(within(Office.path, path), exists().where(
        Pensioner.residence_office_id == Office.id, Case.pensioner_id == Pensioner.id, within(Case.office_path, kept),
        Case.state != "terminated")))
    return dict.fromkeys(db.session.scalars(query), ALWAYS)


def _staff(path: str, _kept: str, on: date) -> Calls:
    return dict.fromkeys(years_trained(path, on), ALWAYS)


def _cities_with_cases(path: str, _kept: str, _on: date) -> Calls:
    cities = db.session.scalars(select(Office.path).where(within(Office.path, path), Office.level == "city"))
    return {one: ALWAYS for one in cities
            if db.session.scalar(select(Case.id).where(within(Case.office_path, one)).limit(1))}


CALLS: dict[str, Callable[[str, str, date], Calls]] = {
    "archive_binding": _papers, "reconciliation": _keeps_cases, "results_posting": _residents, "training": _staff,
    "matching": _cities_with_cases, "service_evaluation": _keeps_cases, "self_inspection": _staff,
}
