"""A1: what a county sees is the same whether or not another county has cases."""
from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from cases import objections
from cases.models import Case
from database import db
from tests.case_builder import LAPSED, make_case
from tests.people import account, actor, make_account, sign_in
from tests.promises.county import ON

# own sessions: the answer is about this very sign-in; the log: it shows what this very walk was refused
SEES_ITSELF = ("staff.me", "audit.search")
CHANGES = (r'Nonce": ?"[^"]*"', r'nonce="[^"]*"', r'name="csrf_token"[^>]*>', r'name="csrf-token" content="[^"]*"',
           r"\d\d:\d\d(:\d\d(\.\d+)?)?")
ROLES = ("caseworker", "reviewer", "approver", "inspector")


def pages_without_an_id(app: Flask) -> list[Rule]:
    """Every GET route that needs nothing but its address."""
    return [rule for rule in app.url_map.iter_rules()
            if "GET" in rule.methods and not rule.arguments and rule.endpoint not in SEES_ITSELF
            and "." in rule.endpoint]  # without: files, and faults that other tests made


def answers(app: Flask, username: str) -> dict[str, tuple[int, str]]:
    client = sign_in(app.test_client(), username)
    found = {}
    for rule in pages_without_an_id(app):
        answer = client.get(rule.rule)
        found[rule.rule] = (answer.status_code, _still(answer.get_data(as_text=True))
                            if answer.mimetype.startswith("text/") else answer.mimetype)
    return found


def _still(body: str) -> str:
    for pattern in CHANGES:
        body = re.sub(pattern, "", body)
    return body


@pytest.mark.parametrize("role", ROLES)
def test_cases_of_another_county_change_no_page_of_this_one(business_day: Flask, role: str) -> None:
    app = business_day
    with app.app_context():
        make_account("li", [role])
        make_account("far", ["caseworker"], office="510104")
        make_case(ON, **LAPSED)
    before = answers(app, "li")
    with app.app_context():
        for _ in range(2):
            other = make_case(ON, office="510104", 居住地="", **LAPSED).id
            objections.lodge(other, objections.Lodged("to_suspension", "self", "健在"), actor=actor("far"), on=ON)
        db.session.rollback()
        assert db.session.query(Case).count() == 3
        assert account("far").office.code == "510104"
    after = answers(app, "li")
    differ = sorted(path for path in before if before[path] != after[path])
    assert [(path, _first_difference(before[path], after[path])) for path in differ] == []
    assert sum(status == 200 for status, _ in before.values()) > 3


def _first_difference(one: tuple[int, str], other: tuple[int, str]) -> tuple[object, object]:
    """The first lines that differ, for the reader of a failure."""
    pairs = zip(one[1].splitlines(), other[1].splitlines(), strict=False)
    return next(((a.strip(), b.strip()) for a, b in pairs if a != b), (one[0], other[0]))
