"""A person's life signs: what register said what on which day, how surely, which list and why (SC 9b, QD 28).

Nothing is kept for it: the signs are read from the files, the list and its reason are asked of the one definition, by
its reference interpreter.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases.models import Case
from cases.periods import rules_of_case, stored_cycle
from database import db
from matching.definition import NONE, UNDATED, Found, OfCase, Profile, Sign, date_of, day_number, find
from matching.feeds.models import FeedLoad
from matching.feeds.store import store as folder
from matching.lists import signs_of
from matching.profiles import DEPENDANTS, of_age, profile_of, reasons_of
from matching.results import retracting
from matching.results.entries import left_since
from matching.results.loads import loads_in_force
from matching.results.models import ListChange, ListEntry, SignRetraction
from matching.retracted import Retracted
from matching.retracted import standing as counted
from matching.store import Store
from rules.feeds import Meaning, catalogue


@dataclass(frozen=True)
class Told:
    """One sign. on: the day it speaks of, None where it gave none; weighs: its class by the rules of the case; counts:
    it put the case on its list; retracted: why it counts no more.
    """

    said: Meaning
    on: date | None
    sure: int
    load: FeedLoad
    row: int
    weighs: int
    counts: bool
    retracted: SignRetraction | None = None


@dataclass(frozen=True)
class LifeSigns:
    """signs: latest first; now: what the definition says today; entry: where the last released run put the case;
    left_since: since when it is no longer matched there.
    """

    signs: list[Told]
    now: Found
    entry: ListEntry | None
    left_since: date | None
    history: list[ListChange]
    retracted: list[SignRetraction]


def of_case(case: Case, on: date) -> LifeSigns:
    loads = {load.id: load for load in loads_in_force(case.office_path)}
    signs = [sign for sign in signs_of(Store(folder()), case.pensioner_id, loads) if sign.day <= day_number(on)]
    retracted = retracting.of_person(case.pensioner_id)
    wrong = {retracting.said(row): row for row in retracted if row.reversed_on is None}
    now = standing(case, counted(signs, wrong), on)
    history = db.session.query(ListChange).filter(ListChange.case_id == case.id, ListChange.outcome.is_not(None))
    profile = _profile(case, on)
    told = [_told(sign, loads[sign.load], profile.class_of(sign), now, wrong) for sign in signs
            if sign.code in catalogue().meanings]
    entry = db.session.get(ListEntry, case.id)
    return LifeSigns(told, now, entry, entry and left_since(case, entry),
                     history.order_by(ListChange.run_id.desc()).limit(24).all(), retracted)


def standing(case: Case, signs: list[Sign], on: date) -> Found:
    """The list of the case by the rules of its place, with the rows of the table that were asked."""
    facts = OfCase(_day(case.last_certified_on), _day(case.due_on), of_age(
        rules_of_case(case, on), kind=case.benefit_kind, kinship=_kinship(case), born_on=case.pensioner.birth_on,
        capacity=case.work_capacity))
    return find(signs, facts, _profile(case, on), reasons_of(catalogue().meanings.values()))


def _profile(case: Case, on: date) -> Profile:
    kept = stored_cycle(case)
    return profile_of(rules_of_case(case, on), catalogue().meanings.values(), kind=case.benefit_kind,
                      kinship=_kinship(case), months=kept.months if kept else None, on=on)


def _kinship(case: Case) -> str | None:
    return case.kinship if case.benefit_kind == DEPENDANTS else None


def _day(day: date | None) -> int:
    return day_number(day) if day else NONE


def _told(sign: Sign, load: FeedLoad, weighs: int, now: Found, wrong: Mapping[Retracted, SignRetraction]) -> Told:
    on = date_of(sign.day) if sign.day != UNDATED else None
    return Told(catalogue().meanings[sign.code], on, sign.sure, load, sign.row, weighs, sign == now.sign,
                next((row for one, row in wrong.items() if not counted([sign], [one])), None))
