"""What a signature signs: the content of a decision as canonical JSON, and its digest (P5)."""
from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cases.arrears import sheet
from cases.back_payments import BackPayment
from cases.models import Case, CaseTransition, Decision
from cases.overpayments import CLAIM, as_it_stands
from database import db
from database.types import blind_index
from rules import Rules


def _case(case: Case) -> dict[str, Any]:
    step = db.session.scalar(select(func.max(CaseTransition.step)).where(CaseTransition.case_id == case.id))
    return {"case_no": case.case_no, "state": case.state, "state_reason": case.state_reason, "step": step,
            "withheld_from": case.withheld_from,
            "rates": [[rate.since_month, rate.monthly_fen] for rate in case.rates]}


def _identity(case: Case) -> dict[str, str]:
    person = case.pensioner
    return {"name": blind_index(person.name), "id_number": blind_index(person.id_number),
            "birth_on": person.birth_on.isoformat()}


def _payee(case: Case) -> dict[str, str]:
    return {"name": blind_index(case.payee_name or ""), "bank": case.payee_bank or "",
            "account": blind_index(case.payee_account or "")}


def _contrary(case: Case) -> list[str]:
    """Facts that speak against what is being decided; a new one changes the digest."""
    mark = case.pensioner.death_mark
    return [f"death {mark.died_on.isoformat()} {mark.source}"] if mark else []


def _arrears(back_payment: BackPayment) -> dict[str, Any]:
    lines = [[line.month, line.entitled_fen, line.pay_fen, line.forfeited_fen, line.basis]
             for line in back_payment.lines]
    return {"lines": lines, "total_fen": back_payment.total_fen, "payable_through": back_payment.payable_through}


def content(decision: Decision, on: date, rules: Rules) -> dict[str, Any]:
    """Everything that would be carried out on `on`, nothing personal in the clear."""
    return {
        "decision": decision.decision_no, "kind": decision.kind, "reason": decision.reason, "fields": decision.fields,
        "personal": blind_index(decision.personal) if decision.personal else None,
        "evidence": sorted([bound.evidence.public_id, bound.evidence.sha256] for bound in decision.evidence),
        "identity": _identity(decision.case), "payee": _payee(decision.case),
        "arrears": _arrears(sheet(decision, on, rules)), "rules": rules.version, "case": _case(decision.case),
        "contrary": _contrary(decision.case), "overpaid": as_it_stands(decision) if decision.kind == CLAIM else {},
        "signatures_required": decision.signatures_required,
    }


def canonical(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def differences(before: str, after: str) -> dict[str, tuple[Any, Any]]:
    """Top-level parts that differ between two canonical contents: name -> (before, after)."""
    old, new = json.loads(before), json.loads(after)
    return {key: (old.get(key), new.get(key)) for key in sorted({*old, *new}) if old.get(key) != new.get(key)}
