"""A run far larger than usual is held before anybody is suspended, office by office, until two people let it go on."""
from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from audit.events import SweepHalted, SweepHaltEnded
from audit.log import record
from cases.facts_sql import Scope
from cases.models import Case, CaseTransition, SweepHalt
from cases.periods import area_of_path
from cases.sweep_steps import lapses
from database import db, transaction
from staff.actor import SYSTEM


def held(scope: Scope, *, dry: bool = False) -> frozenset[int]:
    """Cases that the calendar would suspend and that may not be yet. Writes each halt and its event, unless dry."""
    by_office: dict[str, list[int]] = defaultdict(list)
    for case_id, path in db.session.execute(scope.cases().add_columns(Case.office_path).where(
            lapses(scope), scope.rule.c.by_calendar)):
        by_office[path].append(case_id)
    db.session.rollback()
    judged = {path: _judge(scope, path, len(ids), dry) for path, ids in by_office.items()}
    if not dry:
        held_on = {path for path, usual in judged.items() if not usual}
        _end({path for path, _, _ in scope.places.offices} - held_on, scope.on)
    return frozenset(one for path, ids in by_office.items() if judged[path] is False for one in ids)


def _judge(scope: Scope, path: str, found: int, dry: bool) -> bool | None:
    """True: no more than needs nobody. None: more, and let go on. False: held."""
    rule = rule_of(scope, path)
    usual, most = limits(scope, path) if found > rule["at_least"] else (0, found)
    if found <= most:
        return True
    halt = open_halt(path)
    if halt and halt.status == "released" and found <= halt.found:
        return None
    if not dry and not _waits(halt, found):
        _halt(path, scope.on, found, usual, most)
    return False


def rule_of(scope: Scope, path: str) -> dict[str, int]:
    rules = next(scope.places.rules[kind] for office, _, kind in scope.places.offices if office == path)
    return rules.value("sweep_halt")  # type: ignore[return-value]


def limits(scope: Scope, path: str) -> tuple[int, int]:
    """Suspensions a day, lately, and the most that need nobody, at an office."""
    rule = rule_of(scope, path)
    since = scope.on - timedelta(days=rule["recent_days"])
    lately = db.session.scalar(
        select(func.count()).select_from(CaseTransition).join(Case, CaseTransition.case_id == Case.id).where(
            Case.office_path == path, CaseTransition.action == "lapse", CaseTransition.on >= since,
            CaseTransition.on < scope.on))
    usual = -(-lately // rule["recent_days"])
    return usual, max(rule["at_least"], rule["times_usual"] * usual)


def open_halt(path: str) -> SweepHalt | None:
    """The one that is not over."""
    return db.session.scalar(select(SweepHalt).where(SweepHalt.office_path == path, SweepHalt.status != "over"))


def _waits(halt: SweepHalt | None, found: int) -> bool:
    """Whether people have been told already of as many."""
    return halt is not None and halt.status != "released" and found <= halt.found


def _halt(path: str, on: date, found: int, usual: int, most: int) -> None:
    """One open halt an office; what was let go on and has grown since is halted anew."""
    try:
        with transaction() as session:
            if _waits(open_halt(path), found):  # another process was here since
                return
            session.execute(update(SweepHalt).where(SweepHalt.office_path == path, SweepHalt.status != "over")
                            .values(status="over"))
            halt = SweepHalt(office_path=path, on=on, found=found, usual=usual, most=most)
            session.add(halt)
            session.flush()
            record(SweepHalted(halt=halt.public_id, office=area_of_path(path), found=found, usual=usual, most=most,
                               swept_on=on), actor=SYSTEM, on=on, command="sweep", office_path=path)
    except IntegrityError:  # another process halted it at the same moment
        return


def _end(paths: set[str], on: date) -> None:
    """A run of usual size ends what was halted before."""
    with transaction() as session:
        over = session.scalars(select(SweepHalt).where(SweepHalt.status != "over", SweepHalt.office_path.in_(paths))
                               .order_by(SweepHalt.id).with_for_update()).all()
        for halt in over:
            halt.status = "over"
            record(SweepHaltEnded(halt=halt.public_id, office=area_of_path(halt.office_path), found=halt.found),
                   actor=SYSTEM, on=on, command="sweep", office_path=halt.office_path)
