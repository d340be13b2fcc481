"""Attacks on a real export and on a real database, under both hashes: each begins with an export that is whole."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit.checkpoints import HEAD, LogForked, checkpoint
from audit.entries import LogAltered
from audit.events import DecisionWithdrawn, Exported, SignedOut, digest
from audit.exports.making import _write_receipt
from audit.log import record
from audit.models import AuditEvent, AuditTx
from audit.search import Wanted
from audit.sequencer import find_missed
from cases.models import Case
from database import db, transaction
from database.triggers import drop_trigger
from staff.models import Office
from tests.audit.attacks.made_up import write_lines
from tests.audit.conftest import ON, new_case
from tests.audit.exporting import codes, exported, forget_the_log, lines, named, places, verified
from tests.owner import as_owner

TABLES = ("audit_event", "audit_tx", "audit_entry", "audit_checkpoint")


@pytest.fixture(params=["sha256", "sm3"])
def log(request: pytest.FixtureRequest, office: Office, context: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(context.config, "LOG_HASH", request.param)
    forget_the_log()
    with transaction():
        first, second = new_case(office), new_case(office)
        for n in range(4):
            record(DecisionWithdrawn(decision=f"d{n}", kind="resume", stage="draft"), case=first, actor="SYSTEM", on=ON)
            record(DecisionWithdrawn(decision=f"e{n}", kind="stop", stage="draft"), case=second, actor="SYSTEM",
                   on=ON)
        record(SignedOut(account="a"), actor="SYSTEM", on=ON)
    return context


def of_first() -> Wanted:
    return Wanted(case_id=db.session.scalars(select(Case.id).order_by(Case.id)).first())


def public(number: int) -> str:
    return list(db.session.scalars(select(Case.public_id).order_by(Case.id)))[number]


def clean(path: Path, wanted: Wanted | None = None) -> Path:
    """An export that verifies, which an attack begins with."""
    folder = exported(path, wanted or of_first())
    assert verified(folder).ok
    return folder


def superuser(*statements: str) -> None:
    """What the owner of the database can do: the triggers are gone, then it writes."""
    with as_owner() as connection:
        for table in TABLES:
            for act in ("update", "delete"):
                drop_trigger(connection, f"{table}_no_{act}")
        for sql in statements:
            connection.exec_driver_sql(sql)


def forged(event_id: int, change: Callable[[dict[str, Any]], None]) -> str:
    """UPDATE of an event's bytes, digest and columns: as carefully as it can be done."""
    row = db.session.get_one(AuditEvent, event_id)
    body = json.loads(row.canonical)
    change(body)
    data = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    written = f"X'{data.hex()}'" if db.engine.dialect.name == "sqlite" else f"'\\x{data.hex()}'"
    db.session.rollback()
    return f"UPDATE audit_event SET canonical = {written}, digest = '{digest(data)}' WHERE id = {event_id}"


def other_stage(body: dict[str, Any]) -> None:
    body["data"]["stage"] = "approval"


def number_of(folder: Path, at: int) -> int:
    return lines(folder / "events.jsonl")[at]["index"]


# --- the export in the hands of somebody else ---


def rewritten(folder: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    write_lines(folder / "events.jsonl", change(lines(folder / "events.jsonl")))


def test_one_byte(log: Flask, tmp_path: Path) -> None:
    folder = clean(tmp_path / "e")
    data = bytearray((folder / "events.jsonl").read_bytes())
    data[data.index(b"draft")] ^= 1
    (folder / "events.jsonl").write_bytes(data)
    assert ("event_altered", "events.jsonl line 1") in places(verified(folder))
    assert named(verified(folder)) == {"altered"}


def test_one_row_removed(log: Flask, tmp_path: Path) -> None:
    folder = clean(tmp_path / "e")
    gone = f"entry {number_of(folder, 1)}, case {public(0)} number 2"
    rewritten(folder, lambda a: [a[0], *a[2:]])
    assert ("event_gone", gone) in places(verified(folder)) and "removed" in named(verified(folder))


def test_two_rows_swapped(log: Flask, tmp_path: Path) -> None:
    folder = clean(tmp_path / "e")
    rewritten(folder, lambda a: [a[1], a[0], *a[2:]])
    assert "reordered" in named(verified(folder))


def test_the_tail_cut(log: Flask, tmp_path: Path) -> None:
    folder = clean(tmp_path / "e")
    last = number_of(folder, 3)
    rewritten(folder, lambda a: a[:3])
    assert ("events_cut", f"entry {last}") in places(verified(folder)) and "cut" in named(verified(folder))


def test_a_row_inserted(log: Flask, tmp_path: Path) -> None:
    folder = clean(tmp_path / "e")
    rewritten(folder, lambda a: [a[0], a[0] | {"index": a[0]["index"] + 1}, *a[1:]])
    assert "inserted" in named(verified(folder))


def test_a_proof_moved_to_another_case(log: Flask, tmp_path: Path) -> None:
    """An event of one case is put where the proof of another case's event is, and calls itself that case's."""
    folder = clean(tmp_path / "e", Wanted())
    events = lines(folder / "events.jsonl")
    own, other = (next(e for e in events if f'"case":"{public(n)}"' in e["canonical"]) for n in (0, 1))
    text = own["canonical"].replace(public(0), public(1))
    rewritten(folder, lambda a: [line | ({"canonical": text} if line["index"] == other["index"] else {}) for line in a])
    assert "misplaced" in named(verified(folder))


def recorded_anew(folder: Path) -> None:
    """The exporter lies: the manifest is made anew, and the log itself records it."""
    made = json.loads((folder / "manifest.json").read_text())
    for name, stated in made["files"].items():
        stated["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    made["counts"]["events"] = len(lines(folder / "events.jsonl"))
    raw = json.dumps(made).encode()
    (folder / "manifest.json").write_bytes(raw)
    with transaction():
        happened = Exported(kind="audit_case", rows=1, digest=hashlib.sha256(raw).hexdigest())
        event = record(happened, actor="SYSTEM", on=ON)
        db.session.flush()
        event_id = event.id
    _write_receipt(folder, made["checkpoint"]["size"], event_id)


@pytest.mark.parametrize("at", [0, 1, 3])
def test_an_event_of_the_case_left_out_by_whoever_made_the_export(log: Flask, tmp_path: Path, at: int) -> None:
    folder = clean(tmp_path / "e")
    index = number_of(folder, at)
    for name in ("events.jsonl", "entries.jsonl", "proofs.jsonl"):
        write_lines(folder / name, [line for line in lines(folder / name) if line["index"] != index])
    recorded_anew(folder)
    report = verified(folder)
    assert named(report) == {"incomplete"}, list(map(str, report.findings))
    assert {f.where for f in report.findings} == {f"case {public(0)}"}


def test_an_event_of_no_case_left_out_afterwards(log: Flask, tmp_path: Path) -> None:
    folder = clean(tmp_path / "e", Wanted())
    kept = [line for line in lines(folder / "events.jsonl") if "SignedOut" not in line["canonical"]]
    gone = {line["index"] for line in lines(folder / "events.jsonl")} - {line["index"] for line in kept}
    write_lines(folder / "events.jsonl", kept)
    for name in ("entries.jsonl", "proofs.jsonl"):
        write_lines(folder / name, [line for line in lines(folder / name) if line["index"] not in gone])
    made = json.loads((folder / "manifest.json").read_text())
    for name, stated in made["files"].items():
        stated["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    made["counts"]["events"] = len(kept)
    (folder / "manifest.json").write_text(json.dumps(made))
    assert "receipt_other" in codes(verified(folder))


# --- the database in the hands of its owner ---


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


def same_origin(log: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from audit.sequencer import opened

    monkeypatch.setitem(log.config, "LOG_ORIGIN", opened().origin)


def test_the_whole_chain_made_anew_and_signed_with_the_stolen_key(
        log: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean(tmp_path / "before")
    kept = checkpoint()
    same_origin(log, monkeypatch)
    first = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).first()
    superuser(forged(first, other_stage), *BEGIN_AGAIN)
    forget_the_log()
    assert find_missed()
    folder = exported(tmp_path / "after", of_first())
    assert verified(folder).ok  # by its signatures alone
    assert named(verified(folder, kept)) == {"rechained"}


def test_the_signer_with_its_memory_does_not_sign_the_chain_made_anew(
        log: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean(tmp_path / "before")
    same_origin(log, monkeypatch)
    first = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).first()
    superuser(forged(first, other_stage), *BEGIN_AGAIN)
    assert find_missed()
    with pytest.raises(LogForked):
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


def test_a_restored_backup(log: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    same_origin(log, monkeypatch)
    superuser(f"DELETE FROM audit_entry WHERE place >= {size}", f"DELETE FROM audit_checkpoint WHERE size > {size}",
              f"DELETE FROM audit_event WHERE id > {backup}")
    happen("instead")
    with pytest.raises(LogForked):  # the signer remembers
        checkpoint()
    (Path(log.config["INSTANCE_DIR"]) / HEAD).unlink()
    folder = exported(tmp_path / "after", of_first())
    assert verified(folder, early).ok
    assert named(verified(folder, early, late)) == {"forked"}
