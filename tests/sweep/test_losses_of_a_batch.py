"""Qingdao: confirmed losses stand in the batch of the month, each signed by two people of its own (QD 25)."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from cases import gathered_losses, review, suspension_batches
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Decision, GatheredLoss, ReviewStep, SuspensionBatch
from database import db
from invariants import breaches
from tests import law
from tests.case_builder import make_case, paper
from tests.people import ON, actor, make_account
from tests.replay.damaging import each_is_named
from tests.sweep.test_batches import BY, DAY, GATHERED, LI, PLACE, WANG, batch, now, proposed, run, staff

__all__ = ["staff"]


def losing(stage: int, opened: date = date(2026, 2, 20)) -> tuple[int, int]:
    """A person known to have lost the right: case, and the decision on it with so many signatures."""
    case = make_case(ON, PLACE, 最近认证日期="2025-09-01", 居住地="", 联系地址="青岛市某处").id
    bound = add_evidence(case, paper("loss_record", opened), actor=actor(LI), on=opened).id
    key = open_decision(case, Proposal("suspend", "confirmed_loss", evidence=(bound,)), actor=actor(LI), on=opened).id
    if stage:
        submit(key, actor=actor(LI), on=opened)
    for action, who in (("initial_review", LI), ("recheck", WANG))[:max(0, stage - 1)]:
        review.sign(key, action, opinion="同意", actor=actor(who), on=opened)
    return case, key


def stage_of(decision: int) -> str:
    return db.session.get_one(Decision, decision, populate_existing=True).stage


def gathered() -> set[tuple[int, str]]:
    return set(db.session.execute(select(GatheredLoss.decision_id, SuspensionBatch.month).join(SuspensionBatch)).all())


def recheck(decisions: list[int], who: str = WANG, on: date = BY) -> tuple[int, list[str]]:
    chosen = list(db.session.scalars(select(Decision.public_id).where(Decision.id.in_(decisions))))
    return gathered_losses.recheck(batch().id, chosen, actor=actor(who), on=on)


@pytest.mark.article("QD-25")
def test_at_the_end_of_the_month_confirmed_losses_stand_in_the_batch_open_or_carried_out(staff: None) -> None:
    (_, draft), (_, reviewed), (done_case, done) = losing(0), losing(2), losing(3)
    _, later = losing(0, date(2026, 3, 2))
    run(GATHERED - DAY)
    assert not gathered()
    assert run(GATHERED)["gather_loss"] == 3
    assert gathered() == {(one, "2026-02") for one in (draft, reviewed, done)}
    assert (batch().month, batch().due_on, now(done_case).state) == ("2026-02", BY, "suspended")
    assert "gather_loss" not in run(date(2026, 3, 30))
    run(date(2026, 3, 31))
    assert gathered() == {(one, "2026-02") for one in (draft, reviewed, done)} | {(later, "2026-03")}
    assert not breaches()


@pytest.mark.article("QD-25", "JS-8.1")
def test_each_confirmed_loss_is_a_signature_of_whoever_releases(staff: None) -> None:
    (ticked_case, ticked), (left_case, left) = losing(2), losing(2)
    run(GATHERED)
    found = proposed()
    suspension_batches.release(found, actor=actor(WANG), on=BY)
    assert [now(case).state for case in (ticked_case, left_case)] == ["verified", "verified"], "no batch suspends them"
    assert recheck([ticked]) == (1, [])
    assert (now(ticked_case).state, now(ticked_case).state_reason) == ("suspended", "confirmed_loss")
    signed = db.session.scalars(select(ReviewStep.natural_person_id).where(ReviewStep.decision_id == ticked))
    assert set(signed) == {actor(LI).natural_person_id, actor(WANG).natural_person_id}
    assert (stage_of(left), now(left_case).state) == ("recheck", "verified")
    run(date(2026, 3, 31))
    assert gathered() == {(ticked, "2026-02"), (left, "2026-02"), (left, "2026-03")}
    assert not breaches()
    each_is_named("losses of a batch")


@pytest.mark.article("QD-25", "SC-29")
def test_whoever_reviewed_a_confirmed_loss_first_does_not_recheck_it_with_the_batch(staff: None) -> None:
    make_account("both", ["caseworker", "reviewer"], office=PLACE)
    case, key = losing(1)
    review.sign(key, "initial_review", opinion="同意", actor=actor("both"), on=date(2026, 2, 21))
    _, unreviewed = losing(1)
    run(GATHERED)
    suspension_batches.release(proposed(), actor=actor("both"), on=BY)
    mine = db.session.get_one(Decision, key).public_id
    assert recheck([key, unreviewed], "both") == (0, [mine])
    assert (stage_of(key), stage_of(unreviewed), now(case).state) == ("recheck", "initial_review", "verified")


@pytest.mark.article("QD-25")
def test_where_the_calendar_suspends_no_confirmed_loss_is_gathered(staff: None, tmp_path: Path) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "qingdao", "suspend_lapsed_by", {"value": "system", "since": "2022-12-12"})
    with law.in_force(folder):
        losing(2)
        assert "gather_loss" not in run(GATHERED)
        assert not gathered()
