"""Reading a ledger: counted by place, scheme and part in one query; listed page by page; taken away whole."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from cases.ledgers.place import Place, elsewhere, within
from cases.ledgers.table import Ledger, Part
from cases.models import Case, Pensioner, VerificationTask
from database import db
from database.prepared import unsought
from rules import Rules, rules_for
from staff.actor import Actor
from staff.models import Office

PAGE = 50
AT_ONCE = 1000
KEEPER = aliased(Office)
SHOWN = (Case.public_id, Case.case_no, Case.scheme, Case.benefit_kind, Case.state, Case.state_reason, Case.state_since,
         Case.last_certified_on, Case.due_on, Case.period_start, Pensioner.name, Pensioner.id_number,
         Pensioner.birth_on,
         KEEPER.name.label("office"), Office.name.label("residence"))


@dataclass(frozen=True)
class Asked:
    """What of a ledger is read: a place, the cases that are of none of its branches alone, a scheme, a part."""

    ledger: Ledger
    place: Place
    on: date
    scheme: str | None = None
    part: str | None = None
    own: bool = False

    @property
    def rules(self) -> Rules:
        """Those of the office chosen, for all schemes. Raises RulesNotInForce."""
        return rules_for(self.place.office.code, self.on)

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.ledger.parts(self.rules, self.on)


@dataclass(frozen=True)
class Line:
    """Counts of one place or scheme, one figure per part. office: None for what lies in none of the branches."""

    office: Office | None
    scheme: str | None
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Matrix:
    """places: a line per branch, the rest last where there is any, none without branches; schemes: a line per scheme;
    both add up to `all`."""

    parts: tuple[Part, ...]
    places: tuple[Line, ...]
    schemes: tuple[Line, ...]
    all: tuple[int, ...]


def matrix(asked: Asked, actor: Actor) -> Matrix:
    parts = asked.parts
    column = asked.ledger.lives if _by_residence(asked) else Case.office_path
    sums = [func.sum(case((part.where, 1), else_=0)) for part in parts]
    query = _counting(asked, actor, column, *sums).group_by(column, Case.scheme)
    found = [(path or "", scheme, [int(one or 0) for one in numbers])
             for path, scheme, *numbers in db.session.execute(query)]
    whole = _added(numbers for _path, _scheme, numbers in found) or (0,) * len(parts)
    return Matrix(parts, tuple(_places(asked.place, found, whole)), tuple(_schemes(found)), whole)


def _counting(asked: Asked, actor: Actor, column: Any, *sums: Any) -> Select[Any]:
    """Of cases alone where no residence is asked for: office by office, each read off the index no further than it
    counts."""
    if _by_residence(asked):
        return asked.ledger.joined(column, Case.scheme, *sums).where(*_where(asked, actor))
    same = Case.office_path == unsought(KEEPER.path)  # offices first
    query = select(column, Case.scheme, *sums).select_from(KEEPER).join(Case, same)
    return query.where(*_where(asked, actor, KEEPER.path))


def _by_residence(asked: Asked) -> bool:
    return asked.ledger.by_residence or asked.place.residence


def _places(place: Place, found: list[tuple[str, str, list[int]]], whole: tuple[int, ...]) -> Iterator[Line]:
    lines = []
    for office in place.below:
        inside = _added(numbers for path, _scheme, numbers in found if path.startswith(office.path))
        lines.append(Line(office, None, inside or (0,) * len(whole)))
    rest = tuple(all_ - sum(line.numbers[at] for line in lines) for at, all_ in enumerate(whole))
    yield from lines
    if lines and any(rest):
        yield Line(None, None, rest)


def _schemes(found: list[tuple[str, str, list[int]]]) -> Iterator[Line]:
    for name in sorted({scheme for _path, scheme, _numbers in found}):
        yield Line(None, name, _added(numbers for _path, scheme, numbers in found if scheme == name))


def _added(rows: Any) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))


def page(asked: Asked, actor: Actor, after: str | None = None) -> tuple[list[Any], str | None]:
    """At most PAGE rows, and the key of the next page, None at the end. `after`: public id of the row before.

    Raises NotFound where the reader may not see that row.
    """
    query = _listed(asked, actor).limit(PAGE + 1)
    if after:
        query = query.where(tuple_(*asked.ledger.order) > tuple_(*_key(asked.ledger, after, actor)))
    rows = list(db.session.execute(query))
    return rows[:PAGE], rows[PAGE - 1].key if len(rows) > PAGE else None


def lines(asked: Asked, actor: Actor) -> Iterator[Any]:
    """Every row, in the order of the pages, some at a time."""
    yield from db.session.execute(_listed(asked, actor).execution_options(yield_per=AT_ONCE))


def _listed(asked: Asked, actor: Actor) -> Select[Any]:
    row = VerificationTask if asked.ledger.tasks else Case
    query = asked.ledger.joined(row.public_id.label("key"), *SHOWN).join(KEEPER, Case.office_path == KEEPER.path)
    return query.where(*_where(asked, actor), *_narrower(asked)).order_by(*asked.ledger.order)


def _where(asked: Asked, actor: Actor, kept_at: Any = Case.office_path) -> list[ColumnElement[bool]]:
    """Of the ledger, of the reader, of the place and the scheme."""
    here = [Case.scheme == asked.scheme] if asked.scheme else []
    return [*asked.ledger.cases(asked.rules, asked.on), asked.ledger.mine(actor, kept_at),
            *_of_place(asked, kept_at), *here]


def _of_place(asked: Asked, kept_at: Any) -> list[ColumnElement[bool]]:
    place, lives = asked.place, asked.ledger.lives
    if asked.ledger.by_residence:
        here, keeper = within(lives, place.office.path), VerificationTask if asked.ledger.tasks else Case
        return [here] if place.lives_below else [or_(here, within(keeper.office_path, place.office.path))]
    kept = [within(kept_at, place.kept)]
    return [*kept, within(lives, place.office.path)] if place.lives_below else kept


def _narrower(asked: Asked) -> list[ColumnElement[bool]]:
    """Raises NotFound for a part that the rules of the place do not have."""
    found = [part.where for part in asked.parts if part.key == asked.part]
    if asked.part and not found:
        raise NotFound
    column = asked.ledger.lives if _by_residence(asked) else Case.office_path
    return [*found, elsewhere(column, asked.place.office.path)] if asked.own else found


def _key(ledger: Ledger, after: str, actor: Actor) -> tuple[Any, ...]:
    row = VerificationTask if ledger.tasks else Case
    found = db.session.execute(ledger.joined(*ledger.order).where(row.public_id == after, ledger.mine(actor))).first()
    if found is None:
        raise NotFound
    return tuple(found)
