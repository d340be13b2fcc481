"""Files brought in and what they told: batches, claims, receipts, answers of banks, runs, people near the age (R3)."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy import case as when

from audit.events import Recorded
from audit.models import AuditEvent
from cases.models import (
    Case,
    DossierIssue,
    Evidence,
    ImportBatch,
    ImportProposal,
    Installation,
    NearingAge,
    PaymentReturn,
    PayRun,
    Recovery,
)
from replay.part import UNTOLD, Applies, Part, Rows, area, by, case, on, said, writes
from replay.rows import rows_of
from replay.words import words

_ACTS = {"told_by_hand": {"told_on": on, "status": "by_hand", "channel": None, "message_id": None},
         "applied": {"applied_on": on}}


def _entered(rows: Rows, happened: Recorded) -> None:
    """The day of the age follows from a birthday, and stands in no entry before one is told of it."""
    rows |= {entry: {"batch_id": happened.data["batch"], "office_path": area(happened), "status": "none",
                     "reaches_on": UNTOLD} for entry in happened.data.get("entered", ())}


def _withdrawn(rows: Rows, happened: Recorded) -> None:
    """Of one withdrawn while it was being read, its event is all there is."""
    rows.setdefault(happened.data["batch"], dict.fromkeys(_BATCH.split(), UNTOLD))["status"] = "withdrawn"


def _noted(rows: Rows, happened: Recorded) -> None:
    act = happened.data["act"]
    writes("entry", **_ACTS.get(act, {"reviewed_on": on, "review": act}))(rows, happened)


def _issued(rows: Rows, happened: Recorded) -> None:
    rows[happened.meta.uid] = {"sha256": happened.data["signed_digest"] or happened.data["digest"]}


def _issues() -> Select[Any]:
    return (select(AuditEvent.uid.label("key"), DossierIssue.sha256)
            .join(AuditEvent, DossierIssue.event_id == AuditEvent.id).join(Case, AuditEvent.case_id == Case.id))


def _closed(rows: Rows, happened: Recorded) -> None:
    """A claim that a later file overtook was closed by nobody."""
    overtaken = happened.data["outcome"] == "overtaken"
    writes("proposal", status=said("outcome"), decision_id=said("decision"), closed_on=on,
           closed_by=None if overtaken else by, reason=words("reason"))(rows, happened)


def _kind(happened: Recorded) -> str:
    return happened.data["kind"] or ""


def _doubles(happened: Recorded) -> int:
    data = happened.data
    return int(data["rows"] - data["good"] - data["quarantined"])


def _of_case(model: Any) -> list[tuple[Any, Any]]:
    return [(Case, model.case_id == Case.id)]


_BATCH = ("kind sha256 rows good loaded unchanged duplicate quarantined office_path proposed_by proposed_by_person "
          "proposed_on file_name")
# a release under way, and a message under way, are no events
_STATUS = when((ImportBatch.status == "releasing", "proposed"), else_=ImportBatch.status).label("status")
_RELEASED = [when((ImportBatch.status == "released", column)).label(column.key)
             for column in (ImportBatch.released_by_person, ImportBatch.released_on)]
_TOLD = when((NearingAge.status == "sending", "none"), else_=NearingAge.status).label("status")
_SENT = [when((NearingAge.status == "accepted", column)).label(column.key)
         for column in (NearingAge.channel, NearingAge.message_id)]
_CASE_NO = select(Case.case_no).where(Case.id == NearingAge.case_id).scalar_subquery().label("case_no")
_PROPOSED: Applies = writes("batch", "kind", "sha256", "rows", "good", "quarantined", loaded=0, unchanged=0,
                            duplicate=_doubles, office_path=said("office"), status="proposed", proposed_by=by,
                            proposed_by_person=said("person"), proposed_on=on, file_name=words("file_name"))
PARTS = (
    Part("imports", {"ImportProposed": _PROPOSED, "ImportWithdrawn": _withdrawn, "ImportReleased": writes(
             "batch", "rows", "loaded", "unchanged", "duplicate", "quarantined", "released_on", status="released",
             released_by_person=said("person"))},
         rows_of(ImportBatch, _BATCH, where=[ImportBatch.status != "staging"], more=[_STATUS, *_RELEASED])),
    Part("claims", {"ChangeProposed": writes("proposal", "row_number", batch_id=said("batch"), kind=_kind, case_id=case,
                                             fields=said("changed"), changes=words("changes"), proposed_on=on,
                                             status="open"),
                    "ProposalClosed": _closed},
         rows_of(ImportProposal, "batch_id row_number case_id kind fields changes reason status proposed_on "
                                 "decision_id closed_on closed_by", join=_of_case(ImportProposal)), Case.pensioner_id),
    Part("receipts", {"OverpaymentRecovered": writes((case, "receipt_ref", "month"), "amount_fen", "way",
                                                     on=said("received_on"))},
         rows_of(Recovery, "amount_fen way on", "case_id", "receipt_ref", "month", join=_of_case(Recovery)),
         Case.pensioner_id),
    Part("returns", {"PaymentReturned": writes((case, "month", "payment_ref"), "amount_fen", "accepted", "decision_no",
                                               on=said("returned_on"), reason=words("reason"))},
         rows_of(PaymentReturn, "amount_fen accepted decision_no on reason", "case_id", "month", "payment_ref",
                 join=_of_case(PaymentReturn)), Case.pensioner_id),
    Part("pay runs", {"PayRunLoaded": writes(("office", "month"), "closed_on", "file_sha256", first=True)},
         rows_of(PayRun, "closed_on file_sha256", "office_id", "month")),
    Part("evidence", {"EvidenceAdded": writes("evidence", "kind", "media_type", "size", "sha256", "happened_on",
                                              "received_on", case_id=case, produced_by=by)},
         rows_of(Evidence, "case_id kind media_type size sha256 happened_on received_on produced_by",
                 join=_of_case(Evidence)), Case.pensioner_id),
    Part("dossiers", {"DossierIssued": _issued}, _issues, Case.pensioner_id),
    Part("nearing age", {"NearingAgeLoaded": _entered, "NearingAgeNoted": _noted,
                         "NearingAgeTold": writes("entry", "channel", "message_id", "reaches_on", status="accepted",
                                                  told_on=on),
                         "NearingAgeNotTold": writes("entry", status=said("outcome")),
                         "NearingAgeMoved": writes("entry", "reaches_on"),
                         "NearingAgeEntered": writes("entry", "case_no", closed_on=on)},
         rows_of(NearingAge, "batch_id office_path reaches_on told_on reviewed_on review applied_on closed_on",
                 more=[_TOLD, *_SENT, _CASE_NO])),
    Part("installation", {"DemonstrationMarked": lambda rows, _happened: rows.update(this={"demonstration": True})},
         lambda: select(literal("this").label("key"), Installation.demonstration).where(Installation.demonstration)),
)
