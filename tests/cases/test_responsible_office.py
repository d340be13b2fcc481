"""QD 7: who keeps a case, and whose an act is; the stored office agrees with the rule."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.responsibility import KEEP, Standing, responsible_path, within
from rules import rules_for
from rules.vocabulary import ACTS, BENEFIT_KINDS, SCHEMES

ON = date(2026, 11, 21)
PAYING, NEAR, NEAR_COUNTY, FAR = "37/3702/370202/", "37/3702/370203/370203001/370203001001/", "37/3702/370203/", (
    "37/3701/370102/")
QINGDAO, SICHUAN = rules_for("370202", ON), rules_for("510107", ON)


def standing(residence: str | None, scheme: str = "enterprise_employees", kind: str = "pension") -> Standing:
    return Standing(scheme, kind, PAYING, residence)


@pytest.mark.article("QD-7")
@pytest.mark.parametrize(("residence", "scheme", "kind", "kept_by"), [
    (NEAR, "enterprise_employees", "pension", NEAR_COUNTY),
    (NEAR, "urban_rural_residents", "pension", NEAR_COUNTY),
    (FAR, "enterprise_employees", "pension", PAYING),
    (None, "enterprise_employees", "pension", PAYING),
    (NEAR, "public_institutions", "pension", PAYING),
    (NEAR, "enterprise_employees", "dependants_allowance", PAYING),
])
def test_in_qingdao_residence_inside_the_city_decides_and_outside_it_the_place_that_pays(
        residence: str | None, scheme: str, kind: str, kept_by: str) -> None:
    assert responsible_path(standing(residence, scheme, kind), KEEP, QINGDAO) == kept_by
    assert responsible_path(standing(residence, scheme, kind), "suspend", QINGDAO) == kept_by


@pytest.mark.article("QD-26")
def test_who_resumes_and_pays_is_the_office_that_pays() -> None:
    for act in ("resume", "back_pay_correction", "terminate", "recover_overpayment"):
        assert responsible_path(standing(NEAR), act, QINGDAO) == PAYING


@pytest.mark.article("SC-15", "QD-20")
def test_a_verification_goes_to_the_grassroots_of_residence() -> None:
    assert responsible_path(standing(NEAR), "verify", QINGDAO) == NEAR


@pytest.mark.article("SC-28")
def test_a_restoration_belongs_to_the_city() -> None:
    assert responsible_path(Standing("work_injury", "pension", "51/5101/510107/"), "restore", SICHUAN) == "51/5101/"


PLACES = st.sampled_from((None, NEAR, FAR, NEAR_COUNTY, PAYING, "37/3702/370202/370202001/"))


@given(PLACES, st.sampled_from(SCHEMES), st.sampled_from(BENEFIT_KINDS), st.sampled_from(ACTS))
def test_every_act_on_every_case_has_one_office_of_its_record(
        residence: str | None, scheme: str, kind: str, act: str) -> None:
    given_by = standing(residence, scheme, kind)
    path = responsible_path(given_by, act, QINGDAO)
    assert any(place.startswith(path) for place in (PAYING, residence or PAYING))
    assert path == responsible_path(given_by, act, QINGDAO)


def test_elsewhere_the_paying_office_keeps_the_case_wherever_the_person_lives() -> None:
    for residence in (None, NEAR, FAR):
        assert responsible_path(standing(residence), KEEP, rules_for("340102", ON)) == PAYING


def test_a_path_is_cut_at_the_city_and_at_the_county() -> None:
    assert (within(NEAR, 4), within(NEAR, 6)) == ("37/3702/", NEAR_COUNTY)
