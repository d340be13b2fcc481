"""What is kept no longer is appraised by one, released by another, and gone from log and business row together."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text

from audit import erasure
from audit.events import NoticeHeld, ObjectionLodged, commitment
from audit.log import record as write
from audit.models import AuditEvent, AuditPersonal
from audit.retention import class_of, kept_since
from audit.words import ERASED
from cases import erasing
from cases.models import Case, Objection, ReviewStep
from database import db, transaction
from invariants import breaches
from tests import people
from tests.documents import records
from workflows.transition import TransitionRefused

LAST = date(2026, 6, 4)  # of the record: the last entry but those of looking
KEPT, GONE = date(2076, 12, 31), date(2077, 1, 1)  # fifty years after the end of 2026


@pytest.fixture
def record(context: Flask) -> Iterator[Flask]:
    people.make_founders()
    people.make_account("keeper", ["audit_administrator"], "51")
    people.make_account("visitor", ["inspector"], "51")
    people.make_account("both", ["audit_administrator", "inspector"], "51")
    people.make_account("county", ["inspector"], "510107")
    records.whole_story()
    yield context


def opinions() -> list[str | None]:
    return list(db.session.scalars(select(ReviewStep.opinion).order_by(ReviewStep.id)))


def beside(kind: str) -> list[tuple[str | None, bytes | None]]:
    query = select(AuditPersonal.value, AuditPersonal.salt).join(AuditEvent).where(AuditEvent.type == kind)
    return [tuple(row) for row in db.session.execute(query)]


@pytest.mark.article("QD-29")
def test_a_file_is_kept_fifty_years_from_the_end_of_its_last_year(record: Flask) -> None:
    assert erasing.found(KEPT) == {}
    assert erasing.found(GONE)["verification"] == len([one for one in opinions() if one]) + _others()
    assert kept_since("verification", "51/5101/510107/", GONE)[0] == date(2027, 1, 1)


def _others() -> int:
    query = (select(AuditEvent.type).join(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
             .where(AuditPersonal.field != "opinion"))
    return len([kind for kind in db.session.scalars(query) if class_of(kind) == "verification"])


def test_registration_is_kept_a_hundred_years_and_the_agency_s_own_people_for_good(record: Flask) -> None:
    assert "registration" not in erasing.found(date(2126, 12, 31))
    assert erasing.found(date(2127, 1, 1))["registration"] > 0
    assert class_of("AccountCreated") is None and class_of("InspectionEntered") == "inspection"
    assert kept_since("inspection", None, date(2060, 5, 1))[0] == date(2030, 1, 1)


def test_an_entry_made_later_keeps_the_whole_file(record: Flask) -> None:
    with transaction():
        case = db.session.query(Case).one()
        write(NoticeHeld(notice="n", kind="resumed", channel="letter", cause="RESTORED"), case=case, actor="SYSTEM",
              on=date(2030, 1, 1))
    assert erasing.found(GONE) == {}
    assert erasing.found(date(2081, 1, 1))["verification"] > 0


def test_value_salt_and_copy_go_together_and_the_log_still_proves_the_rest(record: Flask) -> None:
    checkpoint_before = _digests()
    proposal = erasing.propose(actor=people.actor("keeper"), on=GONE)
    assert all(opinions())
    erased = erasing.release(proposal, actor=people.actor("visitor"), on=GONE)
    assert erased > 0 and opinions() == [None, None, None]
    assert set(beside("DecisionApproved")) == {(None, None)}
    assert all(value for value, _salt in beside("CaseEntered"))
    events = db.session.query(AuditEvent).filter_by(type="PersonalErased").count()
    assert events == erased == db.session.query(AuditPersonal).filter(AuditPersonal.erased_at.is_not(None)).count()
    assert checkpoint_before.items() <= _digests().items()
    assert erasing.found(GONE) == {}
    assert [one for one in breaches() if one.invariant.startswith("R2")] == []


def _digests() -> dict[str, str]:
    return dict(db.session.execute(select(AuditEvent.uid, AuditEvent.digest)).all())


@pytest.mark.parametrize(("who", "refusal"), [("both", "SAME_PERSON"), ("county", "NO_GRANT"), ("keeper", "NO_GRANT")])
def test_nobody_erases_alone_or_without_the_post(record: Flask, who: str, refusal: str) -> None:
    proposal = erasing.propose(actor=people.actor("both"), on=GONE)
    with pytest.raises(TransitionRefused) as refused:
        erasing.release(proposal, actor=people.actor(who), on=GONE)
    assert refused.value.codes == (refusal,)
    assert all(opinions())


def test_grounds_and_name_of_an_objection_go_from_its_row_too(record: Flask) -> None:
    with transaction() as session:
        case, clerk = session.query(Case).one(), people.account("county")
        made = Objection(receipt_no="异1", case_id=case.id, kind="to_data", lodged_by="self", lodged_by_name="周秀英",
                         phone="13800001111", grounds="查无依据。", lodged_on=LAST, received_by=clerk.id,
                         office_path=case.office_path)
        session.add(made)
        session.flush()
        write(ObjectionLodged(objection=made.public_id, kind="to_data", lodged_by="self", lodged_on=LAST,
                              grounds=made.grounds, lodged_by_name=made.lodged_by_name, phone=made.phone),
              case=case, actor="SYSTEM", on=LAST)
    erasing.release(erasing.propose(actor=people.actor("keeper"), on=GONE), actor=people.actor("visitor"), on=GONE)
    row = db.session.query(Objection).one()
    assert (row.grounds, row.lodged_by_name, row.phone) == (ERASED, None, None)


def test_without_anything_due_nothing_is_proposed(record: Flask) -> None:
    with pytest.raises(TransitionRefused) as refused:
        erasing.propose(actor=people.actor("keeper"), on=KEPT)
    assert refused.value.codes == ("NOTHING_DUE",)
    with pytest.raises(LookupError):
        erasing.release("AAAAAAAAAAAAAAAA", actor=people.actor("visitor"), on=GONE)


def test_killed_between_two_chunks_it_goes_on_when_it_is_run_again(
        record: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "CHUNK", 2)
    proposal = erasing.propose(actor=people.actor("keeper"), on=GONE)
    due = sum(erasing.found(GONE).values())
    assert erasing.release(proposal, actor=people.actor("visitor"), on=GONE) == due
    assert erasing.release(proposal, actor=people.actor("visitor"), on=GONE) == 0
    assert db.session.query(AuditEvent).filter_by(type="ErasureReleased").count() == 1


def test_whoever_loses_the_post_between_two_chunks_erases_no_more(
        record: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "CHUNK", 2)
    due = sum(erasing.found(GONE).values())

    def check() -> None:
        if sum(erasing.found(GONE).values()) < due:
            raise PermissionError

    with pytest.raises(PermissionError):
        erasure.erase_due(GONE, actor=people.actor("visitor"), check=check)
    assert sum(erasing.found(GONE).values()) == due - 2


def test_what_was_written_with_a_signature_does_not_go_before_the_log_s_copy(record: Flask) -> None:
    with pytest.raises(Exception, match="rows of review_step never change"), transaction():
        db.session.execute(text("UPDATE review_step SET opinion = NULL, content = NULL"))


def test_a_value_taken_away_without_an_event_is_a_failure(record: Flask) -> None:
    with transaction():
        db.session.execute(text("UPDATE audit_personal SET value = NULL, salt = NULL, erased_at = '2026-06-05 00:00:00'"
                                " WHERE field = 'opinion'"))
    found = {one.invariant: one.where for one in breaches()}
    (words,) = [where for name, where in found.items() if name.startswith("R2 what is missing beside the log")]
    assert len(words) == 3 and "opinion was erased and no event says so" in words[0]
    assert any(name.startswith("R2 what was written with a signature") for name in found)


def test_the_command_says_proposes_and_releases(app: Flask) -> None:
    with app.app_context():
        people.make_founders()
        records.whole_story()
    run = app.test_cli_runner().invoke
    said = run(args=["audit", "erase", "--due", "--dry-run", "--on", "2077-01-01"])
    assert said.exit_code == 0 and said.output.startswith("verification\t"), said.output
    assert run(args=["audit", "erase"]).exit_code == 2
    assert run(args=["audit", "erase", "--due"]).exit_code == 2


def test_an_erased_text_shows_as_erased_and_its_commitment_stays(record: Flask) -> None:
    (before,) = [commitment(salt, value) for value, salt in beside("DecisionApproved") if salt and value]
    erasing.release(erasing.propose(actor=people.actor("keeper"), on=GONE), actor=people.actor("visitor"), on=GONE)
    event = db.session.query(AuditEvent).filter_by(type="DecisionApproved").one()
    assert before in bytes(event.canonical).decode()
