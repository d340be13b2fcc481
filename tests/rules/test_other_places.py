"""The values of Qingdao, Jiangsu, Guangdong, Jilin and Chongqing, read back by article; numbers written by hand."""

from datetime import date

import pytest

from rules import RulesNotInForce, rules_for
from rules.loader import layers
from rules.schema import KEYS

ON = date(2026, 11, 21)
RESIDENTS = "urban_rural_residents"
QINGDAO = rules_for("370203", ON, "enterprise_employees")
JIANGSU = rules_for("320102", ON, RESIDENTS)
PLACES = [("510107", "enterprise_employees"), ("370203", "enterprise_employees"), ("370203", "work_injury"),
          ("320102", RESIDENTS), ("440103", RESIDENTS), ("220102", "public_institutions"), ("500103", RESIDENTS)]
# tables of which a place sets some rows
MAY_BE_MISSING = ("period_months", "eligible_sources", "service_working_days", "promised_limits")


@pytest.mark.parametrize(("path", "value"), [
    pytest.param("no_period_before_age.dependants_allowance", 16, marks=pytest.mark.article("QD-10")),
    pytest.param("period_months.dependants_allowance", 6, marks=pytest.mark.article("QD-10")),
    pytest.param("period_months.pension", 12, marks=pytest.mark.article("QD-11")),
    pytest.param("longest_period_months", 24, marks=pytest.mark.article("QD-11")),
    pytest.param("first_cycle_start", "day_benefit_begins", marks=pytest.mark.article("QD-12")),
    pytest.param("matching_by_day", 25, marks=pytest.mark.article("QD-15")),
    pytest.param("eligible_sources.medical_insurance_payment", "automatic", marks=pytest.mark.article("QD-17")),
    pytest.param("eligible_sources.border_crossing", "automatic", marks=pytest.mark.article("QD-17")),
    pytest.param("eligible_sources.time_bank_volunteer", "reviewed", marks=pytest.mark.article("QD-17")),
    pytest.param("death_sources.cremation", "alone", marks=pytest.mark.article("QD-18")),
    pytest.param("death_sources.family_report", "not_sufficient", marks=pytest.mark.article("QD-18")),
    pytest.param("injured_worker_keeps_in_prison", False, marks=pytest.mark.article("QD-18")),
    pytest.param("dependant_adult_age", None, marks=pytest.mark.article("QD-18")),
    pytest.param("to_be_verified_entry", ["neither_list", "both_lists"], marks=pytest.mark.article("QD-19")),
    pytest.param("reminder_months_before_due", [3, 2, 1], marks=pytest.mark.article("QD-20")),
    pytest.param("home_service_age", 80, marks=pytest.mark.article("QD-23")),
    pytest.param("not_passed_months_before_due", 1, marks=pytest.mark.article("QD-24")),
    pytest.param("loss_suspension_batch_day", 8, marks=pytest.mark.article("QD-25")),
    pytest.param("suspension_reasons.confirmed_loss", True, marks=pytest.mark.article("QD-25")),
    pytest.param("archive_binding_every_months", 1, marks=pytest.mark.article("QD-29")),
    pytest.param("results_posting_every_months", 12, marks=pytest.mark.article("QD-31")),
])
def test_each_value_of_qingdao_is_what_its_article_says(path, value):
    entry = QINGDAO.entry(path)
    assert entry.value == value
    if entry.layer == "qingdao" and not entry.house:
        assert entry.basis.startswith("青人社字〔2018〕47号 第")


@pytest.mark.parametrize(("path", "value"), [
    pytest.param("service_working_days.benefit_assessment", 5, marks=pytest.mark.article("JS-4.5e")),
    pytest.param("service_working_days.transfer_in_letter", 5, marks=pytest.mark.article("JS-7.5a")),
    pytest.param("service_working_days.bridging_letter", 5, marks=pytest.mark.article("JS-7.5b")),
    pytest.param("service_working_days.bridging_check", 5, marks=pytest.mark.article("JS-7.5b")),
    pytest.param("service_working_days.bridging_entry", 5, marks=pytest.mark.article("JS-7.5b")),
    pytest.param("training_hours_a_year", 12, marks=pytest.mark.article("JS-4.2")),
    pytest.param("suspension_reasons.suspected_loss", True, marks=pytest.mark.article("JS-4.5g")),
    pytest.param("benefit_age", 60, marks=pytest.mark.article("JS-6.4")),
    pytest.param("benefit_age_notice_months", 3, marks=pytest.mark.article("JS-6.4")),
    pytest.param("termination_from_states.lost_nationality", ["pending", "verified", "suspended", "stopped"],
                 marks=pytest.mark.article("JS-7.4", "JS-4.5j")),
    pytest.param("reconciliation_every_months", 1, marks=pytest.mark.article("JS-8.4")),
])
def test_each_value_of_jiangsu_s_residents_is_what_its_clause_says(path, value):
    entry = JIANGSU.entry(path)
    assert (entry.value, entry.layer, entry.house) == (value, "jiangsu", False)


def test_the_other_places_are_known_by_how_they_count():
    assert rules_for("440103", ON, RESIDENTS).value("month_count") == "month_after"
    assert rules_for("500103", ON, RESIDENTS).value("month_count") == "month_counts"
    assert rules_for("220102", ON, "work_injury").value("paid_same_month_through_day") == 10
    assert QINGDAO.value("paid_same_month_through_day") is None


@pytest.mark.parametrize("area", ["320102", "440103"])
def test_rules_for_residents_bind_no_other_scheme(area):
    assert rules_for(area, ON, RESIDENTS).value("period_months.pension") == 12
    for scheme in ("enterprise_employees", "public_institutions", "work_injury", None):
        with pytest.raises(RulesNotInForce, match="period_months"):
            rules_for(area, ON, scheme).value("period_months.pension")


@pytest.mark.parametrize(("area", "scheme"), PLACES)
def test_every_place_has_a_value_for_every_key(area, scheme):
    rules = rules_for(area, ON, scheme)
    missing = {path for name, key in KEYS.items() for path in ([name] if key.rows is None else
               [f"{name}.{row}" for row in key.rows]) if path not in rules.entries}
    assert {path for path in missing if not path.startswith(MAY_BE_MISSING)} == set()
    assert "period_months.pension" in rules.entries


@pytest.mark.article("SC-25b", "QD-18")
def test_prison_ends_a_work_injury_benefit_in_qingdao_and_not_in_sichuan():
    assert "imprisoned" in QINGDAO.value("loss_signs.work_injury_benefit")
    assert "imprisoned" not in rules_for("510107", ON, "work_injury").value("loss_signs.work_injury_benefit")


def test_no_place_stands_under_two_names():
    assert len({(layer.prefix, layer.schemes) for layer in layers()}) == len(layers())
