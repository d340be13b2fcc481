"""The same in a terminal."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cases.models import Case, ImportBatch
from database import db
from tests.imports.conftest import csv_file, person


@pytest.fixture
def run(context, office):
    def run(*words):
        return context.test_cli_runner().invoke(
            args=[*map(str, words), "--on", "2026-03-15"] if "quarantine" not in words else list(map(str, words))
        )

    return run


def test_a_list_is_proposed_and_released_by_two_accounts(tmp_path, run):
    path = csv_file(tmp_path, [person(1), person(2), person(3, 身份证号="5.1E+17")])
    proposed = run("pensioners", "import", path, "--office", "510107", "--as", "li.bring")
    assert proposed.exit_code == 0 and "good 2" in proposed.output and "quarantined 1" in proposed.output, (
        proposed.output
    )
    batch = db.session.scalar(select(ImportBatch.public_id))
    alone = run("pensioners", "release", batch, "--as", "li.bring")
    assert alone.exit_code == 1 and "SAME_PERSON" in alone.output
    released = run("pensioners", "release", batch, "--as", "wang.release")
    assert "rows 3  loaded 2  unchanged 0  duplicate 0  quarantined 1" in released.output, released.output
    assert db.session.scalar(select(func.count(Case.id))) == 2
    target = tmp_path / "隔离.csv"
    assert run("pensioners", "quarantine", batch, "-o", target).exit_code == 0
    assert "4,身份证号,5.1E+17,身份证号被 Excel" in target.read_text("utf-8-sig")


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path, run):
    path = tmp_path / "x.csv"
    path.write_text("甲,乙\n1,2\n")
    answer = run("pensioners", "import", path, "--office", "510107", "--as", "li.bring")
    assert answer.exit_code == 1 and "NO_HEADINGS_FOUND" in answer.output
    assert db.session.scalar(select(func.count(ImportBatch.id))) == 0


def test_an_unknown_account_or_office_is_said(tmp_path, run):
    path = csv_file(tmp_path, [person(1)])
    assert "nobody" in run("pensioners", "import", path, "--office", "510107", "--as", "nobody").output
    assert "UNKNOWN_OFFICE" in run("pensioners", "import", path, "--office", "999999", "--as", "li.bring").output
