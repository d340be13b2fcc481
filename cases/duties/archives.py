"""Volumes of a month (QD 29): the papers each member of staff took in, and whether the file still holds just those."""
from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from cases.ledgers.place import within
from cases.models import Case, DutyRecord, Evidence
from database import db
from staff.models import Office, StaffAccount
from workflows.deadlines import first_day, next_month
from workflows.duties import Period


@dataclass(frozen=True)
class Volume:
    """receiver: public id of the account; papers: how many; digest: SHA-256 over their digests, in order."""

    receiver: str
    name: str
    papers: int
    digest: str


@dataclass(frozen=True)
class Compared:
    """A bound volume and what is on file now for the same receiver and months; now: None where nothing is."""

    bound: Volume
    now: Volume | None

    @property
    def same(self) -> bool:
        return self.now is not None and self.now.digest == self.bound.digest


def volumes(office: Office, period: Period) -> list[Volume]:
    """What the people of the office took in during the months, a volume for each of them, by name."""
    by_receiver: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    query = (select(StaffAccount.public_id, StaffAccount.display_name, Evidence.sha256)
             .join(StaffAccount, Evidence.produced_by == StaffAccount.id)
             .where(StaffAccount.office_id == office.id, *_within(period)))
    for receiver, name, digest in db.session.execute(query.order_by(Evidence.id)):
        by_receiver[receiver, name].append(digest)
    found = [Volume(receiver, name, len(digests), hashlib.sha256("".join(digests).encode()).hexdigest())
             for (receiver, name), digests in by_receiver.items()]
    return sorted(found, key=lambda one: (one.name, one.receiver))


def bound(office: Office, period: Period, _given: dict[str, Any], _on: date) -> dict[str, Any]:
    """The figures of the record."""
    return {"volumes": [asdict(one) for one in volumes(office, period)]}


def compared(record: DutyRecord) -> list[Compared]:
    """Each bound volume beside the file as it is now: what a check begins with."""
    period = Period(record.first_month, record.last_month, record.due_on)
    now = {one.receiver: one for one in volumes(record.office, period)}
    return [Compared(volume, now.get(volume.receiver)) for volume in map(_volume, record.figures["volumes"])]


def papers(office: Office, period: Period, kept: str) -> dict[str, list[Evidence]]:
    """Receiver -> the papers of cases kept there, in the order they came: the table of contents of a volume."""
    query = (select(Evidence).join(StaffAccount, Evidence.produced_by == StaffAccount.id)
             .join(Case, Evidence.case_id == Case.id)
             .where(StaffAccount.office_id == office.id, within(Case.office_path, kept), *_within(period))
             .options(contains_eager(Evidence.producer)).order_by(Evidence.id))
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for one in db.session.scalars(query):
        found[one.producer.public_id].append(one)
    return dict(found)


def _volume(figures: dict[str, Any]) -> Volume:
    return Volume(**figures)


def _within(period: Period) -> tuple[Any, Any]:
    return (Evidence.received_on >= first_day(period.first),
            Evidence.received_on < first_day(next_month(period.last)))
