"""Corrections sent to systems of others after a wrong suspension or stop, and the files they went in (R3)."""
from __future__ import annotations

from audit.events import Recorded
from cases.models import Correction, CorrectionSending
from replay.part import UNTOLD, Part, Rows, area, by, case, on, said, writes
from replay.rows import rows_of
from replay.words import words

SENT = ("status", "sending_id", "settled_on", "settled_by")


def _sent(rows: Rows, happened: Recorded) -> None:
    """Before the event named them, nobody knows which of the open ones went."""
    data = happened.data
    for name, row in rows.items():
        if "corrections" not in data and row["system"] == data["system"] and row["status"] in ("open", "sent"):
            row |= dict.fromkeys(SENT, UNTOLD)
        elif name in data.get("corrections", ()):
            row |= {"status": "sent", "sending_id": data["sending"]}


def _received(rows: Rows, happened: Recorded) -> None:
    for row in rows.values():
        if (row["status"], row.get("sending_id")) == ("sent", happened.data["sending"]):
            row |= {"status": "received", "settled_on": on(happened), "settled_by": by(happened)}


PARTS = (
    Part("sendings", {"CorrectionsSent": writes("sending", "system", "rows", "digest", "form", office_path=area,
                                                again_of_id=said("again_of"), sent_on=on, sent_by=by),
                      "CorrectionsReceived": writes("sending", "receipt_no", answered_on=on, answered_by=by)},
         rows_of(CorrectionSending, "system office_path rows form digest sent_on sent_by again_of_id receipt_no "
                                    "answered_on answered_by")),
    Part("corrections", {"CorrectionArose": writes("correction_row", "system", "reason", "retraction", "wrong_on",
                                                   case_id=case, decision_id=said("decision"), office_path=area,
                                                   arose_on=on, status="open"),
                         "CorrectionSetAside": writes("correction_row", status="set_aside", settled_on=on,
                                                      settled_by=by, note=words("note")),
                         "CorrectionsSent": _sent, "CorrectionsReceived": _received},
         rows_of(Correction, "case_id decision_id retraction wrong_on system office_path reason arose_on status "
                             "sending_id note settled_on settled_by")),
)
