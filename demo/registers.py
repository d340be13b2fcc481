"""What other departments send about the city: one file of a source a month, in the forms such files come in."""
from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
from pyarrow import parquet

from demo.office_staff import actor
from matching.feeds.loading import load
from matching.feeds.models import FeedLoad
from staff.offices import office_by_code

AREA, LOADER = "5101", "city.li"
Row = tuple[str, ...]  # name, ID number, day, and what else the source's headings name


def _csv(path: Path, headings: Row, rows: list[Row], encoding: str = "utf-8-sig") -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([headings, *rows])


def _old_csv(path: Path, headings: Row, rows: list[Row]) -> None:
    _csv(path, headings, rows, "gb18030")


def _sheet(path: Path, headings: Row, rows: list[Row]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    for row in (headings, *rows):
        sheet.append(row)
    book.save(path)


def _columns(path: Path, headings: Row, rows: list[Row]) -> None:
    parquet.write_table(pa.table({name: [row[at] for row in rows] for at, name in enumerate(headings)}), path)


@dataclass(frozen=True)
class Sent:
    """How a source writes its files. seen: the value that says the person was there, "" where none is needed."""

    headings: Row
    write: Callable[[Path, Row, list[Row]], None]
    ending: str = "csv"
    seen: str = ""


PERSON = ("姓名", "身份证号")
SOURCES = {
    "rail_travel": Sent((*PERSON, "乘车日期", "乘车状态"), _csv, seen="已乘车"),
    "air_travel": Sent((*PERSON, "乘机日期", "乘机状态"), _csv, seen="已乘机"),
    "hospital_stays": Sent((*PERSON, "入院日期", "病情"), _sheet, "xlsx", "一般"),
    "city_app": Sent((*PERSON, "认证日期", "认证结果"), _columns, "parquet", "通过"),
    "medical_insurance_payments": Sent((*PERSON, "缴费日期"), _csv),
    "cremations": Sent((*PERSON, "死亡日期", "火化日期"), _old_csv),
    "household_cancellation": Sent((*PERSON, "注销日期", "注销原因"), _old_csv),
    "court_sentences": Sent((*PERSON, "刑期起始日期", "刑种"), _csv),
    "marriages": Sent((*PERSON, "登记日期", "登记类型"), _csv),
    "death_certificates": Sent((*PERSON, "出生日期", "性别", "居住地", "死亡日期"), _sheet, "xlsx"),
}


def send(source: str, rows: Iterable[Row], on: date, *, loose: Iterable[Row] = ()) -> FeedLoad:
    """Load the file of a source as the city's clerk does. loose: rows whose cells are not those of the headings."""
    sent, listed = SOURCES[source], list(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{source}-{on:%Y%m}.{sent.ending}"
        sent.write(path, sent.headings, [*listed, *loose])
        return load(path, source, office_by_code(AREA), actor(LOADER), on)


def seen(source: str, name: str, number: str, day: date) -> Row:
    """A person was there that day."""
    said = SOURCES[source].seen
    return (name, number, day.isoformat(), *([said] if said else []))
