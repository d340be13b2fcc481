"""P1, P4, P6: two approvers at the same moment, each in a process of their own on the same database.

Rounds: 8 here, on each engine; PROMISE_ROUNDS asks for more (64 takes some minutes on two cores).
"""
from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from cases import review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import BenefitMonth, Case, Decision, ReviewStep
from database import db
from invariants import breaches
from tests.case_builder import LAPSED, make_case, paper
from tests.conftest import configured
from tests.people import actor, make_account
from tests.promises.county import ON

ROUNDS = int(os.environ.get("PROMISE_ROUNDS", "8"))
APPROVERS = ("zhao", "qian")
ANSWER_WITHIN = 60  # seconds


def approver(url: str, folder: str, username: str, start: object, line: Connection) -> None:
    """A process of one approver: signs each decision it is told, when all have come to the barrier."""
    from app import create_app

    app = create_app(configured(url, Path(folder)))
    line.send("ready")
    for decision in iter(line.recv, None):
        with app.app_context():
            line.send(_approve(decision, username, start))
            db.session.remove()
    with app.app_context():
        db.engine.dispose()


def _approve(decision: int, username: str, start: object) -> str:
    from workflows.transition import TransitionRefused

    who = actor(username)
    db.session.rollback()
    start.wait(ANSWER_WITHIN)
    try:
        return review.sign(decision, "approve", opinion="同意", actor=who, on=ON).stage
    except TransitionRefused as refused:
        return refused.refusals[0].code


def _awaiting_approval() -> int:
    case = make_case(ON, **LAPSED).id
    proof = add_evidence(case, paper("home_visit_record", ON), actor=actor("li"), on=ON).id
    decision = open_decision(case, Proposal("resume", "lapsed", evidence=(proof,)), actor=actor("li"), on=ON).id
    submit(decision, actor=actor("li"), on=ON)
    review.sign(decision, "initial_review", opinion="同意", actor=actor("li"), on=ON)
    review.sign(decision, "recheck", opinion="同意", actor=actor("wang"), on=ON)
    return decision


@pytest.mark.article("SC-29")
def test_of_two_approvers_at_the_same_moment_one_approves_and_one_is_told(
        app: Flask, database_url: str, tmp_path: Path) -> None:
    with app.app_context():
        for name, role in (("li", "caseworker"), ("wang", "reviewer"), *((name, "approver") for name in APPROVERS)):
            make_account(name, [role])
        decisions = [_awaiting_approval() for _ in range(ROUNDS)]
        db.session.remove()
        db.engine.dispose()
    spawn = multiprocessing.get_context("spawn")
    start, lines, started = spawn.Barrier(len(APPROVERS)), [], []
    for name in APPROVERS:
        mine, theirs = spawn.Pipe()
        process = spawn.Process(target=approver, args=(database_url, str(tmp_path), name, start, theirs), daemon=True)
        process.start()
        lines.append(mine)
        started.append(process)
    assert [_said(line) for line in lines] == ["ready", "ready"]
    for decision in decisions:
        for line in lines:
            line.send(decision)
        assert sorted(_said(line) for line in lines) == ["WRONG_STAGE", "executed"]
    for line, process in zip(lines, started, strict=True):
        line.send(None)
        process.join(ANSWER_WITHIN)
    with app.app_context():
        _each_was_approved_once(decisions)


def _said(line: Connection) -> str:
    assert line.poll(ANSWER_WITHIN), "no answer"
    return line.recv()


def _each_was_approved_once(decisions: list[int]) -> None:
    signed = db.session.execute(select(ReviewStep.decision_id, func.count(ReviewStep.id)).where(
        ReviewStep.stage == "approval").group_by(ReviewStep.decision_id)).all()
    assert sorted(signed) == [(decision, 1) for decision in sorted(decisions)]
    assert set(db.session.scalars(select(Decision.stage))) == {"executed"}
    assert set(db.session.scalars(select(Case.state))) == {"resumed"}
    assert set(db.session.scalars(select(BenefitMonth.back_paid))) == {321050}
    assert breaches() == []
