"""What the loader refuses: each fault is named with its place."""

from datetime import date

import pytest

from rules import RulesRefused
from rules.loader import load_layer
from rules.vocabulary import HIGH_RISK_KINDS, UNOFFICIAL_DEATH_SOURCES

SOUND = "warning_months: {value: 3, since: 2022-12-12, basis: A, checked_on: 2026-11-21}"


def line(value, key="warning_months", **changes):
    fields = {"value": value, "since": "2022-12-12", "basis": "A", "checked_on": "2026-11-21"} | changes
    body = ", ".join(f"{name}: {given}" for name, given in fields.items() if given is not None)
    name, _, row = key.partition(".")
    return f"{name}: {{{row}: {{{body}}}}}" if row else f"{name}: {{{body}}}"


@pytest.fixture
def load(tmp_path):
    def read(*texts):
        for number, text in enumerate(texts):
            (tmp_path / f"{number}.yaml").write_text(text, "utf-8")
        return load_layer(tmp_path)

    return read


def test_a_sound_text_is_loaded(load):
    (entry,) = load(SOUND).entries
    assert (entry.path, entry.value, entry.since) == ("warning_months", 3, date(2022, 12, 12))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (line(3, key="warning_weeks"), "unknown key"),
        (line(3, key="signatures.promote"), "unknown row"),
        ("signatures: 3", "needs rows"),
        (line("three"), "not a whole number"),
        (line("true"), "not a whole number"),
        (line("2.5"), "not a whole number"),
        (line("null"), "not a whole number"),
        (line(0), "below the floor"),
        (line(1000), "above the ceiling"),
        (line("sometimes", key="month_count"), "not one of"),
        (line("yes please", key="suspension_reasons.lapsed"), "neither true nor false"),
        (line("[[love_letter]]", key="materials.certify"), "not one of"),
        (line("[photo_or_video]", key="materials.certify"), "not a list"),
        (line("[[]]", key="materials.certify"), "fewer than 1"),
        (line("[stopped, stopped]", key="termination_from_states.death"), "twice"),
        (line("{arrears: pay}", key="arrears.lapsed"), "wanted"),
        (line("{from: 10, below: 12}", key="not_certified_bands"), "not a list"),
        (line(3, basis=None), "wants exactly"),
        (line(3, basis='""'), "no basis"),
        (line(3, basis='"house: docs/decisions/999"'), "does not exist"),
        (line(3, since=None), "wants exactly"),
        (line(3, since="soon"), "since is not a date"),
        (line(3, checked_on=None), "wants exactly"),
        (line(3, unit="weeks"), "wants exactly"),
        pytest.param(
            line(25, key="period_months.pension"),
            "above the ceiling 24",
            marks=pytest.mark.article("QD-11"),
        ),
        (line(49, key="retention_years"), "below the floor 50"),
    ],
)
def test_what_the_schema_does_not_allow_is_refused(load, text, fault):
    with pytest.raises(RulesRefused, match=fault):
        load(text)


@pytest.mark.article("SC-29")
@pytest.mark.parametrize("kind", HIGH_RISK_KINDS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_place_can_lower_a_high_risk_decision_below_three_signatures(load, kind, count):
    with pytest.raises(RulesRefused, match="below the floor 3"):
        load(line(count, key=f"signatures.{kind}"))


@pytest.mark.parametrize("kind", ["certify", "suspend", "stop", "dismiss_objection", "release_import"])
def test_no_place_can_let_one_person_decide_alone(load, kind):
    with pytest.raises(RulesRefused, match="below the floor 2"):
        load(line(1, key=f"signatures.{kind}"))


@pytest.mark.article("SC-28")
@pytest.mark.parametrize("key", ["office_level", "entry_office_level"])
@pytest.mark.parametrize("level", ["village", "town", "county"])
def test_no_place_can_let_a_county_restore_a_terminated_benefit(load, key, level):
    with pytest.raises(RulesRefused, match="below the floor 'city'"):
        load(line(level, key=f"{key}.restore"))


@pytest.mark.parametrize("source", UNOFFICIAL_DEATH_SOURCES)
def test_no_place_can_let_a_mere_report_mark_a_death(load, source):
    with pytest.raises(RulesRefused, match="below the floor"):
        load(line("alone", key=f"death_sources.{source}"))


@pytest.mark.parametrize(
    "second",
    [
        "{value: 4, since: 2022-12-12, basis: B, checked_on: 2026-11-21}",
        "{value: 4, since: 2023-06-30, basis: B, checked_on: 2026-11-21}",
    ],
)
def test_two_values_at_once_are_refused(load, second):
    first = "{value: 3, since: 2022-12-12, until: 2023-06-30, basis: A, checked_on: 2026-11-21}"
    with pytest.raises(RulesRefused, match="overlaps"):
        load(f"warning_months: [{first}, {second}]")


def test_the_same_value_in_two_files_is_refused(load):
    with pytest.raises(RulesRefused, match="overlaps"):
        load(SOUND, SOUND)


def test_a_key_that_stands_twice_in_one_file_is_refused(load):
    with pytest.raises(RulesRefused, match="stands twice"):
        load(f"{SOUND}\n{SOUND}")


def test_every_fault_is_told_at_once(load):
    with pytest.raises(RulesRefused) as refused:
        load(line(0) + "\n" + line(3, key="warning_weeks"))
    assert len(refused.value.faults) == 2
