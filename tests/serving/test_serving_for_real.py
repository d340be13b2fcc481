"""A database is served for real only when it is none of a demonstration and somebody can sign in."""
from __future__ import annotations

from datetime import date

from flask import Flask

from demo.cli import mark
from serve import objection
from tests.people import make_founders


def test_a_database_without_people_is_not_served(app: Flask) -> None:
    assert "first-persons" in (objection(app) or "")


def test_a_database_of_a_demonstration_is_never_used_for_real(context: Flask) -> None:
    make_founders()
    mark(date(2026, 1, 5))
    assert "demonstration" in (objection(context) or "")


def test_a_database_with_its_first_three_persons_is_served(context: Flask) -> None:
    make_founders()
    assert objection(context) is None
