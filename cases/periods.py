"""The certification period of a case: what the rules of its place make of its dates."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from cases.models import Case
from rules import Rules, RulesNotInForce, rules_for
from workflows.deadlines import (
    Cycle,
    counted_from,
    current_cycle,
    cycle_after,
    cycle_between,
    first_cycle,
    lengthened,
    month_of,
)


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


@dataclass(frozen=True)
class Benefit:
    """What a period is counted from. rates: monthly fen by the month they begin, "YYYY-MM"."""

    kind: str
    granted_on: date
    certified_on: date | None = None
    born_on: date | None = None
    rates: Mapping[str, int] = field(default_factory=dict)

    def monthly_fen(self, on: date) -> int | None:
        """The rate in force in the month of `on`; before the first, the first."""
        begun = [month for month in self.rates if month <= month_of(on)]
        return self.rates[max(begun) if begun else min(self.rates)] if self.rates else None


def benefit_of(case: Case, rules: Rules) -> Benefit:
    """Birth and rates are read only where the rules of the place ask for them."""
    by_age = rules.value(f"no_period_before_age.{case.benefit_kind}") is not None
    by_amount = bool(rules.value(f"period_by_monthly_amount.{case.benefit_kind}"))
    return Benefit(case.benefit_kind, case.granted_on, case.last_certified_on,
                   case.pensioner.birth_on if by_age else None,
                   {rate.since_month: rate.monthly_fen for rate in case.rates} if by_amount else {})


def begins_on(benefit: Benefit, rules: Rules) -> date:
    """Day from which periods are counted; before it there is none (QD 10, 12)."""
    return counted_from(benefit.granted_on, benefit.born_on, rules.value(f"no_period_before_age.{benefit.kind}"))


def cycle(benefit: Benefit, rules: Rules, on: date) -> Cycle | None:
    """The period in force on a day (SC 7, 8, 34; QD 10-13); None where the rules set none, or none yet at that age."""
    begins = begins_on(benefit, rules)
    if rules.value(f"no_period_before_age.{benefit.kind}") is not None and on < begins:
        return None
    first = first_cycle(begins, _months(benefit, begins, rules), rules.value("first_cycle_start"))
    return current_cycle((first, certified_cycle(benefit, rules)))


def certified_cycle(benefit: Benefit, rules: Rules) -> Cycle | None:
    """The period that the latest certification opened; None without one."""
    on = benefit.certified_on
    return cycle_after(on, _months(benefit, on, rules), rules.value("month_count")) if on else None


def _months(benefit: Benefit, start: date, rules: Rules) -> int | None:
    """Of a period that starts then; the level of the benefit is that of its first month (docs/decisions/015)."""
    months = rules.value("period_months").get(benefit.kind)
    steps = rules.value(f"period_by_monthly_amount.{benefit.kind}")
    if not months or not steps:
        return months
    return lengthened(months, benefit.monthly_fen(start), steps, rules.value("longest_period_months"))


def lengths(kind: str, rules: Rules) -> set[int]:
    """Every length, in months, that a period of that kind of benefit may have there; empty where there is none."""
    months, longest = rules.value("period_months").get(kind), rules.value("longest_period_months")
    steps = rules.value(f"period_by_monthly_amount.{kind}")
    return {months, *(max(months, min(step["months"], longest)) for step in steps)} if months else set()


def longest_months(rules: Rules) -> int:
    """No period of the place is longer, whatever the benefit and its level; 0 where the rules set none."""
    return max((months for kind in rules.value("period_months") for months in lengths(kind, rules)), default=0)


def asks_without_evidence(rules: Rules) -> bool:
    """Whether somebody of whom nothing is known enters the list of those to be verified (SC 14; QD 19)."""
    return not {"neither_list", "no_evidence_before_due"}.isdisjoint(rules.value("to_be_verified_entry"))


def adult_age(rules: Rules) -> int | None:
    """Age from which a dependant able to work loses the benefit (SC 13); None where the place knows no such loss."""
    signs = rules.value("loss_signs")["dependants_allowance"]
    return rules.value("dependant_adult_age") if "adult_able_to_work" in signs else None


def cycle_of_case(case: Case, rules: Rules, on: date) -> Cycle | None:
    return cycle(benefit_of(case, rules), rules, on)


def stored_cycle(case: Case) -> Cycle | None:
    """The period in force as the case keeps it: what the rules made of its dates (S7)."""
    return cycle_between(case.period_start, case.due_on) if case.period_start and case.due_on else None


def set_period(case: Case, rules: Rules, on: date, certified_on: date | None = None) -> bool:
    """Make the period what the rules give for the case's dates; True where it changed.

    A period that is over the day it is given, though it was not before, leaves a full warning period first (F4).
    `certified_on`: a certification just accepted, not necessarily the latest.
    """
    found, before = _cycle_to_keep(case, rules, on, certified_on), (case.period_start, case.due_on)
    case.period_start, case.due_on = (found.start, found.due_on) if found else (None, None)
    if (case.period_start, case.due_on) == before:
        return False
    if found and found.due_on < on and (before[1] is None or before[1] >= on):
        case.warn_from = on
    return True


def _cycle_to_keep(case: Case, rules: Rules, on: date, certified_on: date | None) -> Cycle | None:
    """The one that ends last (S7): a certification opens its period by the rules of its own day, so that neither the
    order in which certifications come in nor an amendment between two of them counts, and a period that runs stays.
    """
    benefit, kept = benefit_of(case, rules), stored_cycle(case)
    found = cycle(benefit, rules, on)
    if found is None or kept is None:
        return found
    if certified_on:
        opened = certified_cycle(replace(benefit, certified_on=certified_on), rules_then(case, certified_on, rules))
        return current_cycle((opened, kept))
    if benefit.rates:
        return current_cycle((found, kept))
    return kept if benefit.born_on is None else found  # neither birth nor rate counts there


def rules_then(case: Case, day: date, otherwise: Rules) -> Rules:
    """Those of the day a fact happened; `otherwise` where the place had none yet."""
    try:
        found = rules_of_case(case, day)
        found.value("period_months"), found.value("month_count")
    except RulesNotInForce:
        return otherwise
    return found
