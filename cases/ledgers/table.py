"""The ledgers, as rows: which cases stand on each, in which parts, in which order, and who may read it.

Conditions are built from the rules of the place that is read; partial indexes are named by their own words.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select, text

from cases.figures import latest_start
from cases.models import Case, DeathMark, Decision, FollowUp, Pensioner, VerificationTask
from cases.models.case import STILL_ASKED, WITHHELD
from cases.models.decision import OPEN_STAGES
from cases.pages import of_verifier
from database.prepared import written_in
from rules import Rules
from staff.actor import Actor, area_condition
from staff.models import Office
from workflows.deadlines import add_months, latest_birth
from workflows.follow_up import DORMANT, HOME_SERVICE, LONG_SUSPENDED, NEEDS, SERVICES
from workflows.roles import MAKERS, OVERSIGHT, READERS

APPLICATIONS = ("resume", "terminate")
NEVER, AGAIN, REVIEWED = "never", "again", "reviewed"
UNSERVED, MISSED, APPOINTED, SERVED = "unserved", "missed", "appointed", "served"
DORMANT_REASONS = ("death", "missing", "imprisoned", "failed_certification")
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Part:
    """A column of a ledger. from_, below: bounds in months, where the part is a stretch of time."""

    key: str
    where: Condition
    from_: int | None = None
    below: int | None = None


@dataclass(frozen=True)
class Ledger:
    """rules: keys that make it; cases: which cases; parts: its columns; order: its rows are read by, no column twice
    the same; mine: what of it the reader may see; lives: column of the place of residence; at_home: people are served
    where they live, so the office there reads it too."""

    name: str
    rules: tuple[str, ...]
    cases: Callable[[Rules, date], tuple[Condition, ...]]
    parts: Callable[[Rules, date], tuple[Part, ...]]
    order: tuple[Any, ...]
    readers: tuple[str, ...] = OVERSIGHT
    tasks: bool = False
    at_home: bool = False

    def mine(self, actor: Actor, kept_at: Any = Case.office_path) -> Condition:
        """kept_at: the column that says which office keeps the case."""
        if self.tasks:
            return of_verifier(actor)
        kept = area_condition(actor, kept_at, self.readers)
        return or_(kept, area_condition(actor, Office.path, MAKERS)) if self.at_home else kept

    @property
    def by_residence(self) -> bool:
        """Counted by where people live, not by who keeps their cases."""
        return self.tasks or self.at_home

    @property
    def lives(self) -> Any:
        return VerificationTask.grassroots_path if self.tasks else Office.path

    def joined(self, *columns: Any) -> Select[Any]:
        """A query over the ledger's tables: cases, their people and places of residence."""
        query = select(*columns).select_from(VerificationTask if self.tasks else Case)
        query = query.join(Case, VerificationTask.case_id == Case.id) if self.tasks else query
        return (query.join(Pensioner, Case.pensioner_id == Pensioner.id)
                .outerjoin(Office, Pensioner.residence_office_id == Office.id))


def _asked(rules: Rules, on: date) -> tuple[Condition, ...]:
    """Annex 7: still asked, and not certified for as long as the first band begins."""
    first = min(band["from"] for band in rules.value("not_certified_bands"))
    return text(STILL_ASKED), Case.period_start <= latest_start(on, first)  # type: ignore[return-value]


def _bands(rules: Rules, on: date) -> tuple[Part, ...]:
    return tuple(Part(str(band["from"]), _started(on, band["from"], band["below"]), band["from"], band["below"])
                 for band in rules.value("not_certified_bands"))


def _started(on: date, months: int, below: int | None) -> Condition:
    """So many whole months have passed since the period began, and fewer than `below`."""
    early = Case.period_start <= latest_start(on, months)
    return early if below is None else and_(early, Case.period_start > latest_start(on, below))


def latest_due(on: date, months: int) -> date:
    """The last due date whose day so many months before has come: of those it is said that it is so near."""
    day = add_months(on, months)
    while add_months(day + timedelta(1), -months) <= on:
        day += timedelta(1)
    return day


def _stages(rules: Rules, on: date) -> tuple[Part, ...]:
    """QD 20: by months to expiry, those furthest first, then those past, then those not that near yet. A place that
    reminds by another clock has one stage: from the month in which people are referred."""
    months = sorted(rules.value("reminder_months_before_due") or [rules.value("refer_months_before_due")], reverse=True)
    parts = []
    for month, nearer in zip(months, (*months[1:], 0), strict=True):
        more = Case.due_on > latest_due(on, nearer) if nearer else Case.due_on >= on
        parts.append(Part(str(month), and_(Case.due_on <= latest_due(on, month), more), nearer, month))
    far = or_(Case.due_on > latest_due(on, months[0]), Case.due_on.is_(None))
    return (*parts, Part("past", Case.due_on < on), Part("later", far))


def _open_tasks(_rules: Rules, _on: date) -> tuple[Condition, ...]:
    return (written_in(VerificationTask.status, ("open",)),)


def _for_months(state: str, key: str) -> Callable[[Rules, date], tuple[Condition, ...]]:
    """Suspended or stopped for as many months as the rule says."""
    return lambda rules, on: (text(WITHHELD), written_in(Case.state, (state,)),  # type: ignore[return-value]
                              Case.state_since <= latest_start(on, rules.value(key)))


def _reviews(_rules: Rules, on: date) -> tuple[Part, ...]:
    """SC 30: never looked at since the suspension, to be looked at again by now, looked at."""
    last = (select(FollowUp.next_on).where(FollowUp.case_id == Case.id, FollowUp.ledger == LONG_SUSPENDED,
                                           FollowUp.on >= Case.state_since)
            .order_by(FollowUp.id.desc()).limit(1).correlate(Case).scalar_subquery())
    return Part(NEVER, last.is_(None)), Part(AGAIN, last <= on), Part(REVIEWED, last > on)


def _without_application(rules: Rules, on: date) -> tuple[Condition, ...]:
    """SC 32: stopped for so long, and nobody applied in that time: no resumption or termination opened or open."""
    since = latest_start(on, rules.value("dormancy_months"))
    about = and_(Decision.case_id == Case.id, Decision.kind.in_(APPLICATIONS))
    applied = exists().where(about, or_(Decision.opened_on > since, Decision.stage.in_(OPEN_STAGES))).correlate(Case)
    return (*_for_months("stopped", "dormancy_months")(rules, on), not_(applied))


def _by_reason(_rules: Rules, _on: date) -> tuple[Part, ...]:
    named = tuple(Part(reason, Case.state_reason == reason) for reason in DORMANT_REASONS)
    return (*named, Part("other", or_(Case.state_reason.is_(None), Case.state_reason.not_in(DORMANT_REASONS))))


def _served_at_home(rules: Rules, on: date) -> tuple[Condition, ...]:
    """SC-20, QD-23: of the age, or ill or disabled as was last recorded; alive, as far as is known."""
    old = Pensioner.birth_on <= latest_birth(on, int(rules.value("home_service_age")))
    dead = exists().where(DeathMark.pensioner_id == Pensioner.id, DeathMark.annulled_on.is_(None)).correlate(Pensioner)
    return Case.state != "terminated", not_(dead), or_(old, _last(FollowUp.kind, NEEDS) == NEEDS[0])


def _services(_rules: Rules, on: date) -> tuple[Part, ...]:
    """By the last service: none yet, a visit agreed, one agreed and not kept, served."""
    last, agreed = _last(FollowUp.kind, SERVICES), _last(FollowUp.next_on, SERVICES)
    appointed = last == SERVICES[0]
    return (Part(UNSERVED, last.is_(None)), Part(MISSED, and_(appointed, agreed < on)),
            Part(APPOINTED, and_(appointed, agreed >= on)), Part(SERVED, last != SERVICES[0]))


def _last(column: Any, kinds: tuple[str, ...]) -> Any:
    return (select(column).where(FollowUp.case_id == Case.id, FollowUp.ledger == HOME_SERVICE, FollowUp.kind.in_(kinds))
            .order_by(FollowUp.id.desc()).limit(1).correlate(Case).scalar_subquery())


_SINCE = (Case.office_path, Case.state_since, Case.id)
LEDGERS = {ledger.name: ledger for ledger in (
    Ledger("not_certified", ("not_certified_bands",), _asked, _bands, (Case.office_path, Case.period_start, Case.id)),
    Ledger("to_be_verified", ("reminder_months_before_due", "refer_months_before_due"), _open_tasks, _stages,
           (VerificationTask.due_on, VerificationTask.id), READERS, tasks=True),
    Ledger(LONG_SUSPENDED, ("long_suspended_months",), _for_months("suspended", "long_suspended_months"), _reviews,
           _SINCE),
    Ledger(DORMANT, ("dormancy_months",), _without_application, _by_reason, _SINCE),
    Ledger(HOME_SERVICE, ("home_service_age",), _served_at_home, _services, (Case.office_path, Case.id), READERS,
           at_home=True),
)}
