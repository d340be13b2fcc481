"""The months of a case's money (M1-M3): the row of a month withheld, and what a death or a new rate makes of rows."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import func, select

from audit.events import BenefitMonthChanged
from audit.log import record, record_bulk
from cases import money
from cases.models import BenefitMonth, BenefitRate, Case, DeathMark, Decision, PayRun
from database import db
from staff.actor import Actor
from workflows.deadlines import month_of, months_through

WITHHELD = ("suspended", "stopped")
CHUNK = 500


def new_month(case_id: int, month: str) -> BenefitMonth:
    """A row with every amount zero."""
    return BenefitMonth(case_id=case_id, month=month, owed=True, **dict.fromkeys(money.AMOUNTS, 0))


def changed(row: BenefitMonth, cause: str, decision: Decision | None = None) -> BenefitMonthChanged:
    """The event that tells the month as it now stands."""
    return BenefitMonthChanged(month=row.month, owed=row.owed, cause=cause, decision=decision and decision.public_id,
                               **{name: getattr(row, name) for name in money.AMOUNTS})


def months_of(case: Case, *, lock: bool = False) -> dict[str, BenefitMonth]:
    """month -> row, oldest first."""
    query = select(BenefitMonth).where(BenefitMonth.case_id == case.id).order_by(BenefitMonth.month)
    return {row.month: row for row in db.session.scalars(query.with_for_update() if lock else query)}


def rates_of(case: Case) -> dict[str, int]:
    return {rate.since_month: rate.monthly_fen for rate in case.rates}


def death_month(case: Case) -> str | None:
    """The last month owed, where the person bears a death mark."""
    mark = case.pensioner.death_mark
    return month_of(mark.died_on) if mark else None


def restate(case: Case, *, cause: str, actor: Actor, on: date, decision: Decision | None = None) -> list[BenefitMonth]:
    """Bring the months in line with the date of death and the rates in force; returns those that changed.

    Inside the caller's transaction, under the lock of the case.
    """
    last, rates, found = death_month(case), rates_of(case), []
    for row in months_of(case, lock=True).values():
        before, fen = _amounts(row), money.in_force(rates, row.month) or 0
        if last and row.month > last:
            money.disown(row)
        elif not row.owed:
            money.own(row, fen)
        elif money.still_withheld(row) and not row.recovered:
            money.withhold(row, fen)
        if _amounts(row) != before:
            found.append(row)
    db.session.flush()
    for row in found:
        record(changed(row, cause, decision), case=case, actor=actor, on=on)
    return found


def _amounts(row: BenefitMonth) -> tuple:
    return (row.owed, *(getattr(row, name) for name in money.AMOUNTS))


def withhold_closed(cases: Sequence[Case], *, actor: Actor, on: date, command: str) -> int:
    """The rows of months withheld whose pay run is closed and that have none yet; returns how many were written.

    Inside the caller's transaction, under the locks of the cases. Months paid, and months after death, are passed.
    """
    rows = months_to_withhold(cases)
    db.session.add_all(rows)
    db.session.flush()
    record_bulk(((changed(row, "withheld"), row.case_id) for row in rows), actor=actor, on=on, command=command)
    return len(rows)


def months_to_withhold(cases: Sequence[Case]) -> list[BenefitMonth]:
    """The same rows, not written yet: those of one case stand together, oldest first."""
    wanted = [case for case in cases if case.state in WITHHELD and case.withheld_from]
    return list(_missing(wanted, _last_closed({case.paying_office_id for case in wanted})))


def withhold_closed_of(office_id: int, *, actor: Actor, on: date, command: str) -> int:
    """The same for every case that an office pays, when it closes a run."""
    written, after = 0, 0
    query = (select(Case).where(Case.paying_office_id == office_id, Case.state.in_(WITHHELD),
                                Case.withheld_from.is_not(None)).order_by(Case.id).limit(CHUNK))
    while cases := list(db.session.scalars(query.where(Case.id > after).with_for_update(of=Case))):
        written += withhold_closed(cases, actor=actor, on=on, command=command)
        after = cases[-1].id
    return written


def _last_closed(offices: set[int]) -> dict[int, str]:
    query = select(PayRun.office_id, func.max(PayRun.month)).where(
        PayRun.office_id.in_(offices), PayRun.closed_on.is_not(None)).group_by(PayRun.office_id)
    return dict(db.session.execute(query).all()) if offices else {}


def _missing(cases: list[Case], closed: dict[int, str]) -> Iterator[BenefitMonth]:
    due = [case for case in cases if case.withheld_from <= closed.get(case.paying_office_id, "")]
    ids = [case.id for case in due]
    known, rates = _pairs(ids), _rates(ids)
    died = _died({case.pensioner_id for case in due})
    for case in due:
        last = min(filter(None, (closed[case.paying_office_id], died.get(case.pensioner_id))))
        for month in months_through(case.withheld_from, last):
            fen = money.in_force(rates[case.id], month)
            if fen and (case.id, month) not in known:
                row = new_month(case.id, month)
                money.withhold(row, fen)
                yield row


def _pairs(ids: Iterable[int]) -> set[tuple[int, str]]:
    rows = db.session.execute(select(BenefitMonth.case_id, BenefitMonth.month).where(BenefitMonth.case_id.in_(ids)))
    return {(case_id, month) for case_id, month in rows}


def _rates(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for rate in db.session.scalars(select(BenefitRate).where(BenefitRate.case_id.in_(ids))):
        found[rate.case_id][rate.since_month] = rate.monthly_fen
    return found


def _died(pensioners: set[int]) -> dict[int, str]:
    marks = select(DeathMark.pensioner_id, DeathMark.died_on).where(
        DeathMark.pensioner_id.in_(pensioners), DeathMark.annulled_on.is_(None))
    return {person: month_of(died_on) for person, died_on in db.session.execute(marks)}
