"""The list of objections: whose, in which order, and how many days are left."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cases import objection_list, objections
from cases.models import Case
from database import db
from tests.case_builder import LAPSED, make_case
from tests.features.test_a_wrong_suspension_is_put_right import ON
from tests.people import actor, make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough

SAID = objections.Lodged("to_suspension", "family", "老人健在")


@pytest.fixture
def lodged(app: Flask) -> Iterator[Flask]:
    """Three objections on days after each other; people li here, far in the next county."""
    app.config["TODAY"] = ON
    with app.app_context():
        make_account("li", ["caseworker"])
        make_account("far", ["caseworker"], office="510104")
        for days in range(3):
            objections.lodge(make_case(ON, **LAPSED).id, SAID, actor=actor("li"), on=ON + timedelta(days))
    yield app
    app.config.pop("TODAY", None)


def page(app: Flask, name: str, address: str = "/objections") -> str:
    client: FlaskClient = sign_in(app.test_client(), name)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.article("SC-26")
def test_open_objections_stand_oldest_first_with_the_days_left(lodged: Flask):
    with lodged.app_context():
        rows = objection_list.page("open", None, actor("li"), ON + timedelta(31)).rows
        assert [row.days_left for row in rows] == [-1, 0, 1]
        assert [row.verified for row in rows] == [False] * 3
    assert "还有 30 天" in page(lodged, "li") and "核实中" in page(lodged, "li")


def test_one_overdue_says_by_how_much(lodged: Flask):
    lodged.config["TODAY"] = ON + timedelta(40)
    assert "超期 10 天" in page(lodged, "li")


def test_pages_follow_each_other_without_gap_or_repetition(lodged: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cases.objection_list.PAGE", 2)
    with lodged.app_context():
        first = objection_list.page("open", None, actor("li"), ON)
        second = objection_list.page("open", None, actor("li"), ON, first.after)
        numbers = [row.objection.receipt_no for row in (*first.rows, *second.rows)]
        assert len(numbers) == 3 and numbers == sorted(set(numbers)) and second.after is None


@pytest.mark.article("QD-7")
def test_another_county_sees_none_of_them(lodged: Flask):
    with lodged.app_context():
        assert objection_list.counts(actor("far")) == {"open": 0, "upheld": 0, "dismissed": 0}
        name = db.session.query(Case).first().pensioner.name
    assert name not in page(lodged, "far")


@pytest.mark.parametrize("wrong", ["status=nonsense", "kind=nonsense"])
def test_an_unknown_filter_is_not_found(lodged: Flask, wrong: str):
    client = sign_in(lodged.test_client(), "li")
    assert client.get(f"/objections?{wrong}").status_code == 404
    assert client.get("/objections?after=nonsense").status_code == 400
