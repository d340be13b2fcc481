"""A list asks the database as often for many rows as for a few."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from cases.sweep import sweep
from database import db
from tests.people import make_account, sign_in
from tests.promises import two_counties
from tests.promises.county import ON

PAGES = ("/work", "/work?tab=drafts", "/work?tab=submitted", "/work?tab=claimed", "/cases?state=suspended",
         "/objections", "/verifications", "/overpayments", "/notices?status=queued", "/imports", "/imports/differences",
         "/contacts", "/overview", "/audit", "/staff", "/staff/grants", "/staff/relatives")



@contextmanager
def reads() -> Iterator[list[str]]:
    """The statements of the block."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:  # noqa: ANN001
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def live_on(app: Flask, times: int) -> None:
    """So many more of each kind of case, with what happens to it."""
    with app.app_context():
        for _ in range(times):
            for step in two_counties.STEPS[1:]:
                step(two_counties.HERE)
        sweep(ON, today=ON)
        db.session.remove()


def asked(app: Flask, reader: str) -> dict[str, int]:
    """page -> statements, of those that the reader may see."""
    client, found = sign_in(app.test_client(), reader), {}
    for page in PAGES:
        client.get(page)
        with app.app_context(), reads() as seen:
            if client.get(page).status_code == 200:
                found[page] = len(seen)
    return found


@pytest.fixture
def county(app: Flask) -> Flask:
    with app.app_context():
        two_counties.people(two_counties.HERE)
        make_account("inspector", ["inspector"])
    live_on(app, 1)
    return app


@pytest.mark.sqlite_is_enough
def test_no_list_asks_again_for_each_of_its_rows(county: Flask):
    readers = ("li", "wang", "zhao", "inspector")
    before = {who: asked(county, who) for who in readers}
    live_on(county, 3)
    after = {who: asked(county, who) for who in readers}
    assert set(before["li"]) >= {"/work", "/imports", "/verifications"}
    grown = {(who, page): (number, after[who][page]) for who, pages in before.items() for page, number in pages.items()
             if after[who][page] > number}
    assert not grown
