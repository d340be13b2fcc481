"""Every source of the catalogue, weighed by the rules of each place: the lists of the articles, written out by hand."""
from __future__ import annotations

import pytest

from matching.definition import CLASSES, DOUBTS, ENDS, NOTHING, PROVES
from matching.packed import NO_CODE
from matching.profiles import profile_of
from rules import rules_for
from rules.feeds import catalogue
from tests.matching.signs import ON, QINGDAO, SICHUAN

FACES = {"app_12333", "national_platform", "provincial_app", "city_app", "e_social_insurance_app", "consular"}
TRAVELS = {"air_travel", "rail_travel"}
QINGDAO_TOO = {"medical_insurance_payments", "long_term_care", "family_doctors", "bank_business_in_person",
               "border_crossing", "video_face_match"}
INSURANCE = {"national_registration", "remote_certification_records", "remote_medical_care", "network_monitoring",
             "social_security_card", "ministry_comparison"}
DEAD = INSURANCE | {"population_base", "household_cancellation", "court_declarations", "cremations",
                    "death_certificates"}
MISSING = INSURANCE | {"court_declarations"}
IMPRISONED = INSURANCE | {"police_prisoners", "court_sentences", "prisons"}
REPORTS = {"family_reports", "managing_units", "grassroots_lists", "other_ways"}


def _weighed(place, kind: str, kinship: str | None = None) -> dict[int, set[tuple[str, str]]]:
    """Class of a sign with number, name and date -> (source, what it says)."""
    meanings = catalogue().meanings
    law = rules_for(place[0], ON, place[1])
    a_profile = profile_of(law, meanings.values(), kind=kind, kinship=kinship, months=12, on=ON)
    found: dict[int, set[tuple[str, str]]] = {one: set() for one in CLASSES}
    for code, row in a_profile.classes:
        found[row[-1]].add((meanings[code].source, meanings[code].eligible or meanings[code].loss))
    return found


def _sources(weighed: set[tuple[str, str]]) -> set[str]:
    return {source for source, _ in weighed}


def _all_say(said: str, sources: set[str]) -> set[tuple[str, str]]:
    return {(source, said) for source in sources}


@pytest.mark.article("SC-12", "SC-33")
@pytest.mark.parametrize("kind", ["pension", "work_injury_benefit", "dependants_allowance"])
def test_what_proves_by_itself_in_sichuan(kind):
    assert _sources(_weighed(SICHUAN, kind)[PROVES]) == FACES | TRAVELS | {"hospital_stays"}


@pytest.mark.article("QD-17")
@pytest.mark.parametrize("kind", ["pension", "work_injury_benefit", "dependants_allowance"])
def test_what_proves_by_itself_in_qingdao(kind):
    assert _sources(_weighed(QINGDAO, kind)[PROVES]) == FACES | TRAVELS | {"hospital_stays"} | QINGDAO_TOO


@pytest.mark.article("SC-13", "QD-18")
@pytest.mark.parametrize("place", [SICHUAN, QINGDAO])
def test_what_ends_a_pension_and_what_only_raises_a_doubt(place):
    weighed = _weighed(place, "pension")
    assert weighed[ENDS] == (_all_say("dead", DEAD) | _all_say("missing", MISSING)
                             | _all_say("imprisoned", IMPRISONED))
    assert weighed[DOUBTS] == _all_say("dead", REPORTS) | {("other_ways", "other")}


@pytest.mark.article("SC-13", "QD-18")
def test_what_ends_a_work_injury_benefit():
    ends = _all_say("dead", DEAD) | _all_say("missing", MISSING)
    assert _weighed(SICHUAN, "work_injury_benefit")[ENDS] == ends
    assert _weighed(QINGDAO, "work_injury_benefit")[ENDS] == ends | _all_say("imprisoned", IMPRISONED)


@pytest.mark.article("SC-13", "QD-18")
@pytest.mark.parametrize(("kinship", "own"), [
    *((one, {("adoptions", "adopted"), ("employment", "employed_or_enlisted"), ("enlistments", "employed_or_enlisted")})
      for one in ("child", "grandchild", "sibling")),
    ("spouse", {("marriages", "remarried")}), ("parent", set()), ("grandparent", set())])
def test_what_ends_a_dependants_allowance_goes_by_kinship(kinship, own):
    ends = _all_say("dead", DEAD) | _all_say("missing", MISSING) | own
    assert _weighed(SICHUAN, "dependants_allowance", kinship)[ENDS] == ends
    assert _weighed(QINGDAO, "dependants_allowance", kinship)[ENDS] == ends | _all_say("imprisoned", IMPRISONED)


def test_of_a_dependant_whose_kinship_is_unknown_only_what_hangs_on_it_is_doubted():
    ends = _all_say("dead", DEAD) | _all_say("missing", MISSING)
    weighed = _weighed(SICHUAN, "dependants_allowance")
    assert weighed[ENDS] == ends
    assert _sources(weighed[DOUBTS]) == REPORTS | {"adoptions", "employment", "enlistments", "marriages"}


def test_every_code_of_the_catalogue_fits_a_packed_sign():
    assert min(catalogue().meanings) > 0 and max(catalogue().meanings) < NO_CODE
    assert _weighed(SICHUAN, "pension")[NOTHING]
