"""Dates written out by hand from the articles, place by place: month ends, leap days, 29 February, the turn of a year.

Every date here was counted on a calendar by a person, none by the code (sections B, F and G of the requirements).
"""
from __future__ import annotations

from datetime import date

import pytest

from cases import gathering
from cases.periods import Benefit, cycle
from rules import RulesNotInForce, rules_for
from workflows import deadlines as d

pytestmark = pytest.mark.sqlite_is_enough
ON = date(2026, 11, 21)
EMPLOYEES, RESIDENTS = "enterprise_employees", "urban_rural_residents"
SICHUAN, QINGDAO = rules_for("510107", ON, EMPLOYEES), rules_for("370203", ON, EMPLOYEES)
GUANGDONG, CHONGQING = rules_for("440103", ON, RESIDENTS), rules_for("500103", ON, RESIDENTS)


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(rules, **of):  # noqa: ANN001, ANN003, ANN201
    found = cycle(Benefit(of.pop("kind", "pension"), **of), rules, ON)
    return found.start.isoformat(), found.due_on.isoformat(), found


@pytest.mark.article("SC-7")
@pytest.mark.parametrize(("begins", "start", "due", "lapsed"), [
    ("2025-03-20", "2025-04-01", "2026-03-31", "2026-04-01"),
    ("2023-02-28", "2023-03-01", "2024-02-29", "2024-03-01"),  # ends on a leap day
    ("2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01"),
    ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"),  # a calendar year
    ("2025-11-30", "2025-12-01", "2026-11-30", "2026-12-01"),
])
def test_sichuan_counts_a_new_benefit_from_the_month_after_it_begins(begins, start, due, lapsed):
    assert period(SICHUAN, granted_on=day(begins))[:2] == (start, due)
    assert d.lapsed_on(day(due), SICHUAN.value("lapse_days_after_due")) == day(lapsed)


@pytest.mark.article("SC-8", "SC-34", "SC-35", "SC-37", "SC-23", "SC-24")
@pytest.mark.parametrize(("certified", "tenth_month", "due", "lapsed"), [
    ("2025-03-15", "2025-12-15", "2026-03-15", "2026-03-16"),
    ("2024-02-29", "2024-11-29", "2025-02-28", "2025-03-01"),  # anchored on a leap day
    ("2023-02-28", "2023-11-28", "2024-02-28", "2024-02-29"),  # lapses on one
    ("2025-05-31", "2026-02-28", "2026-05-31", "2026-06-01"),  # the 10th month begins in a short one
    ("2023-05-31", "2024-02-29", "2024-05-31", "2024-06-01"),
    ("2025-12-31", "2026-09-30", "2026-12-31", "2027-01-01"),
    ("2025-04-01", "2026-01-01", "2026-04-01", "2026-04-02"),
])
def test_sichuan_reminds_in_the_tenth_month_and_suspends_from_the_thirteenth(certified, tenth_month, due, lapsed):
    start, ends, found = period(SICHUAN, granted_on=date(2010, 3, 1), certified_on=day(certified))
    assert (start, ends) == (certified, due)
    assert d.reminder_on(found, SICHUAN.value("reminder_month")) == day(tenth_month)
    assert d.warning_from(found, SICHUAN.value("warning_months")) == day(tenth_month)
    assert d.lapsed_on(found.due_on, SICHUAN.value("lapse_days_after_due")) == day(lapsed)


@pytest.mark.article("QD-12", "QD-13")
@pytest.mark.parametrize(("begins", "certified", "start", "due"), [
    ("2025-03-10", None, "2025-03-10", "2026-03-10"), ("2024-02-29", None, "2024-02-29", "2025-02-28"),
    ("2025-08-31", None, "2025-08-31", "2026-08-31"), ("2010-03-01", "2025-12-31", "2025-12-31", "2026-12-31"),
    ("2010-03-01", "2023-02-28", "2023-02-28", "2024-02-28"),
])
def test_qingdao_counts_from_the_day_the_benefit_begins_and_from_the_certification(begins, certified, start, due):
    assert period(QINGDAO, granted_on=day(begins), certified_on=certified and day(certified))[:2] == (start, due)


@pytest.mark.article("QD-10")
@pytest.mark.parametrize(("born", "start", "due"), [
    ("2010-02-28", "2026-02-28", "2026-08-28"), ("2008-02-29", "2024-02-29", "2024-08-29"),
    ("2009-02-28", "2025-02-28", "2025-08-28"), ("2008-08-31", "2024-08-31", "2025-02-28"),
    ("2009-10-31", "2025-10-31", "2026-04-30"), ("2009-12-31", "2025-12-31", "2026-06-30"),
])
def test_a_dependant_of_qingdao_is_asked_from_the_sixteenth_birthday_and_each_half_year(born, start, due):
    asked = {"kind": "dependants_allowance", "granted_on": date(2015, 1, 1), "born_on": day(born)}
    assert period(QINGDAO, **asked)[:2] == (start, due)


@pytest.mark.article("QD-10")
def test_before_the_sixteenth_birthday_there_is_no_period():
    child = Benefit("dependants_allowance", date(2015, 1, 1), born_on=date(2008, 8, 31))
    assert cycle(child, QINGDAO, date(2024, 8, 30)) is None
    assert cycle(child, QINGDAO, date(2024, 8, 31)).due_on == date(2025, 2, 28)


@pytest.mark.article("QD-20", "QD-24")
@pytest.mark.parametrize(("certified", "three", "two", "one"), [
    ("2025-05-31", "2026-02-28", "2026-03-31", "2026-04-30"), ("2025-02-10", "2025-11-10", "2025-12-10", "2026-01-10"),
    ("2024-03-31", "2024-12-31", "2025-01-31", "2025-02-28"), ("2023-03-31", "2023-12-31", "2024-01-31", "2024-02-29"),
])
def test_qingdao_reminds_three_two_and_one_month_before_and_notes_in_the_last(certified, three, two, one):
    found = period(QINGDAO, granted_on=date(2010, 3, 1), certified_on=day(certified))[2]
    assert d.reminder_days(found, None, QINGDAO.value("reminder_months_before_due")) == [day(three), day(two), day(one)]
    assert d.refer_on(found, QINGDAO.value("not_passed_months_before_due")) == day(one)


@pytest.mark.article("QD-25")
@pytest.mark.parametrize(("swept", "by"), [
    ("2026-02-28", "2026-03-08"), ("2026-03-30", "2026-03-08"), ("2026-03-31", "2026-04-08"),
    ("2024-02-28", "2024-02-08"), ("2024-02-29", "2024-03-08"), ("2026-12-31", "2027-01-08"),
    ("2027-01-30", "2027-01-08"),
])
def test_the_batch_of_a_month_is_released_by_the_eighth_of_the_next(swept, by):
    assert gathering.due_on("37/3702/370203/", EMPLOYEES, day(swept)) == day(by)
    assert gathering.due_on("51/5101/510107/", EMPLOYEES, day(swept)) is None, "Sichuan knows no batch"


@pytest.mark.article("GB-5.6")
@pytest.mark.parametrize(("rules", "certified", "due"), [
    (GUANGDONG, "2023-06-18", "2024-06-30"), (GUANGDONG, "2023-02-01", "2024-02-29"),
    (GUANGDONG, "2024-01-31", "2025-01-31"), (GUANGDONG, "2024-02-29", "2025-02-28"),
    (GUANGDONG, "2025-12-31", "2026-12-31"),
    (CHONGQING, "2020-05-20", "2021-04-30"), (CHONGQING, "2023-03-31", "2024-02-29"),
    (CHONGQING, "2024-03-01", "2025-02-28"), (CHONGQING, "2026-01-01", "2026-12-31"),
])
def test_guangdong_counts_from_the_next_month_and_chongqing_from_that_of_the_certification(rules, certified, due):
    assert period(rules, granted_on=date(2010, 3, 1), certified_on=day(certified))[1] == due


@pytest.mark.article("GB-5.6")
@pytest.mark.parametrize(("area", "scheme"), [("320102", RESIDENTS), ("220102", EMPLOYEES)])
@pytest.mark.parametrize(("begins", "certified", "due"), [
    ("2025-03-20", None, "2026-03-31"), ("2023-02-28", None, "2024-02-29"), ("2010-03-01", "2024-02-29", "2025-02-28"),
    ("2010-03-01", "2025-12-31", "2026-12-31")])
def test_jiangsu_and_jilin_count_to_the_day_and_a_new_benefit_from_the_next_month(area, scheme, begins, certified, due):
    rules = rules_for(area, ON, scheme)
    assert period(rules, granted_on=day(begins), certified_on=certified and day(certified))[1] == due
    assert rules.value("suspended_to_stopped_months") is None


def test_where_no_source_says_how_periods_are_counted_nobody_has_one():
    with pytest.raises(RulesNotInForce):
        period(rules_for("310101", ON, EMPLOYEES), granted_on=date(2010, 3, 1))


@pytest.mark.parametrize(("withheld_on", "month"), [
    ("2026-03-16", "2026-03"), ("2026-03-20", "2026-03"), ("2026-03-21", "2026-04"), ("2025-12-31", "2026-01"),
    ("2024-02-29", "2024-03")])
def test_payment_is_withheld_from_the_first_month_whose_run_is_open(withheld_on, month):
    """House rule (decision 008): the run of a month closes on its 20th."""
    assert SICHUAN.value("pay_run_close_day") == 20
    assert d.first_open_month(day(withheld_on), 20) == month


@pytest.mark.article("SC-26")
@pytest.mark.parametrize(("suspended", "dismissed", "stop"), [
    ("2026-03-16", None, "2026-06-16"), ("2025-11-30", None, "2026-02-28"), ("2023-11-30", None, "2024-02-29"),
    ("2025-12-31", None, "2026-03-31"), ("2026-03-16", "2026-05-20", "2026-08-20"),
    ("2025-10-31", "2025-11-30", "2026-02-28"),
])
def test_sichuan_stops_three_months_after_the_suspension_or_the_dismissal(suspended, dismissed, stop):
    months = SICHUAN.value("suspended_to_stopped_months")
    assert d.stop_due_on(day(suspended), months, dismissed and day(dismissed)) == day(stop)
    assert QINGDAO.value("suspended_to_stopped_months") is None, "Qingdao has no such stop"


@pytest.mark.article("SC-32")
@pytest.mark.parametrize(("stopped", "year_on"), [
    ("2026-06-16", "2027-06-16"), ("2024-02-29", "2025-02-28"), ("2025-12-31", "2026-12-31"),
    ("2023-02-28", "2024-02-28")])
def test_a_year_after_the_stop_it_is_followed_up(stopped, year_on):
    assert d.dormant_on(day(stopped), SICHUAN.value("dormancy_months")) == day(year_on)


@pytest.mark.article("SC-24b")
@pytest.mark.parametrize(("failed", "through", "row"), [
    (("2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"), "2026-02", 6),  # over the turn of a year
    (("2025-09", "2025-10", "2025-11", "2026-01", "2026-02", "2026-03"), "2026-03", 3),  # December was paid
    (("2025-09", "2025-10", "2025-11", "2025-12", "2026-01"), "2026-02", 0)])
def test_six_payments_failed_in_a_row_are_counted_without_a_gap(failed, through, row):
    assert d.failures_in_a_row(failed, through) == row
    assert SICHUAN.value("payment_failures_months") == 6


@pytest.mark.article("SC-38", "SC-annex-7")
@pytest.mark.parametrize(("on", "band"), [
    ("2026-01-14", None), ("2026-01-15", (10, 12)), ("2026-03-14", (10, 12)), ("2026-03-15", (12, 24)),
    ("2027-03-14", (12, 24)), ("2027-03-15", (24, 36)), ("2028-03-15", (36, 48)), ("2029-03-15", (48, 60)),
    ("2030-03-14", (48, 60)), ("2030-03-15", (60, None))])
def test_annex_7_counts_elapsed_months_from_the_certification(on, band):
    bands = SICHUAN.value("not_certified_bands")
    found = d.elapsed_band(date(2025, 3, 15), day(on), bands)
    assert (None if found is None else (bands[found]["from"], bands[found]["below"])) == band


@pytest.mark.article("SC-21")
@pytest.mark.parametrize(("received", "by"), [("2025-11-30", "2026-02-28"), ("2023-11-30", "2024-02-29"),
                                              ("2026-03-16", "2026-06-16")])
def test_the_grassroots_report_back_within_three_months(received, by):
    assert d.task_due_on(day(received), SICHUAN.value("verification_task_months")) == day(by)
