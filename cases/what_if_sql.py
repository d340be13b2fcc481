"""Cases grouped by all that decides when they fall due, are referred, lapse and stop: one question for a whole area."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import (
    CTE,
    Date,
    Integer,
    RowMapping,
    Select,
    String,
    case,
    column,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
    values,
)

from cases.dates_sql import add_months, later_of
from cases.facts_sql import FACTS_SQL, Scope, suspended_from
from cases.models import Case, Certification, Notice, Pensioner, VerificationTask
from cases.periods import area_of_path
from cases.rule_values import Places
from database import db
from rules import law_of
from rules.schema import KEYS
from rules.vocabulary import SCHEMES
from staff.actor import AFTER_SLASH, Actor, in_area
from workflows.case_lifecycle import PAID, SUSPENDED
from workflows.roles import OVERSIGHT

# Facts of the guards that neither the day nor the rules decide, asked as they stand today.
AS_THEY_STAND = ("lapsed_this_period", "open_verification", "open_objection", "open_decision", "notices_recorded")
LONGEST = KEYS["period_months"].kind.ceiling + 1  # months: beyond them a first period has ended before any later one

OLDEST = KEYS["no_period_before_age"].kind.ceiling  # years


@dataclass(frozen=True)
class Standing:
    """What of a case decides its course; equal for all cases of a group. office: code of one office with its rules.

    Has the names of a Case, so that the readers of one case read it too.
    """

    office: str
    scheme: str
    benefit_kind: str
    paid: bool
    granted_on: date | None
    last_certified_on: date | None
    period_start: date | None
    due_on: date | None
    warn_from: date | None
    suspended_from: date | None
    submitted_on: date | None
    told_on: date | None  # of the latest notice, or visit at home
    born_on: date | None  # where an age may begin the first period later than the benefit
    facts: tuple[bool, ...]  # in the order of AS_THEY_STAND
    asked_on: date | None = None
    referred_on: date | None = None


@dataclass(frozen=True)
class Kinds:
    """Which offices and schemes of an area have the same rules on every day."""

    offices: tuple[tuple[str, str, int], ...]  # path, scheme, index into examples
    examples: tuple[tuple[str, str], ...]  # code, scheme

    def table(self) -> CTE:
        return values(column("office_path", String), column("scheme", String), column("kind", Integer),
                      name="place").data(self.offices or [("", "", -1)]).cte("kinds_here")


def kinds(area: str) -> Kinds:
    """Of the offices that keep cases below the path `area`."""
    query = select(Case.office_path).where(Case.office_path >= area, Case.office_path < area[:-1] + AFTER_SLASH)
    numbers: dict[object, int] = {}
    offices, examples = [], []
    for path, scheme in product(db.session.scalars(query.distinct().order_by(Case.office_path)), SCHEMES):
        law = law_of(area_of_path(path), scheme)
        if law not in numbers:
            numbers[law] = len(examples)
            examples.append((area_of_path(path), scheme))
        offices.append((path, scheme, numbers[law]))
    return Kinds(tuple(offices), tuple(examples))


def groups(actor: Actor, area: str, on: date) -> list[tuple[Standing, int]]:
    """(standing, how many cases), of the cases below `area` that the actor may see."""
    here = kinds(area)
    inner = in_area(_columns(here, on), actor, Case.office_path, OVERSIGHT).subquery()
    query = select(*inner.c, func.count().label("number")).group_by(*inner.c)
    return [(_standing(row, here), row["number"]) for row in db.session.execute(query).mappings()]


def some(actor: Actor, area: str, on: date, after: str | None, many: int) -> list[tuple[Standing, RowMapping]]:
    """The next cases in the order of office and entry, with what a list shows. after: number of the last one seen."""
    here = kinds(area)
    shown = (Case.id, Case.office_path, Case.public_id, Case.case_no, Case.state, Case.task_open, Pensioner.name,
             Pensioner.id_number)
    query = _columns(here, on).add_columns(*shown).join(Pensioner, Case.pensioner_id == Pensioner.id)
    if after:
        query = query.where(tuple_(Case.office_path, Case.id) > _place(after, actor))
    query = in_area(query, actor, Case.office_path, OVERSIGHT).order_by(Case.office_path, Case.id).limit(many)
    return [(_standing(row, here), row) for row in db.session.execute(query).mappings()]


def _place(after: str, actor: Actor) -> Any:
    """After a case that the reader may not see comes nothing."""
    query = in_area(select(Case.office_path, Case.id).where(Case.case_no == after), actor, Case.office_path, OVERSIGHT)
    found = db.session.execute(query).first()
    return tuple_(literal(found.office_path), literal(found.id)) if found else tuple_(literal("\U0010ffff"), literal(0))


def _columns(here: Kinds, on: date) -> Select[Any]:
    place, paid = here.table(), Case.state.in_(PAID)
    scope = Scope(on, Places(on, (), ()))
    latest, granted = Case.last_certified_on, Case.granted_on
    first = latest.is_(None) | (granted > add_months(latest, -LONGEST))
    kept = {
        "granted_on": case((paid & first, granted)), "last_certified_on": case((paid, latest)),
        "period_start": case((paid, Case.period_start)), "due_on": case((paid, Case.due_on)),
        "warn_from": case((paid, Case.warn_from)), "submitted_on": case((paid, _submitted())),
        "told_on": case((paid, _told())), "born_on": case((paid, _born())),
        "suspended_from": case((Case.state == SUSPENDED, suspended_from())),
    }
    flags = [FACTS_SQL[name](scope).label(name) for name in AS_THEY_STAND]
    return (select(place.c.kind, Case.benefit_kind, paid.label("paid"), *flags,
                   *(type_coerce(one, Date).label(name) for name, one in kept.items()))
            .select_from(Case).join(place, (place.c.office_path == Case.office_path) & (place.c.scheme == Case.scheme))
            .where(Case.state.in_((*PAID, SUSPENDED))))


def _submitted() -> Any:
    """The first submission that still awaits its recheck."""
    return select(func.min(Certification.submitted_on)).where(
        Certification.pensioner_id == Case.pensioner_id, Certification.status == "submitted").scalar_subquery()


def _born() -> Any:
    late = add_months(Pensioner.birth_on, OLDEST * 12) > Case.granted_on
    return select(Pensioner.birth_on).where(Pensioner.id == Case.pensioner_id, late).correlate(Case).scalar_subquery()


def _told() -> Any:
    told = select(func.max(Notice.on)).where(Notice.case_id == Case.id).scalar_subquery()
    visited = select(func.max(VerificationTask.finished_on)).where(
        VerificationTask.case_id == Case.id, VerificationTask.means == "home_visit").scalar_subquery()
    return case((told.is_(None), visited), (visited.is_(None), told), else_=later_of(told, visited))


def _standing(row: RowMapping, here: Kinds) -> Standing:
    office, scheme = here.examples[row["kind"]]
    return Standing(
        office, scheme, row["benefit_kind"], bool(row["paid"]), row["granted_on"], row["last_certified_on"],
        row["period_start"], row["due_on"], row["warn_from"], row["suspended_from"], row["submitted_on"],
        row["told_on"], row["born_on"], tuple(bool(row[name]) for name in AS_THEY_STAND))
