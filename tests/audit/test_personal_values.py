"""What may stand in the log in clear, and what only as a commitment with its value beside."""
from __future__ import annotations

from typing import Any, get_args

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.erasure import erase
from audit.events import STATE_CHANGING, TYPES, DecisionApproved, GrantApplied, VerificationFinished
from audit.events.base import field_types
from audit.log import record
from audit.models import AuditEvent
from audit.words import ERASED
from cases.case_view import timeline
from cases.models import Case
from database import db, transaction
from staff.models import Office
from tests.audit.conftest import ON, sign_in

IDS = """account again_of as_of batch calendar case_no certification correction_row corrections decision
    decision_no dispute entered entry erasure event evidence grant halt inspection load message_id notice notices
    objection once once_key payment_ref pensioner pressing proposal receipt_no receipt_ref record retraction run
    sampling sending source_ref subject suggestion task training"""
CODES = """about account_status act action alarms answer attempted benefit_kind cause changed channel duty endpoint
    field finding form from_state indicator inspected key kind language ledger level list lodged_by loss means
    media_type method missing mode model next_stage outcome part purpose refusal role scheme service source stage system
    template_version to_state told way"""
PLACES = """area code duty_office escalated_to from_office grassroots_office name office office_level parent path
    paying_office pressed_office pressing_office referred_to residence_office rules_area scope to_office window"""
FIGURES = """before claimed content_digest counts declaration details digest eligible ended_at fields file_sha256
    first_month handover holidays last_month lines loads lost month months new_key old_key paper payable_through
    rate_since rates rules_digest rules_version selection sha256 signed_digest signs withheld_from witnesses worked"""
CITATIONS = "basis document document_no"
REASON_IS_A_CODE = STATE_CHANGING | {
    "CertificationRefused", "CorrectionArose", "DecisionExecuted", "DecisionOpened", "LimitPaused", "NotPassedNoted"}
IN_CLEAR = frozenset(" ".join((IDS, CODES, PLACES, FIGURES, CITATIONS)).split())


def holds_text(hint: Any) -> bool:
    return hint is str or any(holds_text(part) for part in get_args(hint))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_text_stands_in_clear_only_where_it_is_an_id_a_code_a_place_a_figure_or_a_citation(name: str) -> None:
    cls = TYPES[name]
    clear = {field for field, hint in field_types(cls).items() if holds_text(hint)} - cls.PERSONAL
    assert clear <= IN_CLEAR | ({"reason"} if name in REASON_IS_A_CODE else set())


def test_no_day_of_birth_stands_in_clear() -> None:
    assert [n for n, cls in TYPES.items() if {f for f in field_types(cls) if "birth" in f} - cls.PERSONAL] == []


def test_every_kind_of_text_in_clear_is_still_used() -> None:
    used = {field for cls in TYPES.values() for field in set(field_types(cls)) - cls.PERSONAL}
    assert used >= IN_CLEAR


@pytest.fixture
def opinion(case: Case) -> AuditEvent:
    with transaction():
        return record(
            DecisionApproved(decision="d", kind="resume", stage="approval", next_stage="executed", person=1,
                             role="approver", opinion="周秀英老人健在，电话13800001111。", content_digest="0" * 64),
            case=case, actor="SYSTEM", on=ON)


def test_an_opinion_stands_beside_its_event_and_is_read_with_it(case: Case, opinion: AuditEvent) -> None:
    assert "周秀英".encode() not in opinion.canonical and b"13800001111" not in opinion.canonical
    assert timeline(case)[0].data["opinion"] == "周秀英老人健在，电话13800001111。"


def test_an_erased_opinion_is_shown_as_erased(case: Case, opinion: AuditEvent) -> None:
    with transaction():
        erase(opinion.id, "opinion", basis="house: retention", actor="SYSTEM", on=ON)
    assert timeline(case)[0].data["opinion"] == ERASED


@pytest.mark.parametrize(("role", "sees"), [("inspector", True), ("audit_administrator", False)])
def test_free_text_is_shown_to_inspectors_and_not_to_who_keeps_the_log(
        opinion: AuditEvent, office: Office, client: FlaskClient, role: str, sees: bool) -> None:
    page = sign_in(client, office, role).get(f"/audit/events/{opinion.uid}")
    assert (page.status_code, "周秀英老人健在" in page.text) == (200, sees)


def test_other_personal_values_are_not_read_with_the_event(case: Case) -> None:
    with transaction():
        record(VerificationFinished(task="t", cause="objection", outcome="eligible", note="在家"), case=case,
               actor="SYSTEM", on=ON)
        made = TYPES["ContactChanged"](pensioner="p", changed=("phone",), phone="13800001111")
        record(made, case=case, actor="SYSTEM", on=ON)
    contact, visit = timeline(case)[:2]
    assert (contact.data.get("phone"), visit.data["note"]) == (None, "在家")


def test_the_reason_of_a_grant_is_kept_beside(office: Office) -> None:
    with transaction():
        row = record(GrantApplied(grant="g", account="a", role="approver", office="510104", reason="周秀英退休"),
                     actor="SYSTEM", on=ON)
    values = db.session.scalars(select(AuditEvent).where(AuditEvent.id == row.id)).one().personal
    assert [(kept.field, kept.value) for kept in values] == [("reason", "周秀英退休")]
