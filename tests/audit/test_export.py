"""What is in an export of a real database, and that it verifies."""
from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from audit.checkpoints import checkpoint
from audit.erasure import erase
from audit.events import ContactChanged, DecisionWithdrawn, SignedOut
from audit.exports import proofs
from audit.exports.readme import verifier_digest
from audit.exports.tables import COLUMNS, CsvTable, XlsxTable, cells_of, safe_cell
from audit.log import record
from audit.models import AuditEvent
from audit.search import Wanted, events, page
from cases.models import Case
from database import db, transaction
from staff.models import Office
from tests.audit.conftest import ON, new_case
from tests.audit.exporting import codes, exported, forget_the_log, lines, verified


@pytest.fixture
def recorded(case: Case) -> int:
    """Four events of one case, one of them with a personal value, and one of none; returns the case's id."""
    forget_the_log()
    with transaction():
        for n in range(3):
            record(DecisionWithdrawn(decision=f"d{n}", kind="resume", stage="=1+1"), case=case,
                   actor="SYSTEM", on=ON)
        record(ContactChanged(pensioner="p", changed=("phone",), phone="13800001111"), case=case, actor="SYSTEM", on=ON)
        record(SignedOut(account="a"), actor="SYSTEM", on=ON)
        number = case.id
    db.session.remove()
    return number


@pytest.fixture(params=["each", "tiles"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How events are proven: few one by one, many by all entries."""
    if request.param == "tiles":
        monkeypatch.setattr(proofs, "FEW", 0)
    return request.param


def test_an_export_of_a_case_is_whole(recorded: int, tmp_path: Path, way: str) -> None:
    folder = exported(tmp_path / "e", Wanted(case_id=recorded))
    report = verified(folder)
    assert (list(report.findings), report.events, report.cases) == ([], 4, 1)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["kind"], manifest["whole"], manifest["proofs"]) == ("case", True, way)
    assert manifest["counts"] == {"events": 4, "types": {"DecisionWithdrawn": 3, "ContactChanged": 1}}


def test_an_export_of_everything_an_office_or_a_period_is_whole(
        recorded: int, tmp_path: Path, way: str) -> None:
    path = db.session.get_one(Case, recorded).office_path
    day = Wanted(since=ON, until=ON)  # each export is an event of the log
    for n, (wanted, count) in enumerate([(Wanted(), 5), (Wanted(office=path), 4), (day, 7),
                                         (Wanted(type="DecisionWithdrawn"), 3)]):
        report = verified(exported(tmp_path / f"e{n}", wanted))
        assert (list(report.findings), report.events) == ([], count), wanted


def test_it_continues_what_was_signed_before(recorded: int, tmp_path: Path, way: str) -> None:
    earlier = checkpoint()
    with transaction():
        record(SignedOut(account="b"), actor="SYSTEM", on=ON)
    report = verified(exported(tmp_path / "e", Wanted(case_id=recorded)), earlier)
    assert report.ok and len(report.checked) == 1


def test_a_case_that_went_on_meanwhile_is_shown_as_of_the_checkpoint(recorded: int) -> None:
    """Heads are taken back to the state that the last entry of heads states."""
    checkpoint()
    heads = db.session.scalar(select(proofs.AuditEntry.place).order_by(proofs.AuditEntry.place.desc()).limit(1))
    db.session.rollback()
    case = db.session.get_one(Case, recorded).public_id
    db.session.rollback()

    def told() -> list[object]:
        return list(proofs.head_lines(db.session, proofs.Hashing("sha256"), heads, [case]))

    before = told()
    with transaction():
        record(SignedOut(account="x"), case=db.session.get_one(Case, recorded), actor="SYSTEM", on=ON)
        record(SignedOut(account="x"), case=new_case(db.session.scalars(select(Office)).one()), actor="SYSTEM", on=ON)
    checkpoint()
    assert told() == before


def test_events_of_the_case_outside_the_area_are_shown_as_entries_only(recorded: int, tmp_path: Path, way: str) -> None:
    with transaction():
        case = db.session.get_one(Case, recorded)
        record(SignedOut(account="elsewhere"), case=case, actor="SYSTEM", on=ON, office_path="37/3702/")
        record(SignedOut(account="here"), case=case, actor="SYSTEM", on=ON)
    folder = exported(tmp_path / "e", Wanted(office="51/"))
    assert verified(folder).ok and verified(folder).events == 5
    assert "elsewhere" not in (folder / "events.jsonl").read_text()
    assert [line["index"] for line in lines(folder / "entries.jsonl") if line.get("outside")]


def test_the_tables_are_read_by_spreadsheets(recorded: int, tmp_path: Path) -> None:
    folder = exported(tmp_path / "e", Wanted(case_id=recorded))
    rows = list(csv.reader((folder / "events.csv").read_text(encoding="utf-8-sig").splitlines()))
    sheet = load_workbook(folder / "events.xlsx").active
    assert rows[0] == list(COLUMNS.values()) == [cell.value for cell in sheet[1]]
    assert len(rows) == sheet.max_row == 5
    assert {row[3] for row in rows[1:]} == {"DecisionWithdrawn", "ContactChanged"} == {
        sheet.cell(n, 4).value for n in range(2, 6)}


def test_what_is_strange_in_a_cell_stays_a_cell() -> None:
    made = io.BytesIO()
    table = XlsxTable(made)
    meta = dict.fromkeys(("recorded_at", "on", "actor", "command", "case", "case_seq", "office", "uid", "tx",
                          "position"), "<&\x00=")
    table.add(cells_of(1, {"type": "=1", "data": {}, "meta": meta}, "d"))
    table.end()
    sheet = load_workbook(made).active
    assert (sheet["D2"].value, sheet["B2"].value) == ("'=1", "<&=")
    CsvTable(io.BytesIO()).end()


def test_the_readme_names_the_verifier_by_its_hash_in_both_languages(recorded: int, tmp_path: Path) -> None:
    folder = exported(tmp_path / "e", Wanted(case_id=recorded))
    made = hashlib.sha256((folder / "verify.py").read_bytes()).hexdigest()
    assert made == verifier_digest()
    for lang in ("zh", "en"):
        assert made in (folder / f"README.{lang}.md").read_text(encoding="utf-8")


def test_personal_values_go_along_only_when_asked_for(recorded: int, tmp_path: Path) -> None:
    masked = exported(tmp_path / "masked", Wanted(case_id=recorded))
    assert not any(b"13800001111" in p.read_bytes() for p in masked.iterdir())
    whole = exported(tmp_path / "whole", Wanted(case_id=recorded), personal=True)
    assert verified(whole).ok and "13800001111" in (whole / "personal.jsonl").read_text()
    (whole / "personal.jsonl").write_text("")
    assert "value_missing" in codes(verified(whole))


def test_an_erased_value_is_not_missing(recorded: int, tmp_path: Path) -> None:
    with transaction() as session:
        of = session.scalars(select(AuditEvent).where(AuditEvent.type == "ContactChanged")).one()
        erase(of.id, "phone", basis="house: retention", actor="SYSTEM", on=ON)
    folder = exported(tmp_path / "e", Wanted(case_id=recorded), personal=True)
    assert verified(folder).ok and "13800001111" not in (folder / "personal.jsonl").read_text()
    (folder / "erasures.jsonl").write_text("")
    assert "value_missing" in codes(verified(folder))


def test_an_export_is_an_event_with_the_manifests_digest(recorded: int, tmp_path: Path) -> None:
    folder = exported(tmp_path / "e", Wanted(case_id=recorded))
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).one()
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert json.loads(row.canonical)["data"]["digest"] == digest
    assert json.loads((folder / "receipt.json").read_text())["canonical"].encode() == row.canonical


def test_nothing_stays_of_an_export_that_cannot_be_recorded(recorded: int, tmp_path: Path) -> None:
    from audit.exports.making import Asked, export

    def refuse() -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        export(Asked(events(Wanted()), "all", True), tmp_path / "e", actor="SYSTEM", on=ON, check=refuse)
    assert not (tmp_path / "e").exists()
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).all() == []


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
