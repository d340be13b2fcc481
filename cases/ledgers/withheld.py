"""How many are suspended and stopped, month by month, beside the ceiling to keep (SC 31).

Counted back from today by the steps of the cases, so that there is a history from the first day. A case counts where
it is kept today; one imported as suspended counts from the day that the import names.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, text

from cases.ledgers.place import Place, within
from cases.models import Case, CaseTransition
from cases.models.case import TOUCHES_WITHHELD
from database import db
from rules import RulesNotInForce, rules_for
from staff.actor import Actor, in_area
from staff.models import Office
from workflows.deadlines import first_day, months_back, next_month
from workflows.roles import OVERSIGHT

STATES = ("suspended", "stopped")
MILLE = 1000


@dataclass(frozen=True)
class Kept:
    """Of one office: cases by state, all that are not terminated, and the ceiling in cases; None without a rule."""

    office: Office
    suspended: int
    stopped: int
    all: int
    per_mille: int | None

    @property
    def withheld(self) -> int:
        return self.suspended + self.stopped

    @property
    def ceiling(self) -> int | None:
        return None if self.per_mille is None else self.all * self.per_mille // MILLE

    @property
    def above(self) -> bool:
        return self.ceiling is not None and self.withheld > self.ceiling


def now(place: Place, actor: Actor, on: date) -> tuple[Kept, list[Kept]]:
    """The place, and each of its branches that keeps cases. Ceilings by the rules of each."""
    query = (select(Case.office_path, Case.state, func.count()).where(within(Case.office_path, place.kept))
             .group_by(Case.office_path, Case.state))
    rows = list(db.session.execute(in_area(query, actor, Case.office_path, OVERSIGHT)))
    branches = () if place.residence else place.below
    return _kept(place.office, rows, place.kept, on), [_kept(one, rows, one.path, on) for one in branches]


def _kept(office: Office, rows: list[Any], path: str, on: date) -> Kept:
    states: Counter[str] = Counter()
    for kept_at, state, number in rows:
        if kept_at.startswith(path):
            states[state] += number
    return Kept(office, states["suspended"], states["stopped"], states.total() - states["terminated"],
                ceiling_of(office.code, on))


def ceiling_of(code: str, on: date) -> int | None:
    """Per mille of the cases kept."""
    try:
        return int(rules_for(code, on).value("withheld_ceiling_per_mille"))
    except RulesNotInForce:
        return None


def by_month(place: Place, kept: Kept, actor: Actor, on: date) -> dict[str, dict[str, int]]:
    """state -> month -> cases in it at the end of the month, this one as it stands; the last twelve."""
    months = months_back(on)
    flows = list(_flows(place, actor, first_day(months[-1])))
    return {state: dict(reversed(list(_back(state, getattr(kept, state), months, flows)))) for state in STATES}


def _flows(place: Place, actor: Actor, since: date) -> Iterator[Any]:
    """day, from, to, how many: steps into and out of the two states."""
    step = CaseTransition
    query = (select(step.on, step.from_state, step.to_state, func.count()).join(Case, step.case_id == Case.id)
             .where(text(f"({TOUCHES_WITHHELD})"), step.on >= since, within(Case.office_path, place.kept))
             .group_by(step.on, step.from_state, step.to_state))
    yield from db.session.execute(in_area(query, actor, Case.office_path, OVERSIGHT))


def _back(state: str, number: int, months: list[str], flows: list[Any]) -> Iterator[tuple[str, int]]:
    """From this month to the first: what is so now, less what came after the end of the month."""
    for month in months:
        last = first_day(next_month(month)) - timedelta(1)
        after = [(source, dest, count) for day, source, dest, count in flows if day > last]
        came = sum(count for source, dest, count in after if dest == state and source != state)
        left = sum(count for source, dest, count in after if source == state and dest != state)
        yield month, number - came + left
