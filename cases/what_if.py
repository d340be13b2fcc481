"""What would become of the cases of an area in the coming months, under the rules there are or under others.

Nothing is written. The day on which a case is referred, lapses or has its stop proposed is the first on which the very
guards of the sweep would let it through, asked of a group of equal cases at once. Assumed: nobody certifies, every
notice arrives, and what is open today stays open (docs/decisions/013).
"""
from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import RowMapping

from cases.case_facts import READERS
from cases.periods import Benefit, cycle, stored_cycle
from cases.subject import Subject
from cases.sweep_steps import STOP
from cases.what_if_sql import AS_THEY_STAND, Standing, some
from rules import Rules, RulesNotInForce, change_days, rules_for
from staff.actor import Actor
from workflows.case_lifecycle import CASE, VERIFIED
from workflows.deadlines import (
    Cycle,
    first_day,
    month_of,
    months_ahead,
    months_between,
    next_month,
    reminder_days,
    warning_from,
)
from workflows.facts import FactUnknown
from workflows.predicates import Node

PAGE, CHUNK, LOOKED_AT = 50, 500, 5_000
MEASURES = ("due", "refer", "lapse", "propose_stop")
DAY = timedelta(days=1)
SUPPOSED = "假设"  # the basis of a value that nobody has laid down
REFER, LAPSE = (CASE.row(VERIFIED, action).when for action in ("refer", "lapse"))


class Course(NamedTuple):
    """First day on which each happens, None where not within the months looked at; in the order of MEASURES."""

    due: date | None
    refer: date | None
    lapse: date | None
    propose_stop: date | None


@dataclass(frozen=True)
class Law:
    """The rules as they are; those of another place (its code); single values changed.

    anew: periods are counted again from each case's dates, as if these rules had always been in force; else those
    that run keep their end, as an amendment from today on would leave them.
    """

    place: str | None = None
    values: tuple[tuple[str, object], ...] = ()
    anew: bool = False

    def rules(self, office: str, scheme: str, on: date) -> Rules | None:
        try:
            found = rules_for(self.place or office, on, scheme)
        except RulesNotInForce:
            return None
        return _altered(found, self.values) if self.values else found

    def changes(self, office: str, scheme: str) -> tuple[date, ...]:
        return change_days(self.place or office, scheme)


@lru_cache(maxsize=64)
def _altered(rules: Rules, values: tuple[tuple[str, object], ...]) -> Rules:
    return rules.altered(dict(values), SUPPOSED)


TODAY = Law()


@dataclass(frozen=True)
class _Imagined(Subject):
    """A case under rules that need not be those of its place."""

    law: Rules | None = None

    @property
    def rules(self) -> Rules:
        assert self.law is not None
        return self.law


def horizon(on: date) -> list[str]:
    """The month of `on` and the following ones."""
    return months_ahead(on)


def _end(on: date) -> date:
    return first_day(next_month(horizon(on)[-1])) - DAY


def by_month(found: Iterable[tuple[Standing, int]], law: Law, on: date) -> dict[str, list[int]]:
    """measure -> cases, one figure for each month of the horizon."""
    counts = {measure: Counter[str]() for measure in MEASURES}
    for standing, number in found:
        for measure, day in zip(MEASURES, course(standing, law, on), strict=True):
            if day:
                counts[measure][month_of(day)] += number
    return {measure: [counted[month] for month in horizon(on)] for measure, counted in counts.items()}


def course(standing: Standing, law: Law, on: date) -> Course:
    """What comes of a case from `on` to the end of the horizon."""
    spans = _spans(on, law.changes(standing.office, standing.scheme))
    one = _under(standing, law, on)
    if not one.paid:
        return Course(None, None, None, _stop(one, law, spans))
    due = one.due_on if one.due_on and on <= one.due_on <= spans[-1][-1] else None
    refer = _first(spans, lambda day: _holds(REFER, one, law, day))
    one = replace(one, asked_on=on, referred_on=refer)
    lapse = _first(spans, lambda day: _holds(LAPSE, one, law, day))
    return Course(due, refer, lapse, _stop(_suspended(one, lapse), law, spans) if lapse else None)


@dataclass(frozen=True)
class Differing:
    """rows: (what a list shows of a case, its course today, its course otherwise); after: number to go on from."""

    rows: list[tuple[RowMapping, Course, Course]]
    after: str | None
    looked_at: int


def differing(actor: Actor, area: str, on: date, law: Law, after: str | None = None) -> Differing:
    """The next cases whose course is another under `law`: at most PAGE, out of the next LOOKED_AT cases."""
    found, looked = [], 0
    courses: dict[Standing, tuple[Course, Course]] = {}
    while len(found) < PAGE and looked < LOOKED_AT:
        chunk = some(actor, area, on, after, CHUNK)
        for standing, row in chunk:
            looked, after = looked + 1, row["case_no"]
            if standing not in courses:
                courses[standing] = course(standing, TODAY, on), course(standing, law, on)
            if courses[standing][0] != courses[standing][1]:
                found.append((row, *courses[standing]))
            if len(found) == PAGE:
                return Differing(found, after, looked)
        if len(chunk) < CHUNK:
            return Differing(found, None, looked)
    return Differing(found, after, looked)


@lru_cache(maxsize=256)
def _spans(on: date, changes: tuple[date, ...]) -> tuple[tuple[date, ...], ...]:
    """Every day of the horizon, cut where the rules change."""
    end = _end(on) + DAY
    every = [on + DAY * n for n in range((end - on).days)]
    cuts = [0, *(bisect_left(every, day) for day in changes if on < day < end), len(every)]
    return tuple(tuple(every[first:last]) for first, last in pairwise(cuts))


def _first(spans: tuple[tuple[date, ...], ...], holds: Callable[[date], bool]) -> date | None:
    """While the rules stay the same, what holds on a day holds on all later ones."""
    for days in spans:
        if holds(days[-1]):
            return days[bisect_left(days, True, key=holds)]
    return None


def _under(standing: Standing, law: Law, on: date) -> Standing:
    """Its period as the law counts it, where it has none yet or periods count anew.

    Who would be past it on that day is warned first, as at an entry (F4).
    """
    if not standing.paid or not (law.anew or standing.due_on is None):
        return standing
    found = _cycle(standing, law.rules(standing.office, standing.scheme, on), _end(on))
    start, due = (found.start, found.due_on) if found else (None, None)
    if due == standing.due_on:
        return replace(standing, period_start=start)
    return replace(standing, period_start=start, due_on=due, warn_from=on if due and due < on else None)


def _cycle(one: Standing, rules: Rules | None, by: date) -> Cycle | None:
    """The period there will be by that day; what the level of a benefit adds to it is left out."""
    benefit = Benefit(one.benefit_kind, one.granted_on or date.min, one.last_certified_on, one.born_on)
    try:
        return cycle(benefit, _of_any_level(rules, one.benefit_kind), by) if rules else None
    except (KeyError, RulesNotInForce):
        return None


def _of_any_level(rules: Rules, kind: str) -> Rules:
    path = f"period_by_monthly_amount.{kind}"
    return rules.altered({path: []}, SUPPOSED) if rules.value(path) else rules


def _stop(standing: Standing, law: Law, spans: tuple[tuple[date, ...], ...]) -> date | None:
    return _first(spans, lambda day: _stops(standing, law, day))


def _stops(standing: Standing, law: Law, day: date) -> bool:
    rules = law.rules(standing.office, standing.scheme, day)
    return (rules is not None and standing.suspended_from is not None
            and "failed_certification" in rules.chosen("stop_reasons") and _holds(STOP, standing, law, day))


def _suspended(one: Standing, lapse: date) -> Standing:
    """After a lapse, of which the notice arrives."""
    facts = tuple(name == "notices_recorded" or value for name, value in zip(AS_THEY_STAND, one.facts, strict=True))
    return replace(one, suspended_from=lapse, facts=facts)


def _holds(tree: Node, standing: Standing, law: Law, day: date) -> bool:
    rules = law.rules(standing.office, standing.scheme, day)
    if rules is None:
        return False
    subject = _Imagined(standing, day, "lapse", law=rules)
    facts = dict(zip(AS_THEY_STAND, standing.facts, strict=True))
    try:
        facts |= {name: SUPPOSED_FACTS[name](subject) for name in tree.names() if name in SUPPOSED_FACTS}
        return tree.evaluate(facts)
    except (FactUnknown, RulesNotInForce):
        return False


def _submitted(s: _Imagined) -> bool:
    submitted = s.case.submitted_on
    return submitted is not None and submitted <= (s.case.due_on or s.on)


def _notice_given(s: _Imagined) -> bool:
    """One is on file since the warning began, or the referral or a stage of reminding yet to come brings one."""
    one, period = s.case, stored_cycle(s.case)
    if not s.rules.value("lapse_needs_any_of"):
        return True
    warning = warning_from(period, s.rules.value("warning_months")) if period else date.min
    since = max(warning, one.warn_from or date.min)
    sent = [one.referred_on, *(_reminders(s, period) if period else ())]
    return bool(one.told_on and one.told_on >= since) or any(day and since <= day < s.on for day in sent)


def _reminders(s: _Imagined, period: Cycle) -> list[date]:
    """Days on which one goes out from now on: at each stage, and at once where the latest has passed without."""
    stages = reminder_days(period, s.rules.value("reminder_month"), s.rules.value("reminder_months_before_due"))
    coming = [day for day in stages if s.case.asked_on < day <= period.due_on]
    past = max((day for day in stages if day <= s.case.asked_on), default=None)
    missed = past and s.case.asked_on <= period.due_on and (s.case.told_on or date.min) < past
    return [s.case.asked_on, *coming] if missed else coming


def _months_suspended(s: _Imagined) -> int | None:
    return months_between(s.case.suspended_from, s.on) if s.case.suspended_from else None


# Facts that the day and the rules decide: read as of one case, or supposed.
SUPPOSED_FACTS: dict[str, Callable[[_Imagined], object]] = {
    **{name: READERS[name] for name in ("cycle_over", "valid_certification", "verification_due", "months_to_stop",
                                            "lapses_by_calendar")},
    "batch_released": READERS["month_closed"],  # supposed to be released as soon as it is gathered (QD 25)
    "submitted_certification": _submitted,
    "months_suspended": _months_suspended,
    "notice_accepted": _notice_given,
}
