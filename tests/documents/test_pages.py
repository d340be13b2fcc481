"""The outbox and the dossier through the real pages."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audit.models import AuditEvent
from cases.delivery import hold
from cases.models import Case, Notice
from database import db
from tests import people
from tests.documents import records

pytestmark = pytest.mark.sqlite_is_enough


@dataclass
class Scene:
    """A finished story in 510107; no application context is open, so that requests stand alone."""

    app: Flask
    case: str
    notice: str

    def client(self, username: str, role: str, office: str) -> FlaskClient:
        with self.app.app_context():
            people.make_account(username, [role], office)
        return people.sign_in(self.app.test_client(), username)

    def status(self) -> str:
        with self.app.app_context():
            return db.session.query(Notice).filter_by(public_id=self.notice).one().status


@pytest.fixture
def scene(app: Flask) -> Scene:
    with app.app_context():
        people.make_founders()
        records.whole_story()
        hold(date(2026, 6, 5))
        notice = db.session.query(Notice).filter_by(kind="resumed", channel="letter").one().public_id
        return Scene(app, db.session.query(Case).one().public_id, notice)


def test_a_held_notice_is_listed_read_and_released(scene: Scene) -> None:
    clerk, address = scene.client("clerk", "caseworker", "510107"), f"/notices/{scene.notice}"
    assert scene.notice in clerk.get("/notices").get_data(as_text=True)
    page = clerk.get(address).get_data(as_text=True)
    assert "玖仟柒佰叁拾贰元伍角整" in page and "/release" in page
    assert clerk.get(f"{address}/letter.pdf").data.startswith(b"%PDF-")
    assert clerk.post(f"{address}/release").status_code == 302
    assert scene.status() == "queued"
    assert clerk.post(f"{address}/release").status_code == 404


def test_the_dossier_is_issued_by_a_post_that_leaves_an_event(scene: Scene) -> None:
    clerk, address = scene.client("clerk", "caseworker", "510107"), f"/cases/{scene.case}/dossier"
    assert clerk.get(address).status_code == 200
    answer = clerk.post(address, data={"lang": "en"})
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    with scene.app.app_context():
        assert db.session.query(AuditEvent).filter_by(type="DossierIssued").count() == 1


def test_a_grassroots_officer_gets_no_full_dossier(scene: Scene) -> None:
    officer = scene.client("village", "grassroots_officer", "510107")
    assert officer.post(f"/cases/{scene.case}/dossier", data={"full": "yes"}).status_code == 403


def test_outside_the_area_there_is_neither_notice_nor_dossier(scene: Scene) -> None:
    other = scene.client("elsewhere", "caseworker", "510104")
    assert scene.notice not in other.get("/notices").get_data(as_text=True)
    for answer in (other.get(f"/notices/{scene.notice}"), other.get(f"/notices/{scene.notice}/letter.pdf"),
                   other.post(f"/notices/{scene.notice}/release"), other.get(f"/cases/{scene.case}/dossier"),
                   other.post(f"/cases/{scene.case}/dossier")):
        assert answer.status_code == 404
