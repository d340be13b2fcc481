"""The pages where people settle what a file states otherwise."""
from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from cases.models import Case, Decision, ImportProposal
from database import db
from tests.imports.conftest import person
from tests.imports.loads import loaded
from tests.people import actor, make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough

NEW_ACCOUNT = {"银行账号": "6228480099999999999"}


@pytest.fixture
def key(app: Flask, tmp_path) -> str:
    """Public id of a waiting difference of a payee account."""
    from staff.offices import office_by_code
    with app.app_context():
        for name, role, office in (("li", "caseworker", "510107"), ("wang", "reviewer", "510107"),
                                   ("sun", "caseworker", "510107"), ("there", "caseworker", "510104")):
            make_account(name, [role], office)
        here = office_by_code("510107"), actor("li"), actor("wang")
        loaded(tmp_path, [person(1)], *here)
        loaded(tmp_path, [person(1, **NEW_ACCOUNT)], *here, "二月.csv")
        return db.session.scalars(select(ImportProposal.public_id)).one()


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_the_list_tells_file_row_and_age_and_hides_account_numbers(app: Flask, key: str) -> None:
    li = sign_in(app.test_client(), "li")
    shown = text_of(li, "/imports/differences")
    for words in ("周秀英", "变更发放账户", "二月.csv", "第 2 行", "9999"):
        assert words in shown
    assert "6228480099999999999" not in shown
    assert "周秀英" not in text_of(li, "/imports/differences?kind=certify")
    assert "周秀英" in text_of(li, "/imports/differences?kind=change_payee&office=510107")
    assert "有 1 处导入差异等待处理" in text_of(li, "/imports")
    assert li.get("/imports/differences?status=none").status_code == 404


def test_accepting_opens_the_draft_and_dismissing_asks_for_a_reason(app: Flask, key: str) -> None:
    sun = sign_in(app.test_client(), "sun")
    without = sun.post(f"/imports/differences/{key}/dismiss", data={"reason": ""})
    assert without.status_code == 400 and "请填写" in without.get_data(as_text=True)
    answer = sun.post(f"/imports/differences/{key}/accept")
    assert answer.status_code == 302 and "/decisions/" in answer.location
    assert "变更后的银行账号" in text_of(sun, answer.location)
    assert sun.post(f"/imports/differences/{key}/accept").status_code == 409
    with app.app_context():
        assert db.session.scalars(select(Decision.kind)).all() == ["change_payee"]
        assert db.session.scalars(select(Case.payee_account)).one() == "6228480012345678901"


def test_a_difference_of_another_area_answers_like_none(app: Flask, key: str) -> None:
    there = sign_in(app.test_client(), "there")
    assert there.get(f"/imports/differences/{key}").status_code == 404
    assert there.post(f"/imports/differences/{key}/dismiss", data={"reason": "不符"}).status_code == 404
    assert "周秀英" not in text_of(there, "/imports/differences")


def test_a_dismissed_difference_shows_its_reason(app: Flask, key: str) -> None:
    sun = sign_in(app.test_client(), "sun")
    assert sun.post(f"/imports/differences/{key}/dismiss", data={"reason": "银行核实为旧卡号"}).status_code == 302
    assert "银行核实为旧卡号" in text_of(sun, f"/imports/differences/{key}")
    assert "周秀英" in text_of(sun, "/imports/differences?status=dismissed")
