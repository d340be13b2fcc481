"""A county of Sichuan on 15 March 2026, its people, and its rules changed for a test."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rules import loader
from tests.people import make_account, sign_in

ON = date(2026, 3, 15)


@pytest.fixture
def county(app: Flask) -> Iterator[Flask]:
    """li, wang and zhao of the county; far of the next; the street's and the city's people; an inspector."""
    app.config["TODAY"] = ON
    with app.app_context():
        for name, role, office in (
            ("li", "caseworker", "510107"), ("wang", "reviewer", "510107"), ("far", "caseworker", "510104"),
            ("street", "grassroots_officer", "510107001"), ("city", "reviewer", "5101"),
            ("inspector", "inspector", "5101"),
        ):
            make_account(name, [role], office=office)
    yield app
    app.config.pop("TODAY", None)


@pytest.fixture
def signed_in(county: Flask) -> Callable[[str], FlaskClient]:
    """A browser of that person; asked again, the same one."""
    known: dict[str, FlaskClient] = {}

    def person(name: str) -> FlaskClient:
        if name not in known:
            known[name] = sign_in(county.test_client(), name)
        return known[name]

    return person


@pytest.fixture
def change_rule(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, object], None]:
    """Another value of a rule, wherever one is set."""
    def change(path: str, value: object) -> None:
        changed = tuple(replace(layer, entries=tuple(replace(entry, value=value) if entry.path == path else entry
                                                     for entry in layer.entries)) for layer in loader.layers())
        monkeypatch.setattr("rules.layers", lambda: changed)

    return change
