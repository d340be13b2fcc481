"""The certification period of a case: what the rules of its place make of its dates."""
from __future__ import annotations

from datetime import date

from cases.models import Case
from rules import Rules, rules_for
from workflows.deadlines import Cycle, current_cycle, cycle_after, cycle_between, first_cycle


def area_of(case: Case) -> str:
    """Code of the responsible office: the last of its path."""
    return area_of_path(case.office_path)


def area_of_path(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def rules_of_case(case: Case, on: date) -> Rules:
    return rules_of_place(case.office_path, case.scheme, on)


def rules_of_place(path: str, scheme: str, on: date) -> Rules:
    """Those in force for the cases of a scheme at the office with that path."""
    return rules_for(area_of_path(path), on, scheme)


def cycle(benefit_kind: str, granted_on: date, certified_on: date | None, rules: Rules) -> Cycle | None:
    """The period in force; None where the rules set none."""
    months = rules.value("period_months")[benefit_kind]
    first = first_cycle(granted_on, months, rules.value("first_cycle_start"))
    later = cycle_after(certified_on, months, rules.value("month_count")) if certified_on else None
    return current_cycle((first, later))


def cycle_of_case(case: Case, rules: Rules) -> Cycle | None:
    return cycle(case.benefit_kind, case.granted_on, case.last_certified_on, rules)


def stored_cycle(case: Case) -> Cycle | None:
    """The period in force as the case keeps it: what the rules made of its dates (S7)."""
    return cycle_between(case.period_start, case.due_on) if case.period_start and case.due_on else None
