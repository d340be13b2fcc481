"""The server signs and hands over by itself, one worker at a time, and writes to people once for each lateness."""
from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from audit import anchoring_job
from audit.checkpoints import latest
from audit.events import SignedOut, parse
from audit.following import keep_on
from audit.log import record
from audit.models import AuditCheckpoint, AuditEvent
from audit.signer.refusals import SignerRefused
from cases.channels import Undeliverable
from cases.log_alarms import tell
from database import db, transaction
from database.jobs import Job
from staff.models import Office
from tests.audit.conftest import ON, sign_in

EVERY = timedelta(minutes=10)


@pytest.fixture
def log(context: Flask) -> Iterator[Flask]:
    write()
    kept = dict(context.config)
    context.config.update(ANCHOR_EVERY=EVERY, ALARM_TO="keeper@example.com, deputy@example.com",
                          NOTICE_TRANSPORT="file", WITNESSES="", WITNESS_LATE_AFTER=timedelta(hours=26))
    shutil.rmtree(Path(context.config["INSTANCE_DIR"]) / "outbox", ignore_errors=True)
    yield context
    context.config.update(kept)


def write() -> None:
    with transaction():
        record(SignedOut(account="a"), actor="SYSTEM", on=ON)


def ago(length: timedelta) -> None:
    """As if the last time had been so long ago."""
    with transaction():
        job = anchoring_job.last_run()
        assert job is not None
        job.started_at -= length


def letters(log: Flask) -> list[str]:
    return sorted(path.read_text("utf-8") for path in (Path(log.config["INSTANCE_DIR"]) / "outbox").glob("*.eml"))


def told() -> list[dict[str, str]]:
    return [parse(row.canonical).data["alarms"] for row in db.session.query(AuditEvent).filter_by(type="LogAlarmSent")]


def nobody(_on: object) -> None:
    pass


def test_a_checkpoint_is_signed_when_it_is_due_and_not_before(log: Flask) -> None:
    anchoring_job.once(ON, nobody)
    first = latest()
    write()
    anchoring_job.once(ON, nobody)
    assert latest().size == first.size
    ago(EVERY)
    anchoring_job.once(ON, nobody)
    assert latest().size > first.size
    job = db.session.query(Job).filter_by(kind="anchor").one()
    assert (job.status, job.attempts) == ("finished", 2)


def test_of_two_workers_one_does_it(log: Flask) -> None:
    ready, done = Barrier(2), []

    def worker() -> None:
        with log.app_context():
            ready.wait()
            anchoring_job.once(ON, lambda _on: done.append(1))
            db.session.remove()

    db.session.remove()
    threads = [Thread(target=worker) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert done == [1]
    assert db.session.query(Job).filter_by(kind="anchor").count() == 1


def test_whoever_died_at_it_is_followed_by_another(log: Flask) -> None:
    anchoring_job.once(ON, nobody)
    with transaction() as session:
        session.execute(update(Job).values(status="running"))
    done: list[int] = []
    ago(EVERY)
    anchoring_job.once(ON, lambda _on: done.append(1))
    assert done == []  # it may be at it still
    ago(anchoring_job.LONGEST)
    anchoring_job.once(ON, lambda _on: done.append(1))
    assert done == [1]


def test_a_failure_stands_on_the_page_and_the_next_time_mends_it(
        log: Flask, client: FlaskClient, office: Office) -> None:
    log.config["WITNESSES"] = "[{"
    with pytest.raises(Exception, match="WITNESSES"):
        anchoring_job.once(ON, nobody)
    assert anchoring_job.last_run().counts["why"] == "BadWitnesses"
    assert "BadWitnesses" in sign_in(client, office, "audit_administrator").get("/audit/anchors").text
    log.config["WITNESSES"] = ""
    ago(EVERY)
    anchoring_job.once(ON, nobody)
    assert (anchoring_job.last_run().status, anchoring_job.last_run().counts["why"]) == ("finished", None)


def test_a_fault_ends_no_thread(log: Flask, caplog: pytest.LogCaptureFixture) -> None:
    class Twice:
        def __init__(self) -> None:
            self.times = 0

        def is_set(self) -> bool:
            self.times += 1
            return self.times > 2

        def wait(self, _pause: float) -> None:
            pass

    def refused() -> bool:
        raise SignerRefused("NO_KEY")

    keep_on(log, 0, Twice(), refused, "witnessing")  # type: ignore[arg-type]
    assert caplog.text.count("the log's witnessing") == 2


def late(log: Flask) -> None:
    log.config["WITNESSES"] = '[{"name": "disk", "kind": "file", "path": "/no/such/folder/notes"}]'
    log.config["WITNESS_LATE_AFTER"] = timedelta(0)


def test_each_address_is_written_to_once_for_a_lateness(log: Flask) -> None:
    anchoring_job.once(ON, tell)
    assert (letters(log), told()) == ([], [])
    late(log)
    ago(EVERY)
    anchoring_job.once(ON, tell)
    assert len(letters(log)) == 2 and [one["late disk"] for one in told()] == ["0"]
    assert "见证方逾期未收到检查点 (disk)" in letters(log)[0]
    ago(EVERY)
    anchoring_job.once(ON, tell)
    assert len(letters(log)) == 2 and len(told()) == 1


def test_a_lateness_that_ended_and_came_again_is_told_again(log: Flask, tmp_path: Path) -> None:
    late(log)
    anchoring_job.once(ON, tell)
    log.config["WITNESSES"] = f'[{{"name": "disk", "kind": "file", "path": "{tmp_path / "notes"}"}}]'
    ago(EVERY)
    anchoring_job.once(ON, tell)
    size = db.session.query(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).first().size
    late(log)
    write()
    ago(EVERY)
    anchoring_job.once(ON, tell)
    assert [one.get("late disk") for one in told() if "late disk" in one] == ["0", str(size)]


def test_mail_that_did_not_go_out_is_tried_again_and_the_checkpoint_is_signed_all_the_same(log: Flask) -> None:
    late(log)
    log.config["NOTICE_TRANSPORT"] = "smtp://127.0.0.1:1?to=gateway@example.com"
    with pytest.raises(Undeliverable):
        anchoring_job.once(ON, tell)
    assert latest() is not None and told() == []
    assert anchoring_job.last_run().counts["why"] == "Undeliverable"
    log.config["NOTICE_TRANSPORT"] = "file"
    ago(EVERY)
    anchoring_job.once(ON, tell)
    assert len(letters(log)) == 2


def test_without_an_address_nobody_is_written_to_and_nothing_is_recorded(log: Flask) -> None:
    late(log)
    log.config["ALARM_TO"] = " , "
    anchoring_job.once(ON, tell)
    assert (letters(log), told()) == ([], [])
