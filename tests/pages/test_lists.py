"""Lists are cut into pages at a key, counted no further than anybody reads, and found by the name of today."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from cases import identity, worklists
from cases.decisions import Proposal, open_decision
from cases.models import Case, Decision
from cases.search import Wanted, cases_of
from database import db, transaction
from tests.case_builder import LAPSED, make_case
from tests.people import actor, make_account

ON = date(2026, 3, 16)
POSTS = {"li": ("caseworker", "reviewer"), "wang": ("reviewer",), "zhao": ("approver",)}


@pytest.fixture
def office(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Five lapsed cases, each with a stop proposed by Li, who may also recheck; ids of the decisions."""
    made = []
    with app.app_context():
        for name, posts in POSTS.items():
            make_account(name, posts)
        for number in range(5):
            case = make_case(ON, **LAPSED | {"姓名": f"周{'秀桂'[number % 2]}英"})
            made.append(open_decision(case.id, Proposal("stop", "lapsed"), actor=actor("li"), on=ON).id)
        monkeypatch.setattr(worklists, "PAGE", 2)
        monkeypatch.setattr(worklists, "PAGE_WITH_REASONS", 2)
        monkeypatch.setattr("cases.search.PAGE", 2)
        yield made


def listed(tab: str, name: str) -> list[int]:
    seen, after = [], None
    while True:
        found = worklists.page(tab, actor(name), ON, after)
        seen += [row.decision.id for row in found.rows]
        after = found.after
        if after is None:
            return seen


def test_pages_of_ones_work_follow_each_other_without_gap_or_repetition(office: list[int]):
    assert listed("drafts", "li") == office and listed("drafts", "wang") == []
    with transaction():
        for one in db.session.query(Decision).filter(Decision.id.in_(office[2:])):
            one.stage = "recheck" if one.id == office[2] else "initial_review"
    assert listed("submitted", "li") == [*office[3:], office[2]]
    assert listed("signable", "li") == office[3:]
    assert listed("signable", "wang") == [office[2]]


def test_whoever_made_it_finds_it_among_what_others_must_recheck(office: list[int]):
    with transaction():
        for one in db.session.query(Decision).filter(Decision.id.in_(office)):
            one.stage = "recheck"
    assert listed("blocked", "li") == office and listed("signable", "li") == []
    assert listed("signable", "wang") == office and listed("blocked", "wang") == []
    assert worklists.page("blocked", actor("li"), ON).rows[0].refusals


def test_what_the_rules_leave_to_the_city_is_nothing_for_a_county_to_sign(office: list[int]):
    with transaction():
        for one in db.session.query(Decision).filter(Decision.id.in_(office)):
            one.stage, one.office_level = "recheck", "city" if one.id == office[0] else "county"
    assert listed("signable", "wang") == office[1:] and listed("blocked", "wang") == office[:1]
    reasons = worklists.page("blocked", actor("wang"), ON).rows[0].refusals
    assert "OFFICE_LEVEL_TOO_LOW" in [one.code for one in reasons]


def test_a_count_goes_no_further_than_is_shown(office: list[int], monkeypatch: pytest.MonkeyPatch):
    assert worklists.counts(actor("li")) == {
        "signable": 0, "claimed": 0, "drafts": 5, "submitted": 0, "blocked": 0, "referred": 0}
    monkeypatch.setattr(worklists, "COUNTED", 3)
    assert worklists.counts(actor("li"))["drafts"] == 3


@pytest.mark.parametrize(("typed", "found"), [
    ("周", 5), ("周秀英", 3), ("秀英", 3), ("桂", 2), ("秀桂", 0), ("资510107", 5),
])
def test_pages_of_a_search_follow_each_other(office: list[int], typed: str, found: int):
    seen, after = [], None
    while True:
        page = cases_of(Wanted(text=typed), actor("li"), after)
        seen += [row.case_no for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == found and seen == sorted(set(seen))


def test_after_a_case_of_another_area_comes_nothing(office: list[int]):
    make_account("outsider", ["caseworker"], office="510104")
    first = cases_of(Wanted(), actor("li")).rows[0].case_no
    assert not cases_of(Wanted(), actor("outsider"), first).rows


def test_a_changed_name_is_found_and_the_old_one_no_more(office: list[int]):
    case = db.session.query(Case).order_by(Case.id).first()
    with transaction():
        person = db.session.get_one(Case, case.id).pensioner
        before, person.name = person.name, "欧阳桂英"
        identity.index_name(person, before)
    assert [row.case_no for row in cases_of(Wanted(text="欧阳桂英"), actor("li")).rows] == [case.case_no]
    seen = {row.case_no for row in cases_of(Wanted(text="周秀英"), actor("li")).rows}
    assert len(seen) == 2 and case.case_no not in seen
