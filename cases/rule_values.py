"""The rules of each place as tables beside the cases, so that one query judges areas with different rules."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from sqlalchemy import CTE, Boolean, Date, Integer, String, cast, column, exists, select, values

from cases.models import Case
from cases.periods import adult_age, asks_without_evidence, longest_months, rules_of_place
from database import db
from rules import Rules, RulesNotInForce
from rules.vocabulary import BENEFIT_KINDS, SCHEMES
from staff.actor import AFTER_SLASH
from staff.models import Office
from workflows.deadlines import COUNTS, add_months

LONGEST_CLAMP = timedelta(days=3)  # adding months to a long month's end and back may lose so many days
_COLUMNS = (("kind", Integer), ("whole", Boolean), ("months_later", Integer), ("warning_months", Integer),
            ("refer_months", Integer), ("lapse_days", Integer), ("stop_months", Integer),
            ("failures", Integer), ("adult_age", Integer), ("adult_kinships", String),
            ("refers", Boolean), ("by_calendar", Boolean), ("needs_nothing", Boolean), ("needs_notice", Boolean),
            ("needs_posting", Boolean), ("needs_visit", Boolean),
            *((f"months_{kind}", Integer) for kind in BENEFIT_KINDS),
            *((f"age_{kind}", Integer) for kind in BENEFIT_KINDS),
            ("remind_before", Date), ("refer_before", Date), ("lapse_before", Date))
_NO_VALUE = {Integer: 0, Boolean: False, String: "", Date: date.min}


@dataclass(frozen=True)
class Places:
    """Responsible offices of an area and the rules in force there on a day; `without` are paths with no rules."""

    on: date
    rules: tuple[Rules, ...]
    offices: tuple[tuple[str, str, int], ...]  # path, scheme, index into rules
    without: tuple[str, ...] = ()

    def table(self) -> CTE:
        """office_path, scheme and the values of their rules."""
        place = values(column("office_path", String), column("scheme", String), column("kind", Integer),
                       name="place").data(self.offices or [("", "", -1)]).cte("place")
        rule = values(*(column(name, kind) for name, kind in _COLUMNS), name="rule").data(
            [_row(number, rules, self.on) for number, rules in enumerate(self.rules)] or [_NOTHING]).cte("rule")
        # a column of NULLs alone would be text on PostgreSQL
        named = [cast(rule.c[name], kind).label(name) if kind is Integer else rule.c[name] for name, kind in _COLUMNS]
        joined = select(place.c.office_path, place.c.scheme, *named).join(rule, rule.c.kind == place.c.kind)
        return joined.cte("rules_here")

    def stages(self) -> CTE:
        """The stages of reminding: of which rules, months, from the start of a period or else before its end."""
        rows = [(number, *stage) for number, rules in enumerate(self.rules) for stage in _stages(rules)]
        return values(column("kind", Integer), column("months", Integer), column("from_start", Boolean),
                      name="stage").data(rows or [(-1, 0, False)]).cte("stage")


_NOTHING = (-1, *(_NO_VALUE[kind] for _, kind in _COLUMNS[1:]))


def places(on: date, area: str = "") -> Places:
    """Those of the offices of an area (path; all when empty) that have cases."""
    query = select(Office.path).where(exists().where(Case.office_path == Office.path)).order_by(Office.path)
    if area:
        query = query.where(Office.path >= area, Office.path < area[:-1] + AFTER_SLASH)
    kinds: dict[str, int] = {}
    rules: list[Rules] = []
    offices, without = [], []
    for path, scheme in product(db.session.scalars(query), SCHEMES):
        found = _rules(path, scheme, on)
        if found is None:
            without.append(path)
            continue
        if found.version not in kinds:
            kinds[found.version] = len(rules)
            rules.append(found)
        offices.append((path, scheme, kinds[found.version]))
    return Places(on, tuple(rules), tuple(offices), tuple(dict.fromkeys(without)))


def _rules(path: str, scheme: str, on: date) -> Rules | None:
    """Those in force; None where the place has none, or not those that a sweep needs."""
    try:
        found = rules_of_place(path, scheme, on)
        _row(0, found, on)
    except RulesNotInForce:
        return None
    return found


def _stages(rules: Rules) -> list[tuple[int, bool]]:
    ordinal = rules.value("reminder_month")
    first = [(ordinal - 1, True)] if ordinal else []
    return [*first, *((months, False) for months in rules.value("reminder_months_before_due"))]


def _row(number: int, rules: Rules, on: date) -> tuple[Any, ...]:
    """Values in the order of _COLUMNS; the last three bound `due_on`: beyond them a step has nothing to do."""
    count, refer = COUNTS[rules.value("month_count")], rules.value("refer_months_before_due")
    longest = longest_months(rules)
    remind = max((longest - months if from_start else months for months, from_start in _stages(rules)), default=0)
    lapse, needed = rules.value("lapse_days_after_due"), rules.value("lapse_needs_any_of")
    return (number, count.whole, count.months_later, rules.value("warning_months"), refer, lapse,
            rules.value("suspended_to_stopped_months"), rules.value("payment_failures_months"),
            adult_age(rules), f",{','.join(rules.value('dependant_adult_kinships'))},",
            asks_without_evidence(rules), rules.value("suspend_lapsed_by") == "system", not needed,
            *(one in needed for one in ("notice_in_warning_period", "public_posting", "home_visit")),
            *(rules.value("period_months").get(kind) for kind in BENEFIT_KINDS),
            *(rules.value(f"no_period_before_age.{kind}") for kind in BENEFIT_KINDS),
            add_months(on, remind) + LONGEST_CLAMP, add_months(on, refer) + LONGEST_CLAMP, on - timedelta(days=lapse))
