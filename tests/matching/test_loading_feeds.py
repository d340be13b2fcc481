"""F1, F2: a feed is loaded whole, once, and each of its rows is accounted for."""
from __future__ import annotations

from datetime import date

import pytest
from openpyxl import Workbook
from pyarrow import parquet, table
from sqlalchemy import select

from audit.models import AuditEvent
from cases.imports.tables import FileRefused
from database import db
from matching.feeds.chunks import unlinked_rows
from matching.feeds.models import FeedLoad, FeedQuarantine
from matching.feeds.sealed import unseal
from matching.feeds.store import raw_file, store
from matching.feeds.withdrawing import withdraw
from rules.feeds import catalogue
from tests.case_builder import make_case
from tests.matching.feeds import BASE, ON, RAIL, counts, csv_file, facts, loaded, signs
from tests.people import actor, make_account, valid_id_number
from workflows.transition import TransitionRefused


def _trip(person, day="2026-02-01", status="已乘车", **changed):
    row = {"姓名": person.name, "身份证号": person.id_number, "乘车日期": day, "乘车状态": status} | changed
    return tuple(row[heading] for heading in RAIL)


def _codes(one: FeedLoad) -> dict[int, list[str]]:
    rows = db.session.scalars(select(FeedQuarantine).where(FeedQuarantine.load_id == one.id))
    return {row.row_number: [error["code"] for error in row.errors] for row in rows}


@pytest.mark.article("SC-9", "QD-14", "RS-2.1")
def test_rows_become_signs_of_the_persons_who_bear_their_numbers(city, tmp_path):
    one, two, _three = city
    brought = loaded(csv_file(tmp_path, [_trip(one), _trip(two, "2026-02-03 08:15:00", "已检票")]))
    assert counts(brought) == (2, 2, 0, 0, 0)
    assert signs(brought) == [(one.id, "2026-02-01", "travel_record", 2, 2),
                              (two.id, "2026-02-03", "travel_record", 2, 3)]
    assert (brought.first_on, brought.last_on) == (date(2026, 2, 1), date(2026, 2, 3))


@pytest.mark.article("SC-9", "QD-14", "RS-2.1")
def test_a_row_of_every_meaning_of_every_source_says_what_the_catalogue_says(city, tmp_path):
    for key, source in ((key, one) for key, one in catalogue().sources.items() if not one.computed):
        said = [(value, meaning) for meaning in source.meanings for value in meaning.values[:1] or [""]]
        days = [f"2026-01-{at:02}" for at in range(1, len(said) + 1)]
        brought = loaded(_file_of(source, city[0], days, [value for value, _ in said], tmp_path), key)
        assert [sign[1:4] for sign in signs(brought)] == [
            (day, meaning.eligible or meaning.loss, 2) for day, (_, meaning) in zip(days, said, strict=True)], key


def _file_of(source, person, days, values, folder):
    headings = {column.name: column.headings[0] for column in source.columns}
    fields = ["name", "id_number", "day", *(["status"] if source.decided_by else [])]
    rows = [(person.name, person.id_number, day, value)[:len(fields)] for day, value in zip(days, values, strict=True)]
    return csv_file(folder, rows, tuple(headings[field] for field in fields))


def test_loading_a_file_twice_is_loading_it_once(city, tmp_path):
    path = csv_file(tmp_path, [_trip(city[0])])
    first, again = loaded(path), loaded(path, on=date(2026, 3, 20))
    assert first.id == again.id and again.loaded_on == ON
    assert db.session.query(FeedLoad).count() == 1
    assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.type == "FeedLoaded")).all()) == 1


def test_rows_add_up_and_each_is_told_by_what_became_of_it(city, tmp_path):
    one, two, three = city
    first = loaded(csv_file(tmp_path, [_trip(one), _trip(two)], name="一月.csv"))
    second = loaded(csv_file(tmp_path, [
        _trip(one), _trip(two), _trip(two), _trip(three), _trip(three, "昨天"), _trip(three, status="上车了")],
        name="二月.csv"))
    assert counts(first) == (2, 2, 0, 0, 0)
    assert counts(second) == (6, 1, 2, 1, 2)
    assert _codes(second) == {6: ["DATE_FORM"], 7: ["UNKNOWN_VALUE"]}


def test_what_a_later_load_repeats_still_stands_when_the_first_is_withdrawn(city, tmp_path):
    one, two, _three = city
    first = loaded(csv_file(tmp_path, [_trip(one)], name="一月.csv"))
    second = loaded(csv_file(tmp_path, [_trip(one), _trip(two)], name="二月.csv"))
    withdraw(first.id, actor("li.feeds"), ON, "来源更正")
    assert second.unchanged == 1 and {sign[0] for sign in signs(second)} == {one.id, two.id}


def test_a_file_withdrawn_and_brought_again_is_another_load(city, tmp_path):
    path = csv_file(tmp_path, [_trip(city[0])])
    first = loaded(path)
    withdraw(first.id, actor("li.feeds"), ON, "误撤")
    again = loaded(path)
    assert again.id != first.id and counts(again) == (1, 1, 0, 0, 0) and facts(first) == facts(again)


def test_a_fifteen_digit_number_is_the_same_person(city, tmp_path):
    person = city[0]
    old = person.id_number[:6] + person.id_number[8:17]
    assert facts(loaded(csv_file(tmp_path, [_trip(person, 身份证号=old)]))) == {
        (person.id, "2026-02-01", "travel_record", 2)}


def test_a_number_with_another_name_is_surely_known_by_the_number_only(city, tmp_path):
    brought = loaded(csv_file(tmp_path, [
        _trip(city[0], 姓名="王小二"), _trip(city[1], 姓名="吴建？"), _trip(city[2], 姓名="")]))
    assert [sign[3] for sign in signs(brought)] == [1, 1, 1]


def test_a_name_written_with_another_dot_is_the_same_name(city, tmp_path):
    assert [sign[3] for sign in signs(loaded(csv_file(tmp_path, [_trip(city[2], 姓名="阿依古丽•买买提")])))] == [2]


def test_a_good_number_that_nobody_here_bears_is_loaded_and_says_nothing_of_anybody(city, tmp_path):
    brought = loaded(csv_file(tmp_path, [("王某", valid_id_number(), "2026-02-01", "已乘车")]))
    assert (brought.loaded, brought.outside, brought.resolved, signs(brought)) == (1, 1, 0, [])


def test_a_row_without_a_readable_number_waits_to_be_linked(city, tmp_path):
    headings = (*RAIL, "出生日期", "性别", "现居住地")
    rows = [(city[0].name, "5101071948040100", "2026-02-01", "已乘车", "1948-04-01", "女", "蜀汉街"),
            (city[1].name, "", "2026-02-02", "已乘车", "", "", ""),
            ("", "", "2026-02-02", "已乘车", "", "", "")]
    brought = loaded(csv_file(tmp_path, rows, headings))
    assert (brought.loaded, brought.unlinked, brought.quarantined, signs(brought)) == (2, 2, 1, [])
    waiting = list(unlinked_rows(brought.public_id))
    assert [(one.row, one.name, one.id_number, one.birth_on, one.place) for one in waiting] == [
        (2, city[0].name, "5101071948040100", "1948-04-01", "蜀汉街"), (3, city[1].name, "", "", "")]
    assert _codes(brought) == {4: ["REQUIRED"]}


def test_no_number_and_no_name_stands_in_any_file_of_the_store(city, tmp_path):
    person = city[0]
    rows = [_trip(person), _trip(person, 身份证号="123"), _trip(person, "昨天")]
    loaded(csv_file(tmp_path, rows))
    hidden = (person.id_number.encode(), person.id_number[:17].encode(), person.name.encode())
    kept = [path for path in store().rglob("*") if path.is_file()]
    assert len(kept) >= 4
    assert [path.name for path in kept for text in hidden if text in path.read_bytes()] == []


def test_the_file_is_kept_as_it_came(city, tmp_path):
    path = csv_file(tmp_path, [_trip(city[0])], encoding="gb18030")
    brought = loaded(path)
    unseal(raw_file(brought.public_id), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_value_that_states_nothing_makes_no_sign(city, tmp_path):
    brought = loaded(csv_file(tmp_path, [(city[0].name, city[0].id_number, "", "正常")], BASE), "population_base")
    assert counts(brought) == (1, 1, 0, 0, 0) and signs(brought) == []


def test_a_death_without_a_date_is_a_sign_without_a_day(city, tmp_path):
    brought = loaded(csv_file(tmp_path, [(city[0].name, city[0].id_number, "", "死亡")], BASE), "population_base")
    assert signs(brought) == [(city[0].id, None, "dead", 2, 2)]


def test_a_day_later_than_the_load_is_quarantined(city, tmp_path):
    assert _codes(loaded(csv_file(tmp_path, [_trip(city[0], "2026-03-16")]))) == {2: ["DATE_IN_FUTURE"]}


def test_of_two_columns_for_the_day_the_more_telling_is_read(city, tmp_path):
    path = csv_file(tmp_path, [(city[0].name, city[0].id_number, "2026-02-09", "2026-02-05")],
                    ("姓名", "身份证号", "火化日期", "死亡日期"))
    brought = loaded(path, "cremations")
    assert signs(brought)[0][1] == "2026-02-05" and brought.unread == ["火化日期"]


def test_a_workbook_and_a_parquet_file_say_what_the_csv_says(city, tmp_path):
    rows = [_trip(one) for one in city]
    book = Workbook()
    for line in (RAIL, *rows):
        book.active.append(line)
    book.save(tmp_path / "数据.xlsx")
    parquet.write_table(table({heading: [row[at] for row in rows] for at, heading in enumerate(RAIL)}),
                        tmp_path / "数据.parquet")
    loads = [loaded(csv_file(tmp_path, rows)), loaded(tmp_path / "数据.xlsx"), loaded(tmp_path / "数据.parquet")]
    assert [facts(one) for one in loads] == [facts(loads[0])] * 3
    assert [counts(one)[1:3] for one in loads] == [(3, 0), (0, 3), (0, 3)]


DAMAGED = {
    "cut off.parquet": (b"PAR1" + b"\x00" * 40, "BROKEN_PARQUET"),
    "empty.csv": (b"", "EMPTY_FILE"),
    "no headings.csv": ("甲,乙\n1,2\n".encode(), "NO_HEADINGS_FOUND"),
    "no day.csv": ("姓名,身份证号,乘车状态\n".encode(), "COLUMNS_MISSING"),
    "one column twice.csv": ("姓名,身份证号,乘车日期,乘车日期,乘车状态\n".encode(), "COLUMN_TWICE"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "OLD_EXCEL_FORMAT"),
    "broken.xlsx": (b"PK\x03\x04" + b"\x00" * 60, "BROKEN_WORKBOOK"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(name, city, tmp_path):
    content, code = DAMAGED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        loaded(path)
    assert refused.value.code == code and db.session.query(FeedLoad).count() == 0


def test_damaged_rows_cost_themselves_and_no_other(city, tmp_path):
    good = [",".join(_trip(one)) for one in city]
    lines = [",".join(RAIL), good[0], '"周秀英,510107', good[1], ",".join(_trip(city[0])) + ",多余", "",
             f"{city[0].name},=A1,2026-02-01,已乘车", f"{city[0].name},1.23457E+17,2026-02-02,已乘车",
             f"{city[0].name}\x00,,2026-02-02,已乘车", good[2]]
    path = tmp_path / "坏.csv"
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    brought = loaded(path)
    assert brought.rows == brought.loaded + brought.unchanged + brought.duplicate + brought.quarantined == 8
    assert {sign[0] for sign in signs(brought)} == {one.id for one in city}
    assert _codes(brought) == {3: ["STRAY_QUOTE"], 5: ["TOO_MANY_CELLS"], 9: ["CONTROL_CHARACTERS"]}
    assert [one.row for one in unlinked_rows(brought.public_id)] == [7, 8]


def test_a_county_brings_in_nothing_about_the_next_county(city, tmp_path):
    there = make_case(ON, "510104", 姓名="邻县人").pensioner
    make_account("yang.feeds", ["caseworker"], "510107")
    path = csv_file(tmp_path, [_trip(city[0]), _trip(there)])
    brought = loaded(path, office="510107", who="yang.feeds")
    assert {sign[0] for sign in signs(brought)} == {city[0].id} and brought.outside == 1
    assert {sign[0] for sign in signs(loaded(path))} == {city[0].id, there.id}


def test_nobody_brings_in_what_is_said_of_themselves(city, tmp_path):
    make_account("zhou.feeds", ["caseworker"], "5101", id_number=city[0].id_number)
    brought = loaded(csv_file(tmp_path, [_trip(city[0]), _trip(city[1])]), who="zhou.feeds")
    assert _codes(brought) == {2: ["OWN_ROW"]} and {sign[0] for sign in signs(brought)} == {city[1].id}


@pytest.mark.parametrize(("role", "place", "code"), [
    ("reviewer", "5101", "NO_GRANT"), ("caseworker", "510104", "OUT_OF_AREA")])
def test_a_feed_is_loaded_by_a_caseworker_of_the_area(role, place, code, city, tmp_path):
    make_account("qian", [role], place)
    with pytest.raises(TransitionRefused) as refused:
        loaded(csv_file(tmp_path, [_trip(city[0])]), who="qian")
    assert refused.value.codes[0] == code


def test_a_person_who_comes_later_or_changes_the_name_is_seen_by_the_next_load(city, tmp_path):
    first = loaded(csv_file(tmp_path, [_trip(city[0])], name="一.csv"))
    newcomer = make_case(ON, 姓名="新来人").pensioner
    second = loaded(csv_file(tmp_path, [_trip(newcomer), _trip(city[0])], name="二.csv"))
    assert {sign[0] for sign in signs(second)} == {city[0].id, newcomer.id} and first.resolved == 1
