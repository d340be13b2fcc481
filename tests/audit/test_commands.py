"""The log's commands."""
from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from audit.events import SignedOut
from audit.log import record
from cases.models import Case
from database import transaction
from tests.audit.conftest import ON
from tests.audit.exporting import forget_the_log, policy, verified


def test_the_log_of_a_case_is_exported_and_verified_by_command(app: Flask, case: Case, tmp_path: Path) -> None:
    forget_the_log()
    with transaction():
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
        case_no = case.case_no
    run, folder, keys = app.test_cli_runner().invoke, str(tmp_path / "e"), tmp_path / "policy.json"
    assert run(args=["audit", "export", "--case", case_no, "-o", folder]).exit_code == 0
    keys.write_text(json.dumps(policy()))
    told = run(args=["audit", "verify", folder, "--policy", str(keys)])
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "完好：未发现任何问题。")
    assert run(args=["audit", "export", "--case", case_no, "-o", folder]).exit_code == 1
    (tmp_path / "e" / "events.jsonl").write_text("")
    told = run(args=["audit", "verify", folder, "--policy", str(keys)])
    assert told.exit_code == 1 and "cut at the end: entry 1" in told.output


def test_an_export_wants_one_case_office_period_or_all(app: Flask, case: Case, tmp_path: Path) -> None:
    forget_the_log()
    run = app.test_cli_runner().invoke
    for wrong in (["--from", "2026-01-01"], [], ["--all", "--office", "510104"]):
        assert run(args=["audit", "export", *wrong, "-o", str(tmp_path / "e")]).exit_code == 2
    for n, right in enumerate((["--from", "2026-01-01", "--to", "2026-12-31"], ["--all"], ["--office", "510104"])):
        assert run(args=["audit", "export", *right, "-o", str(tmp_path / f"e{n}.zip")]).exit_code == 0
        assert verified(tmp_path / f"e{n}.zip").ok and not (tmp_path / f"e{n}").exists()
    assert run(args=["audit", "export", "--office", "99", "-o", str(tmp_path / "f")]).exit_code == 1


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
