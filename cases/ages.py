"""What an age brings: a certification period from 16 (QD 10), a question about capacity to work from 18 (SC 13)."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import exists

from audit.events import PeriodSet
from audit.log import record
from cases.models import Case, Decision, VerificationTask
from cases.periods import adult_age, cycle_of_case, rules_of_case, set_period
from cases.subject import Subject, any_of
from rules import Rules
from staff.actor import Actor
from workflows.deadlines import birthday


def _adult_dependant(s: Subject) -> bool:
    """SC 13 (2): of age and not wholly unable to work; what is not known of the capacity has to be looked at too."""
    age = adult_age(s.rules)
    if age is None or s.case.benefit_kind != "dependants_allowance" or s.case.work_capacity == "wholly_lost":
        return False
    concerned = s.case.kinship in s.rules.value("dependant_adult_kinships")
    return concerned and birthday(s.case.pensioner.birth_on, age) <= s.on


def _adult_looked_at(s: Subject) -> bool:
    return any_of(exists().where(VerificationTask.case_id == s.case.id, VerificationTask.cause == "dependant_adult"))


OF_AN_AGE: dict[str, Callable[[Subject], object]] = {
    "period_to_begin": lambda s: s.case.due_on is None and cycle_of_case(s.case, s.rules, s.on) is not None,
    "adult_dependant": _adult_dependant,
    "adult_looked_at": _adult_looked_at,
}


def begin_period(case: Case, on: date) -> tuple[PeriodSet, str]:
    """Give the case the first period its rules set; the event of it, and the basis as letters cite it."""
    rules = rules_of_case(case, on)
    happened = _reset(case, rules, on, "period_begins")
    if happened is None:
        raise LookupError(f"no period begins: {case.case_no}")
    return happened, _basis(case, rules)


def reset_period(case: Case, cause: str, *, decision: Decision, actor: Actor, on: date) -> None:
    """After a signed change of what the period is counted from. `cause`: name of the event that says what changed."""
    happened = _reset(case, rules_of_case(case, on), on, cause, decision.public_id)
    if happened:
        record(happened, case=case, actor=actor, on=on)


def _reset(case: Case, rules: Rules, on: date, cause: str, decision: str | None = None) -> PeriodSet | None:
    before = case.due_on
    if not set_period(case, rules, on):
        return None
    return PeriodSet(cause=cause, period_start=case.period_start, due_on=case.due_on, previous_due_on=before,
                     warn_from=case.warn_from, rules_version=rules.version, decision=decision)


def _basis(case: Case, rules: Rules) -> str:
    by_age = rules.entry(f"no_period_before_age.{case.benefit_kind}")
    return (by_age if by_age.value is not None else rules.entry(f"period_months.{case.benefit_kind}")).basis


def period_facts(case: Case, basis: str) -> dict[str, object]:
    """What the letter says of a period that begins."""
    return {"period_start": case.period_start, "due_on": case.due_on, "basis": basis}


def adult_facts(case: Case, on: date) -> dict[str, object]:
    """What the letter says of a dependant who is of age."""
    return {"reason": "dependant_adult", "basis": rules_of_case(case, on).entry("dependant_adult_age").basis,
            "due_on": case.due_on and case.due_on.isoformat()}
