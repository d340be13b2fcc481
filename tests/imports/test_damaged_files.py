"""Files that are damaged or made to harm: refused by name, in words, before they cost memory."""
from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from cases.imports.errors import words
from cases.imports.headings import mapping_of
from cases.imports.proposing import propose
from cases.imports.reading import open_table
from cases.imports.rows import parse_row
from cases.imports.tables import FileRefused
from tests.imports.conftest import HEADINGS, ON, csv_file, person

MAPPING = mapping_of("pensioners")
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path) -> list:
    with open_table(path, MAPPING.is_heading_row) as table:
        return [parse_row(row, MAPPING, ON) for row in table.rows]


def refusal(path: Path) -> str:
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert words(refused.value.code, **refused.value.details)
    return refused.value.code


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    made.active.append(HEADINGS)
    made.active.append([person(1).get(heading, "") for heading in HEADINGS])
    made.save(tmp_path / "名册.xlsx")
    return tmp_path / "名册.xlsx"


def remade(book: Path, change) -> Path:
    """The workbook with the XML of its sheet changed."""
    path = book.with_name("改.xlsx")
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == SHEET else old.read(name))
    return path


def test_a_workbook_that_unpacks_to_hundreds_of_times_its_size_is_refused_unread(book: Path) -> None:
    cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * (60 << 20) + b"</t></is></c></row></sheetData>"
    bomb = remade(book, lambda xml: xml.replace(b"</sheetData>", cell))
    assert bomb.stat().st_size < 1 << 20 and refusal(bomb) == "WORKBOOK_TOO_LARGE"


def test_a_workbook_cut_off_inside_its_sheet_is_refused_by_name(book: Path) -> None:
    assert refusal(remade(book, lambda xml: xml[:len(xml) // 2])) == "BROKEN_WORKBOOK"


def test_control_characters_name_their_row_and_field(tmp_path: Path) -> None:
    good, bad = read(csv_file(tmp_path, [person(1), person(2, 联系地址="南\x00街")]))
    assert good.name == "周秀英"
    assert [(error.row_number, error.field, error.code) for error in bad] == [(3, "address", "CONTROL_CHARACTERS")]
    assert "\x00" not in bad[0].shown


def test_a_very_long_cell_is_too_long_and_costs_no_other_row(tmp_path: Path) -> None:
    long, good = read(csv_file(tmp_path, [person(1, 联系地址="长" * 200_000), person(2)]))
    assert [(error.field, error.code) for error in long] == [("address", "TOO_LONG")] and len(long[0].shown) <= 40
    assert good.name == "周秀英"


TITLES = ",".join(HEADINGS).encode() + b"\n"


@pytest.mark.parametrize("content", [b"", TITLES, TITLES + b",,\n\n"])
def test_a_file_without_rows_is_refused_before_it_is_a_batch(tmp_path: Path, office, li, content: bytes) -> None:
    path = tmp_path / "空.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        propose(path, office, li, ON)
    assert refused.value.code == "EMPTY_FILE"


def test_bytes_that_are_no_text_have_no_headings(tmp_path: Path) -> None:
    path = tmp_path / "空字节.csv"
    path.write_bytes(b"\x00" * 5000)
    assert refusal(path) == "NO_HEADINGS_FOUND"
