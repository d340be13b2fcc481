"""A run far larger than usual suspends nobody of the office before two people let it go on (house rule)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from audit.events import NoticeQueued, NoticeSent
from audit.log import record
from audit.models import AuditEvent
from cases import sweep_halts, sweep_releases
from cases.models import Case, CaseTransition, Notice, SweepHalt
from cases.sweep import sweep
from database import db, transaction
from invariants import breaches
from staff import accounts
from tests import law
from tests.case_builder import make_cases
from tests.people import ON, PASSWORD, account, actor, make_account, valid_id_number
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

DAY = timedelta(days=1)
LAPSED = date(2026, 2, 11)  # certified 10 February 2025
FEW, MANY = 3, 4  # the rule below: at least 4, so 4 go on and 5 do not


@pytest.fixture
def rule(tmp_path: Path) -> Iterator[None]:
    folder = law.draft(tmp_path)
    law.amend(folder, "national", "sweep_halt", {"since": "2022-12-12", "value": {
        "times_usual": 3, "at_least": MANY, "recent_days": 30}})
    with law.in_force(folder):
        yield


@pytest.fixture
def staff(rule: None, context: Flask) -> None:
    for name, role in (("li", "caseworker"), ("wang", "reviewer")):
        make_account(name, [role])


def lapsing(many: int, office: str = "510107") -> list[int]:
    ids = [case.id for case in make_cases(ON, many, office, 最近认证日期="2025-02-10", 居住地="")]
    with transaction() as session:
        told = [Notice(case_id=one, kind="certification_due", channel="letter", once_key=f"told {one}",
                       message_id=f"told {one}", content={}, on=date(2026, 1, 20), status="accepted") for one in ids]
        session.add_all(told)
        session.flush()
        for one in told:
            about = {"notice": one.public_id, "kind": one.kind, "channel": one.channel}
            for happened in (NoticeQueued(once_key=one.once_key, **about), NoticeSent(**about)):
                record(happened, case=one.case, actor="SYSTEM", on=one.on)
    return ids


def run(on: date, **more: bool) -> dict[str, int]:
    return dict(sweep(on, today=on, **more))


def suspended() -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(Case.state == "suspended"))


def halt() -> SweepHalt:
    return db.session.scalars(select(SweepHalt).where(SweepHalt.status != "over")
                              .execution_options(populate_existing=True)).one()


def refused(act: object, name: str, on: date = LAPSED) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as caught:
        act(halt().id, actor=actor(name), on=on)
    return caught.value.codes


def test_as_many_as_need_nobody_are_suspended_at_once(staff: None) -> None:
    lapsing(MANY)
    assert run(LAPSED)["lapse"] == MANY
    assert not db.session.scalar(select(SweepHalt.id))


def test_a_run_far_larger_than_usual_suspends_nobody_and_says_so_once(staff: None) -> None:
    lapsing(MANY + 1)
    lapsing(FEW, "510104")
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    dry = run(LAPSED, dry_run=True)
    assert (dry["halted"], dry["lapse"]) == (MANY + 1, FEW)
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    found = run(LAPSED)
    assert (found["halted"], found["lapse"], suspended()) == (MANY + 1, FEW, FEW)
    assert (halt().found, halt().most, halt().usual) == (MANY + 1, MANY, 0)
    run(LAPSED)
    run(LAPSED + DAY)
    events = select(func.count()).select_from(AuditEvent).where(AuditEvent.type == "SweepHalted")
    assert (db.session.scalar(events), suspended()) == (1, FEW)
    assert not breaches()


def test_two_processes_halt_it_once(staff: None) -> None:
    lapsing(MANY + 1)
    for _process in range(2):  # both have counted before either has written
        sweep_halts._halt("51/5101/510107/", LAPSED, MANY + 1, 0, MANY)
    events = select(func.count()).select_from(AuditEvent).where(AuditEvent.type == "SweepHalted")
    assert (db.session.scalar(events), halt().found) == (1, MANY + 1)


def test_two_people_let_it_go_on(staff: None) -> None:
    lapsing(MANY + 1)
    run(LAPSED)
    sweep_releases.propose(halt().id, actor=actor("li"), on=LAPSED)
    assert len(sweep_releases.release(halt().id, actor=actor("wang"), on=LAPSED)) == MANY + 1
    assert suspended() == MANY + 1
    assert "halted" not in run(LAPSED + DAY)
    assert not db.session.scalar(select(SweepHalt.id).where(SweepHalt.status != "over"))
    assert not breaches()
    each_is_named("halts")


def test_what_was_let_go_on_and_killed_is_finished_by_the_next_sweep(staff: None,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    lapsing(MANY + 1)
    run(LAPSED)
    sweep_releases.propose(halt().id, actor=actor("li"), on=LAPSED)
    monkeypatch.setattr(sweep_releases, "suspend", lambda *_: [])
    sweep_releases.release(halt().id, actor=actor("wang"), on=LAPSED)
    assert (suspended(), run(LAPSED)["lapse"]) == (0, MANY + 1)


def test_more_than_were_shown_are_not_let_go_on_with_them(staff: None) -> None:
    lapsing(MANY + 1)
    run(LAPSED)
    sweep_releases.propose(halt().id, actor=actor("li"), on=LAPSED)
    lapsing(1)
    assert refused(sweep_releases.release, "wang") == ("MORE_THAN_SHOWN",)
    run(LAPSED + DAY)
    assert (halt().status, halt().found, suspended()) == ("halted", MANY + 2, 0)


@pytest.mark.article("JS-8.1")
def test_the_proposer_does_not_release_under_any_account(staff: None) -> None:
    lapsing(MANY + 1)
    run(LAPSED)
    assert refused(sweep_releases.release, "wang") == ("WRONG_STAGE",)
    number = valid_id_number()
    make_account("both.one", ["caseworker"], id_number=number)
    sweep_releases.propose(halt().id, actor=actor("both.one"), on=LAPSED)
    accounts.close_account(actor("founder.system"), account("both.one").public_id, ON, "transfer")
    make_account("both.two", ["reviewer"], id_number=number)
    make_account("elsewhere", ["reviewer"], office="510104")
    assert refused(sweep_releases.release, "both.two") == ("SAME_PERSON",)
    assert refused(sweep_releases.release, "elsewhere") == ("OUT_OF_AREA",)
    assert refused(sweep_releases.release, "li") == ("NO_GRANT",)
    assert suspended() == 0


def test_what_is_usual_is_what_the_office_suspended_lately(staff: None) -> None:
    for after in range(8):  # 32 in eight days: two a day of thirty, so six need nobody
        lapsing(MANY)
        assert run(LAPSED + after * DAY)["lapse"] == MANY
    lapsing(6)
    assert run(LAPSED + 8 * DAY)["lapse"] == 6
    lapsing(7)
    assert run(LAPSED + 9 * DAY)["halted"] == 7
    assert db.session.scalar(select(func.count()).select_from(CaseTransition).where(
        CaseTransition.action == "lapse")) == 38


@pytest.mark.article("JS-8.1")
def test_in_a_terminal_too_two_people_sign_in_to_let_it_go_on(staff: None, context: Flask,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(context.config, "TRUST_TERMINAL", False)
    lapsing(MANY + 1)
    lapsing(MANY + 1, "510104")
    run(LAPSED)
    told = command(context, "halts", by="li")
    assert told.output == f"510107\thalted\t{LAPSED}\tfound {MANY + 1}\tusual 0\tmost {MANY}\n", "the own area alone"
    assert "WRONG_STAGE" in command(context, "release", "510107", by="wang").output
    assert "SIGN_IN_FAILED" in command(context, "propose-release", "510107", by="li", password="another").output
    assert "no halted run" in command(context, "propose-release", "510104", by="li").output
    assert "\tproposed\t" in command(context, "propose-release", "510107", by="li").output
    assert command(context, "release", "510107", by="li").exit_code == 1
    assert suspended() == 0
    assert f"released: {MANY + 1} suspended" in command(context, "release", "510107", by="wang").output
    assert suspended() == MANY + 1
    persons = {actor(name).natural_person_id for name in ("li", "wang")}
    let_go = db.session.scalars(select(SweepHalt).where(SweepHalt.status == "released")).one()
    assert {let_go.proposed_by_person, let_go.released_by_person} == persons


def command(app: Flask, name: str, *args: str, by: str, password: str = PASSWORD) -> Result:
    on = [] if name == "halts" else ["--on", LAPSED.isoformat()]
    answer = app.test_cli_runner().invoke(args=["sweep", name, *args, "--as", by, *on], input=password + "\n")
    db.session.rollback()
    return answer
