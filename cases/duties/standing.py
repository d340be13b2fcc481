"""How the duties of offices stand on a day: due, overdue, done, awaiting a second person. Read only, nothing is sent:
the level above sees what is overdue below by itself."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit.models import AuditEvent
from cases.duties.arising import CALLS, Calls
from cases.duties.met import Months, months_met
from cases.ledgers.place import Place, within
from cases.models import DutyRecord
from database import db
from rules import Entry
from staff.models import Office
from staff.rules_here import entry_here
from workflows.deadlines import months_through
from workflows.duties import AHEAD, DONE, DUTIES, OVERDUE, YEAR, DutyKind, Interval, Period, periods, state_of


@dataclass(frozen=True)
class Turn:
    """One period of a duty and how it stands; record: the one that stands for it, if any."""

    period: Period
    state: str
    record: DutyRecord | None = None


@dataclass(frozen=True)
class Standing:
    """One duty of one office. entry: the rule that sets the interval; turns: oldest first, those that call for it."""

    kind: DutyKind
    office: Office
    entry: Entry | None
    turns: tuple[Turn, ...]

    @property
    def now(self) -> Turn | None:
        """The first that is not done, else the last."""
        waiting = [one for one in self.turns if one.state not in (DONE, AHEAD)]
        return waiting[0] if waiting else self.turns[-1] if self.turns else None

    @property
    def overdue(self) -> int:
        return sum(one.state == OVERDUE for one in self.turns)


@dataclass(frozen=True)
class Known:
    """What was read at once for all offices of an area."""

    since: dict[str, date]
    records: dict[tuple[str, str], list[DutyRecord]]
    calls: dict[str, Calls]
    met: dict[str, Months]


def standings(place: Place, on: date) -> list[Standing]:
    """The duties of the place's own office, in the order of the table."""
    return list(_of([place.office], _known(place, on), on))


def overdue_below(place: Place, on: date) -> dict[str, int]:
    """Path of each branch right below -> how many periods are overdue there and below it."""
    found = {one.path: 0 for one in place.below}
    for one in all_standings(place, on):
        branch = next((path for path in found if one.office.path.startswith(path)), None)
        if branch:
            found[branch] += one.overdue
    return found


def all_standings(place: Place, on: date) -> Iterator[Standing]:
    """Those of the place's office and of every office below it; what is on record is read once for all."""
    known = _known(place, on)
    offices = db.session.scalars(select(Office).where(within(Office.path, place.office.path)).order_by(Office.path))
    yield from _of(list(offices), known, on)


def interval_at(kind: DutyKind, path: str, on: date) -> tuple[Interval, Entry | None] | None:
    """The interval the rules set at the office, and the rule of it; None where they set none."""
    return interval_by(kind, lambda key: entry_here(path, key, on))


def interval_by(kind: DutyKind, entry_of: Callable[[str], Entry | None]) -> tuple[Interval, Entry | None] | None:
    """The same, by the entry that stands for each key."""
    stated, after = kind.every or kind.stated_by, entry_of(f"duty_due_months_after.{kind.name}")
    entry = entry_of(stated) if stated else None
    if (stated and entry is None) or after is None:
        return None
    day = entry_of(kind.by_day) if kind.by_day else None
    return Interval(entry.value if entry and kind.every else YEAR, after.value, day.value if day else None), entry


def _of(offices: Iterable[Office], known: Known, on: date) -> Iterator[Standing]:
    for office in offices:
        for kind in DUTIES.values():
            found = interval_at(kind, office.path, on) if office.level in kind.levels else None
            if found:
                yield Standing(kind, office, found[1], tuple(_turns(kind, office.path, *found, known, on)))


def _turns(kind: DutyKind, path: str, interval: Interval, entry: Entry | None, known: Known,
           on: date) -> Iterator[Turn]:
    calls = known.calls[kind.name]
    since = max(filter(None, (known.since.get(path), entry and entry.since)), default=None)
    if since is None or path not in calls:
        return
    done, waiting = set(known.met[kind.name].get(path, ())), set()
    records = known.records.get((path, kind.name), [])
    for row in records:
        stands = row.status == "confirmed" or not kind.second
        (done if stands else waiting).update(months_through(row.first_month, row.last_month))
    for period in periods(interval, since, on):
        months = calls[path]
        if months is None or set(months) & set(period.months):
            record = next((row for row in records if row.last_month == period.last), None)
            yield Turn(period, state_of(kind, period, on, done, waiting), record)


def _known(place: Place, on: date) -> Known:
    path = place.office.path
    records: defaultdict[tuple[str, str], list[DutyRecord]] = defaultdict(list)
    query = select(DutyRecord).where(within(DutyRecord.office_path, path), DutyRecord.status != "returned")
    for row in db.session.scalars(query.order_by(DutyRecord.last_month)):
        records[row.office_path, row.kind].append(row)
    return Known(_first_days(path), dict(records), {name: calls(path, place.kept, on) for name, calls in CALLS.items()},
                 {name: months_met(name, path, on) for name in DUTIES})


def _first_days(path: str) -> dict[str, date]:
    """Path of an office -> the day it was entered: no duty is older than the office that has it."""
    query = select(AuditEvent.office_path, AuditEvent.on).where(
        AuditEvent.type == "OfficeCreated", within(AuditEvent.office_path, path))
    return dict(db.session.execute(query).all())


def turn_of(found: Standing, first_month: str) -> Turn | None:
    return next((one for one in found.turns if one.period.first == first_month), None)
