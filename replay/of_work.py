"""The work around cases: objections, verification tasks, certifications, notices, promised limits (R3)."""
from __future__ import annotations

from typing import Any

from sqlalchemy import case as when

from audit.events import Recorded
from cases.models import (
    Case,
    Certification,
    Decision,
    LimitPause,
    Notice,
    Objection,
    Pensioner,
    ServiceLimit,
    VerificationTask,
)
from replay.part import Applies, Part, Rows, by, case, on, said, told, writes
from replay.rows import rows_of
from replay.words import words

LODGED = ("receipt_no", "kind", "lodged_by", "lodged_on")
CERTIFICATION = ("method", "evidence_on", "source_ref")
LIMIT = ("service", "working_days", "started_on")


def _closed(status: str) -> Applies:
    return writes("objection", status=status, closed_on=on, closed_by_decision_id=said("decision"))


def _escalated(rows: Rows, happened: Recorded) -> None:
    """Whatever it is for from now on, it is the county's since the first time."""
    row = rows[happened.data["task"]]
    row |= told(happened, "cause", "due_on") | {"escalated_on": row.get("escalated_on") or on(happened)}


def _filed(status: str, **who: Any) -> Applies:
    """What was filed and accepted in one step was submitted with it."""
    def apply(rows: Rows, happened: Recorded) -> None:
        _SUBMITTED(rows, happened)
        writes("certification", *CERTIFICATION, status=status, **who)(rows, happened)
    return apply


_SUBMITTED = writes("certification", first=True, submitted_on=on, submitted_by=by)


def _queued(rows: Rows, happened: Recorded) -> None:
    data = happened.data
    several = data.get("notices")
    keys = {channel: f"{data['once']}/{channel}" for channel in several} if several else {
        data["channel"]: data["once_key"]}
    rows |= {notice: {"kind": data["kind"], "channel": channel, "status": "queued", "case_id": case(happened),
                      "once_key": keys[channel], "on": on(happened), "decision_id": data["decision"],
                      "objection_id": data["objection"]}
             for channel, notice in (several or {data["channel"]: data["notice"]}).items()}


def _limit(rows: Rows, happened: Recorded) -> None:
    row = rows.setdefault(happened.data["decision"], {})
    row |= told(happened, "due_on", "provisional", *LIMIT)


def _status(status: str) -> Applies:
    return writes("notice", status=status)


_PAUSE = ("decision", "paused_on")
_OF_CASE = {model: [(Case, model.case_id == Case.id)] for model in (Objection, VerificationTask, Notice)}
_OF_DECISION = {model: [(Decision, model.decision_id == Decision.id), (Case, Decision.case_id == Case.id)]
                for model in (ServiceLimit, LimitPause)}
# taken up for sending is no event: until the channel has answered it counts as queued
_SENDING = when((Notice.status == "sending", "queued"), else_=Notice.status).label("status")
PARTS = (
    Part("objections", {"ObjectionLodged": writes("objection", *LODGED, case_id=case, received_by=by, status="open",
                                                   grounds=words("grounds"), phone=words("phone"),
                                                   lodged_by_name=words("lodged_by_name")),
                        "ObjectionUpheld": _closed("upheld"), "ObjectionDismissed": _closed("dismissed")},
         rows_of(Objection, f"{' '.join(LODGED)} case_id received_by grounds phone lodged_by_name status closed_on "
                            "closed_by_decision_id",
                 join=_OF_CASE[Objection]), Case.pensioner_id),
    Part("tasks", {"VerificationOpened": writes("task", "cause", "due_on", case_id=case, objection_id=said("objection"),
                                                grassroots_office_id=said("grassroots_office"), opened_on=on,
                                                status="open"),
                   "VerificationEscalated": _escalated,
                   "VerificationFinished": writes("task", "outcome", "means", status="finished", finished_on=on,
                                                  finished_by=by, evidence_id=said("evidence"), note=words("note"))},
         rows_of(VerificationTask, "case_id cause due_on objection_id grassroots_office_id opened_on status outcome "
                                   "means note finished_on finished_by evidence_id escalated_on",
                 join=_OF_CASE[VerificationTask]), Case.pensioner_id),
    Part("certifications", {"CertificationSubmitted": _filed("submitted"),
                            "CertificationAccepted": _filed("valid"), "CertificationRefused": _filed("refused"),
                            "CertificationWithdrawn": _filed("withdrawn")},
         rows_of(Certification, f"{' '.join(CERTIFICATION)} status submitted_on submitted_by",
                 join=[(Pensioner, Certification.pensioner_id == Pensioner.id)]), Pensioner.id),
    Part("notices", {"NoticesQueued": _queued, "NoticeQueued": _queued, "NoticeSent": _status("accepted"),
                     "NoticeFailed": _status("failed"), "NoticeHeld": _status("held"),
                     "NoticeReleased": _status("queued"), "NoticeReturned": _status("returned")},
         rows_of(Notice, "case_id kind channel once_key on decision_id objection_id", join=_OF_CASE[Notice],
                 more=[_SENDING]), Case.pensioner_id),
    Part("limits", dict.fromkeys(("LimitPaused", "LimitResumed", "LimitRecounted"), _limit) | {
             "LimitStarted": writes("decision", "due_on", "provisional", "basis", *LIMIT),
             "LimitOverdue": writes("decision", "due_on", "provisional", escalated_on=on,
                                    escalated_to_id=said("escalated_to"))},
         rows_of(ServiceLimit, f"due_on provisional basis escalated_on escalated_to_id {' '.join(LIMIT)}",
                 "decision_id", join=_OF_DECISION[ServiceLimit]), Case.pensioner_id),
    Part("pauses", {"LimitPaused": writes(_PAUSE, "reason", "basis", paused_by=by, note=words("note")),
                    "LimitResumed": writes(_PAUSE, "resumed_on", resumed_by=by)},
         rows_of(LimitPause, "reason basis note paused_by resumed_on resumed_by", "decision_id", "paused_on",
                 join=_OF_DECISION[LimitPause]), Case.pensioner_id),
)
