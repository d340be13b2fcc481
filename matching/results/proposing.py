"""A run as it is proposed: its changes, what they change, whether it is held, the sample people look at (SC 9, QD 15).

One transaction: the run is there whole or not at all. Its changes pass through in chunks.
"""
from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import func, select

from audit.events import MatchingHalted, MatchingProposed
from audit.log import record
from cases.models import Case
from cases.periods import area_of_path
from database import db, transaction
from database.many import among, insert_many
from matching.results.entries import matched
from matching.results.halts import Spike, spikes
from matching.results.models import OPEN, ListChange, ListEntry, MatchingRun, MatchingSample
from rules import Rules, rules_for
from staff.actor import AFTER_SLASH, SYSTEM
from workflows.transition import Refusal, TransitionRefused

CHUNK = 5_000
LOOKED = ("finding", "note", "looked_on", "looked_by", "looked_by_person")
NOT_OVER = {"proposed": "RUN_OPEN", "halted": "RUN_HALTED", "released": "RUN_BEING_CARRIED_OUT"}
Key = tuple[str, str, str | None]  # list, reason, source


@dataclass(frozen=True)
class Change:
    """Where a run puts a case that stood elsewhere, or on other grounds. Names as in `models.Stands`."""

    case: int
    list: str
    reason: str
    source: str | None = None
    code: int | None = None
    load: int | None = None
    row: int | None = None
    sign_on: date | None = None
    sure: int | None = None

    @property
    def key(self) -> Key:
        return self.list, self.reason, self.source


@dataclass(frozen=True)
class Found:
    """What the engine found. directory: of its files, below the feed store; loads: public ids of the feeds it read;
    changes: read twice, once to be judged and once to be written."""

    month: str
    area_path: str
    on: date
    mode: str
    directory: str
    rules_digest: str
    loads: tuple[str, ...]
    changes: Callable[[], Iterable[Change]]


@dataclass
class Difference:
    """What a run would change, counted. came: by list, reason and source; left: by list and reason; counts: cases of
    the lists afterwards; lost: newly, by source."""

    came: Counter[Key]
    left: Counter[tuple[str, str]]
    counts: Counter[str]
    lost: Counter[str]
    halts: tuple[Spike, ...]


def dry(found: Found) -> Difference:
    """The difference to what stands now; nothing is written."""
    difference, _ = _judge(found)
    db.session.rollback()
    return difference


def propose(found: Found, person: int | None = None,
            proposed: Callable[[MatchingRun], None] = lambda _run: None) -> MatchingRun:
    """person: natural person who had it made; proposed: called in the same transaction. Raises as `must_be_over`."""
    with transaction() as session:
        must_be_over(found.area_path)
        difference, sample = _judge(found)
        run = _run(found, difference, len(sample))
        session.add(run)
        session.flush()
        for chunk in _chunks(found.changes()):
            before = _standing([one.case for one in chunk])
            insert_many(session, ListChange, [_row(run.id, one, before.get(one.case)) for one in chunk])
        insert_many(session, MatchingSample, [dict.fromkeys(LOOKED) | {"run_id": run.id, "case_id": case}
                                              for case in sample])
        _tell(run, difference, person)
        proposed(run)
        return run


def _run(found: Found, difference: Difference, sample: int) -> MatchingRun:
    halts = {one.source: {"found": one.found, "usual": one.usual, "most": one.most} for one in difference.halts}
    return MatchingRun(
        month=found.month, area_path=found.area_path, on=found.on, mode=found.mode, directory=found.directory,
        rules_digest=found.rules_digest, loads=list(found.loads), before_id=last_applied(found.area_path),
        status="halted" if halts else "proposed", halted=bool(halts), halts=halts, sample=sample,
        counts={"lists": dict(difference.counts), "lost": dict(difference.lost)},
        changes={named(key): number for key, number in difference.came.items()})


def _judge(found: Found) -> tuple[Difference, list[int]]:
    """What would change, counted, and the cases drawn for people to look at."""
    rules = rules_for(area_of_path(found.area_path), found.on)
    drawn = Sample(rules)
    came, left, lost = Counter[Key](), Counter[tuple[str, str]](), Counter[str]()
    for chunk in _chunks(found.changes()):
        before = _standing([one.case for one in chunk])
        for one in chunk:
            came[one.key] += 1
            left.update([before[one.case]] if one.case in before else [])
            if one.list == "lost" and before.get(one.case, ("",))[0] != "lost":
                lost[one.source or one.reason] += 1
            drawn.offer(one)
    counts = _counts_after(found.area_path, came, left)
    found_spikes = spikes(found.area_path, found.on, lost, rules)
    return Difference(came, left, counts, lost, found_spikes), sorted(drawn.cases())


class Sample:
    """Cases drawn at random of each list and reason, each as likely as the next, while they pass by."""

    def __init__(self, rules: Rules) -> None:
        self._size, self._chance = rules.value("matching_sample_per_reason"), random.SystemRandom()
        self._seen, self._drawn = Counter[tuple[str, str]](), defaultdict[tuple[str, str], list[int]](list)

    def offer(self, one: Change) -> None:
        key = (one.list, one.reason)
        self._seen[key] += 1
        if len(self._drawn[key]) < self._size:
            self._drawn[key].append(one.case)
        elif (place := self._chance.randrange(self._seen[key])) < self._size:
            self._drawn[key][place] = one.case

    def cases(self) -> list[int]:
        return [case for cases in self._drawn.values() for case in cases]


def _chunks(changes: Iterable[Change]) -> Iterator[list[Change]]:
    rest = iter(changes)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _standing(ids: list[int]) -> dict[int, tuple[str, str]]:
    query = (select(ListEntry.case_id, ListEntry.list, ListEntry.reason)
             .join(Case, Case.id == ListEntry.case_id).join(MatchingRun, MatchingRun.id == ListEntry.since_run_id)
             .where(among(ListEntry.case_id, ids), matched()))
    return {case: (name, reason) for case, name, reason in db.session.execute(query)}


def _row(run_id: int, one: Change, before: tuple[str, str] | None) -> dict[str, object]:
    old_list, old_reason = before or (None, None)
    return {"run_id": run_id, "case_id": one.case, "list": one.list, "reason": one.reason, "source": one.source,
            "code": one.code, "load_id": one.load, "row": one.row, "sign_on": one.sign_on, "sure": one.sure,
            "old_list": old_list, "old_reason": old_reason, "outcome": None, "caused": None, "undone_on": None}


def _counts_after(area: str, came: Counter[Key], left: Counter[tuple[str, str]]) -> Counter[str]:
    query = select(ListEntry.list, func.count()).join(Case, Case.id == ListEntry.case_id).join(
        MatchingRun, MatchingRun.id == ListEntry.since_run_id).where(
        matched(), Case.office_path >= area, Case.office_path < area[:-1] + AFTER_SLASH).group_by(ListEntry.list)
    counts = Counter(dict(db.session.execute(query).all()))
    for (name, _, _), number in came.items():
        counts[name] += number
    for (name, _), number in left.items():
        counts[name] -= number
    return counts


def named(key: tuple[str | None, ...]) -> str:
    return "/".join(part or "" for part in key)


def _tell(run: MatchingRun, difference: Difference, person: int | None) -> None:
    told = {"actor": SYSTEM, "on": run.on, "command": "matching", "office_path": run.area_path}
    record(MatchingProposed(run=run.public_id, month=run.month, area=run.area_path, mode=run.mode,
                            rules_digest=run.rules_digest, loads=tuple(run.loads), counts=dict(difference.counts),
                            lost=dict(difference.lost), changed=dict(run.changes),
                            before=run.before and run.before.public_id, sample=run.sample,
                            person=person), **told)
    for one in difference.halts:
        record(MatchingHalted(run=run.public_id, month=run.month, source=one.source, found=one.found, usual=one.usual,
                              most=one.most), **told)


def must_be_over(area: str) -> None:
    """Raises TransitionRefused, where a run of the area, or of one above or below it, is not over: by its status."""
    if found := open_run(area):
        raise TransitionRefused((Refusal(NOT_OVER[found.status], {"month": found.month}, "QD-15"),))


def open_run(area: str) -> MatchingRun | None:
    """One that is not over, of the area or of one above or below it."""
    query = select(MatchingRun).where(MatchingRun.status.in_(OPEN)).order_by(MatchingRun.id)
    return next((run for run in db.session.scalars(query)
                 if run.area_path.startswith(area) or area.startswith(run.area_path)), None)


def last_applied(area: str) -> int | None:
    return db.session.scalar(select(MatchingRun.id).where(
        MatchingRun.area_path == area, MatchingRun.status == "applied").order_by(MatchingRun.id.desc()).limit(1))
