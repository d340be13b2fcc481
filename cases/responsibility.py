"""The office responsible for an act on a case (QD 6, 7; SC 15, 28): one rule, one function (docs/decisions/072).

`keep` says who keeps the case; its path is stored on the case and recomputed when residence or paying office change.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, true, update

from audit.events import ResponsibleOfficeChanged
from audit.log import record
from cases.models import Case, Decision, NamePart, Objection, VerificationTask
from cases.models.decision import OPEN_STAGES
from database import db
from rules import Rules, rules_for
from staff.actor import Actor
from staff.models import Office

CITY, COUNTY = 4, 6  # digits of their codes in GB/T 2260
KEEP = "keep"

MOVES_ALONG = (
    (VerificationTask, VerificationTask.status == "open"), (Objection, Objection.status == "open"),
    (Decision, Decision.stage.in_(OPEN_STAGES)), (NamePart, true()))


@dataclass(frozen=True)
class Standing:
    """What the rule reads of a case: paths of offices, None for a residence outside the tree."""

    scheme: str
    benefit_kind: str
    paying: str
    residence: str | None = None


def within(path: str, digits: int) -> str:
    """The part of the path down to codes of so many digits: city or county."""
    return "".join(f"{code}/" for code in path.rstrip("/").split("/") if len(code) <= digits)


def _of_residence(standing: Standing, _rules: Rules) -> str:
    return within(standing.residence, COUNTY) if standing.residence else standing.paying


def _territorial(standing: Standing, rules: Rules) -> str:
    """QD 7: the employing unit's, which is the paying office's as far as the record tells; else by residence inside
    the city, and by the place that pays outside it."""
    by_unit = {standing.scheme, standing.benefit_kind} & set(rules.chosen("territorial_by_unit"))
    inside = standing.residence and within(standing.residence, CITY) == within(standing.paying, CITY)
    return _of_residence(standing, rules) if inside and not by_unit else standing.paying


WORDS: dict[str, Callable[[Standing, Rules], str]] = {
    "paying_office": lambda standing, _rules: standing.paying,
    "city_of_paying_office": lambda standing, _rules: within(standing.paying, CITY),
    "office_of_residence": _of_residence,
    "grassroots_of_residence": lambda standing, _rules: standing.residence or standing.paying,
    "employing_unit": lambda standing, _rules: standing.paying,
    "any_window": lambda standing, rules: responsible_path(standing, KEEP, rules),
    "territorial": _territorial,
}


def responsible_path(standing: Standing, act: str, rules: Rules) -> str:
    """Path of the office responsible for `act`: a decision kind, verify or keep."""
    return WORDS[rules.value("responsible_office")[act]](standing, rules)


def standing_of(case: Case) -> Standing:
    residence = case.pensioner.residence_office
    return Standing(case.scheme, case.benefit_kind, case.paying_office.path, residence and residence.path)


def rules_of_place(standing: Standing, on: date) -> Rules:
    """Of the paying office: the place whose rule says who keeps the case."""
    return rules_for(standing.paying.rstrip("/").rsplit("/", 1)[-1], on, standing.scheme)


def office_for(case: Case, act: str, rules: Rules) -> Office:
    """The office that an act on the case belongs to."""
    path = responsible_path(standing_of(case), act, rules)
    return db.session.scalars(select(Office).where(Office.path == path)).one()


def kept_or_paid(case: Case, path: str) -> bool:
    """Whether the office at `path` or one below it keeps the case or pays it: whose files may speak of it."""
    return case.office_path.startswith(path) or case.paying_office.path.startswith(path)


def area_for(case: Case, path: str) -> str:
    """Where people of the act hold their grants: the responsible office, or the case's below it."""
    return case.office_path if case.office_path.startswith(path) else path


def keep_anew(case: Case, cause: str, *, actor: Actor, on: date) -> bool:
    """After a change of residence or paying office: whether another office keeps the case from now on.

    Inside the caller's transaction, under the lock of the case. Tasks, objections, open decisions and the index of
    names move along.
    """
    standing, before = standing_of(case), case.office_path
    path = responsible_path(standing, KEEP, rules_of_place(standing, on))
    if path == before:
        return False
    case.office_path = path
    for model, is_open in MOVES_ALONG:
        db.session.execute(update(model).where(model.case_id == case.id, model.office_path == before, is_open)
                           .values(office_path=path))
    db.session.flush()
    record(ResponsibleOfficeChanged(from_office=before, to_office=path, cause=cause), case=case, actor=actor, on=on)
    return True
