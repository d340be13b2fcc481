"""Duties, inspections, samples of service, training, offices pressed, cases followed up, counts filed (R3)."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from audit.events import Recorded
from cases.duties.recording import digest
from cases.models import Case, DutyRecord, Evidence, FiledCount, FollowUp, Inspection, Pressing, ServiceSample
from replay.part import UNTOLD, Applies, Part, Rows, area, by, case, on, said, writes
from replay.rows import rows_of
from replay.words import words
from staff.models import StaffAccount, TrainingRecord

_PERSON = said("person")


def _settled(status: str, **more: Any) -> Applies:
    return writes("record", status=status, **more, settled_on=on, settled_by=by, settled_by_person=_PERSON)


def _found(happened: Recorded) -> str:
    return "open" if happened.data["due_on"] else "clear"


def _followed_up(rows: Rows, happened: Recorded) -> None:
    """One after another of the case; no event names its row."""
    data, number = happened.data, 1
    while (case(happened), number) in rows:
        number += 1
    rows[case(happened), number] = {name: data[name] for name in ("ledger", "kind", "next_on", "evidence")} | {
        "on": on(happened), "account": by(happened), "note": words("note")(happened)}


def _follow_ups() -> Select[Any]:
    number = func.row_number().over(partition_by=FollowUp.case_id, order_by=FollowUp.id)
    return (select(Case.public_id.label("key_1"), number.label("key_2"), FollowUp.ledger, FollowUp.kind, FollowUp.on,
                   FollowUp.next_on, FollowUp.note, Evidence.public_id.label("evidence"),
                   StaffAccount.public_id.label("account"))
            .join(Case, FollowUp.case_id == Case.id).outerjoin(Evidence, FollowUp.evidence_id == Evidence.id)
            .join(StaffAccount, FollowUp.account_id == StaffAccount.id))


def _filed(rows: Rows, happened: Recorded) -> None:
    """One of an area counts its own: of the whole day it says nothing."""
    whole = area(happened) is None
    for name, number in happened.data["counts"].items():
        rows[happened.data["filed_on"], name] = {"number": number if whole else UNTOLD}


PARTS = (
    Part("duties", {"DutyDone": writes("record", "first_month", "last_month", "due_on", kind=said("duty"),
                                       office_id=said("duty_office"), office_path=area, figures=said("digest"),
                                       paper_sha256=said("paper"), done_on=on, done_by=by, done_by_person=_PERSON,
                                       status="recorded", note=words("note")),
                    "DutyConfirmed": _settled("confirmed"),
                    "DutyReturned": _settled("returned", reason=words("reason"))},
         rows_of(DutyRecord, "office_id office_path kind first_month last_month due_on figures paper_sha256 done_on "
                             "done_by done_by_person status settled_on settled_by settled_by_person note reason"),
         as_in_log={"figures": digest}),
    Part("inspections", {"InspectionEntered": writes("inspection", "due_on", kind=said("inspected"),
                                                     office_id=said("duty_office"), office_path=area,
                                                     on=said("held_on"), duty_record_id=said("record"), entered_by=by,
                                                     entered_by_person=_PERSON, status=_found, inspector=words("body"),
                                                     finding=words("fault"), measure=words("measure")),
                         "FindingCorrected": writes("inspection", status="corrected", corrected_on=on, corrected_by=by,
                                                    corrected_by_person=_PERSON, correction=words("correction")),
                         "InspectionClosed": writes("inspection", status="closed", closed_on=on, closed_by=by,
                                                    closed_by_person=_PERSON)},
         rows_of(Inspection, "office_id office_path kind duty_record_id on due_on entered_by entered_by_person status "
                             "corrected_on corrected_by corrected_by_person closed_on closed_by closed_by_person "
                             "inspector finding measure correction")),
    Part("service samples", {"ServiceSampled": writes("sampling", "indicator", "month", office_id=said("duty_office"),
                                                      office_path=area, checked=said("looked_at"),
                                                      good=said("found_right"), on=on, account_id=by,
                                                      note=words("note"))},
         rows_of(ServiceSample, "office_id office_path indicator month checked good on account_id note")),
    Part("training", {"TrainingRecorded": writes("training", "way", "class_hours", "outcome",
                                                 account_id=said("account"), office_path=area, on=said("held_on"),
                                                 recorded_by=by, recorded_by_person=_PERSON, topic=words("topic"))},
         rows_of(TrainingRecord, "account_id office_path on way class_hours outcome topic recorded_by "
                                  "recorded_by_person")),
    Part("pressings", {"OfficePressed": writes("pressing", "list", "answer_by", from_office_id=said("pressing_office"),
                                               to_office_id=said("pressed_office"), to_path=area, number=said("rows"),
                                               on=on, pressed_by=by, status="open", words=words("words")),
                       "PressingAnswered": writes("pressing", number_left=said("rows"), status="answered",
                                                  answered_on=on, answered_by=by, answer=words("answer"))},
         rows_of(Pressing, "from_office_id to_office_id to_path list number on answer_by pressed_by status answered_on "
                           "answered_by number_left words answer")),
    Part("follow-ups", {"CaseFollowedUp": _followed_up}, _follow_ups, Case.pensioner_id),
    Part("filed counts", {"ListsFiled": _filed},
         lambda: select(FiledCount.on.label("key_1"), FiledCount.list.label("key_2"),
                        func.sum(FiledCount.number).label("number")).group_by(FiledCount.on, FiledCount.list)),
)
