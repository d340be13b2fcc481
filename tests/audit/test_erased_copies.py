"""What stands a second time on rows of the business goes with the log's value; the database lets nothing else go."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask, g
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.events import NoticeSent, NotPassedNoted
from audit.log import record
from audit.words import ERASED
from cases import erasing, limit_pauses
from cases.decisions import Proposal, open_decision
from cases.ledgers.follow_ups import Said, follow_up
from cases.models import Case, Decision, FollowUp, LimitPause, Notice, NotPassed
from cases.retention_triggers import STAYS
from database import db, transaction
from invariants import breaches
from tests import people
from tests.case_builder import LAPSED, make_case, paper
from tests.promises.test_other_decisions_about_the_person import begun

ON, GONE = date(2026, 3, 16), date(2077, 1, 1)  # fifty years after the end of the year in which all of it was done
PAYEE = {"new_payee_account": "6228480099999999999", "new_payee_bank": "农业银行"}
REASONS, NOTE = "本人来电，邻居王某作证", "儿子代答，已打电话"
GOES = {"review_step": {"opinion", "content"}, "follow_up": {"note"}, "not_passed": {"note"}, "limit_pause": {"note"},
        "decision": {"personal", "fields"}}


@pytest.fixture
def record_of_2026(context: Flask) -> Iterator[Flask]:
    """A payee changed for stated reasons, a limit paused and over, a long suspension looked at, a person not reached,
    and a message whose carrier named the address."""
    staff = tuple(people.make_account(name, [role]) for name, role in
                  (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")))
    people.make_account("keeper", ["audit_administrator"], "51")
    people.make_account("visitor", ["inspector"], "51")
    changed = make_case(ON)
    fields = {"reasons": REASONS, "basis": "申请"}
    begun(changed.id, Proposal("change_payee", fields=fields, personal=PAYEE), staff, 2,
          ("identity_document", "account_paper"))
    paused = open_decision(make_case(ON).id, Proposal("change_identity"), actor=staff[0], on=ON).id
    limit_pauses.pause(paused, "materials_awaited", NOTE, actor=staff[0], on=ON)
    limit_pauses.resume(paused, actor=staff[0], on=date(2026, 3, 18))
    long = make_case(ON, **LAPSED | {"暂停/停发日期": "2025-06-01"}).id
    follow_up(long, "long_suspended", Said("visit", NOTE, date(2026, 4, 15), paper("home_visit_record", ON)),
              actor=staff[0], on=ON)
    with transaction() as session:
        case, li = session.get_one(Case, long), people.account("li")
        session.add(NotPassed(case_id=long, period_due_on=case.due_on, reason="not_found", means="home_visit",
                              note=NOTE, noted_on=ON, noted_by=li.id, noted_by_person=li.natural_person_id))
        record(NotPassedNoted(period_due_on=case.due_on, reason="not_found", means="home_visit", note=NOTE), case=case,
               actor="SYSTEM", on=ON)
        sent = session.query(Notice).order_by(Notice.id).first()
        sent.status, sent.proof = "accepted", "250 to zhou@example.com"
        record(NoticeSent(notice=sent.public_id, kind=sent.kind, channel=sent.channel, proof=sent.proof),
               case=sent.case, actor="SYSTEM", on=ON)
    yield context


def erased() -> int:
    return erasing.release(erasing.propose(actor=people.actor("keeper"), on=GONE), actor=people.actor("visitor"),
                           on=GONE)


def closed() -> Decision:
    return db.session.query(Decision).filter_by(kind="change_payee").populate_existing().one()


def every_text() -> str:
    """All that stands in the rows that have copies, decrypted."""
    db.session.expire_all()
    found: list[object] = []
    for model, columns in ((Decision, ("fields", "personal")), (FollowUp, ("note",)), (LimitPause, ("note",)),
                           (NotPassed, ("note",)), (Notice, ("proof",))):
        found += [getattr(row, column) for row in db.session.query(model) for column in columns]
    return str(found)


def test_copies_on_closed_rows_go_with_the_log_s_value_and_the_rest_of_the_row_stays(record_of_2026: Flask) -> None:
    for value in (REASONS, NOTE, PAYEE["new_payee_account"], "zhou@example.com"):
        assert value in every_text()
    before = closed()
    assert before.stage == "executed"
    kept = {name: getattr(before, name) for name in STAYS["decision"]}
    assert erased() > 0
    for value in (REASONS, NOTE, PAYEE["new_payee_account"], "zhou@example.com"):
        assert value not in every_text()
    after = closed()
    assert (after.fields, after.personal) == ({"reasons": ERASED, "basis": "申请"} | {
        name: value for name, value in after.fields.items() if name not in ("reasons", "basis")}, None)
    assert {name: getattr(after, name) for name in STAYS["decision"]} == kept
    assert [one.note for one in db.session.query(FollowUp)] == [one.note for one in db.session.query(LimitPause)]
    assert db.session.query(FollowUp).one().note == ERASED and db.session.query(NotPassed).one().note is None
    assert breaches() == []


def test_the_pages_of_a_decision_whose_person_was_erased_still_open(record_of_2026: Flask) -> None:
    erased()
    public_id, case = closed().public_id, closed().case.public_id
    db.session.remove()
    client = people.signed_in_client("li")
    g.pop("actor", None)  # of the sign-in: the context of the test is one for all requests
    for address in (f"/decisions/{public_id}", f"/cases/{case}"):
        answer = client.get(address)
        assert answer.status_code == 200 and REASONS not in answer.text


BEFORE_THE_LOG = (
    ("decision", "personal = NULL"), ("follow_up", f"note = '{ERASED}'"), ("not_passed", "note = NULL"),
    ("limit_pause", f"note = '{ERASED}'"))
AFTER_THE_LOG = (
    ("decision", "back_pay_fen = 1"), ("decision", "personal = 'x'"), ("decision", "stage = 'draft'"),
    ("decision", "fields = '{}'"), ("decision", """fields = '{"reasons": "anders", "basis": "申请"}'"""),
    ("decision", f"""fields = '{{"reasons": "{ERASED}", "basis": "another"}}'"""),
    ("decision", "closed_on = '2030-01-01'"), ("follow_up", "note = 'x'"), ("follow_up", "kind = 'call'"),
    ("not_passed", "note = 'x'"), ("not_passed", "reason = 'other'"), ("limit_pause", "note = 'x'"),
    ("limit_pause", "reason = 'other'"), ("limit_pause", "resumed_on = '2026-03-19'"))


def refused(table: str, change: str) -> None:
    where = " WHERE kind = 'change_payee'" if table == "decision" else ""
    with pytest.raises(DBAPIError, match="never change|permission denied"), transaction():
        db.session.connection().exec_driver_sql(f"UPDATE {table} SET {change}{where}")


def test_nothing_goes_before_the_log_s_copy_and_nothing_but_it_afterwards(record_of_2026: Flask) -> None:
    for table, change in BEFORE_THE_LOG:
        refused(table, change)
    put = "json_replace(fields, '$.reasons', '{0}')" if db.engine.dialect.name == "sqlite" else (
        "jsonb_set(fields::jsonb, '{{reasons}}', '\"{0}\"')::json")
    refused("decision", f"fields = {put.format(ERASED)}")
    erased()
    for table, change in AFTER_THE_LOG:
        refused(table, change)


def test_a_copy_goes_only_with_its_own_event_of_its_own_decision(record_of_2026: Flask) -> None:
    """The person's other decision, closed as well, keeps what was proposed while only the first one's event is gone."""
    case_id = closed().case_id
    staff = tuple(people.actor(name) for name in ("li", "wang", "zhao"))
    begun(case_id, Proposal("change_payee", personal=PAYEE | {"new_payee_account": "6228480011111111111"}), staff, 2,
          ("identity_document", "account_paper"))
    first = db.session.query(Decision).filter_by(kind="change_payee").order_by(Decision.id).first()
    with transaction():
        db.session.execute(text(
            "UPDATE audit_personal SET value = NULL, salt = NULL, erased_at = '2077-01-01 00:00:00' WHERE field = "
            "'proposed' AND event_id = (SELECT min(e.id) FROM audit_event e WHERE e.type = 'DecisionOpened'"
            " AND e.case_id = :case_id)"), {"case_id": case_id})
    with pytest.raises(DBAPIError, match="a closed decision never changes"), transaction():
        db.session.execute(text("UPDATE decision SET personal = NULL WHERE id > :first AND kind = 'change_payee'"),
                           {"first": first.id})
    with transaction():
        db.session.execute(text("UPDATE decision SET personal = NULL WHERE id = :first"), {"first": first.id})


@pytest.mark.parametrize("table", sorted(STAYS))
def test_what_stays_is_every_column_but_the_copy(table: str) -> None:
    columns = {column.name for column in db.metadata.tables[table].columns}
    assert columns - set(STAYS[table]) == GOES[table]
