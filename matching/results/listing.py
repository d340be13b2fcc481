"""The three lists as they stand, read within an area: counted, page by page, or whole for a file (SC 9b, QD 16)."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import contains_eager

from cases.models import Case, Pensioner
from database import db
from matching.feeds.models import FeedLoad
from matching.results.entries import matched
from matching.results.models import LISTS, ListChange, ListEntry, MatchingRun
from matching.results.undoing import CAUSED
from staff.actor import AFTER_SLASH, Actor, in_area
from staff.models import Office
from workflows.roles import READERS

PAGE, AT_ONCE = 50, 1000
SHOWN = (Case.public_id, Case.case_no, Case.scheme, Case.benefit_kind, Case.state, Pensioner.name, Pensioner.id_number,
         Office.name.label("office"), ListEntry.list, ListEntry.reason, ListEntry.source, ListEntry.sign_on,
         ListEntry.sure, MatchingRun.month, Case.id)


@dataclass(frozen=True)
class Wanted:
    """What of the lists is read. path: of an office; anything left out is not asked."""

    list: str
    reason: str | None = None
    source: str | None = None
    path: str | None = None


def counts(actor: Actor) -> dict[tuple[str, str, str | None], int]:
    """List, reason and source -> cases of the area."""
    query = select(ListEntry.list, ListEntry.reason, ListEntry.source, func.count()).join(
        Case, Case.id == ListEntry.case_id).join(MatchingRun, MatchingRun.id == ListEntry.since_run_id).where(
        matched()).group_by(ListEntry.list, ListEntry.reason, ListEntry.source)
    found = db.session.execute(in_area(query, actor, Case.office_path, READERS))
    return {(name, reason, source): number for name, reason, source, number in found}


def page(wanted: Wanted, actor: Actor, after: str | None) -> tuple[list[Row[Any]], str | None]:
    """Rows by office, and the number of the case after which the next page begins; nothing after an unknown one."""
    query = _query(wanted, actor)
    if after:
        there = select(Case.office_path, Case.id).where(Case.case_no == after)
        place = db.session.execute(in_area(there, actor, Case.office_path, READERS)).one_or_none()
        if place is None:
            return [], None
        query = query.where(tuple_(Case.office_path, Case.id) > tuple_(*place))
    rows = list(db.session.execute(query.limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].case_no if len(rows) > PAGE else None


def lines(wanted: Wanted, actor: Actor) -> Iterator[Row[Any]]:
    yield from db.session.execute(_query(wanted, actor).execution_options(yield_per=AT_ONCE))


def _query(wanted: Wanted, actor: Actor) -> Select[Any]:
    query = (select(*SHOWN).select_from(ListEntry).join(Case, Case.id == ListEntry.case_id)
             .join(Pensioner, Pensioner.id == Case.pensioner_id).join(Office, Office.id == Case.paying_office_id)
             .join(MatchingRun, MatchingRun.id == ListEntry.since_run_id)
             .where(ListEntry.list == wanted.list, matched()).order_by(Case.office_path, Case.id))
    for column, value in ((ListEntry.reason, wanted.reason), (ListEntry.source, wanted.source)):
        query = query.where(column == value) if value else query
    if wanted.path:
        query = query.where(Case.office_path >= wanted.path, Case.office_path < wanted.path[:-1] + AFTER_SLASH)
    return in_area(query, actor, Case.office_path, READERS)


def decided_on_withdrawn(actor: Actor, limit: int = 50) -> list[ListChange]:
    """What rests on a feed withdrawn since and people had decided already: it stays, for them to look at."""
    query = (select(ListChange).join(Case, Case.id == ListChange.case_id)
             .join(FeedLoad, FeedLoad.id == ListChange.load_id)
             .where(FeedLoad.status == "withdrawn", ListChange.undone_on.is_(None), ListChange.outcome.in_(CAUSED))
             .options(contains_eager(ListChange.case).joinedload(Case.pensioner)).order_by(Case.case_no).limit(limit))
    return list(db.session.scalars(in_area(query, actor, Case.office_path, READERS)))


def runs(actor: Actor, limit: int = 24) -> list[MatchingRun]:
    """Those whose area lies in the reader's, the newest first."""
    query = select(MatchingRun).order_by(MatchingRun.id.desc()).limit(limit)
    return list(db.session.scalars(in_area(query, actor, MatchingRun.area_path, READERS)))


def shares(done: list[MatchingRun]) -> dict[str, list[int]]:
    """List -> per hundred of everybody, one figure for each run."""
    everybody = [sum(run.counts["lists"].values()) or 1 for run in done]
    found = {name: [run.counts["lists"].get(name, 0) for run in done] for name in LISTS}
    return {name: [round(100 * number / of) for number, of in zip(numbers, everybody, strict=True)]
            for name, numbers in found.items()}
