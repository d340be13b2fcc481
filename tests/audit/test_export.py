"""An export can be checked without us, and says what is wrong where."""
from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.erasure import erase
from audit.events import ContactChanged, DecisionWithdrawn, SignedOut
from audit.export import SequenceGap, export, safe_cell
from audit.log import record
from audit.models import AuditEvent
from audit.search import Wanted, events, page
from audit.signing import verifier_key
from audit.verify import leaf, root, verify
from cases.models import Case
from database import db, transaction
from database.triggers import drop_trigger
from tests.audit.conftest import ON
from tests.owner import as_owner


@pytest.fixture
def recorded(case: Case) -> int:
    """Four events of one case, one of them with a personal value, and one of none; returns the case's id."""
    with transaction():
        for n in range(3):
            record(DecisionWithdrawn(decision=f"d{n}", kind="resume", stage="=1+1"), case=case,
                   actor="SYSTEM", on=ON)
        record(ContactChanged(pensioner="p", changed=("phone",), phone="13800001111"), case=case, actor="SYSTEM", on=ON)
        record(SignedOut(account="a"), actor="SYSTEM", on=ON)
        number = case.id
    db.session.remove()
    return number


@pytest.fixture
def folder(recorded: int, tmp_path: Path) -> Path:
    export(events(Wanted(case_id=recorded)), tmp_path / "e", actor="SYSTEM", on=ON, kind="case", personal=True)
    return tmp_path / "e"


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]


def write(folder: Path, made: list[dict], *, redo_manifest: bool = False) -> None:
    (folder / "events.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in made))
    if redo_manifest:
        redo(folder, made)


def redo(folder: Path, made: list[dict]) -> None:
    """What a careful forger would do: digests, hashes, root and counts made anew."""
    (folder / "digests.txt").write_text("".join(line["digest"] + "\n" for line in made))
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, stated in manifest["files"].items():
        stated["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest["root"] = root([leaf(base64.b64decode(line["canonical"])) for line in made]).hex()
    manifest["counts"]["events"] = len(made)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def altered(line: dict, **changes: object) -> dict:
    body = json.loads(base64.b64decode(line["canonical"]))
    body["data"] |= changes
    data = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return {"canonical": base64.b64encode(data).decode(), "digest": hashlib.sha256(data).hexdigest(), "event": body}


def found(folder: Path, key: str | None = None) -> set[tuple[str, str]]:
    return {(f.what, f.where) for f in verify(folder, key)}


def test_an_untouched_export_is_whole_and_signed(folder: Path) -> None:
    assert verify(folder, verifier_key()) == []
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["counts"] == {"events": 4, "types": {"DecisionWithdrawn": 3, "ContactChanged": 1}}
    assert [*manifest["cases"].values()] == [{"first": 1, "last": 4, "outside": []}]


TAMPERED: dict[str, tuple[Callable[[list[dict]], list[dict]], tuple[str, str]]] = {
    "altered": (lambda a: [a[0], altered(a[1], stage="approval"), *a[2:]], ("altered", "events.jsonl line 2")),
    "removed": (lambda a: [a[0], *a[2:]], ("removed", "event 2 of the export")),
    "cut at the end": (lambda a: a[:-1], ("removed", "event 4 of the export")),
    "reordered": (lambda a: [a[1], a[0], *a[2:]], ("reordered", "events.jsonl line 1")),
    "inserted": (lambda a: [*a, altered(a[0], stage="x")], ("inserted", "events.jsonl line 5")),
    "copied": (lambda a: [*a, a[0]], ("inserted", "events.jsonl line 5")),
    "view": (lambda a: [a[0] | {"event": a[1]["event"]}, *a[1:]], ("altered", "events.jsonl line 1")),
}


@pytest.mark.parametrize("way", TAMPERED)
def test_tampering_is_named_with_its_place(folder: Path, way: str) -> None:
    change, wanted = TAMPERED[way]
    write(folder, change(lines(folder)))
    assert wanted in found(folder)


@pytest.mark.parametrize("way", ["altered", "removed", "cut at the end", "reordered", "inserted"])
def test_a_forger_who_makes_all_hashes_anew_fails_against_the_key(folder: Path, way: str) -> None:
    key = verifier_key()
    write(folder, TAMPERED[way][0](lines(folder)), redo_manifest=True)
    assert ("altered", "checkpoint") in found(folder, key)


def test_an_event_removed_with_all_hashes_made_anew_leaves_a_gap_in_its_case(folder: Path) -> None:
    case = lines(folder)[0]["event"]["meta"]["case"]
    write(folder, [a for n, a in enumerate(lines(folder)) if n != 1], redo_manifest=True)
    assert found(folder) == {("gap", f"case {case} number 2")}


def test_a_key_of_another_installation_is_not_accepted(folder: Path) -> None:
    name, key_id, _ = verifier_key().split("+", 2)
    other = base64.b64encode(b"\x01" + bytes(32)).decode()
    assert ("unsigned", "checkpoint") in found(folder, f"{name}+{key_id}+{other}")


def test_a_personal_value_that_vanished_is_missing(folder: Path) -> None:
    (folder / "personal.jsonl").write_text("")
    assert ("missing", "events.jsonl line 4, phone") in found(folder)


def test_a_personal_value_that_was_changed_is_named(folder: Path) -> None:
    text = (folder / "personal.jsonl").read_text()
    (folder / "personal.jsonl").write_text(text.replace("13800001111", "13800002222"))
    assert ("altered", "events.jsonl line 4, phone") in found(folder)


def test_an_erased_value_is_not_missing(recorded: int, tmp_path: Path) -> None:
    with transaction() as session:
        of = session.scalars(select(AuditEvent).where(AuditEvent.type == "ContactChanged")).one()
        erase(of.id, "phone", basis="house: retention", actor="SYSTEM", on=ON)
    export(events(Wanted(case_id=recorded)), tmp_path / "e", actor="SYSTEM", on=ON, kind="case", personal=True)
    assert verify(tmp_path / "e") == []
    assert "13800001111" not in (tmp_path / "e" / "personal.jsonl").read_text()


def test_an_export_without_personal_values_holds_none(recorded: int, tmp_path: Path) -> None:
    export(events(Wanted(case_id=recorded)), tmp_path / "e", actor="SYSTEM", on=ON, kind="case")
    assert verify(tmp_path / "e") == []
    assert not any(b"13800001111" in p.read_bytes() for p in (tmp_path / "e").iterdir())


def test_an_export_is_an_event_with_the_manifests_digest(folder: Path) -> None:
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).one()
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert json.loads(row.canonical)["data"]["digest"] == digest


def test_an_event_deleted_from_the_database_stops_the_export(recorded: int, tmp_path: Path) -> None:
    with as_owner() as connection:
        drop_trigger(connection, "audit_event_no_delete")
        connection.exec_driver_sql("DELETE FROM audit_event WHERE case_seq = 2")
    with pytest.raises(SequenceGap):
        export(events(Wanted(case_id=recorded)), tmp_path / "e", actor="SYSTEM", on=ON, kind="case")
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "＝1"])
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text


def test_pages_of_the_log_follow_each_other_without_overlap(recorded: int) -> None:
    first = page(events(Wanted()), size=3)
    second = page(events(Wanted()), before=first.older, size=3)
    numbers = [row.id for row in (*first.rows, *second.rows)]
    assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) == 5
    assert second.older is None


def test_the_log_is_searched_by_type_actor_day_and_case(recorded: int) -> None:
    def size(**wanted: object) -> int:
        return len(page(events(Wanted(**wanted))).rows)

    assert (size(type="SignedOut"), size(actor="SYSTEM"), size(actor="x"), size(case_id=recorded)) == (1, 5, 0, 4)
    assert (size(since=ON, until=ON), size(since=ON.replace(day=16)), size(until=ON.replace(day=14))) == (5, 0, 0)
