"""Counts for those who lead an office: set-based, each within the reader's area (A1)."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select

from cases.models import Case, CaseTransition, Decision
from cases.models.case import STATES
from cases.search import PAID, still_asked
from database import db
from staff.actor import Actor, in_area
from workflows.deadlines import first_day, month_of, months_ahead, months_back, months_between, next_month
from workflows.review_chain import SIGNATURES
from workflows.roles import OVERSIGHT

AGES = ((0, 3), (4, 7), (8, 14), (15, 30), (31, None))  # days waited, both ends included


def by_state(actor: Actor) -> dict[str, int]:
    """state -> cases, every state named."""
    query = in_area(select(Case.state, func.count()).group_by(Case.state), actor, Case.office_path, OVERSIGHT)
    return dict.fromkeys(STATES, 0) | dict(db.session.execute(query).all())


def overdue(actor: Actor, on: date) -> int:
    """Cases past their due date and still paid."""
    query = select(func.count()).select_from(Case).where(Case.state.in_(PAID), Case.due_on < on)
    return db.session.scalar(in_area(query, actor, Case.office_path, OVERSIGHT)) or 0


def due_by_month(actor: Actor, on: date) -> dict[str, int]:
    """month -> cases falling due, this month and the following."""
    months = months_ahead(on)
    query = (select(Case.due_on, func.count()).group_by(Case.due_on)
             .where(Case.state.in_(PAID), Case.due_on >= first_day(months[0]),
                    Case.due_on < first_day(next_month(months[-1]))))
    return _by_month(months, db.session.execute(in_area(query, actor, Case.office_path, OVERSIGHT)))


def waiting_by_age(actor: Actor, on: date) -> dict[str, list[int]]:
    """stage -> decisions waiting there, one figure per row of AGES."""
    query = (select(Decision.stage, Decision.opened_on, func.count()).where(Decision.stage.in_(SIGNATURES))
             .group_by(Decision.stage, Decision.opened_on))
    found = {stage: [0] * len(AGES) for stage in SIGNATURES}
    for stage, opened_on, number in db.session.execute(in_area(query, actor, Decision.office_path, OVERSIGHT)):
        found[stage][_age((on - opened_on).days)] += number
    return found


def moved_by_month(actor: Actor, on: date) -> dict[str, dict[str, int]]:
    """"suspended" and "stopped" -> month -> cases that came to it, the last twelve months; imports left out."""
    months = months_back(on)[::-1]
    found = {}
    for state in ("suspended", "stopped"):
        query = (select(CaseTransition.on, func.count()).join(Case, CaseTransition.case_id == Case.id)
                 .where(CaseTransition.to_state == state, CaseTransition.from_state.is_not(None),
                        CaseTransition.on >= first_day(months[0]), CaseTransition.on <= on)
                 .group_by(CaseTransition.on))
        found[state] = _by_month(months, db.session.execute(in_area(query, actor, Case.office_path, OVERSIGHT)))
    return found


def not_certified(actor: Actor, on: date, bands: Iterable[Mapping[str, int | None]]) -> dict[str, list[int]]:
    """scheme -> cases not certified for so long, one figure per band of elapsed months (SC-38, annex 7). The dead and
    the terminated are no longer asked."""
    columns = [func.sum(case((_within(band, on), 1), else_=0)) for band in bands]
    query = (select(Case.scheme, *columns).where(still_asked(), Case.period_start.is_not(None))
             .group_by(Case.scheme).order_by(Case.scheme))
    query = in_area(query, actor, Case.office_path, OVERSIGHT)
    return {scheme: [int(one or 0) for one in numbers] for scheme, *numbers in db.session.execute(query)}


def latest_start(on: date, months: int) -> date:
    """The last day from which `months` whole months have passed on `on`."""
    day = first_day(next_month(month_of(on), -months))
    while months_between(day + timedelta(1), on) >= months:
        day += timedelta(1)
    return day


def _within(band: Mapping[str, int | None], on: date) -> Any:
    early_enough = Case.period_start <= latest_start(on, band["from"] or 0)
    if band["below"] is None:
        return early_enough
    return and_(early_enough, Case.period_start > latest_start(on, band["below"]))


def _age(days: int) -> int:
    return next(at for at, (_first, last) in enumerate(AGES) if last is None or days <= last)


def _by_month(months: list[str], rows: Iterable[Any]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for day, number in rows:
        sums[month_of(day)] += number
    return {month: sums[month] for month in months}
