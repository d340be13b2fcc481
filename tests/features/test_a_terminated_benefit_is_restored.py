"""The benefit of somebody deregistered as dead is restored by the city, with arrears; the county may not (SC 28). When
the bank says that the arrears have arrived, the sweep closes the matter (SC 27)."""
from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from cases.models import BenefitMonth, Decision, Evidence, Notice, Pensioner
from database import db
from tests.case_builder import photo
from tests.promises.county import ON, TERMINATED, County

CITY = {"chen": "caseworker", "qian": "reviewer", "sun": "approver"}
RETURNS = "身份证号,险种,待遇类别,费款所属期,发放金额,支付结果,失败原因,支付流水号,补发决定号,支付日期"


@pytest.fixture
def day(app: Flask):
    app.config["TODAY"] = ON
    yield app
    app.config.pop("TODAY")


def opened(county: County, who: str, kind: str, *papers: str, **said: str) -> None:
    """A decision by its page: papers one by one, then the form that binds them all."""
    for paper in papers:
        brought = county[who].post(f"/cases/{county.case_id}/evidence", data={
            "kind": paper, "happened_on": ON.isoformat(), "file": (io.BytesIO(photo()), "paper.jpg")})
        assert brought.status_code == 302, brought.text
    with county.app.app_context():
        on_file = list(db.session.scalars(select(Evidence.public_id).where(Evidence.case_id == county.case_key)))
    answer = county[who].post(f"/cases/{county.case_id}/decisions/new/{kind}", data={
        **said, "file_kind": papers[0], "evidence": on_file})
    assert answer.status_code == 302, answer.text
    county.decision_id = answer.location.rsplit("/", 1)[-1]
    county.key = county.decision(Decision.id)


def back_paid(county: County) -> dict[str, int]:
    with county.app.app_context():
        return {row.month: row.back_paid for row in db.session.scalars(select(BenefitMonth)) if row.back_paid}


@pytest.mark.article("SC-28", "SC-29", "SC-27")
def test_the_city_restores_what_the_county_may_not_and_pays_the_arrears(day: Flask) -> None:
    county = County(day, **TERMINATED)
    for name, role in CITY.items():
        county.hire(name, role, office="5101")
    refused = county["li"].get(f"/cases/{county.case_id}/decisions/new/restore")
    assert refused.status_code == 409
    assert "现在不能办理" in refused.text
    assert "市" in refused.text.partition("现在不能办理")[2]
    asked = county["li"].post(f"/cases/{county.case_id}/decisions/new/restore", data={"grounds": "健在。"})
    assert asked.status_code == 409
    assert county.newest(Decision.id) is None

    opened(county, "chen", "restore", "home_visit_record", "court_revocation", arrears_reason="", grounds="本人健在。")
    assert county.act("chen", "submit") == []
    assert "OFFICE_LEVEL_TOO_LOW" in county.act("li", "initial_review")
    assert county.act("chen", "initial_review") == []
    assert county.act("qian", "recheck") == []
    assert county.state == "terminated"
    assert county.act("sun", "approve") == []
    assert county.state == "resumed"
    assert back_paid(county) == {"2026-01": 321050, "2026-02": 321050}
    assert county.decision(Decision.back_pay_fen) == 642100
    assert county.newest(Notice.kind) == "restored"
    county.keeps_every_promise()


@pytest.mark.article("SC-27", "JS-8.4")
def test_when_the_bank_says_the_arrears_arrived_the_sweep_settles_the_case(day: Flask) -> None:
    county = County(day)
    opened(county, "li", "resume", "home_visit_record", reason="lapsed", arrears_reason="")
    county.sign_to("executed")
    assert back_paid(county) == {"2026-01": 321050, "2026-02": 321050}
    assert sweep(county, date(2026, 4, 1)) == "resumed"
    number = county.decision(Decision.decision_no)
    answer_of_the_bank(county, f"2026-02,6421.00,失败,账户已销户,补001,{number},2026-04-01")
    assert sweep(county, date(2026, 4, 2)) == "resumed"
    answer_of_the_bank(county, f"2026-02,6421.00,成功,,补002,{number},2026-04-02")
    assert sweep(county, date(2026, 4, 3)) == "verified"
    assert "补发到账" in county["li"].get(f"/cases/{county.case_id}").text
    county.keeps_every_promise()


def sweep(county: County, on: date) -> str:
    """The state after the sweep of that day, run as the office runs it."""
    county.on = county.app.config["TODAY"] = on
    done = county.app.test_cli_runner().invoke(args=["sweep", "run", "--on", on.isoformat()])
    assert done.exit_code == 0, done.output
    return county.state


def answer_of_the_bank(county: County, row: str) -> None:
    """A file of payment returns, brought by li and released by wang on the pages."""
    with county.app.app_context():
        number = db.session.scalar(select(Pensioner.id_number))
    text = "\n".join((RETURNS, f"{number},110,养老金,{row}"))
    brought = county["li"].post("/imports", data={"kind": "payment_returns", "office": "510107", "file": (
        io.BytesIO(text.encode()), "returns.csv")})
    assert brought.status_code == 302, brought.text
    assert county["wang"].post(f"{brought.location}/release").status_code == 302
