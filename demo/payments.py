"""The bank's answers to arrears, as the files a bank sends: loaded by the real import, so that the sweep settles."""
from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path

from sqlalchemy import exists, select

from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import Case, Decision, PaymentReturn
from database import db
from demo.chain import CHAINS
from demo.office_staff import actor
from demo.places import COUNTIES
from staff.offices import office_by_code
from workflows.glossary import term

BANK_SAYS = "成功"


def answer(on: date) -> None:
    """One file a county for the arrears decided before `on` that the bank has not answered yet."""
    for county in COUNTIES:
        if listed := _rows(county, on):
            _load(listed, county, on)


def _rows(county: str, on: date) -> list[dict[str, str]]:
    answered = exists().where(PaymentReturn.decision_no == Decision.decision_no)
    query = (select(Decision).join(Case, Decision.case_id == Case.id)
             .where(Case.state == "resumed", Decision.stage == "executed", Decision.back_pay_fen > 0,
                    Decision.closed_on < on, Decision.office_path.like(f"%/{county}/"), ~answered))
    rows = [_row(decision, on) for decision in db.session.scalars(query)]
    db.session.rollback()
    return rows


def _row(decision: Decision, on: date) -> dict[str, str]:
    case = decision.case
    return {
        "身份证号": case.pensioner.id_number, "姓名": case.pensioner.name, "险种": term(f"scheme.{case.scheme}", "zh"),
        "待遇类别": term(f"benefit.{case.benefit_kind}", "zh"), "发放年月": decision.payable_through,
        "发放金额": f"{decision.back_pay_fen / 100:.2f}", "支付结果": BANK_SAYS,
        "支付流水号": f"P{decision.id:08d}", "补发决定号": decision.decision_no, "回盘日期": on.isoformat()}


def _load(listed: list[dict[str, str]], county: str, on: date) -> None:
    maker, releaser, _approver = CHAINS[county]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"returns-{county}-{on}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            out = csv.DictWriter(stream, list(listed[0]))
            out.writeheader()
            out.writerows(listed)
        release(propose(path, office_by_code(county), actor(maker), on, kind="payment_returns"), actor(releaser), on)
