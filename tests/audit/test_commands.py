"""The log's commands."""
from __future__ import annotations

from pathlib import Path

from flask import Flask

from audit.events import SignedOut
from audit.log import record
from cases.models import Case
from database import transaction
from tests.audit.conftest import ON


def test_the_log_of_a_case_is_exported_and_verified_by_command(app: Flask, case: Case, tmp_path: Path) -> None:
    with transaction():
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
        case_no = case.case_no
    run, folder = app.test_cli_runner().invoke, str(tmp_path / "e")
    assert run(args=["audit", "export", "--case", case_no, "-o", folder]).exit_code == 0
    key = run(args=["audit", "key"]).output.strip()
    assert run(args=["audit", "verify", folder, "--key", key]).output == "OK\n"
    assert run(args=["audit", "export", "--case", case_no, "-o", folder]).exit_code == 1
    (tmp_path / "e" / "events.jsonl").write_text("")
    told = run(args=["audit", "verify", folder])
    assert told.exit_code == 1 and "removed: event 1 of the export" in told.output


def test_an_export_wants_a_case_or_a_whole_period(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["audit", "export", "--from", "2026-01-01", "-o", str(tmp_path / "e")]).exit_code == 2
    whole = ["--from", "2026-01-01", "--to", "2026-12-31", "-o", str(tmp_path / "e")]
    assert run(args=["audit", "export", *whole]).exit_code == 0


def test_a_checkpoint_kept_elsewhere_is_checked_by_command(app: Flask, case: Case, tmp_path: Path) -> None:
    with transaction():
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
    run, note = app.test_cli_runner().invoke, tmp_path / "note"
    note.write_text(run(args=["audit", "checkpoint"]).output)
    assert run(args=["audit", "check", str(note)]).output == "OK 3\n"  # its name, the event, the heads


def test_places_are_given_by_command(app: Flask, case: Case) -> None:
    with transaction():
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
    run = app.test_cli_runner().invoke
    assert [run(args=["audit", "sequence"]).output for _ in range(2)] == ["1\n", "0\n"]
