"""The rules of a place as the numbers of a profile (matching/definition.py). Pure.

Month arithmetic is done here once for a profile, with `workflows.deadlines`: each threshold is the last day for which a
monotone question about dates is still answered with yes.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol

from matching.definition import (
    DOUBTS,
    ENDS,
    LAST_DAY,
    NONE,
    NOTHING,
    NUMBER_AND_NAME,
    PROVES,
    SURE,
    Profile,
    date_of,
    day_number,
    reason_number,
)
from rules import Rules
from rules.vocabulary import KINSHIPS
from workflows.deadlines import add_months, birthday, cycle_after, refer_on

# A report of death that the place does not hold sufficient is still to be looked at (QD 19; docs/decisions/011).
DEATHS: Mapping[str, int] = {"alone": ENDS, "two_signatures": DOUBTS, "not_sufficient": DOUBTS}
LIVES: Mapping[str, int] = {"automatic": PROVES, "reviewed": NOTHING, "not_accepted": NOTHING}
DEPENDANTS = "dependants_allowance"
UNKNOWN_CAPACITY = (None, "under_age")
TO_BE_VERIFIED = ("neither_list", "no_evidence_before_due")


class Meaning(Protocol):
    """One thing a source can say; a row of the catalogue of feeds."""

    code: int
    eligible: str | None
    loss: str | None
    death_source: str | None
    benefits: tuple[str, ...]
    kinships: tuple[str, ...]
    day_needed: bool


def reasons_of(meanings: Iterable[Meaning]) -> dict[int, int]:
    """code -> number of its reason."""
    return {one.code: reason_number(one.eligible, one.loss) for one in meanings}


def profile_of(rules: Rules, meanings: Iterable[Meaning], *, kind: str, kinship: str | None, months: int | None,
               on: date) -> Profile:
    """months: length of the period in force (QD 11 may lengthen it), None where the rules set none (QD 10)."""
    neither, before_due = (word in rules.value("to_be_verified_entry") for word in TO_BE_VERIFIED)
    refer = rules.value("refer_months_before_due")
    day = day_number(on)
    over, stale = NONE, NONE
    if months:
        count = rules.value("month_count")
        over = latest(lambda then: cycle_after(then, months, count).due_on < on)
        asked = latest(lambda then: refer_on(cycle_after(then, months, count), refer) <= on)
        stale = max(over, asked) if before_due else over
    return Profile(
        on=day, classes=_classes(rules, meanings, kind, kinship), stale_before=stale, valid_from=over + 1,
        due_near=latest(lambda due: add_months(due, -refer) <= on), no_period=not months, neither_asked=neither,
        before_due_asked=before_due)


def latest(holds: Callable[[date], bool]) -> int:
    """The last day for which it holds, of a question that is answered with yes up to some day; NONE for no day."""
    low, high = NONE, LAST_DAY
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(date_of(middle)) else (low, middle - 1)
    return low


def of_age(rules: Rules, *, kind: str, kinship: str | None, born_on: date, capacity: str | None) -> int:
    """Day on which a dependant able to work loses the benefit by age (SC 13 (2)); NONE where that cannot be.

    Negative where the capacity to work is not known: then it has to be looked at, and is no loss.
    """
    age = rules.value("dependant_adult_age") if kind == DEPENDANTS else None
    if age is None or "adult_able_to_work" not in rules.value("loss_signs")[kind]:
        return NONE
    if kinship not in rules.value("dependant_adult_kinships") or capacity == "wholly_lost":
        return NONE
    day = max(day_number(birthday(born_on, age)), 1)
    return -day if capacity in UNKNOWN_CAPACITY else day


def _classes(rules: Rules, meanings: Iterable[Meaning], kind: str, kinship: str | None):
    lives, deaths = rules.value("eligible_sources"), rules.value("death_sources")
    signs = rules.value("loss_signs").get(kind, ())
    found = []
    for one in meanings:
        weight = (LIVES[lives.get(one.eligible, "not_accepted")] if one.eligible
                  else _loss(one, signs, deaths))
        found.append((one.code, _by_certainty(_for_whom(one, weight, kind, kinship), one.day_needed)))
    return tuple(sorted(found))


def _loss(one: Meaning, signs: Iterable[str], deaths: Mapping[str, str]) -> int:
    """What is not a loss of that benefit there says nothing; a loss by an unnamed way weighs like such a report."""
    if one.loss not in signs:
        return NOTHING
    source = "other" if one.loss == "other" else one.death_source
    return DEATHS[deaths.get(source, "not_sufficient")] if source else ENDS


def _for_whom(one: Meaning, weight: int, kind: str, kinship: str | None) -> int:
    if kind not in one.benefits:
        return NOTHING
    every = kind != DEPENDANTS or set(one.kinships) == set(KINSHIPS)
    if every or kinship in one.kinships or weight == NOTHING:
        return weight
    return DOUBTS if kinship is None and one.loss else NOTHING


def _by_certainty(weight: int, day_needed: bool) -> tuple[int, ...]:
    """Class by 2 * sure + dated: without number and name nothing is proved and no loss is sure."""
    return tuple(_certain(weight, sure, dated, day_needed) for sure in sorted(SURE) for dated in (False, True))


def _certain(weight: int, sure: int, dated: bool, day_needed: bool) -> int:
    if not dated and (day_needed or weight == PROVES):
        return NOTHING
    if sure == NUMBER_AND_NAME:
        return weight
    return {PROVES: NOTHING, ENDS: DOUBTS}.get(weight, weight)
