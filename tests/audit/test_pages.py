"""What inspectors see of the log, and what they do not."""
from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.checkpoints import checkpoint, tree
from audit.events import TYPES, CaseSuspended, ContactChanged, SignedOut, SweepRun
from audit.events.base import field_types
from audit.exports import jobs
from audit.installed import signer_folder
from audit.log import record
from audit.models import AuditEvent
from audit.signer.folder import Folder
from audit.signer.notes import checkpoint_text, signed
from cases.models import Case
from database import db, transaction
from database.jobs import SILENT
from database.triggers import drop_trigger
from staff.models import Office, StaffAccount
from tests.audit.conftest import ON, new_case, sign_in
from tests.audit.exporting import forget_the_log, lines, verified
from tests.conftest import LOG_ORIGIN
from tests.owner import as_owner
from workflows.glossary import term

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture
def case_no(case: Case) -> str:
    with transaction():
        record(CaseSuspended(from_state="verified", to_state="suspended", action="suspend", reason="lapsed",
                             basis="SC 23", on=ON, rules_version="test"), case=case, actor="SYSTEM", on=ON)
        return case.case_no


@pytest.fixture
def inspector(office: Office, client: FlaskClient) -> FlaskClient:
    forget_the_log()
    return sign_in(client, office, "inspector")


def test_an_inspector_reads_the_events_of_the_area(case_no: str, inspector: FlaskClient) -> None:
    page = inspector.get("/audit")
    assert page.status_code == 200 and "暂停发放" in page.text and "SC 23" in page.text
    found = inspector.get("/audit", query_string={"case_no": case_no, "type": "CaseSuspended", "since": str(ON)})
    assert found.text.count("/audit/events/") == 1
    assert "没有符合条件的记录" in inspector.get("/audit", query_string={"case_no": "nobody's"}).text


def test_an_inspector_sees_nothing_of_another_area(case_no: str, inspector: FlaskClient) -> None:
    with transaction():
        elsewhere = Office(code="370200", name="青岛市", level="city", path="37/3702/")
        db.session.add(elsewhere)
        db.session.flush()
        row = record(SignedOut(account="x"), case=new_case(elsewhere), actor="SYSTEM", on=ON)
        stranger = record(SweepRun(swept_on=ON, counts={}), actor="SYSTEM", on=ON)
        hidden = [row.uid, stranger.uid]
    page = inspector.get("/audit").text
    assert not any(uid in page for uid in hidden)
    assert [inspector.get(f"/audit/events/{uid}").status_code for uid in hidden] == [404, 404]


def test_the_log_of_an_office_is_that_of_the_office_and_below(case_no: str, inspector: FlaskClient) -> None:
    assert "暂停发放" in inspector.get("/audit?office=510107").text
    assert "暂停发放" not in inspector.get("/audit?office=510104&type=CaseSuspended").text.split("</form>")[1]
    assert "没有符合条件的记录" in inspector.get("/audit?office=999999").text


def test_every_event_of_the_log_can_be_looked_at(case_no: str, inspector: FlaskClient) -> None:
    inspector.get("/audit")
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.office_path.like("51%"))).all()
    assert rows and all(inspector.get(f"/audit/events/{r.uid}").status_code == 200 for r in rows)


@pytest.mark.parametrize("role", ["caseworker", "approver", "system_administrator"])
def test_the_log_is_closed_to_others(office: Office, client: FlaskClient, role: str) -> None:
    assert sign_in(client, office, role).get("/audit").status_code == 403


def test_an_inspector_takes_away_an_export_that_is_whole(case_no: str, inspector: FlaskClient, tmp_path: Path) -> None:
    assert verified(unpacked(inspector.post("/audit/export", data={"case_no": case_no}), tmp_path)).ok
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).one()
    assert row.actor != "SYSTEM" and row.office_path == "51/5101/510104/"


def test_an_export_of_everything_is_not_offered(inspector: FlaskClient) -> None:
    assert inspector.post("/audit/export", data={}).status_code == 302
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).all() == []


def test_an_export_leads_on_from_a_checkpoint_kept_earlier(
        case_no: str, inspector: FlaskClient, tmp_path: Path) -> None:
    checkpoint()
    kept = signed(checkpoint_text(LOG_ORIGIN, 1, tree().root(1)), Folder(signer_folder()).key())  # long ago
    taken = unpacked(_continuing(inspector, case_no, kept), tmp_path)
    assert 1 in {line["size"] for line in lines(taken / "consistency.jsonl")} and verified(taken, kept).ok


def test_what_is_no_checkpoint_or_one_the_log_does_not_continue_is_named(case_no: str, inspector: FlaskClient) -> None:
    refused = _continuing(inspector, case_no, b"anything", follow_redirects=True)
    assert "“kept.txt”不是本系统签发的检查点" in refused.text
    kept = signed(checkpoint_text(LOG_ORIGIN, 10**6, bytes(32)), Folder(signer_folder()).key())
    assert "日志可能被改动" in _continuing(inspector, case_no, kept, follow_redirects=True).text
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).all() == []


def _continuing(inspector: FlaskClient, case_no: str, note: bytes, **more: Any) -> Any:
    brought = (io.BytesIO(note), "kept.txt")
    return inspector.post("/audit/export", data={"case_no": case_no, "continues": brought}, **more)


def unpacked(answer: Any, folder: Path) -> Path:
    with answer:
        zipfile.ZipFile(io.BytesIO(answer.data)).extractall(folder)
    return folder / "audit-export"


def test_everything_is_everything_of_ones_own_area(case_no: str, inspector: FlaskClient, tmp_path: Path) -> None:
    with transaction():
        elsewhere = Office(code="370200", name="青岛市", level="city", path="37/3702/")
        db.session.add(elsewhere)
        db.session.flush()
        record(SignedOut(account="x"), case=new_case(elsewhere), actor="SYSTEM", on=ON)
    folder = unpacked(inspector.post("/audit/export", data={"everything": "1"}), tmp_path)
    offices = {json.loads(line["canonical"])["meta"]["office"] for line in lines(folder / "events.jsonl")}
    assert verified(folder).ok and offices == {"51/5101/510104/"}
    assert json.loads((folder / "manifest.json").read_text())["kind"] == "all"


@pytest.mark.parametrize("role", ["inspector", "audit_administrator"])
def test_personal_values_are_for_inspectors(
        case: Case, client: FlaskClient, office: Office, tmp_path: Path, role: str) -> None:
    forget_the_log()
    with transaction():
        record(ContactChanged(pensioner="p", changed=("phone",), phone="13800001111"), case=case, actor="SYSTEM", on=ON)
    reader = sign_in(client, office, role)
    masked = unpacked(reader.post("/audit/export", data={"everything": "1"}), tmp_path / "masked")
    assert not any(b"13800001111" in p.read_bytes() for p in masked.iterdir())
    answer = reader.post("/audit/export", data={"everything": "1", "personal": "1"})
    if role == "audit_administrator":
        assert answer.status_code == 403
    else:
        folder = unpacked(answer, tmp_path / "whole")
        assert verified(folder).ok and "13800001111" in (folder / "personal.jsonl").read_text()


def packing(folder: Path, _told: Any) -> None:
    folder.mkdir()
    (folder / "x").write_text("x")


def test_a_long_export_shows_its_progress_and_is_fetched_by_whoever_asked(
        case_no: str, inspector: FlaskClient) -> None:
    job = jobs.begin(db.session.scalars(select(StaffAccount.public_id)).one(), None, ON, packing)
    page = inspector.get(f"/audit/exports/{job.public_id}")
    assert page.status_code == 200 and "下载" in page.text
    assert inspector.get(f"/audit/exports/{job.public_id}/progress").headers["HX-Refresh"] == "true"
    with inspector.post(f"/audit/exports/{job.public_id}") as fetched:
        assert fetched.data[:2] == b"PK"


def test_ones_own_exports_are_listed_and_one_whose_process_died_says_so(inspector: FlaskClient) -> None:
    job = jobs.begin(db.session.scalars(select(StaffAccount.public_id)).one(), None, ON, packing)
    theirs = jobs.begin("somebody else", None, ON, packing).public_id
    address = f"/audit/exports/{job.public_id}"
    listed = inspector.get("/audit").text
    assert address in listed and theirs not in listed
    with transaction():
        job.status, job.heartbeat_at = "running", job.heartbeat_at - timedelta(seconds=SILENT + 1)
    assert "可能是服务器重新启动" in inspector.get(address).text
    with transaction():
        job.status, job.counts = "failed", job.counts | {"why": "SESSION_REVOKED"}
    assert term("refusal.SESSION_REVOKED") in inspector.get(address).text


def test_an_export_of_somebody_else_is_not_there(inspector: FlaskClient) -> None:
    token = jobs.begin("somebody else", None, ON, packing).public_id
    assert [inspector.get(f"/audit/exports/{token}").status_code, inspector.post(f"/audit/exports/{token}").status_code,
            inspector.get(f"/audit/exports/{token}/progress").status_code,
            inspector.get("/audit/exports/nobodys").status_code] == [404] * 4


def test_an_export_that_breaks_off_says_so_and_leaves_nothing(case_no: str, inspector: FlaskClient) -> None:
    with as_owner() as connection:
        drop_trigger(connection, "audit_event_no_update")
        connection.exec_driver_sql("UPDATE audit_event SET digest = 'x'")
    answer = inspector.post("/audit/export", data={"case_no": case_no}, follow_redirects=True)
    assert "导出没有完成" in answer.text and "日志与已记录的不一致" in answer.text


def test_every_family_of_events_is_known(app: Flask) -> None:
    folder = Path(app.root_path) / "templates" / "audit" / "events"
    shown = {p.stem for p in folder.iterdir()}
    assert shown - {"other"} <= {cls.FAMILY for cls in TYPES.values()}


def test_a_page_shows_every_type_of_event(case: Case, inspector: FlaskClient) -> None:
    with transaction():
        for cls in TYPES.values():
            made = {name: sample(hint) for name, hint in field_types(cls).items()}
            record(cls(**made), case=case, actor="SYSTEM", on=ON)
    before: int | None = None
    for _ in range(3):
        assert inspector.get("/audit", query_string={"before": before} if before else {}).status_code == 200
        before = 40 if before is None else 10
    uids = db.session.scalars(select(AuditEvent.uid).where(AuditEvent.case_id == case.id)).all()
    assert len(uids) == len(TYPES)
    assert {inspector.get(f"/audit/events/{uid}").status_code for uid in uids} == {200}


def sample(hint: Any) -> Any:
    """Some value of the type, however strange as a word: a page never fails over an old event."""
    values = {str: "2026-03", int: 1, bool: True, date: ON}
    if hint in values:
        return values[hint]
    parts = get_args(hint)
    if not parts:
        return hint(**{name: sample(h) for name, h in field_types(hint).items()})
    if get_origin(hint) is tuple:
        return (sample(parts[0]),)
    return {"a": 1} if get_origin(hint) is dict else sample(parts[0])
