"""The values of Sichuan, read back by article. Numbers are written here by hand from the documents."""

from datetime import date

import pytest

from rules import RulesNotInForce, rules_for
from rules.vocabulary import DECISION_KINDS, HIGH_RISK_KINDS

ON = date(2026, 11, 21)
SICHUAN = rules_for("510107", ON)
SC = "川社险办〔2022〕25号 "


@pytest.mark.parametrize(
    ("path", "value", "article"),
    [
        pytest.param("period_months.pension", 12, "第七条", marks=pytest.mark.article("SC-7")),
        pytest.param("period_months.work_injury_benefit", 12, "第七条", marks=pytest.mark.article("SC-7")),
        pytest.param("refer_months_before_due", 3, "第十四条", marks=pytest.mark.article("SC-14")),
        pytest.param("verification_task_months", 3, "第二十一条", marks=pytest.mark.article("SC-21")),
        pytest.param("warning_months", 3, "第二十三条", marks=pytest.mark.article("SC-23")),
        pytest.param("payment_failures_months", 6, "第二十四条", marks=pytest.mark.article("SC-24b")),
        pytest.param("suspended_to_stopped_months", 3, "第二十六条", marks=pytest.mark.article("SC-26")),
        pytest.param("dormancy_months", 12, "第三十二条", marks=pytest.mark.article("SC-32")),
        pytest.param("suspend_lapsed_by", "system", "第三十五条", marks=pytest.mark.article("SC-35")),
        pytest.param("reminder_month", 10, "第三十七条", marks=pytest.mark.article("SC-37")),
        pytest.param(
            "injured_worker_keeps_in_prison", True, "第二十五条", marks=pytest.mark.article("SC-25b")
        ),
        pytest.param("signatures.certify", 2, "第十一条", marks=pytest.mark.article("SC-11c")),
        pytest.param("signatures.resume", 3, "第二十九条", marks=pytest.mark.article("SC-29")),
        pytest.param("signatures.terminate", 3, "第二十九条", marks=pytest.mark.article("SC-29")),
        pytest.param("signatures.back_pay_correction", 3, "第二十九条", marks=pytest.mark.article("SC-29")),
        pytest.param("office_level.restore", "city", "第二十八条", marks=pytest.mark.article("SC-28")),
        pytest.param("entry_office_level.restore", "city", "第二十八条", marks=pytest.mark.article("SC-28")),
        pytest.param(
            "responsible_office.verify",
            "grassroots_of_residence",
            "第十五条",
            marks=pytest.mark.article("SC-15"),
        ),
        pytest.param(
            "eligible_sources.window_visit",
            "reviewed",
            "第十一条、第十二条、第三十三条",
            marks=pytest.mark.article("SC-12", "SC-33"),
        ),
        pytest.param(
            "eligible_sources.travel_record",
            "automatic",
            "第十二条、第三十三条",
            marks=pytest.mark.article("SC-12", "SC-33"),
        ),
        pytest.param(
            "death_sources.cremation", "alone", "第十三条（一）", marks=pytest.mark.article("SC-13")
        ),
    ],
)
def test_each_value_is_what_its_article_says(path, value, article):
    entry = SICHUAN.entry(path)
    assert (entry.value, entry.basis, entry.house) == (value, SC + article, False)
    assert SICHUAN.value(path) == value


@pytest.mark.article("SC-annex-7")
def test_the_bands_of_the_not_certified_list_are_those_of_annex_7():
    bands = [(band["from"], band["below"]) for band in SICHUAN.value("not_certified_bands")]
    assert bands == [(10, 12), (12, 24), (24, 36), (36, 48), (48, 60), (60, None)]


@pytest.mark.article("SC-29")
def test_every_high_risk_kind_needs_three_and_every_other_two():
    signatures = SICHUAN.value("signatures")
    assert {kind for kind in DECISION_KINDS if signatures[kind] == 3} == {*HIGH_RISK_KINDS, "recover_overpayment"}
    assert set(signatures.values()) == {2, 3}


@pytest.mark.article("SC-28")
def test_only_a_restoration_is_kept_from_the_county():
    levels = SICHUAN.value("office_level")
    assert levels.pop("restore") == "city"
    assert set(levels.values()) == {"county"}


@pytest.mark.article("SC-24", "SC-25", "SC-36")
def test_sichuan_stops_a_confirmed_loss_at_once_and_does_not_suspend_first():
    assert SICHUAN.chosen("suspension_reasons") == (
        "lapsed",
        "payment_failed",
        "suspected_loss",
        "death_unconfirmed",
    )
    assert SICHUAN.chosen("stop_reasons") == (
        "death",
        "missing",
        "imprisoned",
        "failed_certification",
        "other",
    )


def test_every_allowed_reason_has_its_materials_and_its_row_of_arrears():
    materials, arrears = SICHUAN.value("materials"), SICHUAN.value("arrears")
    for kind, table in (("suspend", "suspension_reasons"), ("stop", "stop_reasons")):
        for reason in SICHUAN.chosen(table):
            assert materials[f"{kind}.{reason}"]
            assert materials[f"resume.{reason}"]
            assert arrears[reason]
    for reason in SICHUAN.value("termination_from_states"):
        assert materials[f"terminate.{reason}"]


@pytest.mark.article("SC-11c")
def test_a_social_service_certification_needs_a_picture_beside_the_visit():
    visit, picture = SICHUAN.value("materials.certify")
    assert "window_visit_record" in visit
    assert picture == ["photo_or_video"]


@pytest.mark.article("SC-13", "SC-22")
def test_a_report_of_death_without_paper_needs_two_signatures():
    weights = SICHUAN.value("death_sources")
    reports = {source for source, weight in weights.items() if weight == "two_signatures"}
    assert reports == {"family_report", "unit_report", "grassroots_report", "other"}


@pytest.mark.article("SC-13", "SC-25b")
def test_prison_ends_a_pension_and_not_a_work_injury_benefit():
    assert "imprisoned" in SICHUAN.value("loss_signs.pension")
    assert "imprisoned" not in SICHUAN.value("loss_signs.work_injury_benefit")


@pytest.mark.parametrize(
    ("path", "days"),
    [
        ("service_working_days.registration", 10),  # 条例 6, 10
        ("service_working_days.benefit_grant", 20),  # 条例 18
        ("service_working_days.loss_report", 20),  # 条例 25
    ],
)
def test_working_day_limits_of_the_regulation_hold_from_december_2023(path, days):
    assert SICHUAN.value(path) == days
    assert SICHUAN.entry(path).since == date(2023, 12, 1)
    with pytest.raises(RulesNotInForce):
        rules_for("510107", date(2023, 11, 30)).value(path)


@pytest.mark.article("SC-20", "QD-23")
def test_home_service_is_offered_from_eighty_by_a_house_value():
    entry = SICHUAN.entry("home_service_age")
    assert (entry.value, entry.house) == (80, True)


@pytest.mark.article("SC-27", "SC-28")
@pytest.mark.parametrize("reason", ["death", "lost_nationality", "other_pension"])
def test_a_benefit_wrongly_terminated_is_paid_back_when_restored(reason):
    assert SICHUAN.cited("arrears")[reason]["arrears"] == "pay"


def test_records_are_kept_fifty_years():
    assert SICHUAN.value("retention_years") == 50


def test_values_without_a_source_show_as_house_values_with_their_page():
    entry = SICHUAN.entry("pay_run_close_day")
    assert entry.house
    assert entry.basis == "house: docs/decisions/008-when-the-pay-run-closes"
    assert entry.checked_on == date(2026, 11, 21)
