"""Certifying many at once writes what the single path writes, row for row, and nothing else (SC 33)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from cases.bulk import Batch
from cases.bulk_certifying import Proof, certify_many
from cases.bulk_reading import cases_of, reading
from cases.certifications import serves_alone, take_from_source
from cases.models import Case, Certification
from cases.moves import lock_case
from database import db, transaction
from matching.results.applying import offices
from tests.people import make_account
from tests.sweep import test_both_paths as sweep_paths
from tests.sweep.examples import examples
from tests.sweep.random_city import ENTERED, county, happen, happened
from workflows.case_lifecycle import PAID

METHODS = ("hospital_stay", "face_recognition", "medical_insurance_payment", "window_visit")
PASSED = {"certification": {"id", "public_id", "recorded_at"}}
ON = ENTERED + timedelta(days=40)
proofs = st.tuples(st.sampled_from(METHODS), st.integers(-30, 400))


class Undone(Exception):
    pass


@pytest.fixture
def ids(context: Flask) -> Iterator[list[int]]:
    for name, role in {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}.items():
        make_account(name, [role])
    yield county()


def given_to(ids: list[int], drawn: list[tuple[str, int]]) -> dict[int, Proof]:
    return {case: Proof(method, ON - timedelta(days=back), f"feed/1/{row}")
            for row, (case, (method, back)) in enumerate(zip(ids, drawn, strict=False))}


def one_by_one(given: dict[int, Proof]) -> set[int]:
    done = set()
    for case_id, proof in given.items():
        case = lock_case(case_id)
        if case.state in PAID and not case.pensioner.death_mark and serves_alone(case, *_plain(proof), ON):
            take_from_source(case, proof.method, proof.evidence_on, proof.source_ref, on=ON)
            done.add(case_id)
        db.session.flush()
    return done


def _plain(proof: Proof) -> tuple[str, date]:
    return proof.method, proof.evidence_on


def together(given: dict[int, Proof]) -> set[int]:
    everybody = offices()
    marked = {case.id for case in db.session.query(Case) if case.pensioner.death_mark or case.state not in PAID}
    db.session.flush()
    batch = Batch(cases_of(db.session.execute(reading(), {"ids": [one for one in given if one not in marked]}).all(),
                           everybody), everybody, ON)
    done = certify_many(batch, given)
    batch.write("matching")
    return set(done)


def outcome(path: Any, ids: list[int], events: list, drawn: list) -> tuple[set[int], dict[str, Any]]:
    kept: list[Any] = []
    try:
        with transaction():
            happen(ids, events, ON)
            kept += [path(given_to(ids, drawn)), sweep_paths.snapshot() | {"certification": rows()}]
            raise Undone
    except Undone:
        return kept[0], kept[1]


def rows() -> list[str]:
    columns = [one for one in Certification.__table__.c if one.name not in PASSED["certification"]]
    return sorted(repr(tuple(row)) for row in db.session.execute(db.select(*columns)))


@given(events=st.lists(happened, min_size=14, max_size=14), drawn=st.lists(proofs, min_size=14, max_size=14))
@examples(6, 100)
@pytest.mark.article("SC-33")
def test_certifying_many_leaves_what_the_single_path_leaves(
        ids: list[int], monkeypatch: pytest.MonkeyPatch, events: list, drawn: list) -> None:
    monkeypatch.setattr(sweep_paths, "RANDOM_IDS", (*sweep_paths.RANDOM_IDS, "certification", "once_key", "once"))
    monkeypatch.setitem(sweep_paths.PASSED, "notice", {"id", "public_id", "recorded_at", "once_key", "message_id"})
    expected, before = outcome(one_by_one, ids, events, drawn)
    done, found = outcome(together, ids, events, drawn)
    assert done == expected
    for table in before:
        assert found[table] == before[table], table
