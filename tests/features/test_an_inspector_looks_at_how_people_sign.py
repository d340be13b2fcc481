"""Who signs how much, after how long a look, together with whom: counted for an inspector, within the area."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import literal, select

from cases.oversight import activity, signing
from cases.oversight.signing import OWN, UNSEEN, Asked
from database import db
from database.types import UtcDateTime
from tests.people import account, make_account, sign_in
from tests.promises.county import County

ON = date(2026, 5, 6)
YEAR = {"since": "2025-06-01", "until": "2026-05-31"}
WHOLE = Asked("51/", date(2025, 6, 1), date(2026, 5, 31))


@pytest.fixture
def county(app: Flask):
    app.config["TODAY"] = ON
    yield County(app)
    app.config.pop("TODAY")


def executed(county: County, *, opened: bool) -> None:
    """A resumption signed by three: the reviewer opens it first, the approver only if `opened`."""
    county.propose()
    for who, action in (("li", "submit"), ("li", "initial_review"), ("wang", "recheck"), ("zhao", "approve")):
        if who == "wang" or who == "zhao" and opened:
            assert county[who].get(f"/decisions/{county.decision_id}").status_code == 200
        assert county.act(who, action) == []
    assert county.stage == "executed"


@pytest.mark.article("QD-33", "SC-42")
def test_who_signed_without_opening_is_seen_and_who_looked_is_too(county: County) -> None:
    executed(county, opened=False)
    with county.app.app_context():
        found = {one.account.username: one for one in signing.signers(WHOLE)}
        assert {name: (dict(one.acts)["sign"], dict(one.looks)) for name, one in found.items()} == {
            "li": (1, {OWN: 1}), "wang": (1, {"seconds": 1}), "zhao": (1, {UNSEEN: 1})}
        assert [found[name].hasty for name in ("li", "wang", "zhao")] == [None, 1000, 1000]
        assert found["zhao"].approving == 1000
        assert {(pair.one.username, pair.other.username): (pair.together, pair.of, pair.share)
                for pair in signing.pairs(WHOLE)} == {
            ("li", "wang"): (1, (1, 1), 1000), ("li", "zhao"): (1, (1, 1), 1000), ("wang", "zhao"): (1, (1, 1), 1000)}
        assert len(signing.pairs(WHOLE, account("zhao").id)) == 2
        assert signing.signers(Asked("37/", WHOLE.since, WHOLE.until)) == []
        assert signing.signers(Asked("51/", date(2026, 5, 7), WHOLE.until)) == []


@pytest.mark.parametrize("took, look", [(None, UNSEEN), (0, "seconds"), (14.9, "seconds"), (15.1, "minute"),
                                        (59.9, "minute"), (61, "minutes"), (599, "minutes"), (601, "longer")])
def test_a_look_lasts_from_opening_to_signature(app: Flask, took: float | None, look: str) -> None:
    at = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
    opened = literal(at - timedelta(seconds=took) if took is not None else None, UtcDateTime)
    with app.app_context():
        looked = select(literal(1).label("account_id"), literal(2).label("opened_by"),
                        literal(at, UtcDateTime).label("recorded_at"), opened.label("opened_at")).cte("looked")
        assert db.session.scalar(select(signing._look(looked))) == look


@pytest.mark.article("QD-33")
def test_the_months_of_an_account_show_what_it_read_and_signed(county: County) -> None:
    executed(county, opened=True)
    with county.app.app_context():
        months = activity.by_month(account("zhao"), WHOLE)
        assert [months["signed"][-1], months["read"][-1], sum(months["signed"][:-1])] == [1, 1, 0]


def test_the_pages_are_an_inspectors_and_of_the_area(county: County) -> None:
    executed(county, opened=False)
    with county.app.app_context():
        make_account("shen", ["inspector"])
        make_account("far", ["inspector"], office="510104")
        zhao = account("zhao").public_id
    shen, far = (sign_in(county.app.test_client(), name) for name in ("shen", "far"))
    page = shen.get("/audit/signing", query_string=YEAR).text
    assert "zhao" in page and "100.0%" in page and "未打开" in page
    assert "zhao" not in far.get("/audit/signing", query_string=YEAR).text
    one = shen.get(f"/audit/signing/accounts/{zhao}", query_string=YEAR)
    assert one.status_code == 200 and f"who=zhao&amp;since={YEAR['since']}" in one.text
    assert far.get(f"/audit/signing/accounts/{zhao}").status_code == 404
    assert county["zhao"].get("/audit/signing").status_code == 403
    assert shen.get("/audit/signing?since=2026-05-02&until=2026-05-01").status_code == 400
    assert shen.get("/audit/signing?since=yesterday").status_code == 400
