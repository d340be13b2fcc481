"""Attacks on a real database by its owner, under both hashes: each begins with an export that is whole."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit.checkpoints import checkpoint
from audit.entries import LogAltered
from audit.events import SignedOut
from audit.log import record
from audit.models import AuditEvent, AuditTx
from audit.sequencer import find_missed
from audit.signer.refusals import SignerRefused
from cases.models import Case
from database import db, transaction
from staff.models import Office
from tests.audit.attacks.real import (
    clean,
    forged,
    of_first,
    other_stage,
    superuser,
    two_cases,
)
from tests.audit.conftest import ON
from tests.audit.exporting import codes, exported, forget_the_head, named, places, verified


@pytest.fixture(params=["sha256", "sm3"])
def log(request: pytest.FixtureRequest, office: Office, context: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(context.config, "LOG_HASH", request.param)
    two_cases(office)
    return context


def test_a_superusers_edit_with_the_triggers_off(log: Flask, tmp_path: Path) -> None:
    clean(tmp_path / "before")
    first = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).first()
    superuser(forged(first, other_stage))
    report = verified(exported(tmp_path / "after", of_first()))
    assert ("event_altered", "events.jsonl line 1") in places(report)
    with pytest.raises(LogAltered):
        checkpoint(thorough=True)


def test_a_row_removed_from_the_database(log: Flask, tmp_path: Path) -> None:
    clean(tmp_path / "before")
    ids = list(db.session.scalars(select(AuditEvent.id).where(AuditEvent.case_id == of_first().case_id)
                                  .order_by(AuditEvent.id)))
    superuser(f"DELETE FROM audit_event WHERE id IN ({ids[1]}, {ids[3]})")
    report = verified(exported(tmp_path / "after", of_first()))
    assert named(report) == {"incomplete"} and {"case_gap", "case_tail"} == codes(report)


def test_a_back_dated_insert(log: Flask, tmp_path: Path) -> None:
    clean(tmp_path / "before")
    early = datetime.now(UTC) - timedelta(days=30)
    with transaction() as session:
        case = session.get_one(Case, of_first().case_id)
        tx = record(SignedOut(account="b"), case=case, actor="SYSTEM", on=ON).tx_id
    event = db.session.scalars(select(AuditEvent.id).where(AuditEvent.tx_id == tx)).one()
    written = early.isoformat(timespec="microseconds")

    def back_dated(body: dict[str, Any]) -> None:
        body["meta"]["recorded_at"] = written

    change = forged(event, back_dated)
    superuser(change, f"UPDATE audit_tx SET recorded_at = '{early:%Y-%m-%d %H:%M:%S.%f}' WHERE id = {tx}")
    assert db.session.get_one(AuditTx, tx).recorded_at.date() == early.date()
    report = verified(exported(tmp_path / "after", of_first()))
    assert named(report) == {"backdated"}, list(map(str, report.findings))


# The log's own tables are made anew from the events, as whoever holds everything can.
BEGIN_AGAIN = tuple(f"DELETE FROM {table}" for table in (
    "audit_entry", "audit_checkpoint", "audit_bucket", "audit_pending"))


def test_the_whole_chain_made_anew_and_signed_with_the_stolen_key(
        log: Flask, tmp_path: Path) -> None:
    clean(tmp_path / "before")
    kept = checkpoint()
    first = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).first()
    superuser(forged(first, other_stage), *BEGIN_AGAIN)
    forget_the_head()
    assert find_missed()
    for n in range(5):
        with transaction():
            record(SignedOut(account=f"later{n}"), actor="SYSTEM", on=ON)
    folder = exported(tmp_path / "after", of_first(), sizes=[int(kept.split(b"\n")[1])])
    assert list(verified(folder).findings) == []  # by its signatures alone
    assert named(verified(folder, kept)) == {"rechained"}


def test_the_signer_with_its_memory_does_not_sign_the_chain_made_anew(
        log: Flask, tmp_path: Path) -> None:
    clean(tmp_path / "before")
    first = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).first()
    superuser(forged(first, other_stage), *BEGIN_AGAIN)
    assert find_missed()
    with pytest.raises(SignerRefused):
        exported(tmp_path / "after", of_first())
    assert not (tmp_path / "after").exists()


def test_an_old_head_replayed(log: Flask, tmp_path: Path) -> None:
    """An export of last week handed over as today's."""
    old = clean(tmp_path / "old")
    with transaction() as session:
        record(SignedOut(account="b"), case=session.get_one(Case, of_first().case_id), actor="SYSTEM", on=ON)
    kept = checkpoint()
    assert verified(old).ok
    assert named(verified(old, kept)) == {"cut"}


def test_a_restored_backup(log: Flask, tmp_path: Path) -> None:
    """What was recorded after the backup is lost, other things are recorded instead, a stolen key signs."""
    clean(tmp_path / "before")
    early = checkpoint()
    size = int(early.split(b"\n")[1])
    backup = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id.desc())).first()
    db.session.rollback()

    def happen(account: str) -> None:
        with transaction():
            record(SignedOut(account=account), actor="SYSTEM", on=ON)

    happen("lost")
    late = checkpoint()
    superuser(f"DELETE FROM audit_entry WHERE place >= {size}", f"DELETE FROM audit_checkpoint WHERE size > {size}",
              f"DELETE FROM audit_event WHERE id > {backup}")
    happen("instead")
    with pytest.raises(SignerRefused):  # the signer remembers
        checkpoint()
    forget_the_head()
    folder = exported(tmp_path / "after", of_first())
    assert verified(folder, early).ok
    assert named(verified(folder, early, late)) == {"forked"}
