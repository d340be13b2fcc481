"""In which month arrears arrive, where a place says so: certified by that day, in the same month, else in the next."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cases.certifications import METHOD_OF_EVIDENCE
from cases.models import Certification, Decision
from database import db
from rules import Entry, rules_by_version
from workflows.deadlines import month_of, next_month

RULE = "paid_same_month_through_day"
PAYS_AGAIN = ("resume", "restore")


def rule_of(decision: Decision) -> Entry | None:
    """None where the place says nothing of it, and for a decision that pays nothing again."""
    entry = rules_by_version(decision.rules_version).entries.get(RULE)
    said = entry is not None and entry.value is not None
    return entry if said and decision.kind in PAYS_AGAIN and decision.back_pay_fen else None


def arrears_month(decision: Decision, on: date) -> str | None:
    """"YYYY-MM" in which its arrears are paid if it is carried out on `on`; None where the rules leave it open."""
    entry = rule_of(decision)
    if entry is None:
        return None
    certified = _certified_on(decision) or on
    month = month_of(certified) if certified.day <= entry.value else next_month(month_of(certified))
    return max(month, month_of(on))


def _certified_on(decision: Decision) -> date | None:
    """The newest proof of life bound to it, or the certification that it was proposed on."""
    found = [bound.evidence.happened_on for bound in decision.evidence if bound.evidence.kind in METHOD_OF_EVIDENCE]
    if named := decision.fields.get("certification"):
        found += db.session.scalars(select(Certification.evidence_on).where(Certification.public_id == named))
    return max(found, default=None)
