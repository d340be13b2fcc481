"""A county at work: people signed in to the real pages, and what their commands did to the record."""
from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from audit.models import AuditEvent
from cases import review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case, Decision, ReviewStep
from database import db
from invariants import breaches
from tests.case_builder import LAPSED, make_case, paper
from tests.people import actor, make_account, sign_in

ON = date(2026, 3, 16)
POSTS = {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}
CHAIN = ("initial_review", "recheck", "approve")
TERMINATED = {"发放状态": "终止", "停发或暂停原因": "死亡", "暂停/停发日期": "2026-01-20", "最近认证日期": "2025-01-01"}
RETURNED_FROM_DEATH = ("home_visit_record", "court_revocation")


class County:
    """One case of a county; li, wang and zhao hold the three posts. `on` is the business date."""

    def __init__(self, app: Flask, **cells: str) -> None:
        self.app, self.on = app, app.config["TODAY"]
        with app.app_context():
            for name, role in POSTS.items():
                make_account(name, [role])
            case = make_case(self.on, **(cells or LAPSED))
            self.case_key, self.case_id = case.id, case.public_id
        self.people: dict[str, FlaskClient] = {}

    def hire(self, name: str, *roles: str, **more: Any) -> None:
        """One more person, with an account."""
        with self.app.app_context():
            make_account(name, roles, **more)

    def __getitem__(self, name: str) -> FlaskClient:
        if name not in self.people:
            self.people[name] = sign_in(self.app.test_client(), name)
        return self.people[name]

    def propose(self, kind: str = "resume", reason: str | None = "lapsed", *papers: str, by: str = "li",
                papers_by: str | None = None, **fields: Any) -> str:
        """A draft with papers; its public id."""
        with self.app.app_context():
            bound = tuple(add_evidence(self.case_key, paper(name, self.on), actor=actor(papers_by or by), on=self.on).id
                          for name in papers or ("home_visit_record",))
            made = open_decision(self.case_key, Proposal(kind, reason, fields, evidence=bound), actor=actor(by),
                                 on=self.on)
            self.key, self.decision_id = made.id, made.public_id
        return self.decision_id

    def act(self, who: str, action: str, opinion: str = "同意") -> list[str]:
        """The action by the page; the codes of its refusal, empty when it was done."""
        before = self.newest(AuditEvent.id)
        self.answer: TestResponse = self[who].post(f"/decisions/{self.decision_id}/{action}", data={"opinion": opinion})
        codes = self.refusals_after(before)
        assert (self.answer.status_code == 302) == (not codes), (self.answer.status_code, codes, self.answer.text)
        return codes

    def refusals_after(self, event_id: int) -> list[str]:
        with self.app.app_context():
            found = db.session.scalars(select(AuditEvent.canonical).where(
                AuditEvent.id > event_id, AuditEvent.type == "StepRefused").order_by(AuditEvent.id)).all()
        return re.findall(r'"refusal":"([A-Z_]+)"', b"".join(found).decode())

    def sign_to(self, stage: str, by: str = "li") -> None:
        """Submitted by `by` and signed as far as `stage`, with everybody in their post."""
        steps = [(by, "submit"), ("li", "initial_review"), ("wang", "recheck"), ("zhao", "approve")]
        for who, action in steps[: 1 + ("initial_review", "recheck", "approval", "executed").index(stage)]:
            assert self.act(who, action) == [], self.answer.text
        assert self.stage == stage

    def decided(self, kind: str, reason: str | None, *papers: str, signers: tuple[str, ...] = ("li", "wang", "zhao"),
                **fields: Any) -> None:
        """The whole course of a decision by commands, as fast as it goes."""
        self.propose(kind, reason, *papers, by=signers[0], **fields)
        with self.app.app_context():
            submit(self.key, actor=actor(signers[0]), on=self.on)
            for action, who in zip(CHAIN, signers, strict=False):
                if db.session.get_one(Decision, self.key).stage != "executed":
                    review.sign(self.key, action, opinion="同意", actor=actor(who), on=self.on)

    def change(self, do: Any) -> None:
        """Another program changes the record: `do(session)`."""
        with self.app.app_context():
            do(db.session)
            db.session.commit()

    def newest(self, column: Any) -> Any:
        with self.app.app_context():
            return db.session.scalar(select(column).order_by(column.class_.id.desc()).limit(1))

    def decision(self, column: Any) -> Any:
        with self.app.app_context():
            return db.session.scalar(select(column).where(Decision.public_id == self.decision_id))

    @property
    def stage(self) -> str:
        return self.decision(Decision.stage)

    @property
    def round(self) -> int:
        return self.decision(Decision.round)

    @property
    def state(self) -> str:
        with self.app.app_context():
            return db.session.get_one(Case, self.case_key).state

    def signatures(self) -> int:
        """Of the round under way."""
        with self.app.app_context():
            return len(db.session.scalars(select(ReviewStep.id).where(
                ReviewStep.decision_id == self.key, ReviewStep.round == self.round, ReviewStep.act == "sign")).all())

    def keeps_every_promise(self) -> None:
        with self.app.app_context():
            assert breaches() == []
