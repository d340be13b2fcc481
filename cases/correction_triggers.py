"""What the database itself refuses of corrections: what arose, was sent and was answered never changes (QD 27)."""
from __future__ import annotations

from cases.batch_triggers import differs
from database.triggers import keep_rows, refuse, register

_AROSE = ("public_id", "case_id", "decision_id", "retraction", "wrong_on", "system", "office_path", "reason",
          "arose_on")
_SENT = ("public_id", "system", "office_path", "rows", "form", "digest", "sent_on", "sent_by", "again_of_id")
register(
    refuse("correction_as_arisen", "correction", "BEFORE UPDATE", "what is to be corrected never changes",
           differs(*_AROSE)),
    refuse("correction_settled", "correction", "BEFORE UPDATE", "a settled correction never changes",
           "OLD.status IN ('received', 'set_aside')"),
    refuse("correction_no_delete", "correction", "BEFORE DELETE", "corrections are never deleted"),
    refuse("correction_sending_as_sent", "correction_sending", "BEFORE UPDATE", "what was sent never changes",
           differs(*_SENT)),
    refuse("correction_sending_answered", "correction_sending", "BEFORE UPDATE", "an answered sending never changes",
           "OLD.answered_on IS NOT NULL"),
    refuse("correction_sending_no_delete", "correction_sending", "BEFORE DELETE", "sendings are never deleted"),
    keep_rows("correction", ("id",), ("public_id",), ("decision_id", "system"),
              ("retraction", "system")),
    keep_rows("correction_sending", ("id",), ("public_id",)),
)
