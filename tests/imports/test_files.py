"""Files as offices export them: made here byte by byte and read back."""

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from cases.imports.errors import words
from cases.imports.headings import mapping_of
from cases.imports.reading import open_table
from cases.imports.rows import Record, benefit_key, content_digest, parse_row
from cases.imports.tables import FileRefused

ON = date(2026, 3, 1)
MAPPING = mapping_of("pensioners")
HEADINGS = ["姓名", "身份证号", "险种", "待遇类别", "待遇开始年月", "月待遇(元)", "发放状态", "联系地址"]
ROWS = [
    ["张三", "510104194805120018", "企业职工", "养老金", "200806", "3210.50", "正常发放", "成都市锦江区"],
    ["李镕", "510104195003150025", "170", "养老金", "2010年3月", "1,205.00", "正常", "青羊区, 3号"],
    ["王五", "510104480512001", "机关事业", "退休", "2008/6/1", "4000", "正常发放", ""],
]


def csv_text(rows, delimiter=","):
    return (
        "\r\n".join(delimiter.join(f'"{c}"' if delimiter in c else c for c in row) for row in [HEADINGS, *rows])
        + "\r\n"
    )


def read(path):
    with open_table(path, MAPPING.is_heading_row) as table:
        MAPPING.check(table.headings)
        return [parse_row(row, MAPPING, ON) for row in table.rows]


def written(tmp_path, content, name="名册.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def workbook(tmp_path, rows, **cells):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    path = tmp_path / "名册.xlsx"
    book.save(path)
    return path


def codes(result):
    return [(error.row_number, error.field, error.code) for error in result]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_file_is_read_whatever_program_wrote_it(tmp_path, encoding, delimiter):
    records = read(written(tmp_path, csv_text(ROWS, delimiter).encode(encoding)))
    assert [r.name for r in records] == ["张三", "李镕", "王五"]
    assert [r.row_number for r in records] == [2, 3, 4]
    assert records[1].rates == (("2010-03", 120500),)
    assert records[2].id_number == "510104194805120018" and records[2].id_number_was_15


@pytest.mark.parametrize("encoding, bad", [("utf-8", "李镕".encode()[:-1]), ("gb18030", b"\xff\xff")])
def test_one_broken_line_costs_one_row(tmp_path, encoding, bad):
    lines = csv_text(ROWS).encode(encoding).split(b"\r\n")
    lines[2] = lines[2].replace("李镕".encode(encoding), bad)
    good, broken, last = read(written(tmp_path, b"\r\n".join(lines)))
    assert (good.name, last.name) == ("张三", "王五")
    assert codes(broken) == [(3, "", "UNREADABLE_CHARACTERS")]


@pytest.mark.parametrize("spoilt", ['"李镕', '李镕"'])
def test_a_stray_quote_costs_its_own_row_and_no_other(tmp_path, spoilt):
    good, broken, last = read(written(tmp_path, csv_text(ROWS).replace("李镕", spoilt).encode()))
    assert (good.name, last.name) == ("张三", "王五")
    assert broken[0].row_number == 3 and broken[0].code in ("STRAY_QUOTE", "NAME_CHARACTERS")


def test_stray_quotes_in_neighbouring_rows_cost_only_those_rows(tmp_path):
    rows = [[f'"{r[0]}', *r[1:7], "无"] for r in ROWS] + [ROWS[0]]
    results = read(written(tmp_path, csv_text(rows).encode()))
    assert [codes(r) for r in results[:3]] == [[(n, "", "STRAY_QUOTE")] for n in (2, 3, 4)]
    assert isinstance(results[3], Record) and results[3].row_number == 5


def test_a_quoted_cell_may_run_over_two_lines(tmp_path):
    text = csv_text(ROWS).replace("成都市锦江区", '"成都市\n锦江区"')
    first, second, _ = read(written(tmp_path, text.encode()))
    assert first.address == "成都市 锦江区" and second.row_number == 3


def test_a_comma_too_many_costs_one_row(tmp_path):
    results = read(written(tmp_path, csv_text(ROWS).replace("成都市锦江区", "成都,锦江区").encode()))
    assert codes(results[0]) == [(2, "", "TOO_MANY_CELLS")] and isinstance(results[1], Record)


def test_a_title_above_the_headings_and_empty_rows_are_passed_over(tmp_path):
    text = "锦江区待遇领取人员名册,,,,,,,\r\n,,,,,,,\r\n" + csv_text([ROWS[0], [""] * 8, ROWS[1]])
    assert [r.row_number for r in read(written(tmp_path, text.encode()))] == [4, 6]


def test_a_workbook_with_real_dates_and_numbers_is_read(tmp_path):
    rows = [HEADINGS, ["张三", "510104194805120018", 110, "养老金", datetime(2008, 6, 1), 3210.5, "正常发放", None]]
    (record,) = read(workbook(tmp_path, rows))
    assert (record.granted_on, record.rates, record.scheme) == (
        date(2008, 6, 1),
        (("2008-06", 321050),),
        "enterprise_employees",
    )


def test_a_truncated_id_number_and_a_formula_are_refused_with_row_and_field(tmp_path):
    path = workbook(tmp_path, [HEADINGS, *ROWS], B2=5.10104194805120e17, F3="=1000+205", B4="5.1E+17")
    first, second, third = read(path)
    assert codes(first) == [(2, "id_number", "ID_NUMBER_TRUNCATED")]
    assert codes(second) == [(3, "monthly_fen", "FORMULA")]
    assert codes(third) == [(4, "id_number", "ID_NUMBER_TRUNCATED")]


def test_every_error_of_a_row_is_named_at_once_and_values_are_masked(tmp_path):
    bad = ["张?", "510104194805120019", "商业", "养老金", "2008-06", "-1", "停发", ""]
    (result,) = read(written(tmp_path, csv_text([bad]).encode()))
    assert {e.field: e.code for e in result} == {
        "name": "NAME_CHARACTER_LOST",
        "id_number": "ID_NUMBER_CHECK_DIGIT",
        "scheme": "UNKNOWN_VALUE",
        "monthly_fen": "AMOUNT_NEGATIVE",
        "status_reason": "REASON_NEEDED",
        "status_since": "SINCE_NEEDED",
    }
    assert {e.shown for e in result if e.field == "id_number"} == {"510*************19"}


@pytest.mark.parametrize(
    "heading, value, code",
    [
        ("出生日期", "1948-05-13", "BIRTH_DIFFERS_FROM_ID_NUMBER"),
        ("性别", "女", "SEX_DIFFERS_FROM_ID_NUMBER"),
        ("历次待遇", "2024-01:1200;2025-01:1260", "RATE_DIFFERS_FROM_HISTORY"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path, heading, value, code):
    lines = [[*HEADINGS, heading], [*ROWS[0], value]]
    (result,) = read(written(tmp_path, "\n".join(",".join(line) for line in lines).encode()))
    assert [e.code for e in result] == [code]


def test_status_takes_its_own_reasons_only(tmp_path):
    def row(status, reason):
        lines = [[*HEADINGS, "停发或暂停原因", "暂停日期"], [*ROWS[0][:6], status, "", reason, "2025-05-01"]]
        return read(written(tmp_path, "\n".join(",".join(line) for line in lines).encode()))[0]

    assert row("暂停发放", "逾期未认证").status_reason == "lapsed"
    assert row("停发", "未认证").status_reason == "failed_certification"
    assert codes(row("暂停发放", "失踪")) == [(2, "status_reason", "UNKNOWN_REASON")]


@pytest.mark.parametrize(
    "make, code",
    [
        (lambda p: written(p, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), "OLD_EXCEL_FORMAT"),
        (lambda p: written(p, b"PK\x03\x04 broken"), "BROKEN_WORKBOOK"),
        (lambda p: written(p, b""), "EMPTY_FILE"),
        (lambda p: written(p, "姓名,身份证号\n张三,1\n".encode()), "COLUMNS_MISSING"),
        (lambda p: written(p, (",".join([*HEADINGS, "证件号码"]) + "\n").encode()), "COLUMN_TWICE"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, make, code):
    with pytest.raises(FileRefused) as refused:
        read(make(tmp_path))
    assert refused.value.code == code
    assert words(code, "zh", **refused.value.details) and words(code, "en", **refused.value.details)


def test_two_sheets_with_headings_are_refused_rather_than_one_being_lost(tmp_path):
    book = Workbook()
    for sheet in (book.active, book.create_sheet("二月")):
        sheet.append(HEADINGS)
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(FileRefused, match="SEVERAL_SHEETS"):
        read(tmp_path / "x.xlsx")


def test_columns_nobody_reads_are_named():
    assert MAPPING.unread([*HEADINGS, "备注说明"]) == ["备注说明"]


def test_the_same_content_in_another_place_of_the_file_has_the_same_digest(tmp_path):
    first, again, other = read(written(tmp_path, csv_text([ROWS[0], ROWS[0], ROWS[1]]).encode()))
    assert content_digest(first) == content_digest(again) != content_digest(other)
    assert benefit_key(first) == benefit_key(again) != benefit_key(other)


def test_every_error_code_that_is_raised_has_words():
    import re
    from pathlib import Path

    import cases.imports

    folder = Path(cases.imports.__file__).parent
    source = "\n".join(path.read_text() for path in folder.glob("*.py"))
    raised = set(re.findall(r'(?:Refused|RowError|Row)\([^"\n]*(?:"[a-z_]*", )?"([A-Z][A-Z_]+)"', source))
    assert len(raised) > 25
    assert {code for code in raised if not words_of(code)} == set()


def words_of(code):
    from cases.imports.errors import _words

    return set(_words().get(code, ())) == {"zh", "en"}
