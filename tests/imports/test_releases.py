"""Who may release an import, what the database refuses, and what becomes of one that was killed."""

from __future__ import annotations

import os
import signal
from datetime import date
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.imports import batches
from cases.imports.batches import withdraw
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import (
    BenefitRate,
    Case,
    ImportBatch,
    Pensioner,
)
from database import db, transaction
from staff.models import NaturalPerson
from tests.conftest import configured
from tests.imports.conftest import ON, csv_file, person
from tests.imports.loads import codes, counts, loaded, only, refused
from tests.owner import as_owner
from tests.people import actor, make_account
from tests.promises.servers import ANSWER_WITHIN, PROCESSES


@pytest.mark.article("JS-8.1")
def test_the_proposer_cannot_release_under_any_account(tmp_path, office, li):
    from staff.models import StaffAccount

    number = db.session.get_one(StaffAccount, li.account_id).id_number
    second = make_account("li.second", ["reviewer"], id_number=number)
    batch = propose(csv_file(tmp_path, [person(1)]), office, li, ON)
    refused("SAME_PERSON", release, batch, second, ON)
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.type == "StepRefused")) == 1
    assert db.session.scalar(select(func.count(Case.id))) == 0


def test_the_database_refuses_a_release_by_the_proposer(tmp_path, office, li):
    from sqlalchemy.exc import IntegrityError

    batch = propose(csv_file(tmp_path, [person(1)]), office, li, ON)
    with pytest.raises(IntegrityError), transaction():
        batch.released_by_person = batch.proposed_by_person


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE import_batch SET status = 'released'",
        "UPDATE import_batch SET released_by = proposed_by, released_by_person = proposed_by_person + 1",
        "DELETE FROM import_batch",
        "DELETE FROM import_row",
        "UPDATE import_row SET raw = 'x'",
    ],
)
def test_the_database_keeps_who_released_and_what_was_received(tmp_path, office, li, statement):
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    propose(csv_file(tmp_path, [person(1)]), office, li, ON)
    with pytest.raises(IntegrityError), as_owner() as connection:
        connection.execute(text(statement))


def test_a_release_needs_the_post_and_the_area(tmp_path, office, li):
    batch = propose(csv_file(tmp_path, [person(1)]), office, li, ON)
    refused("NO_GRANT", release, batch, make_account("zhao", ["approver"]), ON)
    refused("OUT_OF_AREA", release, batch, make_account("qian", ["reviewer"], "510104"), ON)
    refused("OFFICE_LEVEL_TOO_LOW", release, batch, make_account("sun", ["reviewer"], "510107001", area="510107"), ON)
    refused(
        "OUT_OF_AREA",
        propose,
        csv_file(tmp_path, [person(2)], "b.csv"),
        office,
        make_account("zhou", ["caseworker"], "510104"),
        ON,
    )


def test_nobody_brings_in_or_releases_their_own_benefit(tmp_path, office, li, wang):
    from staff.models import StaffAccount

    mine, hers = (db.session.get_one(StaffAccount, a.account_id).id_number for a in (li, wang))
    batch = propose(csv_file(tmp_path, [person(1, 身份证号=mine), person(2)]), office, li, ON)
    assert codes(batch, 2) == ["OWN_ROW"]
    other = propose(csv_file(tmp_path, [person(1, 身份证号=hers), person(2)], "b.csv"), office, li, ON)
    refused("OWN_CASE", release, other, wang, ON)


def test_a_withdrawn_batch_is_not_released_but_may_be_proposed_again(tmp_path, office, li, wang):
    path = csv_file(tmp_path, [person(1)])
    batch = propose(path, office, li, ON)
    withdraw(batch, li, ON)
    refused("WRONG_STAGE", release, batch, wang, ON)
    assert release(propose(path, office, li, ON), wang, ON).loaded == 1


def test_two_releases_at_once_from_separate_processes_load_every_row_once(tmp_path, context, office, li, wang):
    rows = 40
    batch = propose(csv_file(tmp_path, [person(n) for n in range(rows)]), office, li, ON)
    public_id = batch.public_id
    db.session.rollback()
    running = [releasing(public_id, tmp_path) for _ in range(2)]
    assert [exit_code(one) for one in running] == [0, 0]
    db.session.expire_all()
    assert counts(only(ImportBatch)) == (rows, rows, 0, 0, 0)
    assert db.session.scalar(select(func.count(Case.id))) == rows


def test_a_release_killed_by_force_goes_on_where_it_stopped(tmp_path, context, office, li, wang):
    batch = propose(csv_file(tmp_path, [person(n) for n in range(60)]), office, li, ON)
    public_id = batch.public_id
    db.session.rollback()
    assert exit_code(releasing(public_id, tmp_path, dies=True)) == -signal.SIGKILL
    some = db.session.scalar(select(func.count(Case.id)))
    db.session.rollback()
    assert 0 < some < 60
    assert exit_code(releasing(public_id, tmp_path)) == 0
    db.session.expire_all()
    assert counts(only(ImportBatch)) == (60, 60, 0, 0, 0)
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.type == "CaseEntered")) == 60


def release_it(url: str, folder: str, public_id: str, dies: bool) -> None:
    """In a process of its own, which kills itself half way if it `dies`."""
    from app import create_app

    def progress(done: int, _total: int) -> None:
        if dies and done >= 21:
            os.kill(os.getpid(), signal.SIGKILL)

    batches.CHUNK = 7
    with create_app(configured(url, Path(folder))).app_context():
        batch = db.session.scalars(select(ImportBatch).filter_by(public_id=public_id)).one()
        release(batch, actor("wang.release"), date(2026, 3, 15), progress=progress)


def releasing(public_id: str, folder: Path, dies: bool = False) -> BaseProcess:
    url = db.engine.url.render_as_string(hide_password=False)
    process = PROCESSES.Process(target=release_it, args=(url, str(folder), public_id, dies))
    process.start()
    return process


def exit_code(process: BaseProcess) -> int | None:
    process.join(ANSWER_WITHIN)
    return process.exitcode


class Killed(Exception):
    pass


def killed_at(chunk):
    def progress(done, total):
        if done >= chunk * batches.CHUNK:
            raise Killed

    return progress


def test_killed_and_resumed_is_loaded_once(tmp_path, office, li, wang, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 3)
    path = csv_file(tmp_path, [person(n) for n in range(10)])
    for chunk in (1, 2):
        with pytest.raises(Killed):
            propose(path, office, li, ON, progress=killed_at(1 if chunk == 1 else 1))
    batch = propose(path, office, li, ON)
    assert (batch.status, batch.rows, batch.good) == ("proposed", 10, 10)
    for _ in range(2):
        with pytest.raises(Killed):
            release(batch, wang, ON, progress=killed_at(1))
    assert release(batch, wang, ON).loaded == 10
    assert db.session.scalar(select(func.count(Case.id))) == 10
    numbers = sorted(db.session.scalars(select(Case.case_no)))
    assert numbers == [f"资510107-2026-{n:06d}" for n in range(1, 11)]
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.type == "CaseEntered")) == 10
    assert db.session.scalar(select(func.count(BenefitRate.case_id))) == 10


def test_columns_nobody_reads_are_kept_for_the_preview(tmp_path, office, li):
    path = csv_file(tmp_path, [person(1)])
    path.write_text(path.read_text("gb18030").replace("联系地址", "备注三"), "gb18030")
    assert propose(path, office, li, ON).unread == ["备注三"]


def test_a_pensioner_and_a_member_of_staff_are_one_natural_person(tmp_path, office, li, wang):
    from staff.models import StaffAccount

    hers = db.session.get_one(StaffAccount, make_account("zhao", ["approver"]).account_id)
    before = db.session.scalar(select(func.count(NaturalPerson.id)))
    loaded(tmp_path, [person(1, 身份证号=hers.id_number)], office, li, wang)
    assert only(Pensioner).natural_person_id == hers.natural_person_id
    assert db.session.scalar(select(func.count(NaturalPerson.id))) == before
