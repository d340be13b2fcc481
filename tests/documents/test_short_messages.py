"""Short messages go to a gateway by HTTP or to a centre by SMPP; what comes back becomes a letter, and work."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from smpplib import consts
from sqlalchemy import select

from audit.models import AuditEvent
from cases.channels import BadTransport, NotNow, receipts, transport
from cases.delivery import deliver
from cases.models import Notice
from cases.notices import queue
from cases.receipts import collect
from database import db, transaction
from tests.documents import records
from tests.documents.gateways import Centre, HttpGateway, http_gateway, smpp_centre

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2025, 12, 15)
NIGHT, MORNING, NOON = 23, 8, 12


@pytest.fixture
def through(context: Flask) -> Iterator[Callable[[str], None]]:
    before = dict(context.config)
    yield lambda url: context.config.update(SMS_TRANSPORT=url)
    context.config.update(SMS_TRANSPORT=before.get("SMS_TRANSPORT", ""))


@pytest.fixture
def gateway(through: Callable[[str], None]) -> Iterator[HttpGateway]:
    with http_gateway() as one:
        through(one.url)
        yield one


@pytest.fixture
def centre(through: Callable[[str], None]) -> Iterator[Centre]:
    with smpp_centre() as one:
        through(one.url)
        yield one


def reminder(name: str = "欧阳䶮", **contact: str | None) -> str:
    with transaction():
        one = records.case(name, **contact)
        return queue(one, "certification_due", on=ON, facts={}, once=f"{one.pensioner.public_id}:reminder").public_id


def notice(public_id: str) -> Notice:
    db.session.rollback()
    return db.session.scalars(select(Notice).filter_by(public_id=public_id)).one()


def events(kind: str) -> int:
    db.session.rollback()
    return db.session.query(AuditEvent).filter_by(type=kind).count()


def text_of(parts: list[Any]) -> str:
    """The message as the phone puts it together: six octets of header on each part of a long one."""
    long = parts[0].esm_class & consts.SMPP_GSMFEAT_UDHI
    return b"".join(part.short_message[6:] if long else part.short_message for part in parts).decode("utf-16-be")


@pytest.mark.article("SC-37")
def test_a_reminder_reaches_the_gateway_with_its_own_number_once(gateway: HttpGateway) -> None:
    public_id = reminder()
    assert deliver(ON, hour=NOON).accepted == 1
    sent = notice(public_id)
    (message,) = gateway.messages.values()
    assert (message["id"], message["to"]) == (sent.message_id, sent.case.pensioner.phone)
    assert "截止" in message["text"] or "认证" in message["text"]
    assert gateway.headers[0]["Idempotency-Key"] == sent.message_id
    assert gateway.headers[0]["Authorization"] == "Bearer secret"
    assert (sent.status, sent.channel_ref, sent.proof) == ("accepted", "g-0", "sms 127.0.0.1 g-0")
    assert deliver(ON, hour=NOON).accepted == 0


@pytest.mark.parametrize(("answer", "status", "counted"), [
    (400, "failed", "failed"), (404, "failed", "failed"), (429, "queued", "queued"), (503, "queued", "queued"),
    (500, "held", "held"), (502, "held", "held")])
def test_each_answer_of_the_gateway_leaves_the_notice_where_it_belongs(
        gateway: HttpGateway, answer: int, status: str, counted: str) -> None:
    public_id = reminder()
    gateway.answers = [answer]
    assert getattr(deliver(ON, hour=NOON), counted) == 1
    assert (notice(public_id).status, gateway.messages) == (status, {})


def test_a_gateway_that_takes_nothing_is_not_asked_again_in_the_same_run(gateway: HttpGateway) -> None:
    reminder("甲")
    reminder("乙")
    gateway.answers = [503]
    assert (deliver(ON, hour=NOON).queued, len(gateway.headers)) == (1, 1)
    assert deliver(ON, hour=NOON).accepted == 2


def test_a_gateway_that_is_not_there_keeps_the_queue(through: Callable[[str], None]) -> None:
    through("http://127.0.0.1:1/sms")
    public_id = reminder()
    assert deliver(ON, hour=NOON).queued == 1
    assert (notice(public_id).status, notice(public_id).attempts) == ("queued", 0)


def test_letters_do_not_go_to_the_gateway_of_short_messages(gateway: HttpGateway) -> None:
    with transaction():
        queue(records.case(), "suspended", on=ON, facts={"reason": "lapsed"}, channels=("letter",), once="a")
    assert (deliver(ON, hour=NOON).accepted, gateway.messages) == (1, {})


@pytest.mark.article("SC-37")
def test_a_long_reminder_reaches_the_centre_in_parts_that_make_the_whole(centre: Centre) -> None:
    public_id = reminder()
    assert deliver(ON, hour=NOON).accepted == 1
    sent, first = notice(public_id), centre.parts[0]
    assert first.destination_addr.decode() == sent.case.pensioner.phone
    assert (first.source_addr.decode(), first.registered_delivery) == ("12333", 1)
    assert len(centre.parts) > 1
    assert "2026年3月15日" in text_of(centre.parts)
    assert (sent.status, sent.channel_ref) == ("accepted", "c-1")


@pytest.mark.parametrize(("answers", "status"), [
    ([consts.SMPP_ESME_RINVDSTADR], "failed"), ([consts.SMPP_ESME_RTHROTTLED], "queued"),
    ([consts.SMPP_ESME_ROK, consts.SMPP_ESME_RINVDSTADR], "held")])
def test_each_answer_of_the_centre_leaves_the_notice_where_it_belongs(
        centre: Centre, answers: list[int], status: str) -> None:
    public_id = reminder()
    centre.answers = answers
    deliver(ON, hour=NOON)
    assert notice(public_id).status == status


def test_a_line_that_breaks_after_the_message_leaves_it_held(centre: Centre) -> None:
    public_id, centre.vanish = reminder(), True
    assert deliver(ON, hour=NOON).held == 1
    assert notice(public_id).status == "held"


@pytest.mark.article("SC-37", "SC-37b")
def test_a_returned_message_goes_out_as_a_letter_and_the_number_is_work_to_do(
        gateway: HttpGateway, context: Flask) -> None:
    public_id = reminder()
    deliver(ON, hour=NOON)
    gateway.receipts = [{"ref": "g-0", "delivered": False, "error": "UNDELIV 027"}]
    assert collect(ON, receipts(context.config)) == {"delivered": 0, "returned": 1, "known": 0}
    returned = notice(public_id)
    assert (returned.status, returned.case.pensioner.phone_failed_on, gateway.receipts) == ("returned", ON, [])
    instead = db.session.scalars(select(Notice).where(Notice.status == "queued")).one()
    assert (instead.channel, instead.kind, instead.content) == ("letter", returned.kind, returned.content)
    assert (events("NoticeReturned"), events("PhoneFailed")) == (1, 1)


def test_a_receipt_told_twice_counts_once(centre: Centre, context: Flask) -> None:
    reminder()
    deliver(ON, hour=NOON)
    centre.receipts = [b"id:c-1 sub:001 dlvrd:001 done date:2512150901 stat:DELIVRD err:000 text:"]
    assert collect(ON, receipts(context.config))["delivered"] == 1
    assert collect(ON, receipts(context.config)) == {"delivered": 0, "returned": 0, "known": 1}
    assert (centre.acknowledged, events("NoticeDelivered")) == (2, 1)


def test_a_state_that_may_still_change_is_no_receipt(centre: Centre, context: Flask) -> None:
    public_id = reminder()
    deliver(ON, hour=NOON)
    centre.receipts = [b"id:c-1 stat:ACCEPTD err:000", b"id:somebody-elses stat:UNDELIV err:001"]
    assert collect(ON, receipts(context.config)) == {"delivered": 0, "returned": 0, "known": 1}
    assert (notice(public_id).status, notice(public_id).receipt_on) == ("accepted", None)


def test_a_gateway_that_cannot_be_asked_says_so(through: Callable[[str], None], context: Flask) -> None:
    through("http://127.0.0.1:1/sms")
    with pytest.raises(NotNow):
        collect(ON, receipts(context.config))


def test_nobody_is_messaged_at_night_and_letters_go_on(gateway: HttpGateway) -> None:
    public_id = reminder()
    with transaction():
        queue(records.case("乙"), "suspended", on=ON, facts={"reason": "lapsed"}, channels=("letter",), once="b")
    assert deliver(ON, hour=NIGHT).accepted == 1
    assert (notice(public_id).status, gateway.messages) == ("queued", {})
    assert deliver(ON, hour=MORNING).accepted == 1


@pytest.mark.parametrize("name", ["ftp://127.0.0.1", "smpp:", "sms"])
def test_an_unknown_transport_is_refused_before_anything_is_sent(context: Flask, name: str) -> None:
    with pytest.raises(BadTransport):
        transport({**context.config, "SMS_TRANSPORT": name})
