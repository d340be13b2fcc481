"""What a what-if says is what the sweeps of the coming year do after the rules were really changed."""
from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from audit.models import AuditEvent
from cases.models import Case, CaseTransition, Job, Notice, VerificationTask
from cases.sweep import Done, sweep
from cases.sweep_steps import STOP
from cases.what_if import LAPSE, REFER, SUPPOSED_FACTS, TODAY, Law, by_month, differing, horizon
from cases.what_if_sql import AS_THEY_STAND, groups
from database import db, transaction
from rules.vocabulary import BENEFIT_KINDS
from tests.case_builder import make_case
from tests.engines import sparing
from tests.law import amend, draft, in_force
from tests.people import actor, make_account
from tests.sweep.random_city import ENTERED, Happened, county, happen
from workflows.deadlines import first_day, month_of, next_month

HERE, COPY = "51/5101/510107/", "51/5101/510104/"
DONE = ("refer", "lapse", "propose_stop")
FROM_NOW = {
    "as it is": {},
    "referred two months before, lapsed after ten days": {"refer_months_before_due": 2, "lapse_days_after_due": 10},
    "warned one month, reminded in the twelfth": {"warning_months": 1, "reminder_month": 12},
    "stopped after six months": {"suspended_to_stopped_months": 6},
    "never stopped": {"stop_reasons.failed_certification": False},
}
PLAIN = Happened(None, None, None, False, False, False, 0)
TASKED = Happened(None, None, "open", False, False, False, 0)
IN_TIME = Happened(None, 1, None, False, False, False, 0)
MARKED = Happened(None, None, None, True, False, False, 0)


@pytest.fixture
def staff(context: Flask) -> Iterator[None]:
    for name, role in {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}.items():
        make_account(name, [role], area="5101")
    yield


def furnished(office: str = "510107") -> None:
    """14 cases of the office, imported on ENTERED under the rules in force, with what may have happened to them."""
    ids = county(14, office)
    with transaction():
        happen(ids, [PLAIN, PLAIN, TASKED, PLAIN, IN_TIME, MARKED, PLAIN] * 2, ENTERED)


def foretold(law: Law = TODAY, area: str = HERE) -> dict[str, list[int]]:
    return by_month(groups(actor("li"), area, ENTERED), law, ENTERED)


def swept(area: str = HERE) -> dict[str, list[int]]:
    """What the sweeps of the first day and of the last two of every month do, notices accepted the same evening."""
    counted = {measure: Counter[str]() for measure in DONE}
    ends = [first_day(next_month(month)) for month in horizon(ENTERED)]
    for day in (ENTERED, *(end - timedelta(days=back) for end in ends for back in (2, 1))):
        done: list[Done] = []
        sweep(day, today=day, area=area, listed=done.append)
        for one in done:
            if one.action in counted:
                counted[one.action][month_of(day)] += 1
        with transaction():
            db.session.execute(update(Notice).where(Notice.status != "accepted").values(status="accepted"))
    return {measure: [found[month] for month in horizon(ENTERED)] for measure, found in counted.items()}


def done_of(told: dict[str, list[int]]) -> dict[str, list[int]]:
    return {measure: told[measure] for measure in DONE}


def amended(folder: Path, values: dict[str, object], since: date) -> Path:
    draft(folder)
    for path, value in values.items():
        amend(folder, "sichuan", path, {"value": value, "since": since})
    return folder



@pytest.mark.article("SC-14", "SC-24", "SC-26", "SC-35", "SC-37")
@pytest.mark.parametrize("change", sparing(FROM_NOW, ("warned one month, reminded in the twelfth",)))
def test_the_sweeps_of_a_year_do_what_was_foretold_of_an_amendment(staff: None, tmp_path: Path, change: str) -> None:
    furnished()
    told = foretold(Law(values=tuple(FROM_NOW[change].items())))
    with in_force(amended(tmp_path, FROM_NOW[change], date(2022, 12, 12))):
        assert done_of(told) == swept()
    assert sum(told["refer"]) and sum(told["lapse"])
    assert bool(sum(told["propose_stop"])) is (change != "never stopped")


@pytest.mark.article("SC-7", "SC-34")
@pytest.mark.parametrize("months", sparing([6, 24], []))
def test_rules_that_count_periods_anew_are_foretold_as_if_they_had_always_been_in_force(
        staff: None, tmp_path: Path, months: int) -> None:
    furnished()
    values = {f"period_months.{kind}": months for kind in BENEFIT_KINDS} | {"month_count": "month_after"}
    told = foretold(Law(values=tuple(values.items()), anew=True))
    with in_force(amended(tmp_path, values, date(2022, 12, 12))):
        furnished("510104")  # the same people, entered under the other rules
        assert told["due"] == foretold(area=COPY)["due"]
        assert done_of(told) == swept(COPY)
    assert told != foretold()


@pytest.mark.sqlite_is_enough
def test_the_rules_of_another_place_are_foretold_as_that_place_has_them(staff: None, tmp_path: Path) -> None:
    furnished()
    told = foretold(Law(place="50", anew=True))
    shutil.rmtree(draft(tmp_path) / "provinces" / "sichuan")
    (tmp_path / "provinces" / "chongqing" / "area.yaml").write_text('prefix: "51"\nname: 重庆市\n', "utf-8")
    with in_force(tmp_path):
        furnished("510104")
        assert done_of(told) == swept(COPY)
    assert sum(told["lapse"]) and not sum(told["propose_stop"])  # only Sichuan stops after three months


@pytest.mark.article("SC-14", "SC-24", "SC-26", "SC-35")
def test_the_days_of_one_case_are_those_of_the_articles(staff: None) -> None:
    """Certified 2025-06-16: three months before is 2026-03-16, due 2026-06-16, lapsed 06-17, stopped 09-17."""
    make_case(ENTERED, 最近认证日期="2025-06-16")
    later = Law(values=(("lapse_days_after_due", 16), ("suspended_to_stopped_months", None)))
    ((row, now, then),) = differing(actor("li"), HERE, ENTERED, later).rows
    assert tuple(now) == (date(2026, 6, 16), date(2026, 3, 16), date(2026, 6, 17), date(2026, 9, 17))
    assert tuple(then) == (date(2026, 6, 16), date(2026, 3, 16), date(2026, 7, 2), None)
    assert row["case_no"].startswith("资510107-2026-")


def test_an_amendment_already_published_counts_from_its_own_day(staff: None, tmp_path: Path) -> None:
    make_case(ENTERED, 最近认证日期="2025-06-16")
    amend(draft(tmp_path), "sichuan", "lapse_days_after_due",
          {"value": 1, "since": date(2022, 12, 12), "until": date(2026, 5, 31)},
          {"value": 31, "since": date(2026, 6, 1)})
    with in_force(tmp_path):
        told = foretold()
    assert told["lapse"] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]  # 2026-07-17


def test_foretelling_writes_nothing(staff: None) -> None:
    furnished()
    models = (AuditEvent, CaseTransition, Notice, Job, VerificationTask)
    before = [db.session.scalar(select(func.count()).select_from(model)) for model in models]
    versions = db.session.execute(select(Case.id, Case.version, Case.state)).all()
    foretold(Law(place="50", anew=True))
    differing(actor("li"), HERE, ENTERED, Law(place="50", anew=True))
    assert not db.session.dirty and not db.session.new
    assert [db.session.scalar(select(func.count()).select_from(model)) for model in models] == before
    assert db.session.execute(select(Case.id, Case.version, Case.state)).all() == versions


def test_cases_of_another_area_are_neither_counted_nor_listed(staff: None) -> None:
    make_account("zhang", ["caseworker"], office="510104")
    furnished()
    assert not groups(actor("zhang"), HERE, ENTERED)
    assert differing(actor("zhang"), HERE, ENTERED, Law(place="50", anew=True)).rows == []


def test_every_fact_that_the_guards_ask_for_is_known_to_the_what_if() -> None:
    """A guard that asks for something new says here whether the day and the rules decide it."""
    asked = REFER.names() | LAPSE.names() | STOP.names()
    assert asked == asked & {*AS_THEY_STAND, *SUPPOSED_FACTS}
    assert not set(AS_THEY_STAND) & set(SUPPOSED_FACTS)
