"""A dry run tells what the real one then does; a second run does nothing; both by the command."""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit.models import AuditEvent
from cases.models import Case, CaseTransition, Job, Notice
from cases.sweep import FutureSweep, sweep
from database import db, transaction
from invariants import breaches
from staff.models import RoleGrant, StaffAccount
from tests.people import make_account
from tests.sweep.random_city import ENTERED, Happened, county, happen

PLAIN = Happened(None, None, None, False, False, False, 0)
TOLD = Happened(60, None, None, False, False, True, 0)
LATE = Happened(None, None, "overdue", False, True, False, 7)
IN_TIME = Happened(1, 1, None, False, False, False, 3)
DAYS = (ENTERED, ENTERED + timedelta(days=93), ENTERED + timedelta(days=200))


@pytest.fixture
def ids(context: Flask) -> list[int]:
    for name, role in {"li": "caseworker", "wang": "reviewer"}.items():
        make_account(name, [role])
    found = county(28)
    with transaction():
        happen(found, [TOLD, PLAIN, LATE, IN_TIME, TOLD] * 6, ENTERED + timedelta(days=60))
    return found


class Undone(Exception):
    pass


def _written() -> tuple[int, ...]:
    return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in
                 (AuditEvent, CaseTransition, Notice, Job))


def _nobody_rechecks() -> None:
    """The reviewers have left."""
    with transaction() as session:
        reviewers = select(RoleGrant.account_id).where(RoleGrant.role == "reviewer")
        session.execute(update(StaffAccount).where(StaffAccount.id.in_(reviewers)).values(active=False))


@pytest.mark.article("SC-24", "SC-26")
def test_a_dry_run_tells_exactly_what_the_run_then_does_and_changes_nothing(ids: list[int]) -> None:
    actions = set()
    for on in DAYS:
        if on == DAYS[-1]:
            _nobody_rechecks()
        before, would, did = _written(), [], []
        counted = sweep(on, today=on, dry_run=True, listed=would.append)
        assert _written() == before
        assert sweep(on, today=on, listed=did.append) == counted
        assert sorted(would, key=repr) == sorted(did, key=repr)
        actions |= set(counted)
        assert not sweep(on, today=on), "done twice"
        assert not sweep(on, today=on, dry_run=True)
    assert actions >= {"settle", "remind", "refer", "lapse", "await_recheck", "propose_stop", "escalate",
                       "propose_suspension", "referred"}, actions
    assert not breaches()


def test_the_area_of_a_run_is_an_office_and_all_below_it(ids: list[int]) -> None:
    on = DAYS[1]
    assert not sweep(on, today=on, area="51/5101/510104/", dry_run=True)
    assert sweep(on, today=on, area="51/5101/", dry_run=True) == sweep(on, today=on, dry_run=True)


def test_a_day_to_come_is_swept_dry_only(ids: list[int]) -> None:
    with pytest.raises(FutureSweep):
        sweep(DAYS[1], today=DAYS[0])
    assert sweep(DAYS[1], today=DAYS[0], dry_run=True)


@pytest.mark.article("SC-24")
def test_the_command_lists_each_case_by_action_and_office(app: Flask, context: Flask, ids: list[int],
                                                          tmp_path: Path) -> None:
    numbers = set(db.session.scalars(select(Case.case_no)))
    day, lists = ENTERED.isoformat(), [tmp_path / "dry.tsv", tmp_path / "real.tsv"]
    db.session.rollback()
    dry = app.test_cli_runner().invoke(args=["sweep", "run", "--on", day, "--dry-run", "--list", str(lists[0])])
    real = app.test_cli_runner().invoke(args=["sweep", "run", "--on", day, "--list", str(lists[1])])
    assert (dry.exit_code, real.exit_code) == (0, 0), (dry.output, real.output)
    told = [sorted(path.read_text("utf-8").splitlines()) for path in lists]
    assert told[0] == told[1]
    rows = [line.split("\t") for line in told[0] if not line.startswith("action\t")]
    assert rows
    assert all(office == "510107" and number in numbers for _action, office, number in rows)
    for action in {row[0] for row in rows}:
        assert f"{action}\t510107\t{sum(row[0] == action for row in rows)}" in dry.output
    assert "nothing was changed" in dry.output


@pytest.mark.article("SC-24")
def test_the_database_refuses_a_second_automatic_lapse_of_one_period(ids: list[int]) -> None:
    sweep(DAYS[-1], today=DAYS[-1])
    lapse = db.session.scalars(select(CaseTransition).where(CaseTransition.action == "lapse")).first()
    other = db.session.scalar(select(AuditEvent.id).where(
        AuditEvent.id.not_in(select(CaseTransition.event_id))).order_by(AuditEvent.id).limit(1))
    again = {column.name: getattr(lapse, column.name) for column in CaseTransition.__table__.c if column.name != "id"}
    again |= {"step": lapse.step + 1, "event_id": other}
    with pytest.raises(IntegrityError, match="period"), transaction() as session:
        session.execute(insert(CaseTransition.__table__).values(again))
    with pytest.raises(Undone), transaction() as session:
        session.execute(insert(CaseTransition.__table__).values(again | {"period_due_on": DAYS[-1]}))
        raise Undone
