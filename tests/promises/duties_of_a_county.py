"""What a county of the two has of duties: a month compared (each time another), an inspection, a sample, a course."""
from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from cases.duties import inspecting, recording
from cases.duties.indicators import Sampled, enter_sample
from cases.duties.inspecting import Inspected
from cases.duties.recording import Done
from cases.models import DutyRecord
from database import db
from staff.actor import Actor
from staff.training import Course, record_training
from tests.promises.county import ON

MONTHS = ("2026-02", "2026-01")  # those the office has to compare by now, the last first


def done_in(code: str, li: Actor, wang: Actor, taught: str) -> None:
    """taught: public id of the account of whoever is taught; wang writes it down."""
    earlier = select(func.count()).where(DutyRecord.kind == "reconciliation",
                                         DutyRecord.office_path.endswith(f"{code}/"))
    for month in MONTHS[db.session.scalar(earlier):][:1]:
        done = Done(month, "已核对", {f"enterprise_employees.{item}": {"theirs": 0, "why": "测试"}
                                   for item in ("paid_out", "back_paid", "recovered")})
        recording.do(code, "reconciliation", done, actor=li, on=ON)
    found = Inspected(code, "outside", "市审计局", ON, "缺照片", "补齐", date(2026, 4, 1))
    inspecting.enter(found, actor=li, on=ON)
    enter_sample(Sampled(code, "query_accuracy", "2026-03", 20, 19, "电话查询"), actor=li, on=ON)
    record_training(Course(taught, ON, "政策", "lecture", 12, "passed"), actor=wang, on=ON)
