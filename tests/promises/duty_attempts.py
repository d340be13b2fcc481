"""What is tried against the triggers of duties, inspections, samples and training, and the rows it needs."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from cases.duties import inspecting, recording
from cases.duties.indicators import Sampled, enter_sample
from cases.duties.inspecting import Inspected
from cases.duties.recording import Done
from staff.training import Course, record_training
from tests.people import account as account_named
from tests.people import actor
from tests.promises.ledger_attempts import each
from tests.promises.trigger_attempts import Statements, account, copied, never_changes, person

OPEN, DONE = "status = 'open'", "status = 'recorded'"
SETTLED = f"settled_by = {account('wang')}, settled_by_person = {person('wang')}, settled_on = done_on"
CORRECTED = (f"corrected_by = {account('li')}, corrected_by_person = {person('li')}, corrected_on = due_on,"
             " correction = '已补齐'")
CLOSED = f"closed_by = {account('wang')}, closed_by_person = {person('wang')}, closed_on = due_on"
PUT_RIGHT = f"UPDATE inspection SET status = 'corrected', {CORRECTED} WHERE {OPEN}"
OTHER_OFFICE = "(SELECT id FROM office WHERE code = '51')"

ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    **never_changes("service_sample", "note"), **never_changes("training_record", "topic"),
    "training_record_persons": (
        (copied("training_record", "1 = 1", natural_person_id=person("zhao")),),
        (copied("training_record", "1 = 1", recorded_by_person=person("zhao")),)),
    "duty_record_person_insert": (
        (copied("duty_record", DONE, last_month="'2099-12'", done_by=account("zhao")),),
        (copied("duty_record", DONE, last_month="'2099-12'", status="'confirmed'", settled_on="done_on",
                settled_by=account("wang"), settled_by_person=person("zhao")),)),
    "duty_record_person_update": each(
        "duty_record", f"status = 'confirmed', settled_by = {account('wang')}, settled_by_person = {person('zhao')},"
        " settled_on = done_on", where=DONE),
    "duty_record_as_recorded": each(
        "duty_record", f"office_id = {OTHER_OFFICE}", "office_path = '51/'", "kind = 'matching'",
        "first_month = '2025-01'", "last_month = '2099-12'", "due_on = '2099-12-31'", "note = 'other'",
        "done_on = '2025-01-01'", f"done_by = {account('zhao')}, done_by_person = {person('zhao')}",
        "paper_sha256 = 'other'", "figures = '{\"volumes\": []}'", where=DONE),
    "duty_record_settled": (
        (f"UPDATE duty_record SET status = 'confirmed', {SETTLED} WHERE {DONE}",
         "UPDATE duty_record SET status = 'returned', reason = 'other' WHERE status = 'confirmed'"),
        (f"UPDATE duty_record SET status = 'returned', reason = '不符', {SETTLED} WHERE {DONE}",
         "UPDATE duty_record SET reason = 'other' WHERE status = 'returned'")),
    "duty_record_no_delete": (("DELETE FROM duty_record",),),
    "inspection_person_insert": (
        (copied("inspection", OPEN, entered_by=account("zhao")),),
        (copied("inspection", OPEN, status="'corrected'", correction="'已补齐'", corrected_on='"on"',
                corrected_by=account("li"), corrected_by_person=person("zhao")),)),
    "inspection_person_update": (
        (PUT_RIGHT.replace(f"corrected_by_person = {person('li')}", f"corrected_by_person = {person('zhao')}"),),
        (PUT_RIGHT, f"UPDATE inspection SET status = 'closed', closed_by = {account('wang')},"
         f" closed_by_person = {person('zhao')}, closed_on = due_on WHERE status = 'corrected'")),
    "inspection_as_entered": each(
        "inspection", f"office_id = {OTHER_OFFICE}", "office_path = '51/'", "kind = 'special_check'",
        "inspector = 'other'",
        "\"on\" = '2025-01-01'", "finding = 'other'", "measure = 'other'", "due_on = '2099-12-31'",
        "duty_record_id = (SELECT id FROM duty_record)",
        f"entered_by = {account('zhao')}, entered_by_person = {person('zhao')}", where=OPEN),
    "inspection_as_corrected": (
        (PUT_RIGHT, "UPDATE inspection SET correction = 'other' WHERE status = 'corrected'"),
        (PUT_RIGHT, "UPDATE inspection SET status = 'open', correction = NULL, corrected_on = NULL,"
         " corrected_by = NULL, corrected_by_person = NULL WHERE status = 'corrected'"),
        *((PUT_RIGHT, f"UPDATE inspection SET status = 'closed', {CLOSED}, {change} WHERE status = 'corrected'")
          for change in ("correction = 'other'", "corrected_on = '2099-12-31'",
                         f"corrected_by = {account('zhao')}, corrected_by_person = {person('zhao')}"))),
    "inspection_over": (
        (PUT_RIGHT, f"UPDATE inspection SET status = 'closed', {CLOSED} WHERE status = 'corrected'",
         "UPDATE inspection SET closed_on = '2099-12-31' WHERE status = 'closed'"),
        ("UPDATE inspection SET status = 'clear' WHERE status = 'clear'",)),
    "inspection_no_delete": (("DELETE FROM inspection",),),
}


def keep_duties(on: date) -> None:
    """By the real commands: volumes bound, an inspection with a finding and one without, a sample, a training."""
    first = on.replace(day=1) - timedelta(days=1)
    lines = {f"enterprise_employees.{item}": {"theirs": 1, "why": "测试差额"}
             for item in ("paid_out", "back_paid", "recovered")}
    recording.do("510107", "reconciliation", Done(f"{first:%Y-%m}", "已核对", lines), actor=actor("li"), on=on)
    found = Inspected("510107", "outside", "市审计局", on, "缺一份照片", "补齐", on + timedelta(days=30))
    inspecting.enter(found, actor=actor("li"), on=on)
    inspecting.enter(replace(found, measure="", due_on=None), actor=actor("li"), on=on)
    enter_sample(Sampled("510107", "query_accuracy", f"{on:%Y-%m}", 20, 19, "电话查询"), actor=actor("li"), on=on)
    public_id = account_named("li").public_id
    record_training(Course(public_id, on, "政策", "lecture", 12, "passed"), actor=actor("wang"), on=on)
