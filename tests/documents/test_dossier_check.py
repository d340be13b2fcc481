"""Whoever brings a dossier is told whether it is ours, as it was issued, and of which day; nothing personal."""
from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from cases import dossier_checks
from cases.dossier import issue
from cases.models import Case
from cases.routes import dossier_checks as checking_page
from database import db, transaction
from staff.access import SYSTEM
from staff.limits import ADDRESS_CHECKS
from staff.models import SignInAttempt
from staff.sign_in import key_of
from tests import people
from tests.documents import records
from tests.documents.seals import with_seals

pytestmark = pytest.mark.sqlite_is_enough
ADDRESS = "/dossiers/check"
OURS, ALTERED, NOT_OURS = "与出具时一致", "与本系统出具的案卷不一致", "不是本系统出具的案卷"


@dataclass
class Brought:
    """A dossier with its seal, one without, and the case they are of."""

    app: Flask
    sealed: bytes
    plain: bytes
    case_no: str
    name: str

    def said(self, document: bytes, client: FlaskClient | None = None, status: int = 200) -> str:
        answer = (client or self.app.test_client()).post(
            ADDRESS, data={"file": (io.BytesIO(document), "d.pdf")}, content_type="multipart/form-data")
        assert answer.status_code == status
        return answer.get_data(as_text=True)


@pytest.fixture
def brought(app: Flask, tmp_path: Path) -> Iterator[Brought]:
    before = dict(app.config)
    with app.app_context():
        people.make_founders()
        number = records.whole_story()
        plain = issue(number, actor=SYSTEM, on=date(2026, 6, 5))
        with_seals(app, tmp_path / "seals")
        sealed = issue(number, actor=SYSTEM, on=date(2026, 6, 8))
        name = db.session.query(Case).one().pensioner.name
    yield Brought(app, sealed, plain, number, name)
    app.config.clear()
    app.config.update(before)


def test_anybody_learns_that_it_is_ours_and_of_which_day_and_no_name(brought: Brought) -> None:
    page = brought.said(brought.sealed)
    assert OURS in page and "2026-06-08" in page and "测试印章，没有效力" in page
    assert brought.case_no not in page and brought.name not in page and records.ID_NUMBER[:6] not in page
    page = brought.said(brought.plain)
    assert OURS in page and "2026-06-05" in page and "出具时就没有签章" in page


def test_what_was_altered_is_called_so(brought: Brought) -> None:
    for document in (brought.sealed, brought.plain):
        altered = bytearray(document)
        altered[document.index(b"stream\n") + 40] ^= 1
        assert ALTERED in brought.said(bytes(altered))
    longer = brought.said(brought.sealed + b"\n% more\n")
    assert ALTERED in longer and "又增加了内容" in longer and "2026-06-08" in longer


def test_a_file_that_says_it_is_of_our_record_and_was_never_issued_is_not_called_ours(brought: Brought) -> None:
    assert ALTERED in brought.said(b"%PDF-1.4\n" + brought.plain[9:])


def test_a_pdf_of_somebody_else_is_not_ours(brought: Brought) -> None:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    assert NOT_OURS in brought.said(made.getvalue())


@pytest.mark.parametrize(("document", "words"), [
    (b"", "文件是空的"), (b"PK\x03\x04", "这不是 PDF 文件"), (b"%PDF-1.7\nnothing", "已损坏"),
    (b"%PDF-" + bytes(dossier_checks.LARGEST), "文件过大")], ids=["empty", "zip", "broken", "large"])
def test_what_cannot_be_checked_is_refused_beside_the_field(brought: Brought, document: bytes, words: str) -> None:
    page = brought.said(document, status=400)
    assert page.count(words) >= 2 and "error-summary" in page


def test_without_a_file_the_form_asks_for_one(brought: Brought) -> None:
    answer = brought.app.test_client().post(ADDRESS, data={})
    assert answer.status_code == 400 and "请选择文件" in answer.get_data(as_text=True)


@pytest.mark.crosses("log_proofs")
def test_a_reader_of_the_area_is_led_to_the_case_and_another_learns_what_the_public_learns(brought: Brought) -> None:
    with brought.app.app_context():
        people.make_account("here", ["caseworker"], "510107")
        people.make_account("there", ["caseworker"], "510104")
    here = brought.said(brought.sealed, people.sign_in(brought.app.test_client(), "here"))
    there = brought.said(brought.sealed, people.sign_in(brought.app.test_client(), "there"))
    assert brought.case_no in here
    assert OURS in there and brought.case_no not in there


def test_the_page_says_the_same_in_english(brought: Brought) -> None:
    client = brought.app.test_client()
    client.post("/language/en")
    assert "Check a dossier" in client.get(ADDRESS).get_data(as_text=True)


def brought_by(app: Flask, address: str, document: bytes = b"%PDF-1.7 x", forwarded: str = "") -> tuple[int, str]:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = app.test_client().post(ADDRESS, data={"file": (io.BytesIO(document), "d.pdf")}, headers=headers,
                                    content_type="multipart/form-data", environ_overrides={"REMOTE_ADDR": address})
    return answer.status_code, answer.get_data(as_text=True)


def counted(app: Flask, address: str, number: int) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(SignInAttempt(key=key_of("dossier_check", address), ok=False) for _ in range(number))


def test_an_address_that_brings_too_many_is_refused_in_words_and_others_are_not(app: Flask) -> None:
    counted(app, "10.9.9.9", ADDRESS_CHECKS - 1)
    assert brought_by(app, "10.9.9.9")[0] == 400  # the last one, and no dossier
    status, page = brought_by(app, "10.9.9.9")
    assert status == 429 and "请求太频繁" in page and "15 分钟" in page and "忘记密码" not in page
    assert brought_by(app, "10.9.9.8")[0] == 400
    assert app.test_client().get(ADDRESS, environ_overrides={"REMOTE_ADDR": "10.9.9.9"}).status_code == 200
    with app.app_context():
        assert db.session.query(SignInAttempt).count() == ADDRESS_CHECKS + 1
    client = app.test_client()
    client.set_cookie("language", "en")
    answer = client.post(ADDRESS, environ_overrides={"REMOTE_ADDR": "10.9.9.9"})
    assert answer.status_code == 429 and "minutes" in answer.text and int(answer.headers["Retry-After"]) > 0


def test_nobody_s_word_is_taken_for_an_address_but_the_proxy_s(app: Flask) -> None:
    counted(app, "10.9.9.9", ADDRESS_CHECKS)
    assert brought_by(app, "10.9.9.9", forwarded="10.1.1.1")[0] == 429
    behind = create_app({**{name: value for name, value in app.config.items() if name.isupper()}, "PROXIES": 1})
    assert brought_by(behind, "10.9.9.9", forwarded="10.1.1.1")[0] == 400
    assert brought_by(behind, "10.0.0.1", forwarded="8.8.8.8, 10.9.9.9")[0] == 429


@pytest.mark.parametrize(("language", "words"), [("zh", "案卷不超过 20 MB"), ("en", "at most 20 MB")])
def test_what_is_far_too_large_is_refused_before_it_is_read(
        app: Flask, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    monkeypatch.setattr(checking_page, "AROUND", -dossier_checks.LARGEST + 1000)
    client = app.test_client()
    client.set_cookie("language", language)
    answer = client.post(ADDRESS, data={"file": (io.BytesIO(b"%PDF-" + b"x" * 2000), "d.pdf")},
                         content_type="multipart/form-data")
    assert answer.status_code == 413 and words in answer.text
