"""How the level of a benefit and an age make the period (QD 10, 11): never back, always recomputable."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from cases.case_view import due
from cases.certifications import certify_from_source
from cases.models import Case
from cases.periods import Benefit, cycle, longest_months
from database import db
from invariants import breaches
from replay import differences
from rules import Rules, rules_for
from tests import law
from tests.case_builder import make_case
from tests.people import ON
from tests.places import QINGDAO, furnish

LEVELS = [{"below_fen": 150_000, "months": 24}, {"below_fen": 300_000, "months": 18}]
DATES = st.dates(date(2023, 1, 1), date(2030, 12, 31))
PLACE, SCHEME = "370203", "enterprise_employees"


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Qingdao with a table of levels, as article 11 lets the agency set one."""
    folder = law.draft(tmp_path_factory.mktemp("rules"))
    law.amend(folder, "qingdao", "period_by_monthly_amount.pension", {"value": LEVELS, "since": "2022-12-12"})
    with law.in_force(folder):
        yield


def rules() -> Rules:
    return rules_for(PLACE, ON, SCHEME)


@pytest.mark.article("QD-11")
@pytest.mark.parametrize(("fen", "due_on"), [
    (149_999, date(2027, 9, 1)), (150_000, date(2027, 3, 1)), (300_000, date(2026, 9, 1))])
def test_the_level_of_the_benefit_lengthens_the_period_from_the_certification(levels: None, fen: int,
                                                                              due_on: date) -> None:
    benefit = Benefit("pension", date(2015, 1, 1), date(2025, 9, 1), rates={"2015-01": fen})
    assert cycle(benefit, rules(), ON).due_on == due_on
    assert longest_months(rules()) == 24


@pytest.mark.article("QD-11")
def test_the_level_is_that_of_the_month_the_period_begins(levels: None) -> None:
    rates = {"2015-01": 149_000, "2025-10": 310_000}
    assert cycle(Benefit("pension", date(2015, 1, 1), date(2025, 9, 30), rates=rates), rules(),
                 ON).due_on == date(2027, 9, 30)
    assert cycle(Benefit("pension", date(2015, 1, 1), date(2025, 10, 1), rates=rates), rules(),
                 ON).due_on == date(2026, 10, 1)


@pytest.mark.article("QD-11")
def test_a_lower_ceiling_in_the_rules_shortens_what_levels_give(tmp_path: Path) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "qingdao", "period_by_monthly_amount.pension", {"value": LEVELS, "since": "2022-12-12"})
    law.amend(folder, "qingdao", "longest_period_months", {"value": 20, "since": "2022-12-12"})
    with law.in_force(folder):
        benefit = Benefit("pension", date(2015, 1, 1), date(2025, 9, 1), rates={"2015-01": 1})
        assert cycle(benefit, rules(), ON).due_on == date(2027, 5, 1)
        assert longest_months(rules()) == 20


@pytest.mark.article("QD-13")
def test_a_higher_level_later_does_not_take_back_the_longer_period(levels: None, context: Flask) -> None:
    furnish(QINGDAO)
    case = make_case(ON, PLACE, 最近认证日期="2025-09-01", 历次待遇="2010-03:1200;2025-10:3500",
                     居住地="", **{"月待遇(元)": "3500.00", "联系地址": "青岛市某处"}).id
    assert now(case).due_on == date(2027, 9, 1)  # 24 months
    certify_from_source(case, "border_crossing", ON, "口岸1", on=ON)
    assert now(case).due_on == date(2027, 9, 1)  # 5 January 2026 and 12 months would be earlier
    assert due(now(case), ON).due_on == date(2027, 9, 1)
    later = date(2026, 10, 1)
    certify_from_source(case, "border_crossing", later, "口岸2", on=later)
    assert now(case).due_on == date(2027, 10, 1)
    assert not breaches()
    assert not differences()


def now(case: int) -> Case:
    return db.session.get_one(Case, case, populate_existing=True)


@given(st.lists(DATES, min_size=1, max_size=6), st.integers(1, 500_000), st.integers(0, 3000))
def test_without_a_change_of_level_a_later_certification_never_moves_the_date_back(
        levels: None, days: list[date], fen: int, after: int) -> None:
    benefit = Benefit("pension", date(2022, 12, 31), rates={"2020-01": fen})
    found = [cycle(replace(benefit, certified_on=day), rules(), ON).due_on for day in sorted(days)]
    assert found == sorted(found)
    again = cycle(replace(benefit, certified_on=max(days)), rules(), ON + timedelta(after))
    assert again == cycle(replace(benefit, certified_on=max(days)), rules(), ON)


@given(born=st.dates(date(2006, 1, 1), date(2016, 12, 31)), certified=st.none() | DATES, day=DATES,
       later=st.integers(0, 2000))
def test_a_period_that_began_at_an_age_stays_what_it_is(born: date, certified: date | None, day: date,
                                                        later: int) -> None:
    benefit = Benefit("dependants_allowance", date(2020, 3, 1), certified, born)
    early, late = (cycle(benefit, rules(), one) for one in (day, day + timedelta(later)))
    assert early is None or early == late
