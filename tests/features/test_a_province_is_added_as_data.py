"""云岭省 does not exist. Its rules are one YAML file, no line of Python knows it: its pensioners are imported, warned,
suspended and stopped by its own months, object and are resumed, and every letter cites its own articles."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from cases import objections, review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.letters import letter, letter_text
from cases.models import Case, CaseTransition, Notice, Objection
from cases.objections import Lodged
from cases.sweep import sweep
from database import db, transaction
from invariants import breaches
from tests.case_builder import make_case, paper
from tests.law import add_place, draft, in_force
from tests.people import actor, make_account
from tests.places import furnish

pytestmark = pytest.mark.sqlite_is_enough

YUNLING = (
    ("98", "云岭省", "province", None), ("9801", "青石市", "city", "98"), ("980102", "白水县", "county", "9801"),
    ("980102001", "白水镇", "town", "980102"), ("980102001001", "白水社区", "village", "980102001"),
)
DOCUMENT = "云社保〔2024〕3号"
ELSEWHERE = ("川社险办", "青人社字", "江苏省地方标准")


@pytest.fixture
def case(context: Flask, tmp_path: Path) -> Iterator[Case]:
    """Certified 2025-09-01; by article 3 due eight months later, on 2026-05-01."""
    add_place(draft(tmp_path), "yunling", Path(__file__).parents[1] / "law_of_yunling.yaml")
    with in_force(tmp_path):
        furnish(YUNLING)
        for name, role in {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}.items():
            make_account(name, [role], office="980102")
        yield make_case(date(2026, 1, 5), office="980102", 居住地="白水社区")


def swept(day: date) -> dict[str, int]:
    found = dict(sweep(day, today=day))
    with transaction():
        db.session.execute(update(Notice).where(Notice.status != "accepted").values(status="accepted"))
    return found


def letters() -> dict[str, str]:
    """kind -> what its newest notice says as a letter."""
    return {one.kind: letter_text(one) for one in db.session.scalars(
        select(Notice).order_by(Notice.id))}


@pytest.mark.article("GB-5.6", "SC-26", "SC-27", "SC-29")
def test_a_case_runs_its_whole_course_by_rules_that_only_a_yaml_file_knows(case: Case) -> None:
    assert case.due_on == date(2026, 5, 1)
    assert not swept(date(2026, 2, 28))
    assert swept(date(2026, 3, 1)) == {"remind": 1, "refer": 1}  # articles 5 and 6: two months before
    assert not swept(date(2026, 5, 5)).get("lapse")
    assert swept(date(2026, 5, 6)).get("lapse") == 1  # article 7: five days after
    objections.lodge(case.id, Lodged("to_suspension", "self", "本人健在。"), actor=actor("li"), on=date(2026, 5, 10))
    assert not swept(date(2026, 7, 6)).get("propose_stop")  # article 8, but the objection is open (SC 26)
    resume(case, date(2026, 7, 8))
    now = db.session.get_one(Case, case.id, populate_existing=True)
    assert now.state == "resumed"
    assert db.session.scalars(select(Objection.status)).one() == "upheld"
    assert breaches() == []


def resume(case: Case, on: date) -> None:
    bound = tuple(add_evidence(case.id, paper(kind, on), actor=actor("li"), on=on).id
                  for kind in ("home_visit_record", "identity_document"))
    taken = db.session.scalars(select(Objection.id)).one_or_none()
    made = open_decision(case.id, Proposal("resume", "lapsed", evidence=bound, objection_id=taken), actor=actor("li"),
                         on=on)
    submit(made.id, actor=actor("li"), on=on)
    for action, who in (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao")):
        review.sign(made.id, action, opinion="同意", actor=actor(who), on=on)


def test_every_step_and_letter_cites_its_own_articles_and_no_other_places(case: Case) -> None:
    for day in (date(2026, 3, 1), date(2026, 5, 6)):
        swept(day)
    objections.lodge(case.id, Lodged("to_suspension", "self", "本人健在。"), actor=actor("li"), on=date(2026, 5, 10))
    resume(case, date(2026, 5, 12))
    steps = dict(db.session.execute(select(CaseTransition.action, CaseTransition.basis)).all())
    assert steps["refer"].startswith(f"{DOCUMENT} 第六条") and steps["lapse"].startswith(f"{DOCUMENT} 第七条")
    assert steps["resume"].startswith(f"{DOCUMENT} 第十条、第十一条")
    said = letters()
    assert {"certification_due", "referred", "suspended", "objection_received", "resumed"} <= set(said)
    for kind, text in said.items():
        assert DOCUMENT in text, kind
        assert not any(other in text for other in ELSEWHERE), (kind, text)
    assert f"{DOCUMENT} 第五条" in said["certification_due"]
    suspended = db.session.scalars(select(Notice).where(Notice.kind == "suspended")).first()
    assert letter(suspended).remedies[0][1] == f"{DOCUMENT} 第九条"  # whom to tell that it is wrong


def test_three_months_of_another_place_mean_nothing_here(case: Case) -> None:
    for day in (date(2026, 3, 1), date(2026, 5, 6), date(2026, 7, 5)):
        swept(day)
    assert swept(date(2026, 7, 6)).get("propose_stop") == 1  # article 8: two months after 2026-05-06
