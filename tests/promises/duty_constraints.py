"""What the tables of duties, inspections, samples and training refuse by themselves; what a sound row of each has."""
from __future__ import annotations

from datetime import date
from typing import Any

SETTLED = {"settled_on": date(2026, 3, 1), "settled_by": 7, "settled_by_person": 7}
ASKED_FOR = {"measure": "补齐", "due_on": date(2099, 12, 31)}
PUT_RIGHT = {"correction": "已补齐", "corrected_on": date(2026, 3, 1), "corrected_by": 7, "corrected_by_person": 7}
CLOSED = {"closed_on": date(2026, 3, 1), "closed_by": 8, "closed_by_person": 8}
SOUND: dict[str, dict[str, Any]] = {
    "duty_record": {"status": "recorded", "first_month": "2026-01", "last_month": "2026-01"},
    "inspection": {"status": "clear"}, "service_sample": {"checked": 5, "good": 4},
    "training_record": {"outcome": "passed"},
}
ONE: dict[str, tuple[tuple[str, ...], ...]] = {
    # QD 29, 31; JS 4.2, 8.4, 9: a period of a duty done once
    "duty_record": (("office_id", "kind", "last_month"), ("public_id",)),
    "inspection": (("public_id",),), "service_sample": (("public_id",),), "training_record": (("public_id",),),
}
NEVER: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {  # constraint -> what it refuses, clause by clause
    "ck_duty_record_status": (("duty_record", {"status": "done", **SETTLED}),),
    "ck_duty_record_months": (("duty_record", {"first_month": "2026-02", "last_month": "2026-01"}),),
    "ck_duty_record_settled": (
        *(("duty_record", {"status": "confirmed", **SETTLED, missing: None}) for missing in SETTLED),
        ("duty_record", SETTLED)),
    "ck_duty_record_two_persons": (("duty_record", {"status": "confirmed", "done_by_person": 7, **SETTLED}),),
    "ck_inspection_status": (("inspection", {"status": "lost", **ASKED_FOR}),),
    "ck_inspection_measure": (
        ("inspection", ASKED_FOR), ("inspection", {"status": "open"}),
        ("inspection", {"status": "open", **ASKED_FOR, "due_on": None}),
        ("inspection", {"due_on": date(2099, 12, 31)})),
    "ck_inspection_due_on": (
        ("inspection", {"status": "open", **ASKED_FOR, "on": date(2026, 3, 2), "due_on": date(2026, 3, 1)}),),
    "ck_inspection_corrected": (
        *(("inspection", {"status": "corrected", **ASKED_FOR, **PUT_RIGHT, missing: None}) for missing in PUT_RIGHT),
        ("inspection", {"status": "open", **ASKED_FOR, **PUT_RIGHT})),
    "ck_inspection_closed": (
        *(("inspection", {"status": "closed", **ASKED_FOR, **PUT_RIGHT, **CLOSED, missing: None})
          for missing in CLOSED),
        ("inspection", {"status": "corrected", **ASKED_FOR, **PUT_RIGHT, **CLOSED})),
    "ck_inspection_two_persons": (
        ("inspection", {"status": "closed", **ASKED_FOR, **PUT_RIGHT, **CLOSED, "closed_by_person": 7}),),
    "ck_service_sample_numbers": (
        ("service_sample", {"checked": 0, "good": 0}), ("service_sample", {"checked": 5, "good": 6}),
        ("service_sample", {"checked": 5, "good": -1})),
    "ck_training_record_positive": (("training_record", {"class_hours": 0}),),
    "ck_training_record_outcome": (("training_record", {"outcome": "perhaps"}),),
    "ck_training_record_two_persons": (("training_record", {"natural_person_id": 7, "recorded_by_person": 7}),),
}
