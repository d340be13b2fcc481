"""The counts of a day, filed for good: states, and annex 7's bands of those not certified (SC 31, 38).

One INSERT ... SELECT for each set of bands in force: nothing is loaded. The first filing of an office and day stands.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, exists, func, insert, literal, select, text

from audit.events import ListsFiled
from audit.log import record
from cases.ledgers.place import within
from cases.ledgers.table import LEDGERS, Part
from cases.models import Case, FiledCount
from cases.periods import area_of_path
from cases.sweep import FutureSweep, is_demonstration
from database import db, transaction
from rules import Rules, RulesNotInForce, rules_for
from staff.actor import SYSTEM, Actor, in_area
from staff.models import Office
from workflows.deadlines import first_day, months_back
from workflows.roles import READERS

COLUMNS = ("on", "office_path", "list", "scheme", "part", "number")
STATES, NOT_CERTIFIED = "state", "not_certified"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('filed_count'))"
AT_ONCE = 500  # offices named in a statement


class FiledLater(ValueError):
    """A later day is filed already: what was so on this day can no longer be told."""


def file(on: date, *, today: date, area: str = "") -> dict[str, int]:
    """File the day for the offices of an area (path; all when empty) that have cases and are not filed yet.

    Returns list -> cases counted, empty where there was nothing left to file. Raises FutureSweep, FiledLater.
    """
    if on > today and not is_demonstration():
        raise FutureSweep
    with transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text(ONE_AT_A_TIME))
        offices = _not_filed(on, area)
        if not offices:
            return {}
        for rules, paths in _by_rules(offices, on):
            for at in range(0, len(paths), AT_ONCE):
                _file(rules, paths[at:at + AT_ONCE], on)
        counts = _filed(on, area)
        record(ListsFiled(filed_on=on, offices=len(offices), counts=counts), actor=SYSTEM, on=on, command="file_lists",
               office_path=area or None)
        return counts


def _not_filed(on: date, area: str) -> list[str]:
    here = [within(Office.path, area)] if area else []
    of_office = FiledCount.office_path == Office.path
    if db.session.scalar(select(exists().where(FiledCount.on > on, of_office, *here))):
        raise FiledLater
    query = select(Office.path).where(exists().where(Case.office_path == Office.path), *here,
                                      ~exists().where(FiledCount.on == on, of_office))
    return list(db.session.scalars(query.order_by(Office.path)))


def _by_rules(offices: list[str], on: date) -> Iterator[tuple[Rules | None, list[str]]]:
    """Offices under one set of bands together; None for those without."""
    kinds: dict[str, Rules | None] = {}
    together: dict[str, list[str]] = defaultdict(list)
    for path in offices:
        rules = _bands_of(path, on)
        bands = str(rules.value("not_certified_bands")) if rules else ""
        kinds[bands] = rules
        together[bands].append(path)
    for bands, paths in together.items():
        yield kinds[bands], paths


def _bands_of(path: str, on: date) -> Rules | None:
    try:
        rules = rules_for(area_of_path(path), on)
        rules.value("not_certified_bands")
    except RulesNotInForce:
        return None
    return rules


def _file(rules: Rules | None, paths: list[str], on: date) -> None:
    here = Case.office_path.in_(paths)
    _insert(STATES, Case.state, on, [here], Case.state)
    ledger = LEDGERS[NOT_CERTIFIED]
    for part in ledger.parts(rules, on) if rules else ():
        _insert(NOT_CERTIFIED, literal(part.key, String), on, [here, *ledger.cases(rules, on), part.where])


def _insert(name: str, part: Any, on: date, where: list[Any], *more: Any) -> None:
    query = (select(literal(on), Case.office_path, literal(name, String), Case.scheme, part, func.count())
             .where(*where).group_by(Case.office_path, Case.scheme, *more))
    db.session.execute(insert(FiledCount).from_select(COLUMNS, query))


def _filed(on: date, area: str) -> dict[str, int]:
    query = select(FiledCount.list, func.sum(FiledCount.number)).where(FiledCount.on == on).group_by(FiledCount.list)
    rows = db.session.execute(query.where(within(FiledCount.office_path, area)) if area else query)
    return {name: int(number) for name, number in rows}


def last_filed(actor: Actor, path: str) -> date | None:
    """The last day filed for an office of the reader's area or one below it."""
    query = select(func.max(FiledCount.on)).where(within(FiledCount.office_path, path))
    return db.session.scalar(in_area(query, actor, FiledCount.office_path, READERS))


def by_month(actor: Actor, path: str, on: date, parts: tuple[Part, ...]) -> dict[str, dict[date, int]]:
    """part -> day -> not certified below the path: the last day of each month of a year, and the last day filed.

    Days that were not filed are left out.
    """
    months = months_back(on)
    days = {first_day(month) - timedelta(1) for month in months} | {last_filed(actor, path) or on}
    query = (select(FiledCount.part, FiledCount.on, func.sum(FiledCount.number))
             .where(FiledCount.on.in_(days), FiledCount.list == NOT_CERTIFIED, within(FiledCount.office_path, path))
             .group_by(FiledCount.part, FiledCount.on))
    rows = list(db.session.execute(in_area(query, actor, FiledCount.office_path, READERS)))
    filed = sorted({day for _part, day, _number in rows})
    known = {(part, day): int(number) for part, day, number in rows}
    return {part.key: {day: known.get((part.key, day), 0) for day in filed} for part in parts}
