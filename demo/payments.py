"""What finance paid, and the bank's answers to arrears, as the files they send: loaded by the real import."""
from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path

from sqlalchemy import exists, select

from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import BenefitRate, Case, Decision, PaymentReturn
from cases.money import in_force
from database import db
from demo.chain import CHAINS
from demo.office_staff import actor
from demo.places import COUNTIES
from staff.offices import office_by_code
from workflows.case_lifecycle import PAID
from workflows.deadlines import month_of, next_month
from workflows.glossary import term

BANK_SAYS = "成功"


def pay(on: date) -> None:
    """The pay run of the month before `on`, a file a county: whoever is paid, at the rate in force."""
    month = next_month(month_of(on), -1)
    for county in COUNTIES:
        if listed := _paid(county, month):
            _load(listed, county, on, "pay_run")


def _paid(county: str, month: str) -> list[dict[str, str]]:
    query = select(Case).where(Case.state.in_(PAID), Case.withheld_from.is_(None),
                               Case.office_path.like(f"%/{county}/")).order_by(Case.id)
    rows = [_benefit(case, month) | {"发放金额": f"{fen / 100:.2f}"} for case in db.session.scalars(query)
            if (fen := in_force(_rates(case), month))]
    db.session.rollback()
    return rows


def _rates(case: Case) -> dict[str, int]:
    found = db.session.scalars(select(BenefitRate).where(BenefitRate.case_id == case.id))
    return {rate.since_month: rate.monthly_fen for rate in found}


def _benefit(case: Case, month: str) -> dict[str, str]:
    return {"身份证号": case.pensioner.id_number, "姓名": case.pensioner.name, "发放年月": month,
            "险种": term(f"scheme.{case.scheme}", "zh"), "待遇类别": term(f"benefit.{case.benefit_kind}", "zh")}


def answer(on: date) -> None:
    """One file a county for the arrears decided before `on` that the bank has not answered yet."""
    for county in COUNTIES:
        if listed := _rows(county, on):
            _load(listed, county, on, "payment_returns")


def _rows(county: str, on: date) -> list[dict[str, str]]:
    answered = exists().where(PaymentReturn.decision_no == Decision.decision_no)
    query = (select(Decision).join(Case, Decision.case_id == Case.id)
             .where(Case.state == "resumed", Decision.stage == "executed", Decision.back_pay_fen > 0,
                    Decision.closed_on < on, Decision.office_path.like(f"%/{county}/"), ~answered))
    rows = [_row(decision, on) for decision in db.session.scalars(query)]
    db.session.rollback()
    return rows


def _row(decision: Decision, on: date) -> dict[str, str]:
    return _benefit(decision.case, decision.payable_through) | {
        "发放金额": f"{decision.back_pay_fen / 100:.2f}", "支付结果": BANK_SAYS,
        "支付流水号": f"P{decision.id:08d}", "补发决定号": decision.decision_no, "回盘日期": on.isoformat()}


def _load(listed: list[dict[str, str]], county: str, on: date, kind: str) -> None:
    maker, releaser, _approver = CHAINS[county]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}-{county}-{on}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            out = csv.DictWriter(stream, list(listed[0]))
            out.writeheader()
            out.writerows(listed)
        release(propose(path, office_by_code(county), actor(maker), on, kind=kind), actor(releaser), on)
