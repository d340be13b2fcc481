"""A feed that each of two counties brings in: its own people in it, and somebody of the other."""
from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy import select

from cases.models import Case, Pensioner
from database import db
from matching.feeds.loading import load
from staff.offices import office_by_code
from tests.people import actor
from tests.promises.county import ON

OF_THE_OTHER = {"510107": "510104", "510104": "510107"}
LOADERS = {"510107": "li", "510104": "li.510104"}
NOBODY = "110101195003074516"


def a_feed_of_both(code: str) -> None:
    """A trip of somebody of each county, one of nobody here, one without a number, one on no day."""
    numbers = (_somebody(code), _somebody(OF_THE_OTHER[code]), NOBODY, "")
    lines = [*(f"周秀英,{number},2026-02-01,已乘车" for number in numbers), f"周秀英,{NOBODY},昨天,已乘车"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "乘车.csv"
        path.write_text("\n".join(("姓名,身份证号,乘车日期,乘车状态", *lines)) + "\n", encoding="utf-8")
        load(path, "rail_travel", office_by_code(code), actor(LOADERS[code]), ON)


def _somebody(code: str) -> str:
    query = (select(Pensioner).join(Case, Case.pensioner_id == Pensioner.id)
             .where(Case.office_path == f"51/5101/{code}/").order_by(Pensioner.id).limit(1))
    found = db.session.scalars(query).first()
    return found.id_number if found else NOBODY
