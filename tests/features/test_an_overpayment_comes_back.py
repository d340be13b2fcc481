"""Zhou dies, the family tells the village late, and three months go out after her death. They come back: the death is
marked by two, the overpayment claimed by three, the money booked by receipt, and the list is empty again."""
from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.dossier_content import content
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.letters import letter_text
from cases.models import BenefitMonth, Case, Decision, Notice, Pensioner
from database import db
from staff.offices import office_by_code
from tests.case_builder import photo
from tests.people import actor
from tests.promises.county import County
from tests.replay.damaging import each_is_named

FEN = 321050
HEADS = "身份证号,险种,待遇类别,费款所属期,发放金额"
BACK = "身份证号,险种,待遇类别,追回金额,收款凭证号,收款日期"


@pytest.fixture
def county(app: Flask):
    app.config["TODAY"] = date(2026, 5, 6)
    yield County(app, 最近认证日期="2025-09-01")
    app.config.pop("TODAY")


def load(county: County, folder: Path, kind: str, heads: str, *rows: str) -> None:
    with county.app.app_context():
        number = db.session.scalar(select(Pensioner.id_number))
        path = folder / f"{kind}{len(list(folder.iterdir()))}.csv"
        path.write_text("\n".join([heads, *(f"{number},110,养老金,{row}" for row in rows)]) + "\n", "utf-8")
        release(propose(path, office_by_code("510107"), actor("importer.one.510107"), county.on, kind=kind),
                actor("importer.two.510107"), county.on)


def months(county: County) -> dict[str, tuple[int, int, int]]:
    with county.app.app_context():
        rows = db.session.scalars(select(BenefitMonth).order_by(BenefitMonth.month))
        return {row.month: (row.paid, row.overpaid, row.recovered) for row in rows}


def opened(county: County, kind: str, file_kind: str, **data: str) -> None:
    """A decision by its page, with one new paper."""
    answer = county["li"].post(f"/cases/{county.case_id}/decisions/new/{kind}", data={
        **data, "grounds": "家属申报，村社区核实。", "file_kind": file_kind, "file_on": county.on.isoformat(),
        "file": (io.BytesIO(photo()), "paper.jpg")})
    assert answer.status_code == 302, answer.text
    county.decision_id = answer.location.rsplit("/", 1)[-1]
    with county.app.app_context():
        county.key = db.session.scalar(select(Decision.id).where(Decision.public_id == county.decision_id))


@pytest.mark.article("SC-13", "SC-25", "RS-3.2")
def test_a_death_reported_late_is_marked_by_two_and_its_money_claimed_by_three(county: County, tmp_path: Path) -> None:
    load(county, tmp_path, "pay_run", HEADS, "2026-01,3210.50", "2026-02,3210.50", "2026-03,3210.50", "2026-04,3210.50")
    opened(county, "mark_death", "family_report", died_on="2026-02-10")
    for who, action in (("li", "submit"), ("li", "initial_review"), ("wang", "recheck")):
        assert county.act(who, action) == [], county.answer.text
    assert months(county) == {"2026-01": (FEN, 0, 0), "2026-02": (FEN, 0, 0), "2026-03": (0, FEN, 0),
                              "2026-04": (0, FEN, 0)}
    assert county.state == "verified"
    assert county.newest(Decision.kind) == "stop"
    assert "未发起" in county["li"].get("/overpayments").text

    opened(county, "recover_overpayment", "calculation_sheet", overpaid_reason="death", heir_name="周小明",
           overpaid_months="2026-03 3210.50\n2026-04 3210.50")
    county.sign_to("executed")
    assert "已告知退回" in county["li"].get("/overpayments").text
    assert "多发" in county["li"].get(f"/cases/{county.case_id}").text
    with county.app.app_context():
        told = db.session.scalar(select(Notice).where(Notice.kind == "overpayment_claimed", Notice.channel == "letter"))
        text = letter_text(told)
    for word in ("家属", "6,421.00", "2026年3月 ¥3,210.50；2026年4月 ¥3,210.50", "2026年6月5日", "分期", "行政复议"):
        assert word in text, text

    load(county, tmp_path, "recoveries", BACK, "6421.00,收001,2026-05-05")
    assert [row[1:] for row in months(county).values()] == [(0, 0), (0, 0), (FEN, FEN), (FEN, FEN)]
    assert "没有尚未追回" in county["li"].get("/overpayments").text
    with county.app.app_context():
        book = content(db.session.get_one(Case, county.case_key))["overpaid"]
        assert [row["recovered"] for row in book["months"]] == [FEN, FEN]
        assert {one["receipt_ref"] for one in book["receipts"]} == {"收001"}
        each_is_named("money back")
        told = list(db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id)))
    assert [name for name in told if re.match("DeathMarked|Overpayment", name)] == [
        "DeathMarked", "OverpaymentClaimed", "OverpaymentRecovered", "OverpaymentRecovered"]
    county.keeps_every_promise()


@pytest.mark.article("RS-3.2")
def test_nothing_is_claimed_beyond_what_was_paid_nor_twice(county: County, tmp_path: Path) -> None:
    load(county, tmp_path, "pay_run", HEADS, "2026-03,3210.50")
    county.decided("recover_overpayment", "imprisoned", "calculation_sheet", months={"2026-03": 100000})
    assert months(county) == {"2026-03": (FEN - 100000, 100000, 0)}
    for fen in (FEN + 1, 100000):
        with pytest.raises(Exception, match="CANNOT_CALCULATE"):
            county.propose("recover_overpayment", "imprisoned", "calculation_sheet", months={"2026-03": fen})
    county.keeps_every_promise()


@pytest.mark.article("RS-3.2")
def test_money_that_comes_in_after_the_recheck_voids_the_claim(county: County, tmp_path: Path) -> None:
    load(county, tmp_path, "pay_run", HEADS, "2026-03,3210.50")
    county.decided("mark_death", None, "cremation_certificate", signers=("li", "wang"), died_on="2026-02-10")
    county.propose("recover_overpayment", "death", "calculation_sheet")
    county.sign_to("approval")
    load(county, tmp_path, "recoveries", BACK, "1000.00,收001,2026-05-05")
    assert county.act("zhao", "approve") == ["CALCULATION_STALE"]
    assert (county.stage, county.round) == ("draft", 2)
