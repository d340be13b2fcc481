"""S2-S9 and M1-M2: attempts to pay the dead, pay twice, withhold wrongly, and close an objection quietly."""
from __future__ import annotations

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta
from flask import Flask
from sqlalchemy import func, select

from cases import objections
from cases.certifications import certify_in_person
from cases.decisions import Proposal, open_decision
from cases.models import (
    BenefitMonth,
    Case,
    CaseTransition,
    DeathMark,
    Decision,
    Notice,
    Objection,
    PaymentReturn,
    Pensioner,
)
from cases.sweep import sweep
from cases.withdrawals import withdraw
from database import db
from tests.case_builder import LAPSED, paper
from tests.people import actor
from tests.promises.county import ON, County
from workflows.transition import TransitionRefused

FEN = 321050
AFTER_DUE = date(2026, 9, 10)
PAPERS_OF_DEATH = ("cremation_certificate", "identity_document", "relation_proof", "account_proof", "settlement_sheet")


def swept(county: County, on: date) -> dict[str, int]:
    county.on = county.app.config["TODAY"] = on
    with county.app.app_context():
        return dict(sweep(on, today=on))


def told(county: County, on: date) -> None:
    """Every notice was accepted by its channel."""
    county.change(lambda s: s.execute(Notice.__table__.update().values(status="accepted", on=on)))


def paid_back(county: County) -> dict[str, int]:
    with county.app.app_context():
        return dict(db.session.execute(select(BenefitMonth.month, BenefitMonth.back_paid).where(
            BenefitMonth.back_paid > 0)).all())


def mark(county: County, died_on: date) -> None:
    county.change(lambda s: s.add(DeathMark(pensioner_id=s.scalar(select(Pensioner.id)), died_on=died_on,
                                            source="cremation", marked_on=ON)))


def lodge(county: County) -> None:
    with county.app.app_context():
        objections.lodge(county.case_key, objections.Lodged("to_suspension", "self", "健在"), actor=actor("li"),
                         on=county.on)


@pytest.mark.parametrize("kind", ("resume", "change_identity", "back_pay_correction", "certify", "restore"))
@pytest.mark.article("SC-36")
def test_the_case_of_a_dead_person_accepts_no_decision_in_their_favour(county: County, kind: str) -> None:
    mark(county, date(2026, 2, 10))
    with county.app.app_context(), pytest.raises(TransitionRefused) as refused:
        open_decision(county.case_key, Proposal(kind, "lapsed"), actor=actor("li"), on=ON)
    assert refused.value.refusals[0].code in ("DEATH_MARKED", "OFFICE_LEVEL_TOO_LOW")


@pytest.mark.article("SC-36")
def test_a_dead_person_is_not_certified_at_a_window(county: County) -> None:
    mark(county, date(2026, 2, 10))
    with county.app.app_context(), pytest.raises(TransitionRefused, match="DEATH_MARKED"):
        certify_in_person(county.case_key, paper("window_visit_record", ON), paper("photo_or_video", ON),
                          actor=actor("li"), on=ON)


@pytest.mark.article("SC-11", "SC-24")
def test_a_certification_that_awaits_recheck_is_not_overtaken_by_a_suspension(business_day: Flask) -> None:
    county = County(business_day, 最近认证日期="2025-09-01")
    due = _due(county)
    swept(county, due - relativedelta(months=2))
    told(county, due - relativedelta(months=2))
    county.on = due - relativedelta(days=1)
    with county.app.app_context():
        made = certify_in_person(county.case_key, paper("window_visit_record", county.on),
                                 paper("photo_or_video", county.on), actor=actor("li"), on=county.on)
        county.key, county.decision_id = made.id, made.public_id
    assert "lapse" not in swept(county, due + relativedelta(days=10))
    assert county.state == "pending"
    assert county.act("li", "initial_review") == []
    assert county.act("wang", "recheck") == []
    assert county.state == "verified"
    county.keeps_every_promise()


@pytest.mark.article("SC-24")
def test_a_certification_taken_back_by_its_maker_no_longer_holds_the_suspension_back(business_day: Flask) -> None:
    county = County(business_day, 最近认证日期="2025-09-01")
    due = _due(county)
    swept(county, due - relativedelta(months=2))
    told(county, due - relativedelta(months=2))
    county.on = due - relativedelta(days=1)
    with county.app.app_context():
        made = certify_in_person(county.case_key, paper("window_visit_record", county.on),
                                 paper("photo_or_video", county.on), actor=actor("li"), on=county.on)
        withdraw(made.id, actor=actor("li"), on=county.on)
    assert swept(county, due + relativedelta(days=10))["lapse"] == 1
    assert county.state == "suspended"
    county.keeps_every_promise()


def _due(county: County) -> date:
    with county.app.app_context():
        return db.session.get_one(Case, county.case_key).due_on


@pytest.mark.article("SC-24")
def test_however_often_the_sweep_runs_it_suspends_once_and_reminds_once(business_day: Flask) -> None:
    county = County(business_day, 最近认证日期="2025-09-01")
    due = _due(county)
    for _ in range(3):
        swept(county, due - relativedelta(months=1))
    told(county, due - relativedelta(months=1))
    counts = [swept(county, due + relativedelta(days=5)) for _ in range(3)]
    assert [count.get("lapse", 0) for count in counts] == [1, 0, 0]
    with county.app.app_context():
        assert db.session.scalar(select(func.count(CaseTransition.id)).where(CaseTransition.action == "lapse")) == 1
        told_by = [tuple(row) for row in db.session.execute(select(Notice.kind, Notice.channel))]
        assert len(told_by) == len(set(told_by)), told_by
    assert county.state == "suspended"
    county.keeps_every_promise()


@pytest.mark.article("SC-26")
def test_a_rejected_resumption_leaves_the_objection_open(county: County) -> None:
    lodge(county)
    county.propose()
    county.sign_to("approval")
    assert county.act("zhao", "reject", "照片不是本人") == []
    assert county.newest(Objection.status) == "open"
    assert (county.stage, county.state) == ("rejected", "suspended")


@pytest.mark.article("SC-26")
def test_an_open_objection_holds_back_the_stop_and_its_dismissal_begins_the_months_again(business_day: Flask) -> None:
    county = County(business_day, 最近认证日期="2025-09-01")
    due = _due(county)
    swept(county, due - relativedelta(months=1))
    told(county, due - relativedelta(months=1))
    lapsed_on = due + relativedelta(days=5)
    assert swept(county, lapsed_on).get("lapse") == 1
    told(county, lapsed_on)
    lodge(county)
    assert "propose_stop" not in swept(county, lapsed_on + relativedelta(months=4))
    county.decided("dismiss_objection", None, "verification_record", signers=("li", "wang"), reasons="查无此人")
    dismissed_on = county.on
    assert county.newest(Objection.status) == "dismissed"
    assert "propose_stop" not in swept(county, dismissed_on + relativedelta(months=2))
    assert swept(county, dismissed_on + relativedelta(months=3, days=1)).get("propose_stop") == 1
    assert county.state == "suspended"
    county.keeps_every_promise()


@pytest.mark.article("SC-27")
def test_no_month_is_paid_back_twice_by_a_second_resumption(county: County) -> None:
    county.decided("resume", "lapsed", "home_visit_record")
    first = paid_back(county)
    assert first == dict.fromkeys(("2026-01", "2026-02"), FEN)
    with county.app.app_context(), pytest.raises(TransitionRefused):
        county.decided("resume", "lapsed", "home_visit_record")
    assert paid_back(county) == first
    county.act("li", "withdraw")
    county.on = county.app.config["TODAY"] = date(2026, 3, 17)
    county.decided("suspend", "suspected_loss", "grassroots_report", signers=("li", "wang"))
    county.on = county.app.config["TODAY"] = date(2026, 4, 16)
    county.decided("resume", "suspected_loss", "home_visit_record")
    second = paid_back(county)
    assert {month: second[month] for month in first} == first
    assert set(second.values()) == {FEN}


@pytest.mark.article("SC-27")
def test_a_resumed_benefit_settles_only_when_the_bank_has_accepted_its_arrears(county: County) -> None:
    county.decided("resume", "lapsed", "home_visit_record")
    assert "settle" not in swept(county, date(2026, 4, 1))
    number = county.decision(Decision.decision_no)
    answer = {"case_id": county.case_key, "month": "2026-03", "decision_no": number, "amount_fen": 3 * FEN,
              "on": date(2026, 4, 1)}
    known = {name: value for name, value in answer.items() if name in PaymentReturn.__table__.c}
    county.change(lambda s: s.add(PaymentReturn(**known, accepted=False, payment_ref="A1")))
    assert "settle" not in swept(county, date(2026, 4, 2))
    county.change(lambda s: s.add(PaymentReturn(**known, accepted=True, payment_ref="A2")))
    assert swept(county, date(2026, 4, 3)).get("settle") == 1
    assert county.state == "verified"


@pytest.mark.parametrize(("died_on", "months"), (
    ("2026-02-10", ("2026-01", "2026-02")), ("2026-01-31", ("2026-01",)), ("2025-12-20", ())))
@pytest.mark.article("SC-32")
def test_deregistration_pays_the_withheld_months_up_to_the_month_of_death_and_none_after(
        business_day: Flask, died_on: str, months: tuple[str, ...]) -> None:
    county = County(business_day, **LAPSED)
    county.decided("stop", "death", "cremation_certificate", signers=("li", "wang"), died_on=died_on)
    assert county.state == "stopped"
    county.on = county.app.config["TODAY"] = date(2026, 5, 11)
    county.decided("terminate", "death", *PAPERS_OF_DEATH, died_on=died_on, account_status="settled")
    assert county.state == "terminated"
    assert paid_back(county) == dict.fromkeys(months, FEN)
    county.keeps_every_promise()


@pytest.mark.article("SC-32", "SC-36")
def test_a_later_date_of_death_in_the_deregistration_does_not_pay_beyond_the_mark(business_day: Flask) -> None:
    county = County(business_day, **LAPSED)
    county.decided("stop", "death", "cremation_certificate", signers=("li", "wang"), died_on="2026-01-15")
    county.on = county.app.config["TODAY"] = date(2026, 5, 11)
    county.decided("terminate", "death", *PAPERS_OF_DEATH, died_on="2026-04-30", account_status="settled")
    assert paid_back(county) == {"2026-01": FEN}
    county.keeps_every_promise()


@pytest.mark.article("SC-36", "SC-27b")
def test_who_was_suspended_as_perhaps_dead_returns_only_by_the_annulment(business_day: Flask) -> None:
    county = County(business_day, 最近认证日期="2025-09-01")
    county.decided("suspend", "death_unconfirmed", "grassroots_report", signers=("li", "wang"))
    county.propose("resume", "death_unconfirmed", "home_visit_record", "verification_record")
    assert county.act("li", "submit") == ["DEATH_MARKED"]
    assert county.act("li", "withdraw") == []
    assert county.state == "suspended"
    county.keeps_every_promise()
