"""A run that finds far more losses from one source than usual is held until two persons release it (house rule).

Ten times the deaths of a usual month is first of all a broken feed (docs/decisions/103).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from database import db
from matching.results.models import MatchingRun
from rules import Rules
from workflows.deadlines import month_of, next_month

DONE = ("released", "applied")


@dataclass(frozen=True)
class Spike:
    """found: cases newly lost by a source; usual: a month, lately; most: what needs one person only."""

    source: str
    found: int
    usual: int
    most: int


def spikes(area: str, on: date, lost: Mapping[str, int], rules: Rules) -> tuple[Spike, ...]:
    """Sources that cost far more people their benefit than they do in a usual month."""
    rule = rules.value("matching_halt")
    usual = _usual(area, on, rule["recent_months"])
    judged = [Spike(source, found, usual[source], max(rule["at_least"], rule["times_usual"] * usual[source]))
              for source, found in sorted(lost.items())]
    return tuple(one for one in judged if one.found > one.most)


def _usual(area: str, on: date, months: int) -> Counter[str]:
    """Source -> cases newly lost by it a month, rounded up, in the months before with a run."""
    query = select(MatchingRun.month, MatchingRun.counts).where(
        MatchingRun.area_path == area, MatchingRun.status.in_(DONE),
        MatchingRun.month >= next_month(month_of(on), -months))
    found, seen = Counter[str](), set()
    for month, counts in db.session.execute(query):
        seen.add(month)
        found.update(counts.get("lost", {}))
    return Counter({source: -(-number // len(seen)) for source, number in found.items()})
