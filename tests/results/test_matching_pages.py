"""Pages of matching: the run with its difference, sample and release; the lists; a person's life signs; disputes."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from audit.models import AuditEvent
from cases.models import Case, Notice, VerificationTask
from database import db, transaction
from invariants import breaches
from matching.results import disputes, listing, proposing
from matching.results.listing import Wanted
from matching.results.models import DataDispute
from matching.results.proposing import Found
from tests.case_builder import make_case
from tests.conftest import Clock
from tests.people import ON, actor, make_account, sign_in
from tests.results.registers import AREA, applied, dead, in_store, proposed, seen, unknown

pytestmark = pytest.mark.sqlite_is_enough
DAY, SEEN = date(2026, 3, 16), date(2026, 2, 20)


class One(NamedTuple):
    id: int
    key: str
    number: str


@pytest.fixture
def cases(app: Flask, clock: Clock, tmp_path: Path) -> Iterator[list[One]]:
    clock.move_to(DAY)
    app.config["FEED_STORE"] = str(tmp_path / "store")
    with app.app_context():
        for name, role in (("li", "caseworker"), ("wang", "reviewer")):
            make_account(name, [role])
        make_account("elsewhere", ["reviewer"], office="510104")
        make_account("maker.elsewhere", ["caseworker"], office="510104")
        made = [make_case(ON, 姓名=name) for name in ("周秀英", "吴建国")]
        found = [One(case.id, case.public_id, case.pensioner.id_number) for case in made]
        db.session.remove()
    yield found
    app.config["FEED_STORE"] = ""


def read(app: Flask, query: Any) -> Any:
    with app.app_context():
        return db.session.scalar(query)


def whole(app: Flask) -> None:
    with app.app_context():
        assert not breaches()


def page(app: Flask, name: str, address: str, status: int = 200) -> str:
    answer = client(app, name).get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def client(app: Flask, name: str) -> FlaskClient:
    return sign_in(app.test_client(), name)


def test_a_run_is_looked_at_and_released_on_its_page(app: Flask, cases: list[One]) -> None:
    with app.app_context():
        run = proposed([seen(cases[0].id, SEEN), unknown(cases[1].id)], DAY).public_id
    address, li, wang = f"/matching/runs/{run}", client(app, "li"), client(app, "wang")
    assert "非危重住院记录" in page(app, "li", address)
    assert wang.post(f"{address}/release").status_code == 409
    for case in cases:
        assert li.post(f"{address}/look", data={"case": case.key, "finding": "as_said"}).status_code == 302
    assert wang.post(f"{address}/release").status_code == 302
    assert "已办结" in page(app, "wang", address)
    assert read(app, select(Case.last_certified_on).where(Case.id == cases[0].id)) == SEEN
    page(app, "elsewhere", address, 404)
    whole(app)


@pytest.mark.article("QD-16", "SC-9b")
def test_each_row_of_a_list_says_source_and_reason_and_is_taken_away_within_the_area(
        app: Flask, cases: list[One]) -> None:
    with app.app_context():
        applied([seen(cases[0].id, SEEN), unknown(cases[1].id)], DAY)
    shown = page(app, "li", "/matching/lists?list=eligible")
    assert all(word in shown for word in ("周秀英", "非危重住院记录", "住院信息", "2026-02-20"))
    assert "吴建国" not in shown
    assert "吴建国" in page(app, "li", "/matching/lists?list=to_be_verified&reason=neither_list")
    assert "周秀英" not in page(app, "elsewhere", "/matching/lists?list=eligible")
    file = client(app, "li").post("/matching/lists/download", data={"list": "eligible", "format": "csv"})
    told = file.get_data(as_text=True)
    assert "非危重住院记录" in told and cases[0].number not in told
    assert read(app, select(AuditEvent.id).where(AuditEvent.type == "Exported"))
    page(app, "li", "/matching/lists?list=nonsense", 404)
    page(app, "li", "/matching/lists?list=eligible&office=510104", 404)
    page(app, "li", "/matching/lists?list=eligible&office=999999", 404)


@pytest.mark.parametrize(("change", "since"), [
    ("state = 'terminated', state_since = '2026-03-20', version = version + 1", "2026-03-20 起不再比对"),
    ("office_path = '51/5101/510104/'", "2026-03-16 起不再比对")])
def test_whoever_is_no_longer_matched_stands_on_no_current_list_and_the_page_says_since_when(
        app: Flask, cases: list[One], change: str, since: str) -> None:
    with app.app_context():
        applied([unknown(one.id) for one in cases], DAY)
        with transaction() as session:
            session.execute(text(f"UPDATE cases SET {change} WHERE id = {cases[0].id}"))
        there, counts = actor("elsewhere"), listing.counts(actor("li"))
        rows, _ = listing.page(Wanted("to_be_verified"), there, None)
        assert (counts, rows) == ({("to_be_verified", "neither_list", None): 1}, [])
        found = proposing.dry(Found("2026-03", AREA, DAY, "full", "runs/dry", "digest", (), list))
        assert found.counts == {"to_be_verified": 1}
    who = "elsewhere" if "office" in change else "li"
    assert since in page(app, who, f"/cases/{cases[0].key}/life-signs")
    assert "周秀英" not in page(app, who, "/matching/lists?list=to_be_verified")


def test_the_pages_of_a_list_follow_each_other(app: Flask, cases: list[One], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 1)
    with app.app_context():
        applied([unknown(one.id) for one in cases], DAY)
        first, after = listing.page(Wanted("to_be_verified"), actor("li"), None)
        second, last = listing.page(Wanted("to_be_verified"), actor("li"), after)
        assert ([row.name for row in (*first, *second)], last) == (["周秀英", "吴建国"], None)
        assert listing.page(Wanted("to_be_verified"), actor("elsewhere"), after) == ([], None)


@pytest.mark.article("QD-15")
def test_the_index_says_what_is_due_and_how_the_shares_moved(app: Flask, cases: list[One], clock: Clock) -> None:
    with app.app_context():
        applied([seen(cases[0].id, SEEN), unknown(cases[1].id)], date(2026, 2, 23))
        applied([seen(cases[1].id, SEEN)], DAY)
    shown = page(app, "wang", "/matching")
    assert "三张名单各占全部人员的百分比" in shown and "2026-04-25" in shown and "已逾期" not in shown
    clock.move_to(date(2026, 4, 26))
    assert "已逾期" in page(app, "wang", "/matching")


@pytest.mark.article("SC-9c", "GB-3.4", "SC-27b")
def test_data_objected_to_go_back_to_their_source_and_its_correction_is_told(app: Flask, cases: list[One]) -> None:
    case, li, wang = cases[0], client(app, "li"), client(app, "wang")
    with app.app_context():
        person = db.session.get_one(Case, case.id).pensioner_id
        load = in_store("cremations", "dead", person, SEEN, DAY).id
        applied([replace(dead(case.id, SEEN, load), list="to_be_verified", reason="both_lists")], DAY)
    address = f"/cases/{case.key}/life-signs"
    assert "登记异议" in page(app, "li", address)
    given = {"source": "cremations", "about": "death", "grounds": "本人健在"}
    assert li.post(address, data=given | {"grounds": ""}).status_code == 400
    assert li.post(address, data=given).status_code == 302
    with app.app_context():
        row = db.session.scalars(select(DataDispute)).one()
        assert (row.row, row.sign_on, row.status) == (1, SEEN, "filed")
        dispute = f"/disputes/{row.public_id}"
    assert read(app, select(VerificationTask.cause).where(VerificationTask.case_id == case.id)) == "both_lists"
    assert "本人健在" in page(app, "wang", "/disputes")
    assert wang.post(f"{dispute}/answer", data={"answer": "kept", "note": "无误"}).status_code == 409
    assert wang.post(f"{dispute}/send", data={"reference": "函〔2026〕7号"}).status_code == 302
    assert wang.post(f"{dispute}/answer", data={"answer": "corrected", "note": ""}).status_code == 409
    assert wang.post(f"{dispute}/answer", data={"answer": "corrected", "note": "已更正"}).status_code == 302
    assert read(app, select(Notice.kind).where(Notice.kind == "data_corrected"))
    told = read(app, select(AuditEvent.canonical).where(AuditEvent.type == "DisputeAnswered"))
    assert b"death_table" in told and b"ministry_comparison" in told
    shown = page(app, "li", address)
    assert "来源部门已更正" in shown and "不再采信" in shown
    assert "本人健在" not in page(app, "wang", "/disputes")
    whole(app)


def test_a_dispute_of_another_area_is_not_there(app: Flask, cases: list[One]) -> None:
    with app.app_context():
        said = disputes.Disputed("cremations", "death", "健在")
        row = disputes.file(cases[0].id, said, actor=actor("li"), on=DAY).public_id
    assert client(app, "elsewhere").post(f"/disputes/{row}/send").status_code == 404
    maker = client(app, "maker.elsewhere")
    given = {"source": "cremations", "about": "death", "grounds": "健在"}
    assert maker.post(f"/cases/{cases[0].key}/life-signs", data=given).status_code == 404
