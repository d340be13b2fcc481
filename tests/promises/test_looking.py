"""A4: looking changes nothing: a dump of every table before and after each GET route, for every role."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from audit.events import TYPES
from database import db
from staff.roles import ROLES
from tests.engines import sparing
from tests.people import sign_in
from tests.promises.county import ON
from tests.promises.every_page import addresses, get_rules, ids_below, outside_of
from tests.promises.two_counties import HERE, PATHS, THERE, furnish

ACCESS_FAMILIES = ("access", "refusal")  # what looking may leave in the log
LAST_SEEN = "last_seen_at"


@pytest.fixture(scope="module")
def city(shared_app: Flask, copies) -> Iterator[Flask]:
    copies.reset()
    shared_app.config["TODAY"] = ON
    furnish(shared_app)
    yield shared_app
    shared_app.config.pop("TODAY")
    with shared_app.app_context():
        db.session.remove()
        db.engine.dispose()


def record_of(app: Flask) -> dict[str, list[tuple]]:
    """Table -> its rows, without events of access and refusal, what hangs on those, and a session's last-seen."""
    kinds = ",".join(f"'{name}'" for name, kind in TYPES.items() if kind.FAMILY in ACCESS_FAMILIES)
    looking = f"SELECT id FROM audit_event WHERE type IN ({kinds})"
    other_tx = f"SELECT tx_id FROM audit_event WHERE type NOT IN ({kinds})"
    without = {"audit_event": f"WHERE type NOT IN ({kinds})", "audit_personal": f"WHERE event_id NOT IN ({looking})",
               "audit_tx": f"WHERE id IN ({other_tx})", "audit_pending": f"WHERE tx_id IN ({other_tx})"}
    with app.app_context(), db.engine.connect() as raw:
        return {table.name: sorted(map(repr, raw.execute(text(
            f"SELECT {_columns(table)} FROM \"{table.name}\" {without.get(table.name, '')}")).all()))
            for table in db.metadata.sorted_tables}


def _columns(table) -> str:
    """All but the counters that an event of access moves on."""
    left_out = {"staff_session": {LAST_SEEN}, "cases": {"case_seq"}}.get(table.name, set())
    return ", ".join(f'"{column.name}"' for column in table.columns if column.name not in left_out)


@pytest.mark.parametrize("role", sparing((*ROLES, "nobody"), ("inspector",)))
def test_no_page_that_is_looked_at_changes_the_record(city: Flask, role: str) -> None:
    client = city.test_client() if role == "nobody" else sign_in(city.test_client(), f"every.{role}")
    with city.app_context():
        ids = ids_below(PATHS[HERE], f"every.{'caseworker' if role == 'nobody' else role}")
        outside = outside_of(f"li.{THERE}", PATHS[THERE])
    changed, seen, before = {}, 0, record_of(city)
    for rule in get_rules(city):
        for address in list(addresses(rule, {word: values[:2] for word, values in ids.items()}, **outside)):
            seen += client.get(address).status_code == 200
        after = record_of(city)
        tables = [table for table in before if before[table] != after[table]]
        before, changed = after, changed | ({rule.rule: tables} if tables else {})
    assert changed == {}
    assert seen > 1


def test_a_page_that_wrote_would_be_found_out(city: Flask) -> None:
    before = record_of(city)
    with city.app_context():
        db.session.execute(text("UPDATE office SET name = name"))
        db.session.execute(text("UPDATE staff_account SET display_name = 'x' WHERE username = 'li'"))
        db.session.commit()
    assert [name for name, rows in record_of(city).items() if rows != before[name]] == ["staff_account"]


