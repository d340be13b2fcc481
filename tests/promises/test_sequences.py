"""Any order of commands by any people, on any days: after each step every promise holds, and nothing breaks."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from cases import objections, review
from cases.certifications import certify_in_person
from cases.decisions import Proposal, edit, open_decision, submit, withdraw
from cases.evidence import add_evidence
from cases.models import Case, Decision
from cases.models.decision import OPEN_STAGES
from cases.sweep import sweep
from database import db
from invariants import breaches
from replay import differences
from tests.case_builder import LAPSED, make_case, paper
from tests.people import actor, make_account
from workflows.transition import TransitionRefused

FIRST_DAY = date(2026, 3, 16)
POSTS = {"li": ("caseworker",), "wang": ("reviewer",), "zhao": ("approver",),
         "sun": ("caseworker", "reviewer", "approver")}
PEOPLE = st.sampled_from(sorted(POSTS))
PROPOSALS = st.sampled_from((
    ("resume", "lapsed", "home_visit_record"), ("suspend", "suspected_loss", "grassroots_report"),
    ("stop", "death", "cremation_certificate"), ("dismiss_objection", None, "verification_record"),
    ("annul_death_mark", None, "court_revocation")))
SIGNING = st.sampled_from(("initial_review", "recheck", "approve"))


class Office(RuleBasedStateMachine):
    """Two cases, four people, and a clock that only goes forward. A refusal is an answer like any other."""

    def __init__(self) -> None:
        super().__init__()
        self.on = FIRST_DAY

    def tried(self, command, *args, by: str, **given) -> None:
        try:
            command(*args, **given, actor=actor(by), on=self.on)
        except TransitionRefused as refused:
            assert refused.refusals
        db.session.rollback()

    def some(self, column, *where) -> int | None:
        return db.session.scalar(select(column).where(*where).order_by(column.desc()).limit(1))

    def open_one(self) -> int | None:
        return self.some(Decision.id, Decision.stage.in_(OPEN_STAGES))

    @rule(which=st.integers(0, 1), proposed=PROPOSALS, by=PEOPLE)
    def propose(self, which: int, proposed: tuple, by: str) -> None:
        kind, reason, proof = proposed
        case = sorted(db.session.scalars(select(Case.id)))[which]
        kept = add_evidence(case, paper(proof, self.on), actor=actor(by), on=self.on).id
        fields = {"died_on": self.on.isoformat()} if reason == "death" else {"reasons": "核实"}
        self.tried(open_decision, case, Proposal(kind, reason, fields, evidence=(kept,)), by=by)

    @rule(by=PEOPLE)
    def hand_in(self, by: str) -> None:
        self._with_open(submit, by)

    @rule(by=PEOPLE, action=SIGNING)
    def sign(self, by: str, action: str) -> None:
        self._with_open(review.sign, by, action, opinion="同意")

    @rule(by=PEOPLE, action=st.sampled_from((review.return_, review.reject)))
    def send_back(self, by: str, action) -> None:
        self._with_open(action, by, opinion="不清楚")

    @rule(by=PEOPLE)
    def change(self, by: str) -> None:
        self._with_open(edit, by, fields={"reasons": f"{by} 补充"})

    @rule(by=PEOPLE)
    def take_back(self, by: str) -> None:
        self._with_open(withdraw, by)

    @rule()
    def sign_all(self) -> None:
        """The usual course, so that decisions are executed too."""
        self._with_open(submit, "li")
        for by, action in (("li", "initial_review"), ("wang", "recheck"), ("zhao", "approve")):
            self._with_open(review.sign, by, action, opinion="同意")

    @rule(which=st.integers(0, 1), by=PEOPLE)
    def certify(self, which: int, by: str) -> None:
        case = sorted(db.session.scalars(select(Case.id)))[which]
        self.tried(certify_in_person, case, paper("window_visit_record", self.on), paper("photo_or_video", self.on),
                   by=by)

    @rule(which=st.integers(0, 1), by=PEOPLE)
    def object(self, which: int, by: str) -> None:
        case = sorted(db.session.scalars(select(Case.id)))[which]
        self.tried(objections.lodge, case, objections.Lodged("to_suspension", "self", "健在"), by=by)

    @rule(days=st.sampled_from((1, 20, 100)))
    def time_passes(self, days: int) -> None:
        self.on += timedelta(days=days)
        sweep(self.on, today=self.on)

    @invariant()
    def every_promise_holds(self) -> None:
        db.session.rollback()
        assert breaches() == []
        assert differences() == []

    def _with_open(self, command, by: str, *args, **given) -> None:
        decision = self.open_one()
        if decision:
            self.tried(command, decision, *args, by=by, **given)


@pytest.mark.article("SC-24", "SC-26", "SC-27", "SC-29")
def test_no_order_of_commands_breaks_a_promise(context: Flask) -> None:
    """Examples share one office and its record: what one leaves, the next goes on from."""
    for name, roles in POSTS.items():
        make_account(name, roles)
    make_case(FIRST_DAY, **LAPSED)
    make_case(FIRST_DAY, 最近认证日期="2025-09-01")
    run_state_machine_as_test(Office, settings=settings(
        max_examples=4, stateful_step_count=12, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), print_blob=False))
