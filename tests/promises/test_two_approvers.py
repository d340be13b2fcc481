"""P1, P4, P5, P6: two people at the same moment, each at a server process of their own, on one database, by the pages.

PROMISE_ROUNDS says how often two approvers meet (64); the other pairs meet a quarter as often.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases import review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import BenefitMonth, Case, DeathMark, Decision, Pensioner, ReviewStep
from database import db
from invariants import breaches
from tests.case_builder import LAPSED, make_case, make_cases, paper, pensioner_id_number
from tests.engines import Copies
from tests.people import actor, make_account
from tests.promises.county import ON
from tests.promises.servers import Servers, Visitor, at_once, refusal_of

ROUNDS = int(os.environ.get("PROMISE_ROUNDS", "64"))
FEWER = max(ROUNDS // 4, 1)
PEOPLE = {"li": "caseworker", "wang": "reviewer", "feng": "reviewer", "zhao": "approver", "qian": "approver"}
STEPS = (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao"))
ACTED_ON = "可能刚被他人办理"  # refusal.WRONG_STAGE, as the page says it
EDIT = {"reason": "lapsed", "arrears_reason": "", "reasons": "补充说明", "file_kind": "home_visit_record"}
OTHER_BENEFIT = {"险种": "机关事业"}


@dataclass(frozen=True)
class Contest:
    """Who posts what, the first and the second."""

    people: tuple[str, str]
    acts: tuple[str, str]
    fields: tuple[dict[str, str], dict[str, str]] = ({}, {})


def waiting(case_id: int, signatures: int, proposal: Proposal, *papers: str) -> str:
    """A decision of the case with so many signatures; its public id."""
    bound = tuple(add_evidence(case_id, paper(kind, ON), actor=actor("li"), on=ON).id for kind in papers)
    made = open_decision(case_id, Proposal(proposal.kind, proposal.reason, proposal.fields, evidence=bound),
                         actor=actor("li"), on=ON)
    key, public_id = made.id, made.public_id
    submit(key, actor=actor("li"), on=ON)
    for action, who in STEPS[:signatures]:
        review.sign(key, action, opinion="同意", actor=actor(who), on=ON)
    return public_id


def resumptions(many: int, signatures: int) -> list[str]:
    return [waiting(case.id, signatures, Proposal("resume", "lapsed"), "home_visit_record")
            for case in make_cases(ON, many, **LAPSED)]


@pytest.fixture(scope="module")
def both(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Servers(copies.url, tmp_path_factory.mktemp("servers"), ON) as started:
        yield started


@pytest.fixture
def servers(both: Servers) -> Iterator[Servers]:
    yield both
    both.let_go()


@pytest.fixture
def office(app: Flask) -> Flask:
    with app.app_context():
        for name, role in PEOPLE.items():
            make_account(name, [role])
    return app


def prepared(app: Flask, make: Callable[..., list], *given: object) -> list:
    with app.app_context():
        made = make(*given)
        db.session.remove()
        db.engine.dispose()
    return made


def meet(servers: Servers, pairs: list[tuple[str, str]], contest: Contest) -> Iterator[list[tuple[int, str]]]:
    """One meeting after the other: both posts of each pair at once; the two answers."""
    visitors = [Visitor(port).sign_in(name) for port, name in zip(servers.ports, contest.people, strict=True)]
    for pair in pairs:
        yield at_once(*((who, f"/decisions/{decision}/{act}", fields) for who, decision, act, fields
                        in zip(visitors, pair, contest.acts, contest.fields, strict=True)))


def one_done_one_told(answers: list[tuple[int, str]]) -> None:
    assert sorted(status for status, _text in answers) == [302, 409], [(s, refusal_of(t)) for s, t in answers]
    (told,) = [refusal_of(text) for status, text in answers if status == 409]
    assert ACTED_ON in told, told


@pytest.mark.article("SC-29")
def test_of_two_approvers_at_the_same_moment_one_approves_and_one_is_told(
        office: Flask, servers: Servers) -> None:
    decisions = prepared(office, resumptions, ROUNDS, 2)
    contest = Contest(("zhao", "qian"), ("approve", "approve"))
    for answers in meet(servers, [(one, one) for one in decisions], contest):
        one_done_one_told(answers)
    with office.app_context():
        assert signatures_at("approval") == [1] * ROUNDS
        assert refusals() == ["WRONG_STAGE"] * ROUNDS
        assert set(db.session.scalars(select(Decision.stage))) == {"executed"}
        assert set(db.session.scalars(select(Case.state))) == {"resumed"}
        assert set(db.session.scalars(select(BenefitMonth.back_paid))) == {321050}
        assert breaches() == []


@pytest.mark.article("SC-29")
def test_of_two_reviewers_at_the_same_moment_one_rechecks_and_one_is_told(
        office: Flask, servers: Servers) -> None:
    decisions = prepared(office, resumptions, FEWER, 1)
    contest = Contest(("wang", "feng"), ("recheck", "recheck"))
    for answers in meet(servers, [(one, one) for one in decisions], contest):
        one_done_one_told(answers)
    with office.app_context():
        assert signatures_at("recheck") == [1] * FEWER
        assert set(db.session.scalars(select(Decision.stage))) == {"approval"}
        assert breaches() == []


@pytest.mark.article("SC-29")
def test_an_approval_and_an_edit_at_the_same_moment_never_execute_what_was_not_signed(
        office: Flask, servers: Servers) -> None:
    decisions = prepared(office, resumptions, FEWER, 2)
    contest = Contest(("zhao", "li"), ("approve", "edit"), ({}, EDIT))
    for answers in meet(servers, [(one, one) for one in decisions], contest):
        one_done_one_told(answers)
    with office.app_context():
        ended = db.session.execute(select(Decision.stage, Decision.round, Decision.fields["reasons"].as_string())).all()
        assert {tuple(row) for row in ended} <= {("executed", 1, None), ("draft", 2, "补充说明")}
        assert breaches() == []


def with_a_report_of_death(many: int) -> list[tuple[str, str]]:
    """A resumption that awaits approval, and a stop for death of the person's other benefit that awaits recheck."""
    pairs = []
    for _ in range(many):
        number = pensioner_id_number()
        lapsed, paid = make_case(ON, 身份证号=number, **LAPSED), make_case(ON, 身份证号=number, **OTHER_BENEFIT)
        died = Proposal("stop", "death", {"died_on": "2026-03-01"})
        pairs.append((waiting(lapsed.id, 2, Proposal("resume", "lapsed"), "home_visit_record"),
                      waiting(paid.id, 1, died, "cremation_certificate")))
    return pairs


@pytest.mark.article("SC-36", "SC-29")
def test_an_approval_and_a_death_mark_at_the_same_moment_come_one_after_the_other(
        office: Flask, servers: Servers) -> None:
    pairs = prepared(office, with_a_report_of_death, FEWER)
    contest = Contest(("zhao", "wang"), ("approve", "recheck"))
    resumed = 0
    for (status, text), (marked, said) in meet(servers, pairs, contest):
        assert marked == 302, refusal_of(said)
        assert status in (302, 409), refusal_of(text)
        assert status == 302 or "死亡" in refusal_of(text) or ACTED_ON in refusal_of(text)
        resumed += status == 302
    with office.app_context():
        assert db.session.scalar(select(func.count(DeathMark.id))) == FEWER
        assert resumed == db.session.scalar(select(func.count(Case.id)).where(Case.state == "resumed"))
        _resumed_before_the_mark()
        assert breaches() == []


def _resumed_before_the_mark() -> None:
    """Where both were done, the log shows the resumption committed without the mark in sight."""
    for person in db.session.scalars(select(Pensioner).join(Case).where(Case.state == "resumed")):
        content = db.session.scalar(select(ReviewStep.content).join(Decision).join(Case).where(
            Case.pensioner_id == person.id, ReviewStep.stage == "approval"))
        assert '"contrary":[]' in content


def signatures_at(stage: str) -> list[int]:
    """Of each decision that has any."""
    return list(db.session.scalars(select(func.count(ReviewStep.id)).where(
        ReviewStep.stage == stage).group_by(ReviewStep.decision_id)))


def refusals() -> list[str]:
    events = db.session.scalars(select(AuditEvent.canonical).where(AuditEvent.type == "StepRefused"))
    return [event.decode().partition('"refusal":"')[2].partition('"')[0] for event in map(bytes, events)]
