"""Finding cases: by name, ID number or case number, by state, reason, office and due date, within the area (A1).

Each query is built once per shape of what is asked and of the reader's rights; values are bound at each request.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, not_, or_, select, tuple_
from sqlalchemy.orm import aliased

from cases.models import Case, NamePart, NotPassed, Pensioner
from cases.names import name_parts
from database import db
from database.prepared import rows_of, written_in
from database.types import blind_index
from staff.actor import Actor, bound_area, bound_values, in_area
from staff.id_numbers import valid_id_number
from staff.models import NaturalPerson, Office
from workflows.deadlines import first_day, next_month
from workflows.roles import READERS

PAGE = 50
ANY = "any"
PAID = ("pending", "verified", "resumed")
LAST = "\U0010ffff"  # sorts after whatever a number goes on with
SHOWN = (Case.public_id, Case.case_no, Case.scheme, Case.benefit_kind, Case.state, Case.state_reason, Case.task_open,
         Case.due_on, Pensioner.name, Pensioner.id_number, Office.name.label("paying_office"))


def still_asked() -> ColumnElement[bool]:
    """Those who are asked to certify: not the terminated, nor those stopped because they died."""
    dead = and_(Case.state == "stopped", Case.state_reason == "death", Case.state_reason.is_not(None))
    return and_(Case.state != "terminated", not_(dead))


def noted_not_passed() -> ColumnElement[bool]:
    """Marked so in the period in force (QD 24), for the reason asked for or any."""
    reason = bindparam("not_passed")
    return exists().where(NotPassed.case_id == Case.id, NotPassed.period_due_on == Case.due_on,
                          or_(reason == ANY, NotPassed.reason == reason)).correlate(Case)


FILTERS = {  # field of Wanted -> its condition
    "state": Case.state == bindparam("state"), "scheme": Case.scheme == bindparam("scheme"),
    "reason": Case.state_reason == bindparam("reason"), "person": Pensioner.public_id == bindparam("person"),
    "paid": written_in(Case.state, PAID), "due_before": Case.due_on < bindparam("due_before"),
    "due_from": Case.due_on >= bindparam("due_from"), "benefit": Case.benefit_kind == bindparam("benefit"),
    "due_month": and_(Case.due_on >= bindparam("month_from"), Case.due_on < bindparam("month_below")),
    "started_by": and_(still_asked(), Case.period_start <= bindparam("started_by")),
    "started_after": Case.period_start > bindparam("started_after"), "not_passed": noted_not_passed(),
}
UNBOUND = ("paid", "due_month")  # nothing, or not the value itself, is bound under the name


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None or empty asks for nothing. office: path of an office, its branches included;
    person: public id of a pensioner, as found by ID number;
    not_passed: a reason noted in the period in force, or ANY of them;
    paid: anything asks for the states in which the benefit is paid;
    started_by, started_after: bounds of the period's first day, for those who are still asked to certify."""

    text: str = ""
    state: str | None = None
    scheme: str | None = None
    reason: str | None = None
    due_before: date | None = None
    due_from: date | None = None
    office: str | None = None
    person: str | None = None
    paid: str | None = None
    benefit: str | None = None
    due_month: str | None = None
    started_by: date | None = None
    started_after: date | None = None
    not_passed: str | None = None


@dataclass(frozen=True)
class Found:
    """rows: at most PAGE, each with the columns of SHOWN; after: last case number, None at the end."""

    rows: list[Any]
    after: str | None


@dataclass(frozen=True)
class Shape:
    """What of a question and its asker the text of a query depends on. by: "number", or of how many parts of a name;
    areas: how many, None without limit."""

    asked: frozenset[str]
    areas: int | None
    office: bool
    by: str | int


def cases_of(wanted: Wanted, actor: Actor, after: str | None = None) -> Found:
    """One page: what begins with a number in the order of numbers, all else by office in the order of entry."""
    shape, values = _question(wanted, actor)
    if after:
        values |= _place(after, actor, shape.by)
    rows = list(rows_of(_page(shape, bool(after), PAGE), values))
    return Found(rows[:PAGE], rows[PAGE - 1].case_no if len(rows) > PAGE else None)


def limited(query: Select[Any], wanted: Wanted, actor: Actor) -> Select[Any]:
    """`query` over cases and pensioners, narrowed to what is wanted and to the area."""
    shape, values = _question(wanted, actor)
    return _narrowed(query, shape)[0].params(values)


def _question(wanted: Wanted, actor: Actor) -> tuple[Shape, dict[str, Any]]:
    typed = "".join(wanted.text.split())
    numbered = any(one.isdigit() for one in typed)
    parts = () if numbered else _parts(typed)
    asked = frozenset(name for name in FILTERS if getattr(wanted, name))
    areas = None if actor.is_system else len(actor.prefixes(READERS))
    shape = Shape(asked, areas, bool(wanted.office), "number" if numbered else len(parts))
    return shape, _values(wanted, actor, shape, typed.upper(), parts)


def _parts(typed: str) -> tuple[str, ...]:
    """Of a name, the only character or every pair."""
    parts = name_parts(typed)
    return tuple(sorted(one for one in parts if len(one) == max(map(len, parts))))


def _values(wanted: Wanted, actor: Actor, shape: Shape, number: str, parts: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(wanted, name) for name in shape.asked if name not in UNBOUND}
    values |= {f"part{n}": part for n, part in enumerate(parts)}
    if shape.areas:
        values |= bound_values("area", actor.prefixes(READERS))
    if wanted.office:
        values |= bound_values("office", [wanted.office])
    if wanted.due_month:
        values |= {"month_from": first_day(wanted.due_month), "month_below": first_day(next_month(wanted.due_month))}
    return values | ({"number": number, "number_end": number + LAST} if shape.by == "number" else {})


def _place(after: str, actor: Actor, by: str | int) -> dict[str, Any]:
    """Where the page before ended; after a case that the reader may not see comes nothing."""
    if by == "number":
        return {"after_no": after}
    query = in_area(select(Case.office_path, Case.id).where(Case.case_no == after), actor, Case.office_path, READERS)
    found = db.session.execute(query).first()
    return {"after_path": found.office_path if found else LAST, "after_id": found.id if found else 0}


@lru_cache(maxsize=512)
def _page(shape: Shape, after: bool, size: int) -> Select[Any]:
    query = (select(*SHOWN).select_from(Case).join(Pensioner, Case.pensioner_id == Pensioner.id)
             .join(Office, Case.paying_office_id == Office.id))
    query, path, number = _narrowed(query, shape)
    if shape.by == "number":
        query = query.where(Case.case_no > bindparam("after_no")) if after else query
        return query.order_by(Case.case_no).limit(size + 1)
    if after:
        query = query.where(tuple_(path, number) > tuple_(bindparam("after_path"), bindparam("after_id")))
    return query.order_by(path, number).limit(size + 1)


def _narrowed(query: Select[Any], shape: Shape) -> tuple[Select[Any], Any, Any]:
    """The query, and the office path and id that its rows are read by."""
    query, path, number = query.where(*(FILTERS[one] for one in sorted(shape.asked))), Case.office_path, Case.id
    if shape.by == "number":
        query = query.where(Case.case_no >= bindparam("number"), Case.case_no < bindparam("number_end"))
    elif shape.by:
        query, path, number = _named(query, int(shape.by))
    if shape.areas is not None:
        query = query.where(bound_area(path, "area", shape.areas))
    return (query.where(bound_area(path, "office", 1)) if shape.office else query), path, number


def _named(query: Select[Any], parts: int) -> tuple[Select[Any], Any, Any]:
    """The first part is read in the order of the list; the others are looked up for each case it names."""
    first = aliased(NamePart)
    query = query.join(first, first.case_id == Case.id).where(first.part == bindparam("part0"))
    for n in range(1, parts):
        other = aliased(NamePart)
        query = query.where(exists().where(other.part == bindparam(f"part{n}"), other.office_path == first.office_path,
                                           other.case_id == first.case_id).correlate(first))
    return query, first.office_path, first.case_id


def person_with(id_number: str, actor: Actor) -> str | None:
    """Public id of the pensioner with that ID number and a case in the area; outside it nobody has one (A1).

    Raises StaffRefused BAD_ID_NUMBER.
    """
    areas = None if actor.is_system else len(actor.prefixes(READERS))
    return rows_of(_by_id_number(areas), {"id_number": blind_index(valid_id_number(id_number))}
                   | bound_values("area", actor.prefixes(READERS))).scalar()


@lru_cache(maxsize=64)
def _by_id_number(areas: int | None) -> Select[Any]:
    query = (select(Pensioner.public_id).join(Case, Case.pensioner_id == Pensioner.id)
             .join(NaturalPerson, Pensioner.natural_person_id == NaturalPerson.id)
             .where(NaturalPerson.id_number_index == bindparam("id_number")).limit(1))
    return query if areas is None else query.where(bound_area(Case.office_path, "area", areas))


def offices_below(actor: Actor) -> list[Office]:
    """Offices of the area to choose from, down to the counties: the responsible ones."""
    levels = ("ministry", "province", "city", "county")
    query = in_area(select(Office), actor, Office.path, READERS).where(Office.level.in_(levels))
    return list(db.session.scalars(query.order_by(Office.path)))
