"""What a file says differently about an existing case waits for people; contact data alone are taken over (F4)."""
from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from audit.models import AuditEvent
from cases import review
from cases.decisions import edit, submit, unpack
from cases.evidence import add_evidence
from cases.imports.deciding import accept, dismiss, said
from cases.models import Case, DeathMark, Decision, DecisionParticipant, ImportProposal
from database import db, transaction
from invariants import breaches
from tests.case_builder import paper
from tests.imports.conftest import ON, id_number, person
from tests.imports.loads import codes, counts, loaded, only, statuses
from tests.people import make_account
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

NEW_ACCOUNT = {"银行账号": "6228480099999999999"}
HISTORY = {"月待遇(元)": "3300.00", "历次待遇": "2010-03:3210.50;2026-01:3300.00"}


@pytest.fixture
def signers(office):
    return tuple(make_account(name, [role]) for name, role in
                 (("sun", "caseworker"), ("zhou", "reviewer"), ("wu", "approver")))


def proposals(kind: str | None = None) -> list[ImportProposal]:
    query = select(ImportProposal).order_by(ImportProposal.id)
    return list(db.session.scalars(query if kind is None else query.filter_by(kind=kind)))


def signed(decision: Decision, kinds: tuple[str, ...], people: tuple, signatures: int) -> None:
    kept = tuple(add_evidence(decision.case_id, paper(kind, ON), actor=people[0], on=ON).id for kind in kinds)
    edit(decision.id, evidence=kept, actor=people[0], on=ON)
    submit(decision.id, actor=people[0], on=ON)
    acts = ("initial_review", "recheck", "approve")[:signatures]
    for action, signer in zip(acts, people[:signatures], strict=True):
        review.sign(decision.id, action, opinion="同意", actor=signer, on=ON)


def events(kind: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.type == kind)))


def test_an_accepted_payee_is_changed_by_two_signatures_and_not_before(tmp_path, office, li, wang, signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    loaded(tmp_path, [person(1, **NEW_ACCOUNT)], office, li, wang, "二月.csv")
    decision = accept(only(ImportProposal), actor=signers[0], on=ON)
    assert unpack(decision) == {"new_payee_account": "6228480099999999999"}
    assert only(Case).payee_account == "6228480012345678901"
    first = set(db.session.scalars(select(DecisionParticipant.natural_person_id).filter_by(
        decision_id=decision.id, side="first")))
    assert first == {li.natural_person_id, signers[0].natural_person_id}, "bringing the file is taking part"
    signed(decision, ("identity_document", "account_paper"), signers, 2)
    assert only(Case).payee_account == "6228480099999999999"
    assert only(ImportProposal).status == "accepted" and len(events("ProposalClosed")) == 1
    assert breaches() == []
    each_is_named("claims of a file")


def test_a_rate_history_becomes_a_proposed_decision(tmp_path, office, li, wang, signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    loaded(tmp_path, [person(1, **HISTORY)], office, li, wang, "二月.csv")
    assert said(only(ImportProposal)) == {"2026-01": (321050, 330000)}
    decision = accept(only(ImportProposal), actor=signers[0], on=ON)
    assert (decision.kind, decision.fields["rates"]) == ("change_rate", {"2026-01": 330000})
    signed(decision, ("adjustment_paper",), signers, 2)
    assert [(rate.since_month, rate.monthly_fen) for rate in only(Case).rates] == [("2010-03", 321050),
                                                                                 ("2026-01", 330000)]


def test_a_stated_birth_date_becomes_a_change_of_identity(tmp_path, office, li, wang, signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    batch = loaded(tmp_path, [person(1, 联系地址="") | {"出生日期": "1949-12-31"}, person(2)], office, li, wang,
                   "二月.csv", headings=("出生日期",))
    assert statuses(batch) == {2: "proposed", 3: "loaded"}
    decision = accept(only(ImportProposal), actor=signers[0], on=ON)
    assert unpack(decision) == {"new_birth_on": "1949-12-31"}
    signed(decision, ("identity_document", "identity_change_paper"), signers, 3)
    assert db.session.get_one(Case, decision.case_id).pensioner.birth_on == date(1949, 12, 31)
    again = loaded(tmp_path, [person(1), person(3)], office, li, wang, "三月.csv")
    assert statuses(again) == {2: "unchanged", 3: "loaded"}, "a birth date inside the number takes nothing back"


def test_a_birth_date_beside_the_id_number_of_nobody_registered_is_quarantined(tmp_path, office, li, wang):
    batch = loaded(tmp_path, [person(1) | {"出生日期": "1949-12-31"}], office, li, wang, headings=("出生日期",))
    assert codes(batch, 2) == ["BIRTH_DIFFERS_FROM_ID_NUMBER"]


def test_a_changed_id_number_is_proposed_where_the_case_number_names_the_case(tmp_path, office, li, wang, signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    row = person(1, 身份证号=id_number(77)) | {"案件编号": only(Case).case_no}
    batch = loaded(tmp_path, [row], office, li, wang, "二月.csv", headings=("案件编号",))
    assert statuses(batch) == {2: "proposed"} and db.session.scalar(select(func.count(Case.id))) == 1
    decision = accept(only(ImportProposal), actor=signers[0], on=ON)
    signed(decision, ("identity_document", "identity_change_paper"), signers, 3)
    assert only(Case).pensioner.id_number == id_number(77)
    assert breaches() == []


def test_a_case_number_of_nobody_here_or_beside_the_number_of_another_is_quarantined(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1), person(2)], office, li, wang)
    number = db.session.scalar(select(Case.case_no).order_by(Case.id).limit(1))
    rows = [person(3) | {"案件编号": "资510107-2020-999999"}, person(2) | {"案件编号": number}]
    batch = loaded(tmp_path, rows, office, li, wang, "二月.csv", headings=("案件编号",))
    assert [codes(batch, 2), codes(batch, 3)] == [["NO_SUCH_CASE_NO"], ["ID_NUMBER_OF_ANOTHER"]]


@pytest.mark.article("SC-8")
def test_a_later_certification_date_waits_for_its_papers_and_an_earlier_one_takes_nothing(tmp_path, office, li, wang,
                                                                                        signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    before = only(Case).due_on
    older = loaded(tmp_path, [person(1, 最近认证日期="2025-02-01")], office, li, wang, "旧.csv")
    assert statuses(older) == {2: "unchanged"}
    loaded(tmp_path, [person(1, 最近认证日期="2026-02-01")], office, li, wang, "二月.csv")
    decision = accept(only(ImportProposal), actor=signers[0], on=ON)
    assert (decision.kind, only(Case).due_on) == ("certify", before)
    with pytest.raises(TransitionRefused) as refused:
        submit(decision.id, actor=signers[0], on=ON)
    assert refused.value.codes == ("EVIDENCE_MISSING",)
    signed(decision, ("window_visit_record", "photo_or_video"), signers, 2)
    assert (only(Case).last_certified_on, only(Case).due_on) == (date(2026, 2, 1), date(2027, 2, 1))
    assert breaches() == []


def test_a_dismissed_claim_keeps_its_reason_and_does_not_come_back_with_the_next_file(tmp_path, office, li, wang,
                                                                                     signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    loaded(tmp_path, [person(1, **NEW_ACCOUNT)], office, li, wang, "二月.csv")
    dismiss(only(ImportProposal), "银行核实为旧卡号", actor=signers[0], on=ON)
    assert (only(ImportProposal).status, only(ImportProposal).reason) == ("dismissed", "银行核实为旧卡号")
    loaded(tmp_path, [person(1, **NEW_ACCOUNT), person(2)], office, li, wang, "三月.csv")
    assert len(proposals()) == 1
    with pytest.raises(TransitionRefused) as refused:
        accept(only(ImportProposal), actor=signers[0], on=ON)
    assert refused.value.codes == ("PROPOSAL_CLOSED",)
    with pytest.raises(DatabaseError, match="settled difference"), transaction():
        db.session.execute(text("UPDATE import_proposal SET status = 'open'"))


def test_a_newer_claim_overtakes_the_one_that_waits(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1)], office, li, wang)
    loaded(tmp_path, [person(1, **NEW_ACCOUNT)], office, li, wang, "二月.csv")
    loaded(tmp_path, [person(1, 银行账号="6228480077777777777")], office, li, wang, "三月.csv")
    assert [row.status for row in proposals()] == ["overtaken", "open"]


def test_a_claim_that_the_record_has_caught_up_with_opens_nothing(tmp_path, office, li, wang, signers):
    loaded(tmp_path, [person(1)], office, li, wang)
    loaded(tmp_path, [person(1, **NEW_ACCOUNT)], office, li, wang, "二月.csv")
    with transaction():
        only(Case).payee_account = NEW_ACCOUNT["银行账号"]
    with pytest.raises(TransitionRefused) as refused:
        accept(only(ImportProposal), actor=signers[0], on=ON)
    assert refused.value.codes == ("PROPOSAL_CLOSED",)


def test_nobody_settles_a_difference_in_their_own_case_or_from_outside_the_area(tmp_path, office, li, wang):
    me = make_account("pensioner.self", ["caseworker"], id_number=id_number(1))
    there = make_account("li.there", ["caseworker"], "510104")
    loaded(tmp_path, [person(1)], office, li, wang)
    loaded(tmp_path, [person(1, **NEW_ACCOUNT)], office, li, wang, "二月.csv")
    for who, code in ((me, "OWN_CASE"), (there, "OUT_OF_AREA"), (wang, "NO_GRANT")):
        for command in (lambda who=who: accept(only(ImportProposal), actor=who, on=ON),
                        lambda who=who: dismiss(only(ImportProposal), "不符", actor=who, on=ON)):
            with pytest.raises(TransitionRefused) as refused:
                command()
            assert refused.value.codes[0] == code
    assert only(ImportProposal).status == "open"


@pytest.mark.article("JS-5.1.2e", "SC-37b")
def test_address_phone_and_residence_are_taken_over_with_old_and_new_as_commitments(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1, 居住地="", 联系地址="旧街 1 号")], office, li, wang)
    with transaction():
        only(Case).pensioner.phone_failed_on = ON
    moved = person(1, 居住地="蜀汉街社区", 联系地址="新街 2 号", 联系电话="13911112222")
    batch = loaded(tmp_path, [moved], office, li, wang, "二月.csv")
    who = only(Case).pensioner
    assert (who.address, who.phone, who.phone_failed_on) == ("新街 2 号", "13911112222", None)
    assert who.residence_office.name == "蜀汉街社区"
    assert statuses(batch) == {2: "loaded"} and counts(batch) == (1, 1, 0, 0, 0)
    event = events("ContactChanged")[0]
    assert b"13911112222" not in event.canonical and "新街".encode() not in event.canonical
    assert b"old_phone" in event.canonical
    again = loaded(tmp_path, [moved, person(2)], office, li, wang, "三月.csv")
    assert statuses(again) == {2: "unchanged", 3: "loaded"} and len(events("ContactChanged")) == 1
    assert breaches() == []


def test_an_empty_cell_takes_no_phone_away_and_the_dead_are_left_alone(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1)], office, li, wang)
    batch = loaded(tmp_path, [person(1, 联系电话="", 居住地="")], office, li, wang, "二月.csv")
    assert statuses(batch) == {2: "unchanged"}
    assert only(Case).pensioner.phone == "13800138000"
    with transaction():
        db.session.add(DeathMark(pensioner_id=only(Case).pensioner_id, died_on=ON, source="cremation", marked_on=ON))
    loaded(tmp_path, [person(1, 联系电话="13911112222")], office, li, wang, "三月.csv")
    assert only(Case).pensioner.phone == "13800138000"
