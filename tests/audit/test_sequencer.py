"""Events get their places after their commit: each once, without gaps, in the order of their case, and killed too."""
from __future__ import annotations

import json
from threading import Thread

import pytest
from flask import Flask, current_app
from sqlalchemy import func, insert, select

import audit.sequencer
from audit.checkpoints import checkpoint, latest
from audit.entries import LogAltered
from audit.events import SignedOut
from audit.following import once, signed_once
from audit.heads import lines_of, proof
from audit.log import record
from audit.models import AuditCheckpoint, AuditEntry, AuditEvent, AuditPending
from audit.sequencer import find_missed, opened, sequence
from audit.verify import Hashing, bucket_hash, head_line, verify_head
from cases.models import Case
from database import db, transaction
from tests.audit.conftest import ON
from tests.audit.sequenced import MANY, bulk, entries, out, whole
from tests.conftest import LOG_ORIGIN
from tests.owner import as_owner
from tests.promises.servers import ANSWER_WITHIN


def test_the_log_begins_with_its_name_and_each_event_has_its_place(case: Case) -> None:
    out()
    out(case, times=2)
    assert sequence().placed == 3
    origin, first, second, third, heads = whole()
    assert origin == {"v": 1, "kind": "origin", "log": LOG_ORIGIN, "hash": "sha256"}
    assert [one["case_seq"] for one in (first, second, third)] == [None, 1, 2]
    assert [one["prev"] for one in (first, second, third)] == [None, None, 2]
    assert heads["size"] == 4 and heads["cases"] == 1
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.uid == third["uid"])).one()
    told = json.loads(event.canonical)["meta"]
    assert third["digest"] == event.digest
    assert {name: told[name] for name in ("tx", "position", "recorded_at", "case")} == \
        {name: third[name] for name in ("tx", "position", "recorded_at", "case")}


def test_an_entry_is_canonical_json_and_short(case: Case) -> None:
    out(case)
    sequence()
    for entry in db.session.scalars(select(AuditEntry.entry)):
        assert json.dumps(json.loads(entry), sort_keys=True, separators=(",", ":")) == entry
        assert entry.isascii() and len(entry) < 65_536


def test_before_the_first_sequencing_the_log_has_no_name(context: Flask) -> None:
    with pytest.raises(LookupError, match="no entry"):
        opened()


def test_sequencing_twice_is_sequencing_once(case: Case) -> None:
    out(case)
    sequence()
    before = entries()
    assert sequence().placed == 0 and entries() == before


def test_events_of_no_case_state_no_heads(context: Flask) -> None:
    out()
    sequence()
    out()
    sequence()
    assert [one["kind"] for one in whole()] == ["origin", "event", "event"]


def test_a_log_from_before_gets_its_places_by_the_first_sequencing(cases: list[int]) -> None:
    """As the migration leaves it: a row for each transaction."""
    bulk(cases * 3)
    out()
    with as_owner() as connection:
        connection.exec_driver_sql("DELETE FROM audit_pending")
    assert sequence().placed == 0
    out()  # waits already
    assert find_missed() == 2
    assert sequence().placed == 17
    whole()


def test_an_event_waits_for_the_one_before_it_in_its_case(case: Case) -> None:
    """Rows can be seen in another order than the case's: here the first transaction's row is not there yet."""
    out(case)
    out(case)
    with transaction() as session:
        first = session.scalar(select(func.min(AuditPending.tx_id)))
        session.execute(AuditPending.__table__.delete().where(AuditPending.tx_id == first))
    found = sequence()
    assert found.placed == 0 and len(found.waiting) == 1
    with pytest.raises(LogAltered, match="nowhere"):
        checkpoint()
    with transaction() as session:
        session.execute(insert(AuditPending), [{"tx_id": first, "bulk": False, "done": 0}])
    assert sequence().placed == 2
    assert [one["case_seq"] for one in whole() if one["kind"] == "event"] == [1, 2]


def test_a_transaction_of_few_events_gets_places_for_all_of_them_or_for_none(cases: list[int]) -> None:
    """One of its events follows another that is not there yet."""
    bulk(cases[:1])
    with transaction() as session:
        first = session.scalar(select(AuditPending.tx_id))
        session.execute(AuditPending.__table__.delete())
    bulk([cases[1], cases[0]])
    assert sequence().placed == 0
    with transaction() as session:
        session.execute(insert(AuditPending), [{"tx_id": first, "bulk": False, "done": 0}])
    assert sequence().placed == 3
    whole()


def test_a_bulk_transaction_gets_its_share_and_singles_do_not_wait_for_it(
        cases: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit.sequencer, "SHARE", 100)
    bulk([cases[0]] * MANY)
    out()
    with transaction() as session:  # follows the last of the bulk one
        record(SignedOut(account="b"), case=session.get(Case, cases[0]), actor="SYSTEM", on=ON)
    found = sequence(at_most=1)
    assert found.placed == 101  # the single one, and a share
    assert [one["case_seq"] for one in entries()[1:-1]] == [None, *range(1, 101)]
    sequence()
    assert [one["case_seq"] for one in whole() if one.get("case")] == list(range(1, MANY + 2))


def test_two_bulk_transactions_that_follow_one_another_both_come_in(
        cases: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit.sequencer, "SHARE", 150)
    bulk(cases * (MANY // 5))
    bulk(cases[::-1] * (MANY // 5))
    assert sequence().placed == 2 * MANY
    whole()


def test_an_altered_row_gets_no_place(case: Case) -> None:
    out(case)
    with as_owner() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update" +
                                   ("" if db.engine.dialect.name == "sqlite" else " ON audit_event"))
        connection.exec_driver_sql("UPDATE audit_event SET position = 7")
    with pytest.raises(LogAltered, match="columns"):
        sequence()
    assert entries() == []


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_a_log_may_hash_with_either(case: Case, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(current_app.config, "LOG_HASH", name)
    out(case)
    sequence()
    db.session.rollback()
    event = db.session.scalars(select(AuditEvent)).one()
    assert opened().hashing.name == name
    assert whole()[1]["digest"] == Hashing(name).of(event.canonical).hex()


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_the_map_proves_the_last_event_of_each_case_and_of_no_other(
        cases: list[int], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(current_app.config, "LOG_HASH", name)
    bulk(cases * 2 + cases[:1])
    sequence()
    bulk(cases[:1])
    sequence()
    found, hashing = whole(), Hashing(name)
    root = bytes.fromhex(found[-1]["root"])
    last = {one["case"]: (one["case_seq"], place) for place, one in enumerate(found) if one.get("case")}
    for case, head in last.items():
        made = proof(db.session, hashing, case)
        siblings = [bytes.fromhex(one) for one in made["siblings"]]
        assert verify_head(hashing, case, "\n".join(made["lines"]), siblings, root) == head
    made = proof(db.session, hashing, "none")
    assert verify_head(hashing, "none", "\n".join(made["lines"]),
                       [bytes.fromhex(one) for one in made["siblings"]], root) is None


def test_lines_of_the_map_are_those_that_are_verified() -> None:
    heads = {"b": (2, 9), "a-": (1, 7), "a": (3, 4)}
    assert lines_of(heads).split("\n") == [head_line(case, *heads[case]) for case in ("a", "a-", "b")]
    assert bucket_hash(Hashing("sm3"), "") == Hashing("sm3").empty()


def test_a_map_that_was_written_over_is_found(case: Case) -> None:
    out(case)
    checkpoint()
    with transaction() as session:
        session.execute(audit.models.AuditBucket.__table__.update().values(lines="", cases=0))
    out(case)
    with pytest.raises(LogAltered):
        checkpoint()


def test_an_idle_sequencer_takes_no_lock(case: Case) -> None:
    out(case)
    assert once() is True
    assert once() is False


def test_a_signer_that_goes_on_signs_what_is_new_and_nothing_twice(case: Case) -> None:
    out(case)
    signed_once(ON)
    assert latest().size == 3
    signed_once(ON)
    assert db.session.scalar(select(func.count()).select_from(AuditCheckpoint)) == 1
    out(case)
    signed_once(ON)
    assert latest().size == 5


def test_on_postgresql_a_second_one_leaves_or_waits_while_one_is_at_it(case: Case) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite whoever writes is alone")
    out(case)
    with db.engine.begin() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({audit.sequencer.ONE_AT_A_TIME})")
        assert sequence(wait=False) is None
        app = current_app._get_current_object()
        waiting = Thread(target=lambda: [app.app_context().push(), sequence()])
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join(ANSWER_WITHIN)
    assert [one["kind"] for one in whole()] == ["origin", "event", "heads"]


def test_two_at_once_give_each_event_one_place(context: Flask, cases: list[int]) -> None:
    bulk(cases * 40)
    for case_id in cases * 3:
        bulk([case_id])

    def run() -> None:
        with context.app_context():
            sequence()

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(1 for one in whole() if one["kind"] == "event") == 215
