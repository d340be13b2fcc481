"""The catalogue of sources: every kind the articles name, codes that never move, and YAML that is refused."""
from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
import yaml

from rules.feeds import COLUMNS, ROOT, catalogue
from rules.loader import RulesRefused
from rules.vocabulary import BENEFIT_KINDS
from workflows.glossary import term

MEANINGS = catalogue().meanings.values()
# Code, source, what it says, as first published: a line is added, never changed or taken out.
CODES = Path(__file__).with_name("feed_codes.txt")
# QD 18 and SC 13 (1): where a death is read from, and what it counts as.
DEATHS = {
    "population_base": "population_base", "household_cancellation": "household_cancellation",
    "court_declarations": "court_declaration", "cremations": "cremation", "death_certificates": "medical_certificate",
    "national_registration": "insurance_database", "remote_certification_records": "insurance_database",
    "remote_medical_care": "insurance_database", "network_monitoring": "insurance_database",
    "social_security_card": "insurance_database",
}
REPORTS = {"family_reports": "family_report", "managing_units": "unit_report", "grassroots_lists": "grassroots_report"}


def _said(loss: str) -> dict[str, str | None]:
    return {one.source: one.death_source for one in MEANINGS if one.loss == loss}


def _proofs() -> set[str]:
    return {one.eligible for one in MEANINGS if one.eligible}


def test_a_code_keeps_its_meaning_for_ever():
    given = dict(line.split("\t", 1) for line in CODES.read_text("utf-8").splitlines())
    now = {str(one.code): f"{one.source}\t{one.eligible or one.loss}\t{one.death_source or ''}".strip()
           for one in MEANINGS}
    assert {code: said for code, said in given.items() if now.get(code) != said} == {}
    assert set(now) == set(given), "a new meaning: write its code into feed_codes.txt too"


def test_every_source_and_department_has_words_in_both_languages():
    for key, source in catalogue().sources.items():
        assert term(f"feed.{key}", "zh") and term(f"feed.{key}", "en").isascii()
        assert term(f"department.{source.department}", "zh") and term(f"department.{source.department}", "en").isascii()


@pytest.mark.article("SC-13", "QD-18")
def test_deaths_are_read_from_every_register_the_articles_name():
    dead = _said("dead")
    assert {source: dead.get(source) for source in DEATHS} == DEATHS


@pytest.mark.article("SC-13")
def test_sichuan_reads_reports_of_family_unit_and_grassroots_too():
    dead = _said("dead")
    assert {source: dead.get(source) for source in REPORTS} == REPORTS


@pytest.mark.article("SC-13", "QD-18")
def test_the_missing_and_prisoners_are_read_from_insurance_databases_police_courts_and_prisons():
    databases = {source for source, kind in DEATHS.items() if kind == "insurance_database"}
    assert databases <= set(_said("missing"))
    assert databases | {"police_prisoners", "court_sentences", "prisons"} <= set(_said("imprisoned"))


@pytest.mark.article("SC-13", "QD-18")
@pytest.mark.parametrize(("source", "sign", "kinships"), [
    ("adoptions", "adopted", {"child", "grandchild", "sibling"}),
    ("employment", "employed_or_enlisted", {"child", "grandchild", "sibling"}),
    ("enlistments", "employed_or_enlisted", {"child", "grandchild", "sibling"}),
    ("marriages", "remarried", {"spouse"}),
])
def test_what_ends_only_a_dependants_allowance_ends_it_only_for_the_kin_the_article_names(source, sign, kinships):
    said = catalogue().meanings[catalogue().code(source, sign)]
    assert said.benefits == ("dependants_allowance",) and set(said.kinships) == kinships


def test_a_death_is_of_every_benefit():
    assert all(one.benefits == BENEFIT_KINDS for one in MEANINGS if one.loss == "dead")


@pytest.mark.article("SC-12")
def test_every_way_to_the_eligible_list_of_sichuan_has_a_source():
    assert {"window_visit", "grassroots_visit", "face_recognition", "managing_unit", "hospital_stay", "travel_record",
            "other"} <= _proofs()


@pytest.mark.article("QD-17")
def test_every_way_to_the_eligible_list_of_qingdao_but_the_model_has_a_source():
    """The model's decision is computed here, no register sends it."""
    assert {"window_visit", "face_recognition", "partner_bank_visit", "time_bank_volunteer", "managing_unit",
            "medical_insurance_payment", "long_term_care", "family_doctor", "hospital_stay", "travel_record",
            "bank_business_in_person", "border_crossing", "video_face_match", "other"} <= _proofs()


@pytest.mark.article("SC-12", "QD-17")
def test_a_critical_stay_in_hospital_and_a_ticket_given_back_prove_nothing():
    sources = catalogue().sources
    assert sources["hospital_stays"].codes["危重"] == sources["air_travel"].codes["退票"] == 0
    assert sources["hospital_stays"].codes["非危重"] == 14


@pytest.mark.article("SC-10", "SC-annex-1", "SC-annex-2", "SC-annex-4", "SC-annex-5")
@pytest.mark.parametrize("source", ["national_platform", "app_12333", "provincial_app", "e_social_insurance_app",
                                    "city_app"])
def test_face_recognition_of_each_platform_proves_and_a_failed_one_does_not(source):
    said = catalogue().sources[source].codes
    assert catalogue().meanings[said["通过"]].eligible == "face_recognition" and said["未通过"] == 0


@pytest.mark.article("QD-14b")
def test_a_source_says_whether_it_saw_the_person_itself():
    saw = {one.source: one.saw_person for one in MEANINGS if one.eligible}
    assert saw["border_crossing"] and saw["national_platform"] and saw["hospital_stays"]
    assert not saw["medical_insurance_payments"] and not saw["video_face_match"]


BROKEN = {
    "an unknown key": (("sources", "prisons", "colour"), "grey"),
    "no basis": (("basis",), " "),
    "a sign nobody knows": (("sources", "prisons", "meanings", 0, "loss"), "asleep"),
    "both a proof and a loss": (("sources", "prisons", "meanings", 0, "eligible"), "other"),
    "a death that counts as nothing": (("sources", "prisons", "meanings", 0, "loss"), "dead"),
    "silent before it is due": (("sources", "prisons", "silent_after_days"), 3),
    "a value with two meanings": (("sources", "prisons", "silent_values"), ["服刑"]),
    "a code another has": (("sources", "prisons", "meanings", 0, "code"), 1),
    "a code too large for its column": (("sources", "prisons", "meanings", 0, "code"), 40_000),
    "no column decides": (("sources", "prisons", "columns", "status", "decides"), False),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_catalogue_is_refused(fault, tmp_path):
    path, value = BROKEN[fault]
    folder = Path(copytree(ROOT, tmp_path / "feeds"))
    document = yaml.safe_load((folder / "justice.yaml").read_text("utf-8"))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (folder / "justice.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    with pytest.raises(RulesRefused):
        catalogue(folder)


def test_columns_of_every_source_are_told_apart():
    """One heading never stands for two fields of one source."""
    for source in catalogue().sources.values():
        headings = [heading for column in source.columns for heading in column.headings]
        assert len(headings) == len(set(headings)), source.key


def test_the_shared_columns_are_those_of_a_person():
    columns = yaml.safe_load((ROOT / COLUMNS).read_text("utf-8"))
    assert list(columns) == ["id_number", "name", "sex", "birth_on", "place"]
