"""The three indicators of service (JS 9.1 b) by office and month: two counted from decisions, one from samples.

Readings of names the standard does not define: docs/decisions/017.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, select

from audit.events import ServiceSampled
from audit.log import record
from cases.ledgers.place import within
from cases.models import Decision, LimitPause, Notice, ServiceSample
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from workflows.deadlines import first_day, month_of, next_month
from workflows.duties import Period
from workflows.roles import CHAIN

ARTICLE = "JS-9.1b"
PER_MILLE = 1000
TOLD_ON_THE_SPOT = "certify"  # whoever stands at the window is handed a receipt, and gets no message


@dataclass(frozen=True)
class Rate:
    """good of checked; adds up over offices and months."""

    checked: int = 0
    good: int = 0

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.checked + other.checked, self.good + other.good)

    @property
    def per_mille(self) -> int | None:
        """None where nothing was looked at: no rate is better than one of nothing."""
        return self.good * PER_MILLE // self.checked if self.checked else None


Table = Mapping[tuple[str, str], Rate]  # (path of the office, "YYYY-MM") -> Rate


def done_in_one_visit(path: str, first: str, last: str) -> Table:
    """Of the decisions executed in a month that a person asked for: in their first round, and no papers awaited."""
    awaited = exists().where(LimitPause.decision_id == Decision.id, LimitPause.reason == "materials_awaited")
    return _rates(_executed(and_(Decision.round == 1, ~awaited)), path, first, last)


def told_the_same_day(path: str, first: str, last: str) -> Table:
    """Of the decisions executed in a month: with a message to the person queued on that very day."""
    told = exists().where(Notice.decision_id == Decision.id, Notice.on == Decision.closed_on)
    return _rates(_executed(told).where(Decision.kind != TOLD_ON_THE_SPOT), path, first, last)


def query_accuracy(path: str, first: str, last: str) -> Table:
    """From samples alone: our data cannot tell whether what was answered was right."""
    query = (select(ServiceSample.office_path, ServiceSample.month, func.sum(ServiceSample.checked),
                    func.sum(ServiceSample.good))
             .where(within(ServiceSample.office_path, path), ServiceSample.indicator == "query_accuracy",
                    ServiceSample.month >= first, ServiceSample.month <= last)
             .group_by(ServiceSample.office_path, ServiceSample.month))
    return {(office, month): Rate(int(checked), int(good)) for office, month, checked, good in
            db.session.execute(query)}


INDICATORS: dict[str, Callable[[str, str, str], Table]] = {
    "done_in_one_visit": done_in_one_visit, "told_the_same_day": told_the_same_day, "query_accuracy": query_accuracy}
SAMPLED = ("query_accuracy",)


def by_month(path: str, months: list[str]) -> dict[str, dict[str, Rate]]:
    """indicator -> month -> rate of the office and all below it."""
    found = {}
    for name, read in INDICATORS.items():
        sums: defaultdict[str, Rate] = defaultdict(Rate)
        for (_office, month), rate in read(path, months[0], months[-1]).items():
            sums[month] += rate
        found[name] = {month: sums[month] for month in months}
    return found


def by_branch(path: str, branches: Iterable[Office], months: list[str]) -> dict[str, dict[str, Rate]]:
    """Path of the branch -> indicator -> rate over all the months."""
    found: dict[str, dict[str, Rate]] = {one.path: dict.fromkeys(INDICATORS, Rate()) for one in branches}
    for name, read in INDICATORS.items():
        for (office, _month), rate in read(path, months[0], months[-1]).items():
            branch = next((one for one in found if office.startswith(one)), None)
            if branch:
                found[branch][name] += rate
    return found


def filed(office: Office, period: Period, _given: dict[str, Any], _on: date) -> dict[str, Any]:
    """The figures of the record of an internal evaluation: the rates of the period as they were then."""
    found = by_month(office.path, period.months)
    sums = {name: sum(rates.values(), Rate()) for name, rates in found.items()}
    return {"rates": {name: {"checked": one.checked, "good": one.good} for name, one in sums.items()}}


@dataclass(frozen=True)
class Sampled:
    """office: its code; note: what was looked at and how it was chosen."""

    office: str
    indicator: str
    month: str
    checked: int
    good: int
    note: str


def enter_sample(sampled: Sampled, *, actor: Actor, on: date) -> ServiceSample:
    """Raises TransitionRefused: OUT_OF_AREA, INDICATOR_UNKNOWN, SAMPLE_NUMBERS, SAMPLE_MONTH, NOTE_MISSING."""
    with attempt("enter_sample", actor, on):
        actor = lock_actor(actor)
        office = db.session.scalar(select(Office).where(Office.code == sampled.office))
        if office is None or not any(actor.holds(role, office.path) for role in CHAIN):
            raise refuse("OUT_OF_AREA", ARTICLE)
        _check(sampled, on)
        row = ServiceSample(office_id=office.id, office_path=office.path, indicator=sampled.indicator,
                            month=sampled.month, checked=sampled.checked, good=sampled.good, note=sampled.note, on=on,
                            account_id=actor.account_id)
        db.session.add(row)
        db.session.flush()
        record(ServiceSampled(sampling=row.public_id, duty_office=office.code, indicator=row.indicator, month=row.month,
                              looked_at=row.checked, found_right=row.good, note=row.note,
                              person=actor.natural_person_id),
               actor=actor, on=on, office_path=office.path)
        return row


def _check(sampled: Sampled, on: date) -> None:
    if sampled.indicator not in SAMPLED:
        raise refuse("INDICATOR_UNKNOWN", ARTICLE)
    if not 0 <= sampled.good <= sampled.checked or sampled.checked < 1:
        raise refuse("SAMPLE_NUMBERS", ARTICLE)
    if sampled.month > month_of(on):
        raise refuse("SAMPLE_MONTH", ARTICLE)
    if not sampled.note.strip():
        raise refuse("NOTE_MISSING", ARTICLE)


def _executed(good: ColumnElement[bool]) -> Select[Any]:
    month = func.substr(cast(Decision.closed_on, String), 1, 7)
    return (select(Decision.office_path, month, func.count(), func.sum(case((good, 1), else_=0)))
            .where(Decision.stage == "executed", ~Decision.proposed_by_system)
            .group_by(Decision.office_path, month))


def _rates(query: Select[Any], path: str, first: str, last: str) -> Table:
    wanted = query.where(within(Decision.office_path, path), Decision.closed_on >= first_day(first),
                         Decision.closed_on < first_day(next_month(last)))
    return {(office, month): Rate(int(checked), int(good)) for office, month, checked, good in
            db.session.execute(wanted)}
