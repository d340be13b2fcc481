"""Results of verification, as they are posted on a wall once a year (QD 31): masked names, village, how it stands."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cases.ledgers.place import within
from cases.models import Case, Pensioner
from cases.refused import refuse
from database import db
from staff.models import Office
from workflows.deadlines import first_day
from workflows.duties import Period

ARTICLE = "QD-31"
RESULTS = ("certified", "being_verified", "not_certified")
SHOWN = ("pending", "verified", "resumed", "suspended")  # whoever is stopped or dead is nobody's reading on a wall


@dataclass(frozen=True)
class Posted:
    """name: masked; result: of RESULTS; certified_in: "YYYY-MM" of the certification within the year."""

    name: str
    result: str
    certified_in: str | None


def people_of(office: Office, kept: str, period: Period, on: date) -> list[Posted]:
    """Those who live there, by masked name; one line a person, the least settled result of their benefits."""
    query = (select(Pensioner.id, Pensioner.name, Case.state, Case.last_certified_on, Case.due_on)
             .join(Case, Case.pensioner_id == Pensioner.id)
             .where(Pensioner.residence_office_id == office.id, within(Case.office_path, kept), Case.state.in_(SHOWN))
             .order_by(Pensioner.id))
    found: dict[int, Posted] = {}
    for person, name, state, certified_on, due_on in db.session.execute(query):
        one = _posted(name, state, certified_on, due_on, period, on)
        if person not in found or RESULTS.index(one.result) > RESULTS.index(found[person].result):
            found[person] = one
    return sorted(found.values(), key=lambda one: (one.name, one.result, one.certified_in or ""))


def posted(office: Office, period: Period, given: dict[str, Any], on: date) -> dict[str, Any]:
    """The figures of the record: how many by result, SHA-256 of the list, where it hung and from when until when.

    Raises TransitionRefused: POSTING_PLACE_MISSING, POSTING_DAYS."""
    place, since, until = given.get("place", "").strip(), given.get("since"), given.get("until")
    if not place:
        raise refuse("POSTING_PLACE_MISSING", ARTICLE)
    if not since or not until or not first_day(period.first) <= since <= until or since > on:
        raise refuse("POSTING_DAYS", ARTICLE)
    people = people_of(office, given["kept"], period, on)
    return {"place": place, "since": since.isoformat(), "until": until.isoformat(), "people": len(people),
            "results": {result: sum(one.result == result for one in people) for result in RESULTS},
            "digest": digest(people)}


def digest(people: list[Posted]) -> str:
    """SHA-256 of the list as posted."""
    lines = "\n".join(f"{one.name}\t{one.result}\t{one.certified_in or ''}" for one in people)
    return hashlib.sha256(lines.encode()).hexdigest()


def shortened(name: str) -> str:
    """张建国 -> 张**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _posted(name: str, state: str, certified_on: date | None, due_on: date | None, period: Period,
            on: date) -> Posted:
    within_year = certified_on is not None and f"{certified_on:%Y-%m}" >= period.first
    if state == "suspended" or due_on is not None and due_on < on:
        result = "not_certified"
    else:
        result = "certified" if state in ("verified", "resumed") else "being_verified"
    return Posted(shortened(name), result, f"{certified_on:%Y-%m}" if within_year else None)
