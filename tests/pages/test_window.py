"""A window anywhere finds whoever stands before it: little is shown, each look is on the log, guessing ends."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from database import db
from tests.case_builder import LAPSED, make_case, pensioner_id_number
from tests.people import make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)
LIMIT = 10  # window_misses_an_hour


@pytest.fixture
def window(app: Flask) -> Iterator[Flask]:
    app.config["TODAY"] = ON
    with app.app_context():
        make_account("chen", ["caseworker"], office="510104")
        make_account("gu", ["caseworker"], office="510104")
    yield app
    app.config.pop("TODAY", None)


def events(app: Flask) -> list[str]:
    with app.app_context():
        return [row.type for row in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
                if row.type in ("PersonLookedUp", "LookUpMissed", "StepRefused")]


@pytest.mark.article("SC-5", "SC-11")
def test_of_two_benefits_the_clerk_chooses(window: Flask):
    with window.app_context():
        number = pensioner_id_number()
        for scheme in ("企业职工", "城乡居民"):
            make_case(ON, 身份证号=number, 险种=scheme, **LAPSED)
    chen = sign_in(window.test_client(), "chen")
    page = chen.post("/certify", data={"id_number": number})
    assert page.status_code == 200
    assert number not in page.text and "13800138000" not in page.text
    told = page.text.partition("<main")[2]  # the menu names the lists of suspensions, whoever stands here
    assert "企业职工" in told and "城乡居民" in told and "暂停" not in told
    links = [part.split('"')[0] for part in page.text.split('href="/certify/')[1:]]
    assert len(links) == 2
    assert [chen.get(f"/certify/{token}").status_code for token in links] == [200, 200]


def test_each_look_up_is_on_the_log_without_the_number(window: Flask):
    with window.app_context():
        known = make_case(ON).pensioner.id_number
    unknown = pensioner_id_number()
    chen = sign_in(window.test_client(), "chen")
    assert chen.post("/certify", data={"id_number": known}).status_code == 302
    assert chen.post("/certify", data={"id_number": unknown}).status_code == 404
    assert events(window) == ["PersonLookedUp", "LookUpMissed"]
    with window.app_context():
        rows = db.session.scalars(select(AuditEvent).where(AuditEvent.type.in_(("PersonLookedUp", "LookUpMissed"))))
        assert all(number.encode() not in row.canonical for row in rows for number in (known, unknown))


def test_whoever_guesses_at_numbers_is_stopped_and_nobody_else(window: Flask):
    with window.app_context():
        known = make_case(ON).pensioner.id_number
    chen = sign_in(window.test_client(), "chen")
    for _ in range(LIMIT):
        assert chen.post("/certify", data={"id_number": pensioner_id_number()}).status_code == 404
    refused = chen.post("/certify", data={"id_number": known})
    assert refused.status_code == 429 and "暂时不能再查" in refused.text
    assert events(window)[-1] == "StepRefused"
    assert sign_in(window.test_client(), "gu").post("/certify", data={"id_number": known}).status_code == 302
