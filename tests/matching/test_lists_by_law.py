"""Which list a person stands on, by the law of each place, with the dates written out by hand."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.definition import LINKED, NUMBER_ONLY, day_number
from matching.profiles import of_age
from rules import rules_for
from tests.matching.signs import ON, QINGDAO, SICHUAN, SIGNS, found, profile, sign
from tests.sweep.examples import examples

CHILD = {"kind": "dependants_allowance", "kinship": "child"}


def _of(a_found) -> tuple[str, str]:
    return a_found.list, a_found.reason


@pytest.mark.article("SC-12", "SC-9b")
@pytest.mark.parametrize(("said", "reason"), [
    ("face", "face_recognition"), ("hospital", "hospital_stay"), ("train", "travel_record")])
def test_in_sichuan_what_registers_saw_makes_eligible_and_names_its_source(said, reason):
    seen = sign(said, date(2026, 10, 3), load=7, row=12)
    stands = found(profile(SICHUAN), seen)
    assert _of(stands) == ("eligible", reason)
    assert stands.sign == seen


@pytest.mark.article("SC-12", "SC-33")
@pytest.mark.parametrize("said", ["window", "insurer"])
def test_in_sichuan_a_visit_waits_for_its_review_and_a_payment_of_premiums_proves_nothing(said):
    stands = found(profile(SICHUAN), sign(said, ON), due=date(2027, 5, 1))
    assert _of(stands) == ("to_be_verified", "neither_list")


@pytest.mark.article("QD-17", "QD-16")
def test_in_qingdao_a_payment_of_medical_insurance_makes_eligible():
    assert _of(found(profile(QINGDAO), sign("insurer", date(2026, 1, 15)))) == (
        "eligible", "medical_insurance_payment")


@pytest.mark.article("SC-13", "QD-18")
@pytest.mark.parametrize("place", [SICHUAN, QINGDAO])
@pytest.mark.parametrize(("said", "reason"), [
    ("population", "dead"), ("cremation", "dead"), ("prison", "imprisoned"), ("missing", "missing")])
def test_who_is_dead_missing_or_in_prison_has_lost_the_pension(place, said, reason):
    gone = sign(said, date(2026, 9, 1))
    stands = found(profile(place), sign("train", date(2026, 8, 31)), gone, certified=date(2026, 8, 30))
    assert (*_of(stands), stands.sign) == ("lost", reason, gone)


@pytest.mark.article("SC-13", "QD-18")
def test_prison_ends_a_work_injury_benefit_in_qingdao_and_not_in_sichuan():
    jailed = sign("prison", date(2026, 9, 1))
    assert found(profile(QINGDAO, kind="work_injury_benefit"), jailed).list == "lost"
    stands = found(profile(SICHUAN, kind="work_injury_benefit"), jailed, sign("train", date(2026, 8, 1)))
    assert _of(stands) == ("eligible", "travel_record")


@pytest.mark.article("SC-13", "QD-18")
@pytest.mark.parametrize("place", [SICHUAN, QINGDAO])
@pytest.mark.parametrize(("said", "reason", "kinship", "other"), [
    ("adopted", "adopted", "grandchild", "parent"), ("soldier", "employed_or_enlisted", "sibling", "spouse"),
    ("married", "remarried", "spouse", "child")])
def test_adoption_work_and_marriage_end_what_dependants_of_that_kinship_draw(place, said, reason, kinship, other):
    signs = (sign(said, date(2026, 9, 1)), sign("face", date(2026, 8, 31)))
    dependant = {"kind": "dependants_allowance", "months": 6}
    assert _of(found(profile(place, kinship=kinship, **dependant), *signs)) == ("lost", reason)
    assert _of(found(profile(place, kinship=other, **dependant), *signs)) == ("eligible", "face_recognition")
    assert _of(found(profile(place, kinship=None, **dependant), *signs)) == ("to_be_verified", "doubtful_loss")
    assert found(profile(place), *signs).list == "eligible"


@pytest.mark.article("SC-13", "QD-18")
def test_a_child_able_to_work_loses_it_at_eighteen_in_sichuan_and_not_in_qingdao():
    born = date(2008, 11, 20)
    def _day(place, **told):
        return of_age(rules_for(place[0], ON, place[1]), **(CHILD | {"born_on": born, "capacity": "full"} | told))
    assert _day(SICHUAN) == day_number(date(2026, 11, 20))
    assert _day(QINGDAO) == 0
    assert _day(SICHUAN, capacity="wholly_lost") == _day(SICHUAN, kinship="parent") == 0
    assert _day(SICHUAN, capacity=None) == -_day(SICHUAN)
    seen = sign("face", date(2026, 11, 1))
    assert _of(found(profile(SICHUAN, **CHILD), seen, of_age=_day(SICHUAN))) == ("lost", "adult_able_to_work")
    assert _of(found(profile(SICHUAN, **CHILD), seen, of_age=_day(SICHUAN, capacity=None))) == (
        "to_be_verified", "capacity_unknown")
    day_before = profile(SICHUAN, on=date(2026, 11, 19), **CHILD)
    assert found(day_before, seen, of_age=_day(SICHUAN)).list == "eligible"


@pytest.mark.article("SC-14", "QD-19")
@pytest.mark.parametrize("place", [SICHUAN, QINGDAO])
def test_alive_on_or_after_the_day_of_loss_is_on_both_lists_and_verified(place):
    dead = sign("population", date(2026, 9, 1))
    assert _of(found(profile(place), dead, sign("train", date(2026, 9, 1)))) == ("to_be_verified", "both_lists")
    assert _of(found(profile(place), sign("train", date(2026, 10, 1)), dead)) == ("to_be_verified", "both_lists")
    assert _of(found(profile(place), dead, certified=date(2026, 9, 2))) == ("to_be_verified", "both_lists")
    assert found(profile(place), dead, sign("train", date(2026, 8, 31))).list == "lost"


@pytest.mark.article("SC-14", "QD-19")
@given(st.sampled_from([SICHUAN, QINGDAO]), st.sampled_from(["population", "cremation", "prison", "missing"]),
       st.integers(1, 300), st.integers(0, 300), st.lists(SIGNS, max_size=6), st.randoms(use_true_random=False))
@examples(60, 5_000)
def test_alive_and_dead_at_once_is_verified_whatever_else_is_said_and_in_whatever_order(
        place, said, ago, later, others, random):
    gone = date.fromordinal(ON.toordinal() - ago)
    seen = date.fromordinal(min(ON.toordinal(), gone.toordinal() + later))
    signs = [sign(said, gone), sign("train", seen), *others]
    random.shuffle(signs)
    assert found(profile(place), *signs).list == "to_be_verified"


@pytest.mark.article("SC-14")
def test_a_loss_without_a_date_contradicts_whatever_proves_life_within_the_period():
    dead = sign("cremation", None)
    assert found(profile(SICHUAN), dead, sign("train", date(2025, 11, 20))).list == "to_be_verified"
    assert found(profile(SICHUAN), dead, sign("train", date(2025, 11, 19))).list == "lost"
    both = (dead, sign("population", date(2024, 1, 1)), sign("train", date(2024, 6, 1)))
    assert _of(found(profile(SICHUAN), *both)) == ("to_be_verified", "both_lists")


@pytest.mark.article("SC-14")
def test_in_sichuan_evidence_counts_until_three_months_before_the_end_of_its_period():
    """Certified 20 February 2026: the period ends 20 February 2027, three months before it is 20 November 2026."""
    assert found(profile(SICHUAN), certified=date(2026, 2, 21), due=date(2027, 2, 21)).list == "eligible"
    stands = found(profile(SICHUAN), certified=date(2026, 2, 20), due=date(2027, 2, 20))
    assert _of(stands) == ("to_be_verified", "no_evidence_before_due")
    assert _of(found(profile(SICHUAN), due=date(2027, 3, 31))) == ("to_be_verified", "neither_list")


@pytest.mark.article("QD-19", "QD-17")
def test_in_qingdao_evidence_counts_to_the_end_of_its_period_and_whoever_has_none_is_verified():
    """Certified 20 November 2025: the period ends 20 November 2026, and that day still counts."""
    assert found(profile(QINGDAO), certified=date(2025, 11, 20), due=date(2026, 11, 20)).list == "eligible"
    stands = found(profile(QINGDAO), certified=date(2025, 11, 19), due=date(2026, 11, 19))
    assert _of(stands) == ("to_be_verified", "neither_list")


@pytest.mark.article("SC-13", "QD-18", "QD-19")
@pytest.mark.parametrize("place", [SICHUAN, QINGDAO])
def test_a_report_of_the_village_is_looked_at_until_the_person_is_seen_later(place):
    report = sign("village", date(2026, 9, 1))
    assert _of(found(profile(place), report, certified=date(2026, 9, 1))) == ("to_be_verified", "doubtful_loss")
    assert found(profile(place), report, certified=date(2026, 9, 2)).list == "eligible"
    again = sign("village", date(2026, 10, 1))
    assert found(profile(place), report, again, certified=date(2026, 9, 2)).list == "to_be_verified"
    assert found(profile(place), sign("village", None), sign("train", ON)).list == "to_be_verified"


@pytest.mark.parametrize("sure", [NUMBER_ONLY, LINKED])
def test_what_is_not_surely_of_the_person_neither_proves_nor_ends(sure):
    assert found(profile(SICHUAN), sign("train", ON, sure=sure)).list == "to_be_verified"
    stands = found(profile(SICHUAN), sign("cremation", date(2026, 11, 1), sure=sure), certified=date(2026, 10, 1))
    assert _of(stands) == ("to_be_verified", "doubtful_loss")


@pytest.mark.article("QD-10")
def test_without_a_period_nobody_is_asked_but_a_loss_is_a_loss():
    child = profile(QINGDAO, months=None, **CHILD)
    assert _of(found(child)) == ("eligible", "no_period")
    assert found(child, sign("population", date(2026, 9, 1))).list == "lost"


@pytest.mark.article("QD-16", "SC-9b")
def test_the_explanation_names_every_question_that_was_asked_and_the_facts():
    stands = found(profile(SICHUAN), sign("train", date(2026, 10, 1)))
    assert [row.reason for row in stands.asked][-1] == "of_sign"
    assert stands.facts["evidence_day"] == day_number(date(2026, 10, 1))
    assert all(not row.when.evaluate(stands.facts) for row in stands.asked[:-1])


def test_a_sign_of_the_future_is_refused():
    with pytest.raises(ValueError):
        found(profile(SICHUAN), sign("train", date(2026, 11, 21)))


def test_a_person_stands_on_one_list_by_each_of_two_benefits():
    jailed = sign("prison", date(2026, 9, 1))
    seen = sign("train", date(2026, 8, 1))
    assert found(profile(SICHUAN), jailed, seen).list == "lost"
    assert found(profile(SICHUAN, kind="work_injury_benefit"), jailed, seen).list == "eligible"
