"""Qingdao: staff note who was not passed, gather at the end of a month, and two of them release (QD 24, 25)."""
from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.events import NoticeQueued, NoticeSent
from audit.log import record
from cases import not_passed, suspension_batches
from cases.certifications import certify_from_source
from cases.models import Case, CaseTransition, Notice, SuspensionBatch, SuspensionRow
from cases.sweep import sweep
from database import db, transaction
from invariants import breaches
from replay import differences
from staff import accounts
from tests import law
from tests.case_builder import make_case
from tests.people import ON, account, actor, make_account, valid_id_number
from tests.places import QINGDAO, furnish
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

DAY = timedelta(days=1)
PLACE = "370203"
LI, WANG, ZHAO = "li", "wang", "zhao"
DUE = date(2026, 2, 10)  # certified 10 February 2025, twelve months to the day
GATHERED, BY = date(2026, 2, 28), date(2026, 3, 8)


def run(on: date) -> dict[str, int]:
    return dict(sweep(on, today=on))


def now(case: int) -> Case:
    return db.session.get_one(Case, case, populate_existing=True)


def lapsing(certified: str = "2025-02-10", told: date | None = date(2026, 1, 20)) -> int:
    """A case of the place, told in the warning period."""
    case = make_case(ON, PLACE, 最近认证日期=certified, 居住地="", 联系地址="青岛市某处").id
    if told:
        with transaction() as session:
            notice = Notice(case_id=case, kind="certification_due", channel="letter", once_key=f"told {case}",
                            message_id=f"told {case}", content={}, on=told, status="accepted")
            session.add(notice)
            session.flush()
            about = {"kind": notice.kind, "channel": notice.channel}
            for happened in (NoticeQueued(notice=notice.public_id, once_key=notice.once_key, **about),
                             NoticeSent(notice=notice.public_id, **about)):
                record(happened, case=notice.case, actor="SYSTEM", on=told)
    return case


@pytest.fixture
def staff(context: Flask) -> None:
    furnish(QINGDAO)
    for name, role in ((LI, "caseworker"), (WANG, "reviewer"), (ZHAO, "approver")):
        make_account(name, [role], office=PLACE)


def batch() -> SuspensionBatch:
    return db.session.scalars(select(SuspensionBatch).execution_options(populate_existing=True)).one()


def refused(act: object, *args: object, **more: object) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as caught:
        act(*args, **more)
    return caught.value.codes


def note(case: int, on: date = date(2026, 2, 12)) -> None:
    not_passed.note(case, reason="not_found", means="home_visit", said="上门三次", actor=actor(LI), on=on)


def proposed() -> int:
    found = batch().id
    suspension_batches.propose(found, actor=actor(LI), on=GATHERED)
    return found


@pytest.mark.article("QD-25")
def test_the_calendar_suspends_nobody_and_gathers_at_the_end_of_the_month(staff: None) -> None:
    case = lapsing()
    for on in (DUE + DAY, GATHERED - DAY):
        assert not {"lapse", "gather"} & set(run(on))
    assert run(GATHERED)["gather"] == 1
    found = batch()
    assert (found.month, found.due_on, found.status) == ("2026-02", BY, "gathered")
    assert "gather" not in run(GATHERED)
    assert "gather" not in run(date(2026, 3, 31)), "it waits in the batch of February"
    assert now(case).state == "pending"
    assert not breaches()


@pytest.mark.article("QD-25")
def test_whoever_lapses_after_the_month_stands_in_the_next_batch_however_the_days_are_split(staff: None) -> None:
    early, late = lapsing(), lapsing("2025-03-02", date(2026, 2, 20))  # due 10 February and 2 March
    run(date(2026, 3, 5))
    assert list(db.session.scalars(select(SuspensionRow.case_id))) == [early]
    assert batch().month == "2026-02"
    run(date(2026, 3, 31))
    months = dict(db.session.execute(select(SuspensionRow.case_id, SuspensionBatch.month).join(SuspensionBatch)).all())
    assert months == {early: "2026-02", late: "2026-03"}


@pytest.mark.article("QD-24", "QD-25")
def test_two_people_release_and_each_is_suspended_as_by_the_sweep(staff: None) -> None:
    case = lapsing()
    note(case)
    run(GATHERED)
    found = proposed()
    done = suspension_batches.release(found, actor=actor(WANG), on=date(2026, 3, 6))
    assert [one.action for one in done] == ["lapse"]
    taken = now(case)
    assert (taken.state, taken.state_reason) == ("suspended", "lapsed")
    assert taken.state_basis == "青人社字〔2018〕47号 第二十四条、第二十五条"
    step = db.session.scalars(select(CaseTransition).where(CaseTransition.action == "lapse")).one()
    assert (step.on, step.period_due_on) == (date(2026, 3, 6), DUE)
    assert db.session.scalar(select(Notice.id).where(Notice.case_id == case, Notice.kind == "suspended"))
    assert not {"lapse", "gather"} & set(run(date(2026, 3, 31)))
    assert not breaches()
    assert not differences()


@pytest.mark.article("QD-24")
def test_nobody_is_handed_on_without_a_reason_noted(staff: None) -> None:
    case = lapsing()
    run(GATHERED)
    assert refused(suspension_batches.propose, batch().id, actor=actor(LI), on=GATHERED) == ("NOT_PASSED_MISSING",)
    note(case, GATHERED)
    proposed()
    assert refused(suspension_batches.propose, batch().id, actor=actor(LI), on=GATHERED) == ("WRONG_STAGE",)


@pytest.mark.article("QD-24")
def test_it_is_noted_in_the_last_month_and_once_for_a_period(staff: None) -> None:
    case = lapsing()
    assert refused(note, case, date(2026, 1, 9)) == ("NOT_PASSED_TOO_EARLY",)
    note(case, date(2026, 1, 10))  # one month before 10 February
    assert now(case).state == "verified"
    assert refused(note, case, date(2026, 1, 11)) == ("NOT_PASSED_NOTED",)
    certify_from_source(case, "border_crossing", date(2026, 1, 15), "口岸", on=date(2026, 1, 15))
    assert not_passed.of_period(now(case)) is None


@pytest.mark.article("QD-24")
def test_where_the_rules_know_no_such_mark_it_is_refused(context: Flask) -> None:
    make_account(LI, ["caseworker"])
    case = make_case(ON, 最近认证日期="2025-02-10").id
    assert refused(note, case, date(2026, 2, 1)) == ("NOT_PASSED_TOO_EARLY",)


@pytest.mark.article("QD-25", "JS-8.1")
def test_the_proposer_does_not_release_under_any_account(staff: None) -> None:
    case = lapsing()
    note(case)
    run(GATHERED)
    number = valid_id_number(place="370203")
    make_account("both.one", ["caseworker"], office=PLACE, id_number=number)
    suspension_batches.propose(batch().id, actor=actor("both.one"), on=GATHERED)
    accounts.close_account(actor("founder.system"), account("both.one").public_id, ON, "transfer")
    make_account("both.two", ["reviewer"], office=PLACE, id_number=number)
    assert refused(suspension_batches.release, batch().id, actor=actor("both.two"), on=BY) == ("SAME_PERSON",)
    make_account("elsewhere", ["reviewer"], office="370202")
    assert refused(suspension_batches.release, batch().id, actor=actor("elsewhere"), on=BY) == ("OUT_OF_AREA",)
    assert refused(suspension_batches.release, batch().id, actor=actor(LI), on=BY) == ("NO_GRANT",)
    assert now(case).state == "pending"


@pytest.mark.article("QD-25")
def test_who_was_taken_out_or_certified_meanwhile_is_not_suspended(staff: None) -> None:
    out, seen, stays = lapsing(), lapsing(), lapsing()
    for case in (out, seen, stays):
        note(case)
    run(GATHERED)
    row = db.session.scalars(select(SuspensionRow).where(SuspensionRow.case_id == out)).one()
    suspension_batches.take_out(row.id, "已联系上，本周认证", actor=actor(LI), on=GATHERED)
    found = proposed()
    certify_from_source(seen, "border_crossing", date(2026, 3, 2), "口岸", on=date(2026, 3, 2))
    suspension_batches.release(found, actor=actor(WANG), on=BY)
    assert [now(case).state for case in (out, seen, stays)] == ["pending", "verified", "suspended"]
    run(date(2026, 3, 31))
    again = db.session.scalars(select(SuspensionBatch.month).join(SuspensionRow).where(SuspensionRow.case_id == out))
    assert sorted(again) == ["2026-02", "2026-03"]
    each_is_named("batches")


@pytest.mark.article("QD-25")
def test_whoever_took_somebody_out_does_not_release(staff: None) -> None:
    out, stays = lapsing(), lapsing()
    for case in (out, stays):
        note(case)
    run(GATHERED)
    row = db.session.scalars(select(SuspensionRow).where(SuspensionRow.case_id == out)).one()
    suspension_batches.take_out(row.id, "家属来电", actor=actor(WANG), on=GATHERED)
    found = proposed()
    assert refused(suspension_batches.release, found, actor=actor(WANG), on=BY) == ("SAME_PERSON",)
    suspension_batches.send_back(found, "请核对", actor=actor(ZHAO), on=BY)
    assert batch().status == "gathered"


@pytest.mark.article("QD-25")
def test_what_was_released_and_not_yet_suspended_is_done_by_the_next_sweep(staff: None,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    case = lapsing()
    note(case)
    run(GATHERED)
    found = proposed()
    monkeypatch.setattr(suspension_batches, "suspend", lambda *_: [])
    suspension_batches.release(found, actor=actor(WANG), on=BY)
    assert run(BY + DAY)["lapse"] == 1
    assert now(case).state == "suspended"


@pytest.mark.parametrize(("path", "value"), [
    ("suspend_lapsed_by", "system"), ("loss_suspension_batch_day", 5), ("not_passed_months_before_due", 2),
    ("not_passed_months_before_due", None)])
@pytest.mark.article("QD-24", "QD-25")
def test_other_rules_suspend_otherwise(staff: None, tmp_path: Path, path: str, value: object) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "qingdao", path, {"value": value, "since": "2022-12-12"})
    with law.in_force(folder):
        case = lapsing()
        first = not_passed.begins_on(now(case), ON)
        done = run(GATHERED)
        if path == "suspend_lapsed_by":
            assert (done["lapse"], "gather" in done) == (1, False)
        elif path == "loss_suspension_batch_day":
            assert batch().due_on == date(2026, 3, 5)
        elif value:
            assert first == date(2025, 12, 10)
        else:
            assert first is None
            proposed()  # no reason is wanted
