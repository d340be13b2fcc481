"""`rules show`, `rules check`, `rules diff`."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from rules.cli import rules_cli
from tests.law import amend, draft


def run(*args):
    return CliRunner().invoke(rules_cli, args)


def test_show_prints_each_value_with_its_article():
    answer = run("show", "--area", "510107", "--on", "2026-11-21")
    assert answer.exit_code == 0
    assert "signatures.resume\t3\t2022-12-12\t川社险办〔2022〕25号 第二十九条" in answer.output.splitlines()


def test_show_as_json_says_unit_house_value_and_when_it_was_checked():
    body = json.loads(run("show", "--area", "5101", "--on", "2026-11-21", "--json").output)
    assert (body["area"], body["on"], len(body["version"])) == ("5101", "2026-11-21", 16)
    values = {one["path"]: one for one in body["values"]}
    assert values["warning_months"] == {
        "path": "warning_months", "value": 3, "unit": "months", "since": "2022-12-12", "until": None,
        "basis": "川社险办〔2022〕25号 第二十三条", "house": False, "checked_on": "2026-11-21", "place": "sichuan"}
    assert values["month_count"]["house"] is True


def test_show_knows_rules_of_one_scheme_only():
    assert "period_months.pension" not in run("show", "--area", "320102", "--on", "2026-11-21").output
    residents = run("show", "--area", "320102", "--on", "2026-11-21", "--scheme", "urban_rural_residents")
    assert "period_months.pension\t12" in residents.output


def test_show_refuses_a_day_before_the_rules():
    answer = run("show", "--area", "510107", "--on", "2020-01-01")
    assert answer.exit_code == 1
    assert "RULES_NOT_IN_FORCE: 510107 on 2020-01-01" in answer.output


def test_check_says_how_many_values_each_place_has():
    answer = run("check", "--on", "2026-11-21")
    assert answer.exit_code == 0, answer.output
    assert "sichuan: " in answer.output
    assert "house values" in answer.output


DAMAGES = {
    "not checked for a year": (
        {"value": 3, "since": date(2022, 12, 12), "checked_on": date(2025, 11, 20)},
        "sichuan: warning_months: not checked for a year, last on 2025-11-20"),
    "checked in the future": (
        {"value": 3, "since": date(2022, 12, 12), "checked_on": date(2026, 11, 22)},
        "sichuan: warning_months: checked on 2026-11-22, which is later than 2026-11-21"),
    "ends before it begins": (
        {"value": 3, "since": date(2022, 12, 12), "until": date(2022, 12, 1), "checked_on": date(2026, 11, 21)},
        "sichuan: warning_months: ends 2022-12-01, before it begins 2022-12-12"),
    "a basis that names nothing": (
        {"value": 3, "since": date(2022, 12, 12), "basis": "上级通知", "checked_on": date(2026, 11, 21)},
        "sichuan: warning_months: basis '上级通知' names no document and no article"),
    "against the schema": (
        {"value": "three", "since": date(2022, 12, 12), "checked_on": date(2026, 11, 21)},
        "sichuan: warning_months: 'three' is not a whole number"),
    "no basis": (
        {"value": 3, "since": date(2022, 12, 12), "basis": "", "checked_on": date(2026, 11, 21)},
        "sichuan: warning_months: has no basis"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_check_finds_the_damage_and_fails_with_clear_words(tmp_path, damage):
    entry, words = DAMAGES[damage]
    amend(draft(tmp_path), "sichuan", "warning_months", entry)
    answer = run("check", "--on", "2026-11-21", "--folder", str(tmp_path))
    assert (answer.exit_code, words in answer.output) == (1, True), answer.output


def test_check_finds_two_values_at_once(tmp_path):
    amend(draft(tmp_path), "sichuan", "warning_months", {"value": 3, "since": date(2022, 12, 12)},
          {"value": 2, "since": date(2022, 12, 12)})
    answer = run("check", "--folder", str(tmp_path))
    assert (answer.exit_code, "sichuan: warning_months: 2022-12-12 overlaps 2022-12-12" in answer.output) == (1, True)


def test_check_finds_days_without_any_value(tmp_path):
    amend(draft(tmp_path), "sichuan", "period_months.pension",  # of which no national value exists
          {"value": 12, "since": date(2022, 12, 12), "until": date(2024, 12, 31)},
          {"value": 6, "since": date(2025, 2, 1)})
    answer = run("check", "--on", "2026-11-21", "--folder", str(tmp_path))
    assert answer.exit_code == 1
    assert "sichuan: period_months.pension: a gap from 2025-01-01 to 2025-01-31" in answer.output


def test_where_a_wider_value_holds_again_there_is_no_gap(tmp_path):
    amend(draft(tmp_path), "sichuan", "warning_months",
          {"value": 2, "since": date(2022, 12, 12), "until": date(2024, 12, 31)})
    answer = run("check", "--on", "2026-11-21", "--folder", str(tmp_path))
    assert answer.exit_code == 0, answer.output


@pytest.mark.article("GB-5.6")
def test_diff_says_what_an_article_changed_between_two_days():
    answer = run("diff", "--area", "5101", "--from", "2023-11-30", "--to", "2023-12-01")
    assert answer.exit_code == 0
    line = next(one for one in answer.output.splitlines() if one.startswith("suspension_reasons.suspected_loss"))
    assert line.split("\t") == ["suspension_reasons.suspected_loss", "none", "->",
                                "True (社会保险经办条例（国务院令第765号） 第二十六条, 2023-12-01)"]


def test_diff_says_that_nothing_changed():
    assert run("diff", "--area", "5101", "--from", "2026-01-01", "--to", "2026-11-21").output == "nothing changed\n"


def test_diff_of_two_places_as_json():
    body = json.loads(run("diff", "--area", "5101", "--with", "3702", "--on", "2026-11-21", "--json").output)
    found = {one["path"]: (one["old"] and one["old"]["value"], one["new"] and one["new"]["value"]) for one in body}
    assert found["period_months.dependants_allowance"] == (12, 6)
    assert found["suspended_to_stopped_months"] == (3, None)


@pytest.mark.parametrize("given", [(), ("--from", "2026-01-01"), ("--with", "3702", "--from", "2026-01-01"),
                                   ("--from", "2026-01-01", "--to", "2026-02-01", "--with", "3702")])
def test_diff_asks_for_two_days_or_another_place(given):
    assert run("diff", "--area", "5101", *given).exit_code == 2
