"""Cells as offices write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from cases.imports import id_cells
from cases.imports.cells import FieldRefused
from cases.imports.fields import PARSERS
from cases.imports.headings import mapping_of
from cases.imports.id_cells import birth_of, modern_id_number, sex_of

ON = date(2026, 3, 1)
FIELDS = mapping_of("pensioners").fields
MAN, MAN_15 = "510104194805120018", "510104480512001"


def parse(field, raw):
    return PARSERS[FIELDS[field].type](raw, FIELDS[field], ON)


def refusal(field, raw):
    with pytest.raises(FieldRefused) as refused:
        parse(field, raw)
    return refused.value.code


def numbered(region, born, sequence):
    first = f"{region:06d}{born:%Y%m%d}{sequence:03d}"
    return first + ric.calc_check_digit(first + "0")


id_numbers = st.builds(
    numbered, st.integers(110000, 659999), st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(1, 995)
)


@given(id_numbers)
def test_a_valid_id_number_is_read_in_every_spelling(number):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for spelling in (
        number,
        number.lower(),
        wide,
        f" {number}\t",
        f"'{number}",
        f"{number[:6]} {number[6:14]} {number[14:]}",
    ):
        assert parse("id_number", spelling) == number


@given(id_numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_gives_a_valid_id_number(number, place, digit):
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        with pytest.raises(FieldRefused):
            parse("id_number", wrong)


@given(id_numbers.filter(lambda number: number[6:8] == "19"))
def test_a_15_digit_number_becomes_the_18_digit_number_of_the_same_person(number):
    old = number[:6] + number[8:17]
    assert parse("id_number", old) == old
    assert modern_id_number(old) == number


def test_a_15_digit_number_of_the_centenarians_series_is_refused():
    assert refusal("id_number", MAN_15[:12] + "996") == "ID_NUMBER_CENTURY"


@given(id_numbers)
def test_sex_and_birth_date_come_from_the_id_number(number):
    assert birth_of(number).strftime("%Y%m%d") == number[6:14]
    assert sex_of(number) == ("male" if number[16] in "13579" else "female")


@pytest.mark.parametrize(
    "raw, code",
    [
        ("5.1E+17", "ID_NUMBER_TRUNCATED"),
        ("5.10104E+17", "ID_NUMBER_TRUNCATED"),
        (5.10104194805120e17, "ID_NUMBER_TRUNCATED"),
        (510104194805120000, "ID_NUMBER_TRUNCATED"),
        ("51010419480512001", "ID_NUMBER_LENGTH"),
        ("51010419480512001A", "ID_NUMBER_CHARACTERS"),
        ("510104194813120018", "ID_NUMBER_BIRTH_DATE"),
        ("510104194805120019", "ID_NUMBER_CHECK_DIGIT"),
        ('="510104194805120018"', "FORMULA"),
        ("#REF!", "CELL_ERROR"),
    ],
)
def test_an_id_number_that_cannot_be_trusted_is_refused_by_name(raw, code):
    assert refusal("id_number", raw) == code


def test_an_id_number_born_tomorrow_is_refused():
    assert refusal("id_number", numbered(510104, ON + timedelta(1), 1)) == "ID_NUMBER_BIRTH_DATE"


@given(st.dates(date(1950, 1, 1), ON))
def test_a_date_is_read_in_every_form_offices_use(day):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in f"{day:%Y%m%d}")
    serial = (day - date(1899, 12, 30)).days
    forms = (
        f"{day:%Y%m%d}",
        f"{day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day} 00:00:00",
        wide,
        serial,
        float(serial),
        str(serial),
        day,
    )
    for form in forms:
        assert parse("last_certified_on", form) == day


@pytest.mark.parametrize(
    "raw, code",
    [
        ("01/03/2025", "DATE_FORM"),
        ("25-3-1", "DATE_FORM"),
        ("2025-02-30", "DATE_DOES_NOT_EXIST"),
        ("20251301", "DATE_DOES_NOT_EXIST"),
        ("昨天", "DATE_FORM"),
        ("1025-03-01", "DATE_IMPLAUSIBLE"),
        ("2026-03-02", "DATE_IN_FUTURE"),
        ("=TODAY()", "FORMULA"),
    ],
)
def test_a_date_with_two_readings_or_none_is_refused_by_name(raw, code):
    assert refusal("last_certified_on", raw) == code


@pytest.mark.parametrize("raw", ["202403", "2024-03", "2024/3", "2024年3月", "2024-03-01"])
def test_a_month_alone_begins_on_its_first_day(raw):
    assert parse("granted_on", raw) == date(2024, 3, 1)


@pytest.mark.parametrize(
    "raw, fen",
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("￥1234.50", 123450),
        ("１２３４．５０元", 123450),
        (1234.1, 123410),
        (0.1 + 0.2, 30),
        (1200, 120000),
    ],
)
def test_an_amount_is_fen(raw, fen):
    assert parse("monthly_fen", raw) == fen


@given(st.integers(0, 5_000_000))
def test_every_amount_survives_the_way_through_yuan(fen):
    assert parse("monthly_fen", f"{fen / 100:.2f}") == parse("monthly_fen", fen / 100) == fen


@pytest.mark.parametrize(
    "raw, code",
    [
        ("1234.567", "AMOUNT_FRACTION_OF_FEN"),
        ("-5", "AMOUNT_NEGATIVE"),
        ("1.2万", "AMOUNT_FORM"),
        ("1.2E3", "AMOUNT_FORM"),
        ("NaN", "AMOUNT_FORM"),
        ("Infinity", "AMOUNT_FORM"),
        ("12345600", "AMOUNT_IMPLAUSIBLE"),
        ("=A1*2", "FORMULA"),
    ],
)
def test_an_amount_that_cannot_be_trusted_is_refused_by_name(raw, code):
    assert refusal("monthly_fen", raw) == code


def test_the_history_of_amounts_is_read_in_order_of_months():
    assert parse("rate_history", "2025-01:1260.00；2024-01：1200.00") == (("2024-01", 120000), ("2025-01", 126000))


@pytest.mark.parametrize(
    "raw, code",
    [
        ("2024-01:1200;2024-01:1300", "RATE_MONTH_TWICE"),
        ("2024-01 1200", "DATE_FORM"),
        ("2024-01:", "RATE_HISTORY_FORM"),
    ],
)
def test_a_history_that_cannot_be_read_is_refused(raw, code):
    assert refusal("rate_history", raw) == code


@pytest.mark.parametrize(
    "raw, name",
    [
        ("张　三", "张三"),
        (" 李 四 ", "李四"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("𬱖某", "𬱖某"),
        ("王〇", "王〇"),
        ("﨑", "﨑"),
    ],
)
def test_a_name_keeps_its_characters(raw, name):
    assert parse("name", raw) == name


@pytest.mark.parametrize(
    "raw, code",
    [
        ("张?", "NAME_CHARACTER_LOST"),
        ("张□", "NAME_CHARACTER_LOST"),
        ("张\ue123", "NAME_CHARACTER_LOST"),
        ("张3", "NAME_CHARACTERS"),
        ('张"三', "NAME_CHARACTERS"),
    ],
)
def test_a_name_whose_rare_character_was_lost_is_refused(raw, code):
    assert refusal("name", raw) == code


def test_several_phones_stand_in_one_cell():
    assert parse("phones", "13800138000、028-85551234") == ("13800138000", "02885551234")


def test_an_account_number_cut_by_excel_is_refused():
    assert refusal("payee_account", 6.22848e18) == "ACCOUNT_TRUNCATED"
    assert parse("payee_account", "6228 4800 1234 5678 901") == "6228480012345678901"


@pytest.mark.parametrize(
    "raw, scheme",
    [
        ("110", "enterprise_employees"),
        (110, "enterprise_employees"),
        ("170", "urban_rural_residents"),
        ("１７０", "urban_rural_residents"),
        ("城乡居民基本养老保险", "urban_rural_residents"),
        ("410", "work_injury"),
    ],
)
def test_a_scheme_is_known_by_name_and_by_code(raw, scheme):
    assert parse("scheme", raw) == scheme


def test_an_unknown_value_is_refused_not_guessed():
    assert refusal("scheme", "商业保险") == "UNKNOWN_VALUE"


@pytest.mark.parametrize("number", [
    "510107194804010238", "51010719480401023X", "510107194813010238", "510107188904010232", "510107203001010230",
    "110101195003074516", "11010119500307451", "１10101195003074516", "51010719480401977X"])
def test_the_short_way_to_a_sound_number_and_the_long_one_agree(number, monkeypatch):
    def read():
        try:
            return id_cells.parse_id_number(number, None, ON)
        except FieldRefused as refused:
            return refused.code

    short = read()
    monkeypatch.setattr(id_cells, "is_sound", lambda *_: False)
    assert read() == short
