"""Any order of commands by any people, on any days: after each step every promise holds, and nothing breaks.

HYPOTHESIS_PROFILE=long explores far longer than the usual run, each time another way.
"""
from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from audit.events import NoticeSent, PaymentReturned
from audit.log import record
from audit.models import AuditTx
from cases import objections, review, verification
from cases.certifications import certify_in_person
from cases.claims import claim, release
from cases.decisions import Proposal, edit, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case, Decision, Notice, PaymentReturn, VerificationTask
from cases.models.decision import OPEN_STAGES
from cases.sweep import sweep
from cases.withdrawals import withdraw
from database import db, transaction
from invariants import breaches
from replay import differences
from staff.access import AccessDenied
from staff.refusals import StaffRefused
from staff.relatives import declare
from tests.case_builder import LAPSED, make_case, paper
from tests.people import actor, make_account
from workflows.transition import TransitionRefused

FIRST_DAY = date(2026, 3, 16)
POSTS = {"li": ("caseworker",), "wang": ("reviewer",), "zhao": ("approver",),
         "sun": ("caseworker", "reviewer", "approver")}
CITY = {"city.li": "caseworker", "city.wang": "reviewer", "city.zhao": "approver"}
PEOPLE = st.sampled_from(sorted((*POSTS, *CITY)))
WHICH = st.integers(0, 1)
CLOSING = ("cremation_certificate", "identity_document", "relation_proof", "account_proof", "settlement_sheet")
# kind, reason, papers, fields: {on} is the business date
PROPOSED = (
    ("resume", "lapsed", ("home_visit_record",), {}),
    ("resume", "suspected_loss", ("home_visit_record",), {"arrears_reason": "lapsed"}),
    ("resume", "failed_certification", ("home_visit_record",), {}),
    ("suspend", "suspected_loss", ("grassroots_report",), {}),
    ("suspend", "death_unconfirmed", ("grassroots_report",), {}),
    ("suspend", "payment_failed", ("payment_return_record",), {}),
    ("stop", "death", ("cremation_certificate",), {"died_on": "{on}"}),
    ("stop", "missing", ("police_missing_paper",), {}),
    ("terminate", "death", CLOSING, {"died_on": "{on}", "account_status": "settled"}),
    ("restore", None, ("home_visit_record", "court_revocation"), {"reasons": "健在", "arrears_reason": "lapsed"}),
    ("annul_death_mark", None, ("court_revocation", "home_visit_record", "photo_or_video"), {"reasons": "健在"}),
    ("annul_death_mark", "death", ("court_revocation", "home_visit_record", "photo_or_video"),
     {"reasons": "健在", "resume": True}),
    ("dismiss_objection", None, ("verification_record",), {"reasons": "查无此人"}),
    ("change_identity", None, ("identity_change_paper", "identity_document"), {"reasons": "更名"}),
    ("back_pay_correction", None, ("settlement_sheet",), {"months": {"2026-01": 100}, "basis": "核对"}),
)
PROPOSALS = st.sampled_from(PROPOSED)
# profile -> (examples, steps of each, the same ones every time)
PROFILES = {"usual": (4, 20, True), "long": (200, 60, False)}
SIGNING = st.sampled_from(("initial_review", "recheck", "approve"))


class Office(RuleBasedStateMachine):
    """Two cases, seven people, and a clock that only goes forward, from one example to the next as well: nothing is
    declared before what was signed already. A refusal is an answer like any other."""

    def __init__(self) -> None:
        super().__init__()
        self.on = max(FIRST_DAY, db.session.scalar(select(func.max(AuditTx.on))))
        db.session.rollback()

    def tried(self, command: Callable, *args: object, by: str, **given: object) -> None:
        try:
            command(*args, **given, actor=actor(by), on=self.on)
        except TransitionRefused as refused:
            assert refused.refusals
        except (AccessDenied, StaffRefused) as refused:
            assert refused.refusal
        db.session.rollback()

    def case(self, which: int) -> int:
        return sorted(db.session.scalars(select(Case.id)))[which]

    def some(self, column, *where) -> int | None:
        return db.session.scalar(select(column).where(*where).order_by(column.desc()).limit(1))

    def open_one(self) -> int | None:
        return self.some(Decision.id, Decision.stage.in_(OPEN_STAGES))

    @rule(which=WHICH, proposed=PROPOSALS, by=PEOPLE)
    def propose(self, which: int, proposed: tuple, by: str) -> None:
        self._propose(which, proposed, by)

    def _propose(self, which: int, proposed: tuple, by: str) -> None:
        kind, reason, proofs, fields = proposed
        case = self.case(which)
        kept = tuple(add_evidence(case, paper(proof, self.on), actor=actor(by), on=self.on).id for proof in proofs)
        given = {name: value.format(on=self.on) if isinstance(value, str) else value for name, value in fields.items()}
        personal = {"new_name": f"周秀{'英瑛莹'[self.on.day % 3]}"} if kind == "change_identity" else {}
        self.tried(open_decision, case, Proposal(kind, reason, given, personal, kept), by=by)

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

    @rule(by=PEOPLE, act=st.sampled_from((claim, release)))
    def onto_the_desk(self, by: str, act: Callable) -> None:
        self._with_open(act, by)

    @rule(city=st.booleans())
    def sign_all(self, city: bool) -> None:
        """The usual course, so that decisions are executed too."""
        self._sign_all("city." if city else "")

    @rule(which=WHICH, proposed=PROPOSALS, city=st.booleans())
    def decide(self, which: int, proposed: tuple, city: bool) -> None:
        """Proposed and signed at once, or as far as the guards let it go."""
        self._propose(which, proposed, "city.li" if city else "li")
        self._sign_all("city." if city else "")

    def _sign_all(self, office: str) -> None:
        self._with_open(submit, f"{office}li")
        for by, action in (("li", "initial_review"), ("wang", "recheck"), ("zhao", "approve")):
            self._with_open(review.sign, f"{office}{by}", action, opinion="同意")

    @rule(which=WHICH, by=PEOPLE)
    def certify(self, which: int, by: str) -> None:
        self.tried(certify_in_person, self.case(which), paper("window_visit_record", self.on),
                   paper("photo_or_video", self.on), by=by)

    @rule(which=WHICH, by=PEOPLE)
    def object(self, which: int, by: str) -> None:
        self.tried(objections.lodge, self.case(which), objections.Lodged("to_suspension", "self", "健在"), by=by)

    @rule(by=PEOPLE, outcome=st.sampled_from(verification.OUTCOMES), means=st.sampled_from(("home_visit", "phone")))
    def verify(self, by: str, outcome: str, means: str) -> None:
        task = self.some(VerificationTask.id, VerificationTask.status == "open")
        if task:
            self.tried(verification.finish, task, outcome=outcome, means=means, note="上门", by=by,
                       evidence=paper("home_visit_record", self.on) if means == "home_visit" else None)

    @rule(which=WHICH, accepted=st.booleans())
    def the_bank_answers(self, which: int, accepted: bool) -> None:
        """The answer to the payment of the newest arrears, or of a month of the run."""
        case = self.case(which)
        with transaction() as session:
            number = session.scalar(select(Decision.decision_no).where(
                Decision.case_id == case, Decision.stage == "executed").order_by(Decision.id.desc()).limit(1))
            said = session.query(PaymentReturn).count()
            told = {"month": f"{self.on:%Y-%m}", "amount_fen": 100, "accepted": accepted, "payment_ref": f"B{said}",
                    "decision_no": number}
            session.add(PaymentReturn(case_id=case, on=self.on, **told))
            record(PaymentReturned(returned_on=self.on, **told), case=session.get_one(Case, case), actor="SYSTEM",
                   on=self.on)

    @rule(which=WHICH, by=PEOPLE)
    def declare_a_relative(self, which: int, by: str) -> None:
        """Rarely: of one's relatives nobody signs, and the office is small."""
        if self.on.day % 5:
            return
        number = db.session.get_one(Case, self.case(which)).pensioner.id_number
        db.session.rollback()
        try:
            declare(actor(by), number, "child", self.on)
        except (StaffRefused, TransitionRefused):
            db.session.rollback()

    @rule()
    def letters_arrive(self) -> None:
        with transaction() as session:
            for notice in session.scalars(select(Notice).where(Notice.status == "queued")).all():
                notice.status = "accepted"
                record(NoticeSent(notice=notice.public_id, kind=notice.kind, channel=notice.channel), case=notice.case,
                       actor="SYSTEM", on=self.on)

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
    for name, role in CITY.items():
        make_account(name, [role], office="5101")
    make_case(FIRST_DAY, **LAPSED)
    make_case(FIRST_DAY, 最近认证日期="2025-09-01")
    examples, steps, same = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "usual")]
    run_state_machine_as_test(Office, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=same,
        suppress_health_check=list(HealthCheck), print_blob=False))
