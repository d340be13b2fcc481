"""Cases for tests, made by the real import: proposed by one person, released by another.

Inside an application context.
"""
from __future__ import annotations

import io
import tempfile
from datetime import date
from itertools import count
from pathlib import Path

from PIL import Image
from sqlalchemy import select
from stdnum.cn import ric

from cases.evidence import Received
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import Case, Pensioner
from database import db
from database.types import blind_index
from staff.models import NaturalPerson, StaffAccount
from staff.offices import office_by_code
from tests.people import actor, make_account

OFFICE = "510107"
IMPORTERS = ("importer.one", "importer.two")
GIVEN = {
    "姓名": "周秀英", "险种": "企业职工", "待遇类别": "养老金", "待遇开始年月": "2010-03",
    "月待遇(元)": "3210.50", "历次待遇": "",
    "发放状态": "正常发放", "停发或暂停原因": "", "暂停/停发日期": "", "最近认证日期": "2025-09-01",
    "银行账号": "6228480012345678901", "居住地": "蜀汉街社区", "联系地址": "蜀汉街社区 3 栋 2 单元",
    "联系电话": "13800138000",
}
LAPSED = {"发放状态": "暂停发放", "停发或暂停原因": "逾期未认证", "暂停/停发日期": "2026-01-02",
          "最近认证日期": "2025-01-01"}
DEAD = {"发放状态": "停发", "停发或暂停原因": "死亡", "暂停/停发日期": "2026-01-20",
        "最近认证日期": "2025-01-01"}
_serial = count(1)


def pensioner_id_number(serial: int | None = None) -> str:
    number = next(_serial) if serial is None else serial
    body = f"510107{date.fromordinal(date(1948, 4, 1).toordinal() + number // 900):%Y%m%d}{number % 900 + 1:03d}"
    return body + ric.calc_check_digit(body + "0")


def make_case(on: date, office: str = OFFICE, **cells: str) -> Case:
    """A case by the columns of an office's list, e.g. make_case(on, **LAPSED). Returned fresh from the database."""
    row = GIVEN | {"身份证号": pensioner_id_number()} | cells
    row.setdefault("开户名", row["姓名"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{row['身份证号']}.csv"
        path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
        one, two = _importers(office)
        release(propose(path, office_by_code(office), one, on), two, on)
    return case_of(row["身份证号"])


def make_cases(on: date, many: int, office: str = OFFICE, **cells: str) -> list[Case]:
    """So many of them by one list, each of another person."""
    rows = [GIVEN | {"身份证号": pensioner_id_number()} | cells for _ in range(many)]
    text = [",".join([*row, "开户名"]) for row in rows[:1]] + [",".join([*row.values(), row["姓名"]]) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        one, two = _importers(office)
        release(propose(path, office_by_code(office), one, on), two, on)
    return [case_of(row["身份证号"]) for row in rows]


def case_of(id_number: str) -> Case:
    """The newest of the pensioner."""
    return db.session.scalars(
        select(Case).join(Pensioner, Case.pensioner_id == Pensioner.id)
        .join(NaturalPerson, Pensioner.natural_person_id == NaturalPerson.id)
        .where(NaturalPerson.id_number_index == blind_index(id_number)).order_by(Case.id.desc()).limit(1)).one()


def _importers(office: str) -> tuple:
    names = [f"{name}.{office}" for name in IMPORTERS]
    for name, role in zip(names, ("caseworker", "reviewer"), strict=True):
        if not db.session.scalar(select(StaffAccount.id).where(StaffAccount.username == name)):
            make_account(name, [role], office=office)
    return actor(names[0]), actor(names[1])


def photo(colour: str = "steelblue", form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(made, form)
    return made.getvalue()


def paper(kind: str, on: date, title: str = "材料") -> Received:
    """Evidence as `add_evidence` takes it."""
    return Received(kind, title, "image/jpeg", photo(), on)
