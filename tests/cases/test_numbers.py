"""Numbers of cases and decisions run without a gap per office and year, whoever takes the first one."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import text

from cases.numbers import next_number, numbers
from database import db, transaction
from staff.offices import office_by_code
from tests.people import make_office_tree

WITHIN = 20  # seconds
NEXT_YEAR = 2027
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def offices(app: Flask) -> Flask:
    with app.app_context():
        make_office_tree()
        db.session.remove()
    return app


def taken(app: Flask, first: Event, done: Event | None = None) -> str:
    """A number taken in a transaction of its own, which is held open until `done`."""
    with app.app_context(), transaction():
        number = next_number(office_by_code("510107"), NEXT_YEAR, "case")
        first.set()
        assert done is None or done.wait(WITHIN)
    return number


def until_somebody_waits(app: Flask) -> None:
    """On PostgreSQL until a lock is waited for; on SQLite a second writer waits before it begins."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return
        with db.engine.connect() as connection:
            for _ in range(WITHIN * 100):
                if connection.scalar(WAITING):
                    return
                Event().wait(0.01)
    raise AssertionError("nobody waited")


def test_two_people_who_take_the_first_number_of_a_year_at_once_get_one_each(offices: Flask) -> None:
    first, done = Event(), Event()
    with ThreadPoolExecutor(2) as people:
        one = people.submit(taken, offices, first, done)
        assert first.wait(WITHIN)
        other = people.submit(taken, offices, Event())
        try:
            until_somebody_waits(offices)
        finally:
            done.set()
        found = [one.result(WITHIN), other.result(WITHIN)]
    assert found == ["资510107-2027-000001", "资510107-2027-000002"]


def test_a_number_taken_in_a_transaction_that_fails_is_given_again(offices: Flask) -> None:
    with offices.app_context():
        office = office_by_code("510107")
        with pytest.raises(ZeroDivisionError), transaction():
            assert numbers(office, NEXT_YEAR, "decision", 3)[-1] == "决510107-2027-000003"
            raise ZeroDivisionError
        with transaction():
            assert numbers(office, NEXT_YEAR, "decision", 2) == ["决510107-2027-000001", "决510107-2027-000002"]
            assert next_number(office, NEXT_YEAR, "decision") == "决510107-2027-000003"
            assert next_number(office, NEXT_YEAR, "case") == "资510107-2027-000001"
            assert next_number(office, NEXT_YEAR + 1, "decision") == "决510107-2028-000001"
            assert next_number(office_by_code("510104"), NEXT_YEAR, "decision") == "决510104-2027-000001"
