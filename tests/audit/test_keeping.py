"""The log kept whole: checkpoints by the signer, witnesses, alarms; what happens when a piece of it is lost."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audit.checkpoints import checkpoint, latest
from audit.events import SignedOut, parse
from audit.installed import make_signer, signer, signer_folder
from audit.keeping import recorded_keys, signed_checkpoint
from audit.log import record
from audit.models import AuditEvent
from audit.policy import policy
from audit.sequencer import opened
from audit.signer.folder import HEAD, JOURNAL, KEY
from audit.signer.refusals import SignerRefused
from audit.verify import NoteKey, Policy, open_checkpoint
from audit.witnesses import anchoring
from audit.witnesses.file_drop import notes_in
from audit.witnesses.models import AuditAnchor
from audit.witnesses.standing import overview
from database import db, transaction
from staff.models import Office
from tests.audit.conftest import ON, sign_in
from tests.audit.signer.growing import ORIGIN
from tests.audit.witnesses.scene import Witness
from tests.conftest import LOG_ORIGIN
from tests.engines import Copies

assert LOG_ORIGIN == ORIGIN


def write(times: int) -> None:
    for n in range(times):
        with transaction():
            record(SignedOut(account=f"a{n}"), actor="SYSTEM", on=ON)


def events(kind: str) -> list[dict[str, object]]:
    query = select(AuditEvent.canonical).where(AuditEvent.type == kind).order_by(AuditEvent.id)
    return [dict(parse(row).data) for row in db.session.scalars(query)]


@pytest.fixture
def log(context: Flask) -> Iterator[Flask]:
    write(4)
    yield context
    context.config.update(WITNESSES="", WITNESS_LATE_AFTER=timedelta(hours=26))


@pytest.fixture
def witness(log: Flask, tmp_path: Path) -> Iterator[Witness]:
    """A cosigning one, and a file; both are configured."""
    from audit.signer.notes import SigningKey
    from tests.audit.witnesses.scene import cosigning

    own = SigningKey(NoteKey.read(signer().log_keys()[0].key), None)  # type: ignore[arg-type]
    with cosigning(tmp_path / "witness", own) as one:
        log.config["WITNESSES"] = json.dumps([
            {"name": "city", "kind": "cosigning"} | one.given,
            {"name": "disk", "kind": "file", "path": str(tmp_path / "notes")}])
        yield one


def test_a_checkpoint_goes_to_every_witness_and_comes_back_cosigned(witness: Witness) -> None:
    signed_checkpoint(ON)
    assert [(row.witness, row.state, row.attempts) for row in anchoring.anchor()] == [
        ("city", "anchored", 1), ("disk", "anchored", 1)]
    write(3)
    signed_checkpoint(ON)
    anchoring.anchor()
    last = latest()
    receipt = db.session.scalars(select(AuditAnchor.receipt).where(AuditAnchor.checkpoint_id == last.id)).first()
    trusted = Policy.read(policy())
    assert (trusted.cosigned, trusted.origin) == (1, ORIGIN)
    assert open_checkpoint(last.note.encode() + receipt, trusted.witnesses, ORIGIN).size == last.size
    assert not overview().alarmed


def test_what_was_handed_over_is_not_handed_over_again(witness: Witness, tmp_path: Path) -> None:
    for _ in range(3):
        signed_checkpoint(ON)
        anchoring.anchor()
    assert len(list(notes_in((tmp_path / "notes").read_bytes()))) == 1
    assert db.session.scalar(select(func.max(AuditAnchor.attempts))) == 1


def test_killed_between_hand_over_and_receipt_it_is_handed_over_again_to_the_same_end(
        witness: Witness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_checkpoint(ON)
    with monkeypatch.context() as killed:
        killed.setattr(anchoring, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            anchoring.anchor()
    assert db.session.scalars(select(AuditAnchor.state)).all() == ["waiting"]
    assert {row.state for row in anchoring.anchor()} == {"anchored"}
    assert len(list(notes_in((tmp_path / "notes").read_bytes()))) == 1


def test_a_witness_that_is_away_alarms_when_it_is_late_and_holds_back_nobody(witness: Witness, log: Flask) -> None:
    log.config["WITNESSES"] = log.config["WITNESSES"].replace(witness.url, "http://127.0.0.1:1/")
    signed_checkpoint(ON)
    assert [row.state for row in anchoring.anchor()] == ["away", "anchored"]
    assert not overview().alarmed
    log.config["WITNESS_LATE_AFTER"] = timedelta(0)
    late = {one.name: one.late for one in overview().standings}
    assert late == {"city": True, "disk": False} and overview().alarmed
    write(1)
    assert log.test_cli_runner().invoke(args=["audit", "anchor"]).exit_code == 1


def test_events_that_wait_too_long_for_a_checkpoint_alarm(log: Flask) -> None:
    assert not overview().behind
    log.config["WITNESS_LATE_AFTER"] = timedelta(0)
    assert overview().behind
    signed_checkpoint(ON)
    assert not overview().behind
    write(1)
    assert overview().behind


def test_a_restored_backup_is_refused_and_the_page_says_what_to_do(
        witness: Witness, copies: Copies, client: FlaskClient) -> None:
    signed_checkpoint(ON)
    anchoring.anchor()
    _away_from_the_database()
    copies.keep("backup")
    write(5)
    signed_checkpoint(ON)
    anchoring.anchor()
    _away_from_the_database()
    copies.restore("backup")
    for _ in range(2):
        with pytest.raises(SignerRefused, match="SHRUNK"):
            signed_checkpoint(ON)
    assert [one["code"] for one in events("CheckpointRefused")] == ["SHRUNK"], "once, while it lasts"
    with transaction():
        office = Office(code="51", name="四川", level="province", path="51/")
        db.session.add(office)
    page = sign_in(client, office, "audit_administrator").get("/audit/anchors").text
    assert "flask audit signer lost" in page and "数据库很可能是从旧备份恢复的" in page
    write(20)
    with pytest.raises(SignerRefused, match="FORK"):
        signed_checkpoint(ON)


def test_a_restored_backup_beside_a_restored_signer_fails_against_the_witness(witness: Witness, copies: Copies,
                                                                             tmp_path: Path) -> None:
    signed_checkpoint(ON)
    anchoring.anchor()
    _away_from_the_database()
    copies.keep("backup")
    shutil.copytree(signer_folder(), tmp_path / "signer-backup")
    write(5)
    signed_checkpoint(ON)
    anchoring.anchor()
    _away_from_the_database()
    copies.restore("backup")
    shutil.rmtree(signer_folder())
    shutil.copytree(tmp_path / "signer-backup", signer_folder())
    write(3)
    signed_checkpoint(ON)
    assert [row.state for row in anchoring.anchor()] == ["refused", "refused"]
    assert overview().alarmed


def _away_from_the_database() -> None:
    db.session.remove()
    db.engine.dispose()


def test_a_checkpoint_that_was_signed_and_not_kept_is_kept_by_the_next(log: Flask, monkeypatch: pytest.MonkeyPatch,
                                                                      ) -> None:
    from audit import checkpoints

    with monkeypatch.context() as killed:
        killed.setattr(checkpoints, "_kept", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            checkpoint()
    assert latest() is None and signer().head().size
    note = checkpoint()
    assert note == signer().head().note == latest().note.encode()


def test_a_rotation_is_on_record_and_in_the_policy(log: Flask) -> None:
    run = log.test_cli_runner().invoke
    before = open_checkpoint(signed_checkpoint(ON), [NoteKey.read(signer().log_keys()[0].key)]).size
    assert run(args=["audit", "signer", "rotate"]).exit_code == 0
    after = latest_size(signed_checkpoint(ON))
    trusted = Policy.read(policy())
    old, new = (NoteKey.read(row.key) for row in signer().log_keys())
    assert (trusted.signers(before), trusted.signers(after)) == ([old], [new])
    told = events("SignerKeyMade") + events("SignerKeyRotated")
    assert [one["new_key"] for one in told] == [old.written, new.written]
    recorded_keys(ON)
    assert len(events("SignerKeyRotated")) == 1


def latest_size(note: bytes) -> int:
    return open_checkpoint(note, [NoteKey.read(row.key) for row in signer().log_keys()]).size


@pytest.mark.parametrize("gone", [(HEAD, JOURNAL), (KEY,), None], ids=["memory", "key", "folder"])
def test_a_lost_signer_is_declared_with_what_the_witnesses_hold(witness: Witness, log: Flask, tmp_path: Path,
                                                               gone: tuple[str, ...] | None) -> None:
    run = log.test_cli_runner().invoke
    assert run(args=["audit", "anchor"]).exit_code == 0
    held = latest().size
    for name in gone or ():
        (signer_folder() / name).unlink()
    if gone is None:
        shutil.rmtree(signer_folder())
    write(2)
    with pytest.raises(SignerRefused, match="NO_KEY|HEAD_LOST"):
        signed_checkpoint(ON)
    told = run(args=["audit", "signer", "lost", "--yes", "--witnessed", f"disk={tmp_path / 'notes'}"])
    assert told.exit_code == 0, told.output
    assert f"size {held}\n" in told.output
    lost = events("SignerKeyLost")[0]
    assert (lost["witnesses"], lost["signs_from"]) == (["disk"], held + 1)
    assert latest_size(signed_checkpoint(ON)) > held
    witness.state.know(signer().log_keys()[-1].key, "sha256")
    assert {row.state for row in anchoring.anchor()} == {"anchored"}


def test_a_stolen_key_on_another_log_fails_against_the_witnesses(witness: Witness, log: Flask, tmp_path: Path) -> None:
    """The thief rewrites the database, takes the key to a new folder and signs from nothing."""
    signed_checkpoint(ON)
    anchoring.anchor()
    for name in (HEAD, JOURNAL):
        (signer_folder() / name).unlink()
    stolen = signer_folder() / KEY
    from audit.signer.folder import Folder
    from audit.signer.notes import checkpoint_text, signed, signing_key

    key = signing_key(ORIGIN, stolen.read_bytes())
    Folder(signer_folder()).remember(signed(checkpoint_text(ORIGIN, 0, opened().hashing.empty()), key), 0)
    _rewritten()
    signed_checkpoint(ON)
    assert [row.state for row in anchoring.anchor()] == ["refused", "refused"]


def _rewritten() -> None:
    """By the owner of the database: the same events in another order of the log, all hashes made anew."""
    from database.triggers import drop_trigger
    from tests.owner import as_owner

    with as_owner() as connection:
        for table in ("audit_entry", "audit_checkpoint", "audit_anchor"):
            drop_trigger(connection, f"{table}_no_delete")
        for sql in ("DELETE FROM audit_anchor", "DELETE FROM audit_checkpoint", "DELETE FROM audit_entry",
                    "DELETE FROM audit_bucket", "DELETE FROM audit_pending",
                    "INSERT INTO audit_pending (tx_id, bulk, done) SELECT id, false, 0 FROM audit_tx WHERE id <> 1"):
            connection.exec_driver_sql(sql)
    write(5)


def test_rows_that_were_altered_end_the_checkpoint_with_an_event(log: Flask) -> None:
    from database.triggers import drop_trigger
    from tests.owner import as_owner

    signed_checkpoint(ON)
    with as_owner() as connection:
        drop_trigger(connection, "audit_event_no_update")
        connection.exec_driver_sql("UPDATE audit_event SET digest = 'x' WHERE id = 2")
    with pytest.raises(SignerRefused, match="ALTERED"):
        signed_checkpoint(ON, thorough=True)
    assert [one["code"] for one in events("CheckpointRefused")] == ["ALTERED"]


def test_the_signer_is_made_once_and_never_for_another_log(log: Flask) -> None:
    assert make_signer(ORIGIN, "sha256") is False
    with pytest.raises(SignerRefused, match="WRONG_ORIGIN"):
        make_signer("pension-eligibility/other", "sha256")
