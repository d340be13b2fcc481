"""Attacks on a real export, in the hands of whoever passes it on or makes it, under both hashes."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from audit.events import Exported
from audit.exports.making import _write_receipt
from audit.log import record
from audit.search import Wanted
from database import db, transaction
from staff.models import Office
from tests.audit.attacks.made_up import write_lines
from tests.audit.attacks.real import (
    clean,
    number_of,
    public,
    two_cases,
)
from tests.audit.conftest import ON
from tests.audit.exporting import codes, lines, named, places, verified

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture(params=["sha256", "sm3"])
def log(request: pytest.FixtureRequest, office: Office, context: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(context.config, "LOG_HASH", request.param)
    two_cases(office)
    return context


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
    _write_receipt(folder, made["checkpoint"]["size"], event_id, ON)


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
