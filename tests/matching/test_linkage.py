"""Issue 4, point 2: names, birth, sex, place and damaged numbers compared; quality on sets with known truth."""
from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from matching.linkage import linking, models, names, settings, synthetic
from matching.linkage.evaluation import chinese, evaluate, febrl
from matching.linkage.lunar import lunar_of, written_as_solar
from matching.linkage.records import Given, columns_of, has_check_digit, readable_number, readable_place, table

PENSIONERS = settings.load("pensioners")
MODEL = models.newest(PENSIONERS)
NUMBER = "510107194803151020"
PERSON = Given(1, "周秀英", "19480315", "female", "510107001", NUMBER)
OTHERS = [Given(at, name, birth, "female", "510104002", None) for at, (name, birth) in enumerate(
    (("李桂芳", "19520601"), ("王玉兰", "19390822"), ("刘淑珍", "19611111")), 2)]


def compared(*rows: Given, person: Given = PERSON) -> list[linking.Pair | None]:
    """Each row beside the same person, among three others, by the shipped model."""
    keyed = [replace(row, key=100 + at) for at, row in enumerate(rows)]
    sides = [table(map(columns_of, side), PENSIONERS.columns) for side in (keyed, [person, *OTHERS])]
    found = {one.left: one for one in linking.pairs(PENSIONERS, sides, MODEL, 0.0, frequencies=None)
             if one.right == str(person.key)}
    return [found.get(str(row.key)) for row in keyed]


def levels(comparison: str, written: Iterable[str | None]) -> list[str]:
    """What a row says that differs from the person's in this alone."""
    rows = [replace(PERSON, **{comparison: one}) for one in written]
    return [pair.levels[comparison][0] for pair in compared(*rows)]


def test_a_name_is_compared_by_its_characters_its_sound_and_its_surname() -> None:
    wanted = {"周秀英": "same", "周 秀英": "same", "週秀英": "variant", "周琇英": "same_sound", "周秀因": "like_sound",
              "周秀鹰": "same_sound", "周秀兰": "one_character", "周英秀": "turned", "周丽": "surname",
              "李秀英": "else", None: "missing"}
    assert dict(zip(wanted, levels("name", wanted), strict=True)) == wanted


def test_a_name_with_parts_is_the_same_with_any_dot_or_none_and_when_cut() -> None:
    person = Given(1, "买买提·吐尔逊", "19480315", "male", "650102001", None)
    wanted = {"买买提•吐尔逊": "same", "买买提.吐尔逊": "same", "买买提吐尔逊": "variant", "买买提·吐尔": "part",
              "吐尔逊·买买提": "turned"}
    found = compared(*(replace(person, name=name) for name in wanted), person=person)
    assert dict(zip(wanted, (one.levels["name"][0] for one in found), strict=True)) == wanted


def test_rare_and_traditional_characters_stand_for_the_common_ones() -> None:
    assert names.plain(names.as_written("張　堃")) == names.plain("张坤")
    assert names.sound("单玉英").startswith("shan") and names.surname_of("欧阳秀兰") == "欧阳"


def test_a_birth_date_is_compared_by_the_faults_that_happen() -> None:
    wanted = {"1948-03-15": "same", "1948年3月15日": "same", "19481503": "swapped", "19480205": "lunar",
              "19480316": "one_digit", "19480351": "one_digit", "19480101": "year_only", "19480327": "year_and_month",
              "19500315": "month_and_day", "19610704": "else"}
    assert dict(zip(wanted, levels("birth", wanted), strict=True)) == wanted


def test_a_number_is_compared_by_the_faults_that_happen_and_its_check_digit() -> None:
    another = NUMBER[:14] + "204"
    another += next(one for one in "0123456789X" if has_check_digit(another + one))
    wanted = {NUMBER: "same", NUMBER[:6] + NUMBER[8:17]: "same", "510107********1020": "visible",
              "510107194803115020": "swapped", "510107194803151030": "one_digit", "51010719480315102": "one_digit",
              "510107194803152120": "two_digits", another: "both_valid", "": "missing", "12": "missing"}
    assert dict(zip(wanted, levels("number", wanted), strict=True)) == wanted


def test_fifteen_digits_are_the_eighteen_they_became_but_not_of_those_born_before_1900() -> None:
    assert readable_number("510107480315102") == NUMBER
    assert readable_number("510107480315996") == "510107480315996"


def test_a_place_is_compared_as_far_as_both_codes_go() -> None:
    wanted = {"510107001201": "town", "510107": "county", "510104": "city", "512000": "province", "370200": "else"}
    assert dict(zip(wanted, levels("place", wanted), strict=True)) == wanted
    assert readable_place("510100000000") == "5101"


def test_a_stranger_of_the_same_name_is_not_taken_for_the_person() -> None:
    stranger, person = compared(Given(9, "周秀英", "19610704", "female", "370200001"),
                                Given(9, "周秀英", "19480315", "female", "510107001"))
    assert stranger.probability < 0.5 and person.probability > 0.9


def test_the_larger_the_register_the_more_must_speak_for_a_pair() -> None:
    small, large = (linking.prior_bits(linking.for_register(MODEL, people)) for people in (1_000, 1_000_000))
    assert small - large == pytest.approx(math.log2(1000), abs=0.01)


def test_each_level_brings_bits_that_add_up_to_the_weight() -> None:
    (pair,) = compared(Given(9, "周琇英", "19481503", "female", "510107", "510107********1020"))
    prior = linking.prior_bits(MODEL)
    assert pair.weight == pytest.approx(prior + sum(bits for _, bits in pair.levels.values()), abs=0.01)


def test_the_lunar_calendar_agrees_with_the_feasts_of_a_century() -> None:
    feasts = {"LUNAR_NEW_YEAR_DATES": (1, 1), "DRAGON_BOAT_DATES": (5, 5), "MID_AUTUMN_DATES": (8, 15),
              "DOUBLE_NINTH_DATES": (9, 9)}
    wrong = {(name, year) for name, wanted in feasts.items()
             for year, (month, day) in getattr(_ChineseLunisolar, name).items()
             if 1901 <= year <= 2019 and lunar_of(date(year, month, day))[1:] != wanted}
    assert wrong == {("LUNAR_NEW_YEAR_DATES", 1916)}  # a new moon at midnight; the almanac had the 3rd
    assert lunar_of(date(1933, 7, 22)) == (1933, 5, 30)  # the last day of the leap fifth month
    assert written_as_solar(date(2020, 3, 1)) == "20200208"


def test_a_model_is_for_its_own_settings_only(tmp_path) -> None:
    models.save(MODEL | {"settings_digest": "of another time", "version": "pensioners-2099-01-01"}, tmp_path)
    assert models.newest(PENSIONERS, tmp_path)["version"] == MODEL["version"]
    with pytest.raises(FileExistsError):
        models.save(MODEL | {"version": "pensioners-2099-01-01"}, tmp_path)


def test_too_little_to_learn_from_is_said() -> None:
    sides = [table(map(columns_of, side), PENSIONERS.columns) for side in ([PERSON], OTHERS)]
    with pytest.raises(linking.TooLittleToLearn):
        linking.train(PENSIONERS, sides)


def test_precision_and_recall_on_a_public_labelled_set() -> None:
    best = evaluate(febrl(1), (0.9,), 200_000).scores[0]
    assert best.precision > 0.99 and best.recall > 0.98


def test_precision_and_recall_on_made_up_chinese_names() -> None:
    best = evaluate(chinese(2_500, 500, 250), (0.9,), 200_000).scores[0]
    assert best.precision > 0.97 and best.recall > 0.95


def test_the_made_up_people_are_the_same_each_time() -> None:
    assert synthetic.sets(50, 10, 5) == synthetic.sets(50, 10, 5)
