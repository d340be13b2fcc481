"""P5: what was rechecked is what is approved and carried out. Each part of what a signature covers is changed behind
it; the content that the next signature compares with is another one. Phone and address are no part of it.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cases import review
from cases.content import canonical, content, digest
from cases.models import BenefitMonth, Decision
from database import db
from rules import Rules, rules_by_version
from tests.people import actor
from tests.promises.county import ON, County
from workflows.transition import TransitionRefused

Change = str | Callable[[Decision], None]
NOT_ASKED = "window_misses_an_hour"  # a rule that says nothing about money
NOW = "'2026-03-16 00:00:00'"


def _set(path: str, value: Any) -> Callable[[Decision], None]:
    """An encrypted value, changed through its model."""
    def change(decision: Decision) -> None:
        *way, name = path.split(".")
        row: Any = decision
        for step in way:
            row = getattr(row, step)
        setattr(row, name, value)
    return change


def _claim(decision: Decision) -> None:
    db.session.add(BenefitMonth(case_id=decision.case_id, month="2026-01", entitled=500, paid=500))
    db.session.flush()
    decision.kind, decision.fields = "recover_overpayment", {"months": {"2026-01": 500}}


# part of what is signed -> what another program changes in the record
CHANGES: dict[str, Change] = {
    "decision": "UPDATE decision SET decision_no = 'another'",
    "kind": "UPDATE decision SET kind = 'restore'",
    "reason": "UPDATE decision SET reason = 'payment_failed'",
    "fields": _set("fields", {"reasons": "另有原因"}),
    "personal": _set("personal", '{"heir_name": "周明"}'),
    "signatures_required": "UPDATE decision SET signatures_required = 4",
    "evidence": "DELETE FROM decision_evidence",
    "identity.name": "UPDATE pensioner SET name = '周秀瑛'",
    "identity.id_number": _set("case.pensioner.id_number", "510107194804010010"),
    "identity.birth_on": "UPDATE pensioner SET birth_on = '1950-01-02'",
    "payee.name": "UPDATE cases SET payee_name = '王五'",
    "payee.bank": "UPDATE cases SET payee_bank = '另一家银行'",
    "payee.account": _set("case.payee_account", "6228480099999999999"),
    "case.case_no": "UPDATE cases SET case_no = 'another'",
    "case.state": "UPDATE cases SET state = 'stopped', version = version + 1",
    "case.state_reason": "UPDATE cases SET state_reason = 'suspected_loss'",
    "case.withheld_from": "UPDATE cases SET withheld_from = '2025-12'",
    "case.rates": "INSERT INTO benefit_rate (case_id, since_month, monthly_fen, recorded_at) "
                  f"SELECT id, '2026-06', 999999, {NOW} FROM cases",
    "case.step": "INSERT INTO case_transition (case_id, step, action, from_state, to_state, rules_version, \"on\", "
                 "event_id, recorded_at) SELECT case_id, 99, 'refer', 'suspended', 'suspended', rules_version, \"on\", "
                 "(SELECT max(id) FROM audit_event), recorded_at FROM case_transition WHERE step = 1",
    "contrary": "INSERT INTO death_mark (pensioner_id, died_on, source, marked_on, recorded_at) "
                f"SELECT id, '2026-02-01', 'cremation', '2026-03-16', {NOW} FROM pensioner",
    "arrears.lines": "UPDATE benefit_rate SET monthly_fen = 999999",
    "arrears.total_fen": "UPDATE benefit_rate SET monthly_fen = 999999",
    "overpaid": _claim,
}
NOT_SIGNED: dict[str, Change] = {
    "phone": _set("case.pensioner.phone", "13900139000"), "address": _set("case.pensioner.address", "别处"),
    "due_on": "UPDATE cases SET due_on = '2027-01-01'",
    "claim": "UPDATE decision SET claimed_by = opened_by",
}
ASKED_WITH = {"rules", "arrears.payable_through"}  # what the content is asked for with, below


@pytest.fixture
def rechecked(county: County) -> County:
    county.propose()
    county.sign_to("approval")
    return county


def after(county: County, change: Change | None = None, days: int = 0,
          pinned: Callable[[Rules], Rules] = lambda rules: rules) -> tuple[dict[str, Any], str]:
    """The content by its parts, and its digest, once the record has been changed; the change is taken back."""
    with county.app.app_context():
        if isinstance(change, str):
            assert db.session.execute(text(change)).rowcount
        decision = db.session.get_one(Decision, county.key)
        if callable(change):
            change(decision)
        with db.session.no_autoflush:
            found = content(decision, ON + timedelta(days=days), pinned(rules_by_version(decision.rules_version)))
        db.session.rollback()
    return parts(found), digest(canonical(found))


def without_one(rules: Rules) -> Rules:
    return replace(rules, entries={key: entry for key, entry in rules.entries.items() if key != NOT_ASKED})


def parts(found: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in found.items() if key in ("identity", "payee", "case", "arrears")}
    return {key: value for key, value in found.items() if key not in inner} | {
        f"{key}.{name}": one for key, value in inner.items() for name, one in value.items()}


@pytest.mark.article("SC-27", "SC-29")
def test_each_part_of_what_is_signed_changes_what_the_next_signature_compares_with(rechecked: County) -> None:
    before, signed = after(rechecked)
    assert rechecked.decision(Decision.stage) == "approval"
    for part, change in CHANGES.items():
        found, other = after(rechecked, change)
        assert found[part] != before[part], part
        assert other != signed, part
    assert set(before) == set(CHANGES) | ASKED_WITH


@pytest.mark.article("SC-29")
def test_other_rules_and_a_later_last_month_are_no_longer_what_was_signed(rechecked: County) -> None:
    before, signed = after(rechecked)
    found, other = after(rechecked, pinned=without_one)
    assert found["rules"] != before["rules"] and other != signed
    found, other = after(rechecked, days=40)
    assert found["arrears.payable_through"] > before["arrears.payable_through"] and other != signed


@pytest.mark.parametrize("name", NOT_SIGNED)
def test_how_a_person_is_reached_is_no_part_of_what_is_signed(rechecked: County, name: str) -> None:
    assert after(rechecked, NOT_SIGNED[name]) == after(rechecked)


@pytest.mark.parametrize("part", ("identity.name", "payee.bank", "evidence", "case.withheld_from"))
@pytest.mark.article("SC-29")
def test_what_changed_behind_a_signature_is_refused_by_the_page_and_the_round_falls(
        rechecked: County, part: str) -> None:
    rechecked.change(lambda session: session.execute(text(CHANGES[part])))
    refused = rechecked.act("zhao", "approve")
    assert "CALCULATION_STALE" in refused
    assert (rechecked.stage, rechecked.round, rechecked.state) == ("draft", 2, "suspended")


@pytest.mark.parametrize("action", ("return", "reject"))
def test_nothing_is_returned_or_rejected_without_a_word_why(rechecked: County, action: str) -> None:
    answer = rechecked["zhao"].post(f"/decisions/{rechecked.decision_id}/{action}", data={"opinion": "  "})
    assert answer.status_code in (400, 409)
    command = {"return": review.return_, "reject": review.reject}[action]
    with rechecked.app.app_context(), pytest.raises(TransitionRefused, match="OPINION_MISSING"):
        command(rechecked.key, opinion="  ", actor=actor("zhao"), on=ON)
    assert rechecked.stage == "approval"
