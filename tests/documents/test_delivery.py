"""Notices leave the outbox after the commit, once, and what is uncertain waits for a person."""
from __future__ import annotations

import email
import smtplib
import socket
from collections.abc import Iterator
from datetime import date
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.channels import Accepted, Undeliverable
from cases.delivery import deliver, hold, release
from cases.models import Notice
from cases.notices import MissingFacts, queue
from cases.sending import DeliveryRunning, alone
from database import db, transaction
from staff.actor import SYSTEM
from tests.documents import records

ON, NOON = date(2026, 3, 16), 12


def reminder(name: str = "欧阳䶮", **contact: str | None) -> str:
    with transaction():
        one = records.case(name, **contact)
        notice = queue(one, "certification_due", on=ON, facts={}, once=f"{one.pensioner.public_id}:{ON}:reminder")
        return notice.public_id


def a_letter(name: str = "欧阳䶮") -> str:
    with transaction():
        one = records.case(name)
        return queue(one, "suspended", on=ON, facts={"reason": "lapsed"}, channels=("letter",), once=name).public_id


def notice(public_id: str) -> Notice:
    db.session.rollback()
    return db.session.scalars(select(Notice).filter_by(public_id=public_id)).one()


def events(kind: str) -> int:
    db.session.rollback()
    return db.session.query(AuditEvent).filter_by(type=kind).count()


@pytest.mark.article("SC-37")
def test_a_reminder_is_queued_once_however_often_the_sweep_runs(context: Flask) -> None:
    with transaction():
        one = records.case()
        first = queue(one, "certification_due", on=ON, facts={}, once="p:2025-12-15:reminder")
        assert first is not None
        assert queue(one, "certification_due", on=ON, facts={}, once="p:2025-12-15:reminder") is None
    assert db.session.query(Notice).count() == events("NoticesQueued") == 1


def test_a_notice_is_queued_inside_a_transaction_only(context: Flask) -> None:
    with transaction():
        one = records.case()
    with pytest.raises(RuntimeError):
        queue(one, "certification_due", on=ON, facts={}, once="x")


def test_a_letter_that_cannot_state_its_reason_is_not_queued(context: Flask) -> None:
    with pytest.raises(MissingFacts, match="receipt_no"), transaction():
        queue(records.case(), "objection_received", on=ON, facts={}, once="x")


def test_the_content_of_a_notice_holds_neither_name_nor_number(context: Flask) -> None:
    content = str(notice(a_letter("欧阳修远")).content)
    assert not any(personal in content for personal in ("欧阳", records.ID_NUMBER, "13812345678", "浆洗街3号"))


@pytest.mark.article("SC-23")
def test_who_has_neither_phone_nor_address_is_told_by_posting_under_a_shortened_name(context: Flask) -> None:
    public_id = reminder("欧阳修远", phone=None, address=None)
    assert notice(public_id).channel == "posting"
    deliver(ON, hour=NOON)
    assert "欧阳" not in outbox(context, notice(public_id)).get_body().get_content()


def outbox(app: Flask, one: Notice) -> email.message.EmailMessage:
    path = Path(app.config["INSTANCE_DIR"]) / "outbox" / f"{one.message_id}.eml"
    return email.message_from_bytes(path.read_bytes(), policy=default)


@pytest.mark.article("SC-35")
def test_delivery_writes_the_letter_and_records_its_proof(context: Flask) -> None:
    public_id = a_letter()
    assert (done := deliver(ON, hour=NOON)).accepted == 1 and done.failed == done.held == 0
    sent = notice(public_id)
    assert (sent.status, sent.attempts, events("NoticeSent")) == ("accepted", 1, 1)
    assert sent.proof.startswith("file ") and sent.delivered_at is not None
    letter = outbox(context, sent)
    assert letter["Message-ID"] == f"<{sent.message_id}>"
    assert next(letter.iter_attachments()).get_content().startswith(b"%PDF-1.7")
    assert deliver(ON, hour=NOON).accepted == 0


def test_a_notice_found_half_sent_is_held_until_a_person_releases_it(context: Flask) -> None:
    public_id = a_letter()
    before = notice(public_id).message_id

    def killed(_message: object) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(ON, send=killed, hour=NOON)
    assert notice(public_id).status == "sending"
    assert deliver(ON, hour=NOON).held == 1
    assert (notice(public_id).status, events("NoticeHeld")) == ("held", 1)
    release(public_id, SYSTEM, ON)
    assert deliver(ON, hour=NOON).accepted == 1
    assert (notice(public_id).message_id, events("NoticeReleased")) == (before, 1)


def test_a_line_that_breaks_in_between_leaves_the_notice_held(context: Flask) -> None:
    def broken(_message: object) -> str:
        raise smtplib.SMTPServerDisconnected

    public_id = a_letter()
    assert deliver(ON, send=broken, hour=NOON).held == 1
    assert notice(public_id).status == "held"


def test_a_refused_message_fails_with_its_cause_and_the_next_one_goes_out(context: Flask) -> None:
    refused, answers = a_letter("甲"), iter([Undeliverable("refused: 550"), Accepted("proof")])
    other = a_letter("乙")

    def send(_message: object) -> Accepted:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    done = deliver(ON, send=send, hour=NOON)
    assert (done.failed, done.accepted) == (1, 1)
    assert (notice(refused).status, notice(refused).proof) == ("failed", "refused: 550")
    assert notice(other).status == "accepted"


def test_after_a_restore_the_whole_outbox_is_held(context: Flask) -> None:
    public_id = a_letter()
    assert hold(ON) == 1
    assert deliver(ON, hour=NOON).accepted == 0
    assert notice(public_id).status == "held"


def test_two_deliveries_at_once_are_refused(context: Flask) -> None:
    a_letter()
    with alone(), pytest.raises(DeliveryRunning):
        deliver(ON, hour=NOON)


def test_a_name_no_font_prints_goes_out_by_hand_and_not_as_a_box(context: Flask) -> None:
    public_id = a_letter("田𠮷")
    deliver(ON, hour=NOON)
    refused = notice(public_id)
    assert refused.status == "failed" and "𠮷 U+20BB7" in refused.proof
    instead = db.session.scalars(select(Notice).filter_by(channel="by_hand")).one()
    assert instead.status == "accepted"
    assert "田𠮷" in outbox(context, instead).get_body().get_content()


@pytest.fixture
def mail_server() -> Iterator[tuple[int, list]]:
    controller_module = pytest.importorskip("aiosmtpd.controller", reason="NOT CHECKED: no aiosmtpd")
    received: list = []

    class Keep:
        async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802, ANN001
            received.append(envelope)
            return "250 kept"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = controller_module.Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port, received
    controller.stop()


def test_smtp_hands_the_letter_to_a_real_server(context: Flask, mail_server: tuple[int, list]) -> None:
    port, received = mail_server
    public_id = a_letter()
    context.config["NOTICE_TRANSPORT"] = f"smtp://127.0.0.1:{port}?to=letters@example.org&from=office@example.org"
    try:
        assert deliver(ON, hour=NOON).accepted == 1
    finally:
        context.config.pop("NOTICE_TRANSPORT")
    (envelope,) = received
    message = email.message_from_bytes(envelope.content, policy=default)
    assert envelope.rcpt_tos == ["letters@example.org"]
    assert message["Message-ID"] == f"<{notice(public_id).message_id}>"
    assert "暂停发放告知书" in message["Subject"]


def test_a_server_that_is_not_there_fails_the_notice(context: Flask) -> None:
    a_letter()
    context.config["NOTICE_TRANSPORT"] = "smtp://127.0.0.1:1?to=letters@example.org"
    try:
        assert deliver(ON, hour=NOON).failed == 1
    finally:
        context.config.pop("NOTICE_TRANSPORT")
