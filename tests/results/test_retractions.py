"""A loss looked into and found wrong is retracted: later runs leave it out until it is put back (SC 9c, 27b)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases import corrections, review, verification
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case, Correction, Decision, Notice, VerificationTask
from cases.withdrawals import take_back
from database import db, transaction
from invariants import breaches
from matching.feeds.store import store as folder
from matching.lists import lists_of
from matching.results import disputes, retracting
from matching.results.disputes import Disputed
from matching.results.models import DataDispute, ListEntry, MatchingRun, SignRetraction
from matching.store import Store
from staff import accounts
from tests.case_builder import make_case, paper
from tests.people import ON, account, actor, make_account, valid_id_number
from tests.replay.damaging import each_is_named
from tests.results.registers import in_store, month
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough
SEEN, DIED, DAY = date(2026, 2, 20), date(2026, 2, 10), date(2026, 3, 16)
NEXT, LATER = date(2026, 4, 16), date(2026, 5, 18)


@pytest.fixture
def case(context: Flask, tmp_path: Path) -> Iterator[Case]:
    context.config["FEED_STORE"] = str(tmp_path / "store")
    for name, role in (("li", "caseworker"), ("chen", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")):
        make_account(name, [role])
    yield make_case(ON)
    context.config["FEED_STORE"] = ""


def told(case: Case, day: date | None = DIED, source: str = "cremations", said: str = "dead", on: date = ON) -> int:
    return in_store(source, said, case.pensioner_id, day, on).id


def stands(case: Case) -> tuple[str, str]:
    entry = db.session.get_one(ListEntry, case.id, populate_existing=True)
    return entry.list, entry.reason


def sent(case: Case, source: str = "cremations", about: str = "death", on: date = DAY, by: str = "li") -> int:
    row = disputes.file(case.id, Disputed(source, about, "本人健在"), actor=actor(by), on=on)
    return disputes.send(row.id, "函〔2026〕9号", actor=actor("wang"), on=on).id


def verified(case: Case, by: str = "chen", evidence: bool = True, on: date = DAY) -> None:
    task = db.session.scalars(select(VerificationTask).where(VerificationTask.case_id == case.id,
                                                            VerificationTask.status == "open")).one()
    verification.finish(task.id, outcome="eligible", means="home_visit", note="见到本人", actor=actor(by), on=on,
                        evidence=paper("home_visit_record", on) if evidence else None)


def refused(dispute: int, said: str, by: str, on: date = DAY) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as caught:
        disputes.answer(dispute, said, "查明健在", actor=actor(by), on=on)
    return caught.value.codes


def owed(case: Case) -> set[str]:
    return set(db.session.scalars(select(Correction.system).where(Correction.case_id == case.id)))


@pytest.mark.article("SC-9c", "SC-27b")
def test_a_death_its_source_corrects_is_left_out_of_every_later_run_and_told_to_whoever_was_told(case: Case) -> None:
    told(case)
    in_store("hospital_stays", "hospital_stay", case.pensioner_id, SEEN, ON)
    month(DAY)
    assert stands(case) == ("to_be_verified", "both_lists")
    disputes.answer(sent(case), "corrected", "已更正", actor=actor("wang"), on=DAY)
    month(NEXT)
    assert stands(case) == ("eligible", "hospital_stay")
    same_afresh(month(LATER, afresh=True), case, ("eligible", "hospital_stay"))
    assert owed(case) == {"ministry_comparison", "death_table"}
    assert db.session.scalar(select(Notice.kind).where(Notice.case_id == case.id, Notice.kind == "data_corrected"))
    assert not breaches()


def same_afresh(run: MatchingRun, case: Case, expected: tuple[str, str]) -> None:
    """A full run changes nothing of what the incremental one found."""
    assert (run.mode, run.changes, stands(case)) == ("full", {}, expected)
    assert sum(len(table) for table in lists_of(Store(folder()), run.directory)) == 1


@pytest.mark.article("SC-9c", "SC-27b")
def test_a_verification_with_evidence_refutes_a_loss_and_its_source_is_told_of_it(case: Case) -> None:
    told(case, source="police_prisoners", said="imprisoned")
    in_store("hospital_stays", "hospital_stay", case.pensioner_id, SEEN, ON)
    month(DAY)
    dispute = sent(case, "police_prisoners", "other_loss")
    assert refused(dispute, "refuted", "wang") == ("VERIFICATION_MISSING",)
    verified(case)
    assert refused(dispute, "refuted", "li") == ("NO_GRANT",)
    disputes.answer(dispute, "refuted", "查明未被羁押", actor=actor("wang"), on=DAY)
    month(NEXT)
    assert stands(case) == ("eligible", "hospital_stay")
    assert "police_prisoners" in owed(case)
    row = db.session.scalars(select(SignRetraction)).one()
    assert (row.cause, row.task.outcome, row.sign_on) == ("refuted", "eligible", DIED)
    assert not breaches()


@pytest.mark.article("SC-9c")
def test_what_stays_wrong_in_the_register_is_not_asked_of_the_person_again(case: Case) -> None:
    told(case)
    in_store("hospital_stays", "hospital_stay", case.pensioner_id, SEEN, ON)
    month(DAY)
    disputes.answer(sent(case), "corrected", "已更正", actor=actor("wang"), on=DAY)
    told(case, on=NEXT)
    month(NEXT)
    assert stands(case) == ("eligible", "hospital_stay")
    told(case, date(2026, 2, 11), on=LATER)
    month(LATER)
    assert stands(case) == ("to_be_verified", "both_lists"), "another day is another statement"


@pytest.mark.article("SC-9c", "JS-8.1")
def test_nobody_takes_a_loss_back_alone(case: Case) -> None:
    told(case, source="police_prisoners", said="imprisoned")
    month(DAY)
    make_account("both", ["caseworker", "reviewer"])
    number = valid_id_number()
    make_account("other.one", ["caseworker"], id_number=number)
    dispute = sent(case, "police_prisoners", "other_loss", by="other.one")
    verified(case, by="both")
    assert refused(dispute, "refuted", "both") == ("SAME_PERSON",), "whoever verified"
    accounts.close_account(actor("founder.system"), account("other.one").public_id, ON, "transfer")
    make_account("other.two", ["reviewer"], id_number=number)
    assert refused(dispute, "refuted", "other.two") == ("SAME_PERSON",), "whoever objected, on another account"
    assert refused(dispute, "corrected", "other.two") == ("SAME_PERSON",)
    assert db.session.scalars(select(SignRetraction)).all() == []


@pytest.mark.article("SC-9c")
def test_a_verification_without_evidence_or_before_the_objection_refutes_nothing(case: Case) -> None:
    told(case)
    in_store("hospital_stays", "hospital_stay", case.pensioner_id, SEEN, ON)
    month(DAY)
    verified(case)
    dispute = sent(case, on=NEXT)
    assert refused(dispute, "refuted", "wang", NEXT) == ("VERIFICATION_MISSING",)
    verified(case, evidence=False, on=NEXT)
    assert refused(dispute, "refuted", "wang", NEXT) == ("VERIFICATION_MISSING",)


@pytest.mark.article("SC-9c")
def test_a_retraction_is_put_back_by_another_person_and_the_loss_counts_again(case: Case) -> None:
    told(case)
    in_store("hospital_stays", "hospital_stay", case.pensioner_id, SEEN, ON)
    month(DAY)
    disputes.answer(sent(case), "corrected", "已更正", actor=actor("wang"), on=DAY)
    month(NEXT)
    row = db.session.scalars(select(SignRetraction)).one().id
    for who, grounds, code in (("wang", "又查明有误", "SAME_PERSON"), ("li", "x", "NO_GRANT"),
                               ("zhao", " ", "OPINION_MISSING")):
        with pytest.raises(TransitionRefused, match=code):
            retracting.put_back(row, grounds, actor=actor(who), on=NEXT)
    retracting.put_back(row, "来源部门再次确认", actor=actor("zhao"), on=NEXT)
    with pytest.raises(TransitionRefused, match="NOTHING_CHANGES"):
        retracting.put_back(row, "来源部门再次确认", actor=actor("zhao"), on=NEXT)
    month(LATER)
    assert stands(case) == ("to_be_verified", "both_lists")
    types = list(db.session.scalars(select(AuditEvent.type).where(AuditEvent.case_id == case.id)))
    assert types.count("SignRetracted") == types.count("RetractionReversed") == 1
    assert not breaches()
    each_is_named("data found wrong")


@pytest.mark.article("SC-27b")
def test_a_marked_death_is_annulled_by_three_before_the_register_is_held_wrong(case: Case) -> None:
    told(case, SEEN)
    month(DAY)
    assert db.session.get_one(Case, case.id, populate_existing=True).pensioner.death_mark
    dispute = sent(case)
    verified(case)
    assert refused(dispute, "refuted", "wang") == ("DEATH_MARKED",)
    disputes.answer(dispute, "corrected", "已更正", actor=actor("wang"), on=DAY)
    assert db.session.execute(select(Decision.kind, Decision.stage).where(Decision.case_id == case.id)
                              .order_by(Decision.id)).all() == [("stop", "withdrawn"), ("annul_death_mark", "draft")]


@pytest.mark.article("SC-27b", "SC-27")
def test_an_annulled_mark_takes_the_deaths_that_registers_told_of_with_it(case: Case) -> None:
    told(case, SEEN)
    told(case, date(2026, 2, 21), "death_certificates")
    month(DAY)
    waiting = db.session.scalars(select(Decision).where(Decision.case_id == case.id)).all()
    assert [one.kind for one in waiting] == ["stop"]
    with transaction():
        take_back(waiting[0], on=DAY)
    proofs = tuple(add_evidence(case.id, paper(one, DAY), actor=actor("li"), on=DAY).id
                   for one in ("home_visit_record", "verification_record", "source_correction"))
    key = open_decision(case.id, Proposal("annul_death_mark", "death", evidence=proofs), actor=actor("li"), on=DAY).id
    submit(key, actor=actor("li"), on=DAY)
    for action, who in (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao")):
        review.sign(key, action, opinion="同意", actor=actor(who), on=DAY)
    month(NEXT)
    assert stands(case)[0] != "lost"
    assert set(db.session.scalars(select(SignRetraction.cause))) == {"annulled"}
    assert owed(case) == {"ministry_comparison", "death_table", "cremations", "death_certificates"}
    count = db.session.query(SignRetraction).count()
    month(LATER)
    assert db.session.query(SignRetraction).count() == count == 2
    assert not breaches()


def test_the_correction_to_a_register_is_sent_from_the_page_of_corrections(case: Case) -> None:
    told(case, source="police_prisoners", said="imprisoned")
    month(DAY)
    dispute = sent(case, "police_prisoners", "other_loss")
    verified(case)
    disputes.answer(dispute, "refuted", "查明未被羁押", actor=actor("wang"), on=DAY)
    assert "police_prisoners" in corrections.systems(actor("wang"))
    file = corrections.send("police_prisoners", "csv", ["案号"], lambda row, _: [row.case.case_no, row.wrong_on],
                            actor=actor("wang"), on=DAY)
    assert str(DIED) in file.read().decode()
    assert db.session.scalars(select(DataDispute.status)).all() == ["answered"]
