"""The dossier is a function of the record: whole, checkable, the same bytes for the same record."""
from __future__ import annotations

import hashlib
import io
import json
from datetime import date

import pikepdf
import pytest
from flask import Flask

from audit.models import AuditEvent, AuditTx
from cases.delivery import deliver
from cases.dossier import data_json, dossier, dossier_html, issue
from cases.dossier_content import content
from cases.dossier_entries import NotInRecord
from cases.models import Case, Decision
from cases.pdf import RareCharacter
from database import db
from staff.access import SYSTEM
from tests.documents import records

pytestmark = pytest.mark.sqlite_is_enough

ON, NOON = date(2026, 6, 5), 12


def the_case() -> Case:
    return db.session.query(Case).one()


@pytest.mark.sqlite_is_enough
def test_it_is_archive_quality_in_both_languages_masked_and_full(context: Flask, assert_archive_quality) -> None:  # noqa: ANN001
    number = records.whole_story()
    assert_archive_quality({f"dossier-{lang}-{masked}": dossier(number, lang=lang, masked=masked)
                            for lang in ("zh", "en") for masked in (True, False)})


def test_the_same_record_gives_the_same_bytes_and_issuing_changes_nothing(context: Flask) -> None:
    number = records.whole_story()
    before = dossier(number)
    issued = issue(number, actor=SYSTEM, on=ON)
    assert before == dossier(number)
    event = db.session.query(AuditEvent).filter_by(type="DossierIssued").one()
    assert json.loads(event.canonical)["data"]["digest"] == hashlib.sha256(issued).hexdigest()


@pytest.mark.article("SC-29", "QD-33", "SC-42")
def test_it_shows_three_signatures_with_name_post_office_time_opinion_and_digest(context: Flask) -> None:
    records.whole_story()
    acts = content(the_case())["decisions"][0]["acts"]
    assert [(act["name"], act["role"]) for act in acts] == [("李明", "caseworker"), ("王秀英", "reviewer"),
                                                            ("赵国强", "approver")]
    html = dossier_html(content(the_case()))
    for act in acts:
        assert act["opinion"] in html and act["content_digest"] in html and act["office"] in html


@pytest.mark.article("SC-27")
def test_the_arrears_sheet_adds_up_in_figures_and_in_words(context: Flask) -> None:
    records.whole_story()
    (sheet,) = content(the_case())["arrears"]
    assert [line["month"] for line in sheet["lines"]] == list(records.MONTHS)
    assert sum(line["pay_fen"] for line in sheet["lines"]) == sheet["totals"]["pay_fen"]
    assert sheet["totals"]["pay_fen"] == db.session.query(Decision).one().back_pay_fen
    html = dossier_html(content(the_case()))
    assert "¥9,732.50" in html and "玖仟柒佰叁拾贰元伍角整" in html


@pytest.mark.article("QD-29")
def test_the_cover_states_retention_and_disposal(context: Flask) -> None:
    records.whole_story()
    archive = content(the_case())["archive"]
    made = db.session.query(AuditTx).order_by(AuditTx.id.desc()).first().recorded_at.year
    assert (archive["retention_years"], archive["dispose_after"]) == (50, f"{made + 50}-12-31")


def test_delivery_appears_with_its_proof(context: Flask) -> None:
    records.whole_story()
    deliver(ON, hour=NOON)
    letters = [row for row in content(the_case())["notices"] if row["channel"] == "letter"]
    assert {row["status"] for row in letters} == {"accepted"}
    assert all(row["proof"].startswith("file ") for row in letters)


def test_a_dossier_of_an_earlier_transaction_says_what_was_known_then(context: Flask) -> None:
    records.whole_story()
    then = content(the_case())["as_of"]["tx"]
    deliver(ON, hour=NOON)
    now = content(the_case())
    old = content(the_case(), as_of_tx=then)
    assert old["as_of"]["tx"] == then != now["as_of"]["tx"]
    assert {row["status"] for row in old["notices"]} == {"queued"}
    assert len(old["extract"]) < len(now["extract"])


def test_the_data_is_attached_and_says_the_same(context: Flask) -> None:
    number = records.whole_story()
    with pikepdf.open(io.BytesIO(dossier(number))) as document:
        assert list(document.attachments) == ["dossier.json"]
        assert document.attachments["dossier.json"].get_file().read_bytes() == data_json(content(the_case()))


def test_a_masked_dossier_holds_no_number_whole_and_a_full_one_leaves_an_event(context: Flask) -> None:
    number = records.whole_story()
    masked = data_json(content(the_case())).decode() + dossier_html(content(the_case()))
    assert records.ID_NUMBER not in masked and "6214620000001234567" not in masked
    issue(number, actor=SYSTEM, on=ON, masked=False)
    assert records.ID_NUMBER in dossier_html(content(the_case(), masked=False))
    assert db.session.query(AuditEvent).filter_by(type="Unmasked").count() == 2


def test_the_extract_lists_every_event_but_those_of_access(context: Flask) -> None:
    number = records.whole_story()
    issue(number, actor=SYSTEM, on=ON)
    rows = db.session.query(AuditEvent).filter(AuditEvent.case_id == the_case().id, AuditEvent.type != "DossierIssued")
    assert {(row.case_seq, row.digest) for row in rows} == {
        (one["seq"], one["digest"]) for one in content(the_case())["extract"]}


def test_a_name_that_no_font_prints_refuses_the_dossier_by_name(context: Flask) -> None:
    with pytest.raises(RareCharacter, match=r"𠮷 \(U\+20BB7\)"):
        dossier(records.whole_story("田𠮷"))


def test_an_unknown_case_or_transaction_is_refused(context: Flask) -> None:
    number = records.whole_story()
    with pytest.raises(NotInRecord):
        dossier("资000000-2026-000001")
    with pytest.raises(NotInRecord):
        dossier(number, as_of_tx="0" * 32)


def test_the_command_writes_the_file_and_the_event(app: Flask, tmp_path) -> None:  # noqa: ANN001
    with app.app_context():
        number = records.whole_story()
    done = app.test_cli_runner().invoke(args=["dossier", number, "-o", str(tmp_path / "d.pdf")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "d.pdf").read_bytes().startswith(b"%PDF-")
    assert app.test_cli_runner().invoke(args=["notices", "deliver", "--on", "2026-06-05"]).exit_code == 0
