"""A run is looked at and released by people; far more losses than usual need two of them (house rule; P2, QD 15)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cases.models import Case
from database import db
from invariants import breaches
from matching.results import applying, proposing, releasing
from matching.results.models import MatchingRun, MatchingSample
from matching.results.proposing import Found
from staff import accounts
from tests import law
from tests.case_builder import make_cases
from tests.people import ON, account, actor, make_account, valid_id_number
from tests.results.registers import AREA, applied, dead, looked_at, proposed, seen, unknown
from workflows.transition import TransitionRefused

DAY, SEEN = date(2026, 3, 16), date(2026, 2, 20)
MOST = 3


@pytest.fixture
def cases(context: Flask, tmp_path: Path) -> Iterator[list[Case]]:
    folder = law.draft(tmp_path)
    law.amend(folder, "national", "matching_halt", {"since": "2022-12-12", "value": {
        "times_usual": 2, "at_least": MOST, "recent_months": 6}})
    law.amend(folder, "national", "matching_sample_per_reason", {"since": "2022-12-12", "value": 2})
    with law.in_force(folder):
        for name, role in (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")):
            make_account(name, [role])
        yield make_cases(ON, 8)


def refused(act: object, *given: object, by: str, on: date = DAY) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as caught:
        act(*given, actor=actor(by), on=on)  # type: ignore[operator]
    return caught.value.codes


def deaths(cases: list[Case], many: int) -> list:
    return [dead(case.id, SEEN, row=row) for row, case in enumerate(cases[:many])]


def test_as_many_losses_as_usual_need_one_person(cases: list[Case]) -> None:
    run = proposed(deaths(cases, MOST), DAY)
    assert (run.status, run.halted) == ("proposed", False)
    looked_at(run, DAY)
    assert releasing.release(run.id, actor=actor("wang"), on=DAY).released_by == actor("wang").account_id


@pytest.mark.article("JS-8.1")
def test_far_more_deaths_than_usual_are_held_until_two_people_release_them(cases: list[Case]) -> None:
    run = proposed(deaths(cases, MOST + 1), DAY)
    assert (run.status, run.halts) == ("halted", {"cremations": {"found": 4, "usual": 0, "most": MOST}})
    looked_at(run, DAY)
    assert refused(releasing.release, run.id, by="wang") == ("WRONG_STAGE",)
    number = valid_id_number()
    make_account("both.one", ["caseworker"], id_number=number)
    releasing.propose(run.id, actor=actor("both.one"), on=DAY)
    accounts.close_account(actor("founder.system"), account("both.one").public_id, ON, "transfer")
    make_account("both.two", ["reviewer"], id_number=number)
    make_account("elsewhere", ["reviewer"], office="510104")
    assert refused(releasing.release, run.id, by="both.two") == ("SAME_PERSON",)
    assert refused(releasing.release, run.id, by="elsewhere") == ("OUT_OF_AREA",)
    assert refused(releasing.release, run.id, by="li") == ("NO_GRANT",)
    releasing.release(run.id, actor=actor("wang"), on=DAY)
    assert applying.apply(run.id, on=DAY)["marked"] == 4
    assert not breaches()


def test_what_is_usual_is_what_the_months_before_found(cases: list[Case]) -> None:
    applied(deaths(cases, 2), date(2026, 2, 16), loads=("one",))
    run = proposed([dead(case.id, SEEN, row=9) for case in cases[2:7]], DAY)
    assert run.halts == {"cremations": {"found": 5, "usual": 2, "most": 4}}


def test_a_run_is_not_released_before_its_sample_was_looked_at_and_found_right(cases: list[Case]) -> None:
    run = proposed([seen(cases[0].id, SEEN), *(unknown(case.id) for case in cases[1:])], DAY)
    rows = db.session.scalars(select(MatchingSample).where(MatchingSample.run_id == run.id)).all()
    assert len(rows) == run.sample == 3  # the one seen alive, two of the seven on neither list
    assert refused(releasing.release, run.id, by="wang") == ("SAMPLE_NOT_LOOKED_AT",)
    assert refused(releasing.look, run.id, rows[0].case_id, "wrong", by="li") == ("OPINION_MISSING",)
    releasing.look(run.id, rows[0].case_id, "wrong", "本人已迁出", actor=actor("li"), on=DAY)
    assert refused(releasing.look, run.id, rows[0].case_id, "as_said", by="wang") == ("NOTHING_CHANGES",)
    looked_at(run, DAY)
    assert refused(releasing.release, run.id, by="wang") == ("SAMPLE_WRONG",)
    assert refused(releasing.cancel, run.id, " ", by="li") == ("OPINION_MISSING",)
    releasing.cancel(run.id, "来源有误", actor=actor("li"), on=DAY)
    assert proposed([seen(cases[0].id, SEEN)], DAY).status == "proposed"
    assert not breaches()


def test_one_run_of_an_area_at_a_time(cases: list[Case]) -> None:
    proposed([seen(cases[0].id, SEEN)], DAY)
    for area in (AREA, "51/5101/", "51/"):
        with pytest.raises(TransitionRefused) as caught:
            proposed([], DAY, area)
        assert caught.value.codes == ("RUN_OPEN",)


def test_a_dry_run_tells_the_difference_and_writes_nothing(cases: list[Case]) -> None:
    applied([seen(cases[0].id, SEEN), unknown(cases[1].id)], DAY)
    changes = [unknown(cases[0].id), *deaths(cases[2:], 4)]
    found = proposing.dry(Found("2026-03", AREA, DAY, "full", "runs/dry", "digest", (), lambda: changes))
    assert found.came == {("to_be_verified", "neither_list", None): 1, ("lost", "dead", "cremations"): 4}
    assert found.left == {("eligible", "hospital_stay"): 1}
    assert found.counts == {"eligible": 0, "lost": 4, "to_be_verified": 2}
    assert [(one.source, one.found) for one in found.halts] == [("cremations", 4)]
    assert db.session.query(MatchingRun).count() == 1
