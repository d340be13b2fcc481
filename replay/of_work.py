"""The work around cases: objections, verification tasks, certifications, notices, promised limits (R3)."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, case, select

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
from replay.part import Applies, Part, Rows, told

LODGED = ("receipt_no", "kind", "lodged_by", "lodged_on")
CERTIFICATION = ("method", "evidence_on", "source_ref")
LIMIT = ("service", "working_days", "started_on")


def _sets(key: str, *names: str, **fixed: Any) -> Applies:
    """Writes the columns the event names, the fixed ones, and those whose value is the event's own day (DAY)."""
    def apply(rows: Rows, happened: Recorded) -> None:
        day = happened.meta.on.isoformat()
        row = rows.setdefault(happened.data[key], {})
        row |= told(happened, *names) | {name: day if value is DAY else value for name, value in fixed.items()}
    return apply


DAY = object()


def _closed(status: str) -> Applies:
    def apply(rows: Rows, happened: Recorded) -> None:
        rows[happened.data["objection"]] |= {"status": status, "closed_on": happened.meta.on.isoformat(),
                                             "decision": happened.data["decision"]}
    return apply


def _lodged(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["objection"]] = told(happened, *LODGED) | {"status": "open", "closed_on": None, "decision": None}


def _opened(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["task"]] = told(happened, "cause", "due_on") | {
        "status": "open", "outcome": None, "means": None, "finished_on": None, "escalated_on": None}


def _escalated(rows: Rows, happened: Recorded) -> None:
    """Whatever it is for from now on, it is the county's since the first time."""
    row = rows[happened.data["task"]]
    row |= told(happened, "cause", "due_on") | {"escalated_on": row["escalated_on"] or happened.meta.on.isoformat()}


def _certification(status: str) -> Applies:
    return _sets("certification", *CERTIFICATION, status=status)


def _queued(rows: Rows, happened: Recorded) -> None:
    data = happened.data
    notices = data["notices"] if "notices" in data else {data["channel"]: data["notice"]}
    rows |= {notice: {"kind": data["kind"], "channel": channel, "status": "queued"}
             for channel, notice in notices.items()}


def _limit(rows: Rows, happened: Recorded) -> None:
    row = rows.setdefault(happened.data["decision"], {})
    row |= told(happened, "due_on", "provisional", *LIMIT)


def _paused(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["decision"], happened.data["paused_on"]] = told(happened, "reason", "basis") | {
        "resumed_on": None}


def _resumed(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["decision"], happened.data["paused_on"]]["resumed_on"] = happened.data["resumed_on"]


def _of_case(model: Any, *columns: Any) -> Callable[[], Select[Any]]:
    return lambda: (select(model.public_id.label("key"), *columns).select_from(model)
                    .join(Case, model.case_id == Case.id))


def _objections() -> Select[Any]:
    columns = [getattr(Objection, name) for name in (*LODGED, "status", "closed_on")]
    return (select(Objection.public_id.label("key"), *columns, Decision.public_id.label("decision"))
            .select_from(Objection).join(Case, Objection.case_id == Case.id)
            .outerjoin(Decision, Objection.closed_by_decision_id == Decision.id))


def _certifications() -> Select[Any]:
    columns = [getattr(Certification, name) for name in (*CERTIFICATION, "status")]
    return (select(Certification.public_id.label("key"), *columns)
            .join(Pensioner, Certification.pensioner_id == Pensioner.id))


def _limits() -> Select[Any]:
    columns = [getattr(ServiceLimit, name) for name in ("due_on", "provisional", *LIMIT)]
    return (select(Decision.public_id.label("key"), *columns).join(Decision, ServiceLimit.decision_id == Decision.id)
            .join(Case, Decision.case_id == Case.id))


def _pauses() -> Select[Any]:
    return (select(Decision.public_id.label("key_1"), LimitPause.paused_on.label("key_2"), LimitPause.reason,
                   LimitPause.basis, LimitPause.resumed_on)
            .join(Decision, LimitPause.decision_id == Decision.id).join(Case, Decision.case_id == Case.id))


def _status(status: str) -> Applies:
    return _sets("notice", status=status)




# taken up for sending is no event: until the channel has answered it counts as queued
_SENDING = case((Notice.status == "sending", "queued"), else_=Notice.status).label("status")
PARTS = (
    Part("objections", {"ObjectionLodged": _lodged, "ObjectionUpheld": _closed("upheld"),
                        "ObjectionDismissed": _closed("dismissed")}, _objections, Case.pensioner_id),
    Part("tasks", {"VerificationOpened": _opened, "VerificationEscalated": _escalated,
                   "VerificationFinished": _sets("task", "outcome", "means", status="finished", finished_on=DAY)},
         _of_case(VerificationTask, VerificationTask.cause, VerificationTask.due_on, VerificationTask.status,
                  VerificationTask.outcome, VerificationTask.means, VerificationTask.finished_on,
                  VerificationTask.escalated_on), Case.pensioner_id),
    Part("certifications", {"CertificationSubmitted": _certification("submitted"),
                            "CertificationAccepted": _certification("valid"),
                            "CertificationRefused": _certification("refused"),
                            "CertificationWithdrawn": _certification("withdrawn")},
         _certifications, Pensioner.id),
    Part("notices", {"NoticesQueued": _queued, "NoticeQueued": _queued, "NoticeSent": _status("accepted"),
                     "NoticeFailed": _status("failed"), "NoticeHeld": _status("held"),
                     "NoticeReleased": _status("queued"), "NoticeReturned": _status("returned")},
         _of_case(Notice, Notice.kind, Notice.channel, _SENDING), Case.pensioner_id),
    Part("limits", dict.fromkeys(("LimitStarted", "LimitPaused", "LimitResumed", "LimitRecounted", "LimitOverdue"),
                                 _limit), _limits, Case.pensioner_id),
    Part("pauses", {"LimitPaused": _paused, "LimitResumed": _resumed}, _pauses, Case.pensioner_id),
)
