"""Rows and files as a county office would export them, and the two people who bring them in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from stdnum.cn import ric

from tests.people import make_account

ON = date(2026, 3, 15)
HEADER = (
    "姓名,身份证号,险种,待遇类别,待遇开始年月,月待遇(元),历次待遇,发放状态,"
    "停发或暂停原因,暂停/停发日期,最近认证日期,开户名,银行账号,联系电话,居住地,联系地址"
)
HEADINGS = HEADER.split(",")
GIVEN = {
    "姓名": "周秀英",
    "险种": "企业职工",
    "待遇类别": "养老金",
    "待遇开始年月": "2010-03",
    "月待遇(元)": "3210.50",
    "发放状态": "正常发放",
    "最近认证日期": "2025-09-01",
    "银行账号": "6228480012345678901",
    "居住地": "蜀汉街社区",
    "联系电话": "13800138000",
}


def id_number(serial: int, born: date = date(1950, 1, 1)) -> str:
    first = f"510107{date.fromordinal(born.toordinal() + serial // 900):%Y%m%d}{serial % 900 + 1:03d}"
    return first + ric.calc_check_digit(first + "0")


def person(serial: int, **changed: str) -> dict[str, str]:
    """One row by heading; `changed` replaces cells."""
    return GIVEN | {"身份证号": id_number(serial), "开户名": GIVEN["姓名"]} | changed


def csv_file(
    folder: Path,
    rows: list[dict[str, str]],
    name: str = "名册.csv",
    encoding: str = "gb18030",
    headings: tuple[str, ...] = (),
) -> Path:
    path = folder / name
    columns = [*HEADINGS, *headings]
    lines = [columns, *([row.get(heading, "") for heading in columns] for row in rows)]
    path.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding=encoding)
    return path


@pytest.fixture
def office(context: Flask):
    from staff.offices import office_by_code

    make_account("li.bring", ["caseworker"])
    make_account("wang.release", ["reviewer"])
    return office_by_code("510107")


@pytest.fixture
def li(office):
    from tests.people import actor

    return actor("li.bring")


@pytest.fixture
def wang(office):
    from tests.people import actor

    return actor("wang.release")
