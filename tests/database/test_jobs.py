"""Work beside a request: how far it is, that it failed and why, that its process died."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from database import db, jobs, transaction
from database.jobs import Job, Told, beside_the_request, progress_of
from staff.access import AccessDenied
from workflows.transition import Refusal, TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough
ON = date(2026, 3, 16)


@pytest.fixture
def job(context: Flask) -> int:
    with transaction():
        return jobs.start("trying", ON, "51/", total=8, about="this").id


def now(job: int) -> Job:
    return db.session.get_one(Job, job, populate_existing=True)


def test_how_far_the_work_is_stands_in_its_row_while_it_reads(job: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SIGNS", -1)
    seen = []

    def work(told: Told) -> None:
        db.session.get_one(Job, job)  # in the midst of reading
        told(3, 9)
        db.session.rollback()
        seen.append((now(job).done, now(job).total))

    beside_the_request(work, "trying", job)
    assert seen == [(3, 9)]


def refused(_told: Told) -> None:
    raise TransitionRefused((Refusal("RUN_OPEN"),))


def denied(_told: Told) -> None:
    raise AccessDenied("SESSION_REVOKED")


def broken(_told: Told) -> None:
    raise ValueError("what must not be shown")


@pytest.mark.parametrize(("work", "why"), [(refused, "RUN_OPEN"), (denied, "SESSION_REVOKED"), (broken, "ValueError")])
def test_a_fault_ends_the_job_and_says_why_by_name(job: int, work, why: str) -> None:
    beside_the_request(work, "trying", job)
    assert (now(job).status, now(job).counts) == ("failed", {"about": "this", "why": why})
    assert progress_of(now(job), "").state == "failed"


def test_what_was_called_off_meanwhile_is_not_failed(job: int) -> None:
    def work(_told: Told) -> None:
        with transaction():
            jobs.end(job, "cancelled")
        raise ValueError

    beside_the_request(work, "trying", job)
    assert now(job).status == "cancelled"


def test_a_job_that_gives_no_sign_was_interrupted_and_begins_again(job: int) -> None:
    assert progress_of(now(job), "").state == "running"
    with transaction():
        now(job).heartbeat_at -= timedelta(seconds=jobs.SILENT + 1)
    assert progress_of(now(job), "").state == "failed"
    assert progress_of(now(job), "", silent=2 * jobs.SILENT).state == "running"
    with transaction():
        jobs.again(now(job))
    assert (progress_of(now(job), "").state, now(job).attempts) == ("running", 2)


def test_work_without_a_row_is_done_too(context: Flask) -> None:
    done = []
    beside_the_request(lambda told: done.append(told(1, 2)), "trying")
    assert done == [None]
