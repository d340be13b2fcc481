"""Offices of other places than Sichuan, whose rules differ: Qingdao, and Jiangsu, where most values are the national
default.

Call `furnish` in an empty database, before any account is made; the founders then hold their posts over that place.
"""
from __future__ import annotations

from database import db
from demo.office_staff import lay_out
from demo.places import OfficeRow
from staff.models import Office
from tests.people import ON

QINGDAO = (
    ("37", "山东省", "province", None),
    ("3701", "济南市", "city", "37"),
    ("370102", "历下区", "county", "3701"),
    ("3702", "青岛市", "city", "37"),
    ("370202", "市南区", "county", "3702"),
    ("370203", "市北区", "county", "3702"),
    ("370203001", "辽宁路街道", "town", "370203"),
    ("370203001001", "辽宁路社区", "village", "370203001"),
)
JIANGSU = (
    ("32", "江苏省", "province", None),
    ("3201", "南京市", "city", "32"),
    ("320102", "玄武区", "county", "3201"),
    ("320102001", "梅园新村街道", "town", "320102"),
)


def furnish(place: tuple[OfficeRow, ...]) -> None:
    assert db.session.query(Office).first() is None, "the place comes first"
    lay_out(place, ON)
