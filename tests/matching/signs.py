"""What the registers of these tests may say, and the people they speak of: hand-made, and drawn by Hypothesis."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from hypothesis import strategies as st

from matching.definition import NUMBER_AND_NAME, UNDATED, Found, OfCase, Profile, Sign, day_number, find
from matching.profiles import profile_of, reasons_of
from rules import rules_for
from rules.vocabulary import BENEFIT_KINDS, KINSHIPS


@dataclass(frozen=True)
class Said:
    """A row of a catalogue, as rules.feeds has them."""

    code: int
    eligible: str | None = None
    loss: str | None = None
    death_source: str | None = None
    benefits: tuple[str, ...] = BENEFIT_KINDS
    kinships: tuple[str, ...] = KINSHIPS
    day_needed: bool = field(default=False)


SAID = {name: Said(code, **says) for code, (name, says) in enumerate({
    "face": {"eligible": "face_recognition"},
    "hospital": {"eligible": "hospital_stay"},
    "train": {"eligible": "travel_record"},
    "insurer": {"eligible": "medical_insurance_payment"},
    "window": {"eligible": "window_visit"},
    "population": {"loss": "dead", "death_source": "population_base"},
    "cremation": {"loss": "dead", "death_source": "cremation"},
    "village": {"loss": "dead", "death_source": "grassroots_report"},
    "prison": {"loss": "imprisoned"},
    "missing": {"loss": "missing"},
    "adopted": {"loss": "adopted", "benefits": ("dependants_allowance",),
                "kinships": ("child", "grandchild", "sibling")},
    "married": {"loss": "remarried", "benefits": ("dependants_allowance",), "kinships": ("spouse",),
                "day_needed": True},
    "soldier": {"loss": "employed_or_enlisted", "benefits": ("dependants_allowance",),
                "kinships": ("child", "grandchild", "sibling")},
    "elsewhere": {"loss": "other"},
}.items(), start=1)}
MEANINGS = tuple(SAID.values())
REASON_OF_CODE = reasons_of(MEANINGS)
SICHUAN, QINGDAO = ("510107", "enterprise_employees"), ("370202", "enterprise_employees")
ON = date(2026, 11, 20)


def sign(said: str, on: date | None, *, sure: int = NUMBER_AND_NAME, person: int = 1, load: int = 1, row: int = 1):
    return Sign(person, UNDATED if on is None else day_number(on), SAID[said].code, sure, load, row)


def profile(place, *, kind: str = "pension", kinship: str | None = None, months: int | None = 12, on: date = ON):
    return profile_of(rules_for(place[0], on, place[1]), MEANINGS, kind=kind, kinship=kinship, months=months, on=on)


def found(a_profile: Profile, *signs: Sign, certified: date | None = None, due: date | None = None,
          of_age: int = 0) -> Found:
    case = OfCase(*(0 if day is None else day_number(day) for day in (certified, due)), of_age)
    return find(signs, case, a_profile, REASON_OF_CODE)


@cache
def profiles_on(on: date) -> tuple[Profile, ...]:
    return tuple(profile(place, kind=kind, kinship=kinship, months=months, on=on)
                 for place in (SICHUAN, QINGDAO)
                 for kind, kinship, months in (("pension", None, 12), ("pension", None, None),
                                               ("dependants_allowance", "child", 6),
                                               ("dependants_allowance", None, 12), ("work_injury_benefit", None, 12)))


PROFILES = profiles_on(ON)
DAYS = st.one_of(st.just(0), st.integers(day_number(ON) - 500, day_number(ON)))
SIGNS = st.builds(Sign, person=st.integers(0, 3), day=DAYS, code=st.integers(0, len(MEANINGS) + 1),
                  sure=st.integers(0, 2), load=st.integers(1, 3), row=st.integers(0, 50))
CASES = st.builds(OfCase, certified=DAYS, due=st.one_of(st.just(0), st.integers(day_number(ON) - 99,
                                                                               day_number(ON) + 400)),
                  of_age=st.one_of(st.just(0), st.integers(-20_700, 20_900)))
