"""Which values hold where and when, and what a version is."""

from datetime import date

import pytest

from rules import RulesNotInForce, all_entries, rules_by_version, rules_for
from rules import loader as rules_loader

FIRST_DAY = date(2022, 12, 12)  # SC 44: in force on the day it was issued
ON = date(2026, 11, 21)
NATIONAL = """
retention_years: {value: 50, since: 2020-01-01, basis: "A 1", checked_on: 2026-11-21}
warning_months: {value: 2, since: 2020-01-01, basis: "A 2", checked_on: 2026-11-21}
"""
PLACE = """
warning_months:
  - {value: 3, since: 2021-01-01, until: 2021-12-31, basis: "B 1", checked_on: 2026-11-21}
  - {value: 4, since: 2022-01-01, basis: "B 2", checked_on: 2026-11-21}
"""


@pytest.fixture
def rules_of(tmp_path, monkeypatch):
    """Build a tree of rules from texts: name of place, prefix, YAML."""

    def build(*places):
        for name, prefix, text in places:
            folder = tmp_path / ("national" if not prefix else f"provinces/{name}")
            folder.mkdir(parents=True)
            (folder / "values.yaml").write_text(text, "utf-8")
            if prefix:
                (folder / "area.yaml").write_text(f'prefix: "{prefix}"', "utf-8")
        found = rules_loader.layers(tmp_path)
        monkeypatch.setattr("rules.layers", lambda: found)
        return rules_for

    return build


def test_a_day_before_the_first_since_is_refused():
    with pytest.raises(RulesNotInForce):
        rules_for("510107", date(2022, 12, 11))
    assert rules_for("510107", FIRST_DAY).value("period_months.pension") == 12


@pytest.mark.parametrize("area", ["51", "510100", "510107", "510107001", "510107001012"])
def test_every_office_of_the_province_has_the_same_rules(area):
    assert rules_for(area, ON) is rules_for("510107", ON)


@pytest.mark.parametrize("area", ["00", "110101", "370102", "65"])
def test_elsewhere_the_national_values_hold_and_a_period_is_not_guessed(area):
    rules = rules_for(area, ON)
    assert rules.value("signatures.resume") == 3
    assert rules.value("office_level.restore") == "city"
    with pytest.raises(RulesNotInForce, match="period_months"):
        rules.value("period_months.pension")


@pytest.mark.article("GB-5.6")
def test_a_narrower_area_overrides_a_wider_one(rules_of):
    rules = rules_of(("national", "", NATIONAL), ("qingdao", "3702", PLACE))
    assert rules("370203", date(2022, 6, 1)).value("warning_months") == 4
    assert rules("370100", date(2022, 6, 1)).value("warning_months") == 2
    assert rules("370203", date(2022, 6, 1)).value("retention_years") == 50


def test_a_value_holds_from_its_since_through_its_until(rules_of):
    rules = rules_of(("national", "", NATIONAL), ("sichuan", "51", PLACE))
    values = {
        on: rules("51", on).value("warning_months")
        for on in (date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1))
    }
    assert list(values.values()) == [3, 3, 4]


def test_after_an_until_the_wider_value_holds_again(rules_of):
    ended = (
        "warning_months: {value: 3, since: 2021-01-01, until: 2021-12-31, basis: B, checked_on: 2026-11-21}\n"
        "dormancy_months: {value: 12, since: 2021-01-01, basis: B, checked_on: 2026-11-21}\n"
    )
    rules = rules_of(("national", "", NATIONAL), ("sichuan", "51", ended))
    assert rules("51", date(2021, 12, 31)).value("warning_months") == 3
    assert rules("51", date(2022, 1, 1)).value("warning_months") == 2


def test_the_version_changes_with_a_value_or_its_citation_and_with_nothing_else(rules_of, tmp_path):
    day = date(2022, 6, 1)
    first = rules_of(("national", "", NATIONAL))("51", day).version
    seen = {first}
    for number, (old, new) in enumerate([("value: 2", "value: 5"), ("A 2", "A 3"), ("2020", "2019")]):
        folder = tmp_path / str(number) / "national"
        folder.mkdir(parents=True)
        (folder / "values.yaml").write_text(NATIONAL.replace(old, new), "utf-8")
        seen.add(_version(folder.parent, day))
    assert len(seen) == 4
    folder = tmp_path / "reread" / "national"
    folder.mkdir(parents=True)
    (folder / "values.yaml").write_text(NATIONAL.replace("2026-11-21", "2027-01-05"), "utf-8")
    assert _version(folder.parent, day) == first


def _version(root, day):
    import rules

    return rules._in_force(rules_loader.layers(root), day).version


def test_a_version_lasts_until_the_next_value_begins():
    assert rules_for("510107", date(2023, 1, 1)).version == rules_for("510107", date(2023, 11, 30)).version
    assert rules_for("510107", date(2023, 11, 30)).version != rules_for("510107", date(2023, 12, 1)).version


@pytest.mark.parametrize("area", ["510107", "110101"])
@pytest.mark.parametrize("on", [FIRST_DAY, date(2023, 12, 1), ON])
def test_a_pinned_version_is_found_again(area, on):
    rules = rules_for(area, on)
    assert rules_by_version(rules.version).entries == rules.entries
    assert len(rules.version) == 16


def test_an_unknown_version_is_refused():
    with pytest.raises(KeyError):
        rules_by_version("0" * 16)


@pytest.mark.parametrize(
    "path", ["no_such_key", "signatures.no_such_kind", "warning_months.pension", "signatures."]
)
def test_a_key_that_the_schema_does_not_know_is_a_mistake_of_ours(path):
    with pytest.raises(KeyError):
        rules_for("510107", ON).entry(path)


def test_nobody_can_alter_the_rules_by_altering_an_answer():
    rules = rules_for("510107", ON)
    rules.value("materials.certify").clear()
    rules.value("signatures")["resume"] = 1
    rules.cited("arrears")["lapsed"]["arrears"] = "none"
    assert len(rules.value("materials.certify")) == 2
    assert rules.value("signatures.resume") == 3
    assert rules.cited("arrears")["lapsed"]["arrears"] == "pay"


def test_every_value_names_its_source_and_the_day_it_was_checked():
    for entry in all_entries():
        assert entry.basis.strip(), entry.path
        assert entry.since <= entry.checked_on == date(2026, 11, 21)
