"""Made-up people with made-up life signs, for training until an agency has labels of its own. Nobody in here exists.

What is assumed, all of it stated here and in the model's card:
- yearly mortality grows by 10 % a year of age from 1 % at 65, and is a third lower for women (after Gompertz);
- each person uses each register or does not, and once or so often a month, less often with age;
- one in four is ill in the half year before death and is seen less, but in hospital more;
- nothing is seen after death, but a twenty-fifth have relatives who go on using card or account for up to a year;
- one in fifteen of the living is hardly ever seen; a register delivers 93 % of what it saw, late by up to a month.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.survival.features import MONTH, WINDOW, YEAR, Array, People

# kind of register -> share of people who use it, times a month
REGISTERS = {"medical_insurance_payment": (.80, .9), "bank_business_in_person": (.55, .35), "family_doctor": (.40, .25),
             "travel_record": (.25, .15), "hospital_stay": (.30, .08), "long_term_care": (.06, 1.5),
             "video_face_match": (.15, 1.0), "border_crossing": (.03, .1)}
ASSUMED = {"mortality_at_65": .01, "growth_a_year": .10, "women": .67, "ill_before_death": .25, "used_after_death": .04,
           "hardly_seen": .065, "delivered": .93, "latest_days": 30}
DEAD_FOR = WINDOW  # days before the day of the model within which the dead of the training data died


@dataclass(frozen=True)
class Lives:
    """people; signs (person, day, kind); alive: 1 or 0 on the day."""

    people: People
    person: Array
    day: Array
    kind: Array
    alive: Array


def lives(size: int, on: int, seed: int = 11) -> Lives:
    dice = np.random.default_rng(seed)
    age = np.clip(dice.gamma(6.0, 2.4, size) + 60, 60, 104)
    female = dice.random(size) < .53
    died = _deaths(age, female, on, dice)
    person, day, kind = _signs(age, died, on, dice)
    people = People(np.arange(1, size + 1), (on - age * 365.25).astype(np.int64), female.astype(np.int8))
    return Lives(people, person, day, kind, (died > on).astype(np.int8))


def _deaths(age: Array, female: Array, on: int, dice: np.random.Generator) -> Array:
    """Day of death within DEAD_FOR before the day, or later: on + 1."""
    yearly = ASSUMED["mortality_at_65"] * np.exp(ASSUMED["growth_a_year"] * (age - 65))
    yearly *= np.where(female, ASSUMED["women"], 1.0)
    waited = dice.exponential(YEAR / yearly)
    return np.where(waited < DEAD_FOR, on - DEAD_FOR + waited, on + 1).astype(np.int64)


def _signs(age: Array, died: Array, on: int, dice: np.random.Generator) -> tuple[Array, Array, Array]:
    size, first = len(age), on - WINDOW
    seldom = np.where(dice.random(size) < ASSUMED["hardly_seen"], .06, 1.0) * np.exp(-.02 * (age - 70))
    ill = dice.random(size) < ASSUMED["ill_before_death"]
    used = np.where(dice.random(size) < ASSUMED["used_after_death"], dice.integers(30, YEAR, size), 0)
    parts = []
    for number, (name, (share, monthly)) in enumerate(REGISTERS.items()):
        uses = dice.random(size) < share
        own = monthly * seldom * dice.gamma(4.0, .25, size) * uses
        count = dice.poisson(own * WINDOW / MONTH)
        whose = np.repeat(np.arange(size), count)
        day = dice.integers(first, on + 1, len(whose))
        shown = _shown(name, day, died[whose], ill[whose], used[whose], dice)
        arrived = day + dice.integers(0, ASSUMED["latest_days"] + 1, len(day)) <= on
        kept = shown & arrived & (dice.random(len(day)) < ASSUMED["delivered"])
        parts.append((whose[kept] + 1, day[kept], np.full(kept.sum(), number)))
    return tuple(np.concatenate(one) for one in zip(*parts, strict=True))  # type: ignore[return-value]


def _shown(name: str, day: Array, died: Array, ill: Array, used: Array, dice: np.random.Generator) -> Array:
    alive = day <= died
    in_bed = ill & alive & (died - day < YEAR // 2)
    if name != "hospital_stay":
        alive &= ~(in_bed & (dice.random(len(day)) < .7))
    by_relatives = (day > died) & (day <= died + used)
    return alive | (by_relatives & np.isin(name, ("medical_insurance_payment", "bank_business_in_person")))
