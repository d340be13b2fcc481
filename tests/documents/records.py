"""A small record to print: a pensioner suspended by mistake and resumed by three people. Rows, with their events."""
from __future__ import annotations

import hashlib
from datetime import date

import audit.events as events
from audit.log import record
from cases.models import (
    BenefitRate,
    Case,
    CaseTransition,
    Decision,
    DecisionEvidence,
    DecisionLine,
    Evidence,
    Pensioner,
    ReviewStep,
)
from cases.notices import queue
from database import db, transaction
from database.types import blind_index
from staff.access import SYSTEM
from staff.models import NaturalPerson, Office, StaffAccount

ID_NUMBER = "51010719470312404X"
BASIS = "川社险办〔2022〕25号 第二十七条"
MONTHS = ("2026-04", "2026-05", "2026-06")
SIGNATURES = (("initial_review", "recheck", "caseworker", events.InitialReviewPassed, "认证材料齐全，拟同意恢复发放。"),
              ("recheck", "approval", "reviewer", events.DecisionRechecked, "已复核影像和补发计算，无误。"),
              ("approval", "executed", "approver", events.DecisionApproved, "同意恢复发放并补发。"))


def office() -> Office:
    found = db.session.query(Office).filter_by(code="510107").one_or_none()
    if found is None:
        found = Office(code="510107", name="成都市武侯区社会保险事业管理局", level="county", path="51/5101/510107/",
                       phone="028-12333", address="成都市武侯区办事路1号")
        db.session.add(found)
        db.session.flush()
    return found


def account(number: int, name: str) -> StaffAccount:
    person = NaturalPerson(id_number_index=blind_index(f"staff-{number}"))
    made = StaffAccount(username=f"staff{number}", display_name=name, password_hash="x", natural_person=person,
                        id_number=f"staff-{number}", office=office())
    db.session.add(made)
    db.session.flush()
    return made


def case(name: str = "欧阳䶮", phone: str | None = "13812345678",
         address: str | None = "成都市武侯区浆洗街3号") -> Case:
    """A verified case, entered 2024-03-01 and due 2026-03-15. Inside a transaction."""
    person = NaturalPerson(id_number_index=blind_index(ID_NUMBER + name))
    pensioner = Pensioner(natural_person=person, name=name, name_sort="x", id_number=ID_NUMBER, sex="female",
                          birth_on=date(1947, 3, 12), address=address, phone=phone)
    made = Case(case_no=f"资510107-2024-{person_count() + 1:06d}", pensioner=pensioner, scheme="enterprise_employees",
                benefit_kind="pension", paying_office=office(), office_path=office().path, granted_on=date(2002, 4, 1),
                state="verified", state_since=date(2025, 3, 15), rules_version="0123456789abcdef",
                last_certified_on=date(2025, 3, 15), period_start=date(2025, 3, 15), due_on=date(2026, 3, 15),
                payee_name=name, payee_bank="成都农商银行", payee_account="6214620000001234567")
    made.rates = [BenefitRate(since_month="2025-01", monthly_fen=318_050),
                  BenefitRate(since_month="2026-05", monthly_fen=327_600)]
    db.session.add(made)
    db.session.flush()
    move(made, events.CaseEntered(
        from_state=None, to_state="verified", action="enter_verified", on=date(2025, 3, 15), due_on=date(2026, 3, 15),
        rules_version="0123456789abcdef", case_no=made.case_no, pensioner=pensioner.public_id, scheme=made.scheme,
        benefit_kind=made.benefit_kind, paying_office="510107", granted_on=made.granted_on, name=name,
        id_number=ID_NUMBER, last_certified_on=made.last_certified_on))
    return made


def person_count() -> int:
    return db.session.query(Pensioner).count()


def move(one: Case, happened: events.StateChanged, decision: Decision | None = None) -> None:
    row = record(happened, case=one, actor="SYSTEM", on=happened.on)
    step = db.session.query(CaseTransition).filter_by(case_id=one.id).count() + 1
    db.session.add(CaseTransition(
        case_id=one.id, step=step, action=happened.action, from_state=happened.from_state, to_state=happened.to_state,
        reason=happened.reason, basis=happened.basis, rules_version=happened.rules_version, on=happened.on,
        decision_id=decision.id if decision else None, event=row))
    one.state, one.state_since, one.version = happened.to_state, happened.on, one.version
    db.session.flush()


def suspended(one: Case) -> Case:
    move(one, events.CaseSuspended(from_state="verified", to_state="suspended", action="lapse", reason="lapsed",
                                   basis="川社险办〔2022〕25号 第二十四条、第三十五条", on=date(2026, 3, 16),
                                   due_on=date(2026, 3, 15), rules_version="0123456789abcdef", withheld_from="2026-04"))
    queue(one, "suspended", on=date(2026, 3, 16), once=f"{one.pensioner.public_id}:2026-03-16:suspended",
          facts={"reason": "lapsed", "from_month": "2026-04"})
    return one


DIGEST = hashlib.sha256(b"content").hexdigest()


def evidence(one: Case, producer: StaffAccount) -> Evidence:
    made = Evidence(case_id=one.id, kind="face_recognition_record", title="人脸识别认证记录（2026年3月10日）",
                    media_type="image/jpeg", size=81_234, sha256=hashlib.sha256(b"photo").hexdigest(),
                    happened_on=date(2026, 3, 10), producer=producer, received_on=date(2026, 6, 2))
    db.session.add(made)
    db.session.flush()
    record(events.EvidenceAdded(evidence=made.public_id, kind=made.kind, media_type=made.media_type, size=made.size,
                                sha256=made.sha256, happened_on=made.happened_on, received_on=made.received_on),
           case=one, actor=producer.public_id, on=made.received_on)
    return made


def _signed(decision: Decision, people: list[StaffAccount]) -> None:
    """Each signature with its event, one a day from 2026-06-02."""
    for day, (who, (stage, following, role, event, opinion)) in enumerate(zip(people, SIGNATURES, strict=True), 2):
        signed = event(decision=decision.public_id, kind="resume", stage=stage, next_stage=following, role=role,
                       person=who.natural_person_id, opinion=opinion, content_digest=DIGEST)
        row = record(signed, case=decision.case, actor=who.public_id, on=date(2026, 6, day))
        db.session.add(ReviewStep(decision_id=decision.id, round=1, stage=stage, act="sign", account_id=who.id,
                                  natural_person_id=who.natural_person_id, role=role, opinion=opinion,
                                  content_digest=DIGEST, on=date(2026, 6, day), event=row))


def resumed(one: Case) -> Decision:
    """A resumption with arrears of three months, signed by three people, executed 2026-06-04."""
    people = [account(number, name) for number, name in enumerate(("李明", "王秀英", "赵国强"), person_count() * 10)]
    lines = [(month, 318_050 if month < "2026-05" else 327_600) for month in MONTHS]
    total = sum(amount for _, amount in lines)
    decision = Decision(decision_no=f"决510107-2026-{one.id:06d}", kind="resume", case_id=one.id, reason="lapsed",
                        fields={}, stage="approval", signatures_required=3, office_level="county", office=office(),
                        office_path=office().path, opened_on=date(2026, 6, 2), rules_area="510107",
                        rules_version="0123456789abcdef", payable_through="2026-06", back_pay_fen=total)
    db.session.add(decision)
    db.session.flush()
    decision.lines = [DecisionLine(month=month, entitled_fen=fen, pay_fen=fen, forfeited_fen=0, basis=BASIS)
                      for month, fen in lines]
    proof = evidence(one, people[0])
    decision.evidence = [DecisionEvidence(evidence_id=proof.id, added_by=people[0].id)]
    noted = tuple(events.Line(month=month, entitled_fen=fen, pay_fen=fen, forfeited_fen=0, basis=BASIS)
                  for month, fen in lines)
    shared = {"decision": decision.public_id, "kind": "resume"}
    record(events.DecisionOpened(**shared, decision_no=decision.decision_no, stage="initial_review", reason="lapsed",
                                 office_level="county", signatures_required=3, rules_area="510107", office="510107",
                                 rules_version="0123456789abcdef", back_pay_fen=total, lines=noted),
           case=one, actor=people[0].public_id, on=date(2026, 6, 2))
    _signed(decision, people)
    db.session.flush()
    decision.stage, decision.closed_on = "executed", date(2026, 6, 4)
    db.session.flush()
    record(events.DecisionExecuted(**shared, content_digest=DIGEST, signers=tuple(p.natural_person_id for p in people),
                                   reason="lapsed", payable_through="2026-06", back_pay_fen=total, lines=noted,
                                   closed_on=date(2026, 6, 4)),
           case=one, actor=people[2].public_id, on=date(2026, 6, 4))
    move(one, events.CaseResumed(from_state="suspended", to_state="resumed", action="resume", reason="lapsed",
                                 basis=BASIS, on=date(2026, 6, 4), due_on=date(2027, 3, 10), back_pay_fen=total,
                                 rules_version="0123456789abcdef", decision=decision.public_id), decision)
    queue(one, "resumed", on=date(2026, 6, 4), decision=decision, facts={"from_month": "2026-07"},
          once=f"{one.pensioner.public_id}:2026-06-04:resumed")
    return decision


def whole_story(name: str = "欧阳䶮") -> str:
    """A suspended and resumed case, committed; its case number."""
    with transaction():
        one = suspended(case(name))
        resumed(one)
        return one.case_no


__all__ = ["SYSTEM", "account", "case", "evidence", "move", "resumed", "suspended", "whole_story"]
