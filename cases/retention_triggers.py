"""What the database lets go by a retention rule, and nothing else of the same row (R2).

Each takes the place of a refusal of every change; a row lets its copy go once the log's own was erased.
"""
from __future__ import annotations

import cases.triggers  # noqa: F401  whose refusals these take the place of
from audit.words import ERASED
from cases.batch_triggers import differs
from cases.triggers import AS_PAUSED, CLOSED_STAGES
from database.triggers import refuse_where

# Of each row all that stays; a test compares them with the tables.
STAYS = {
    "review_step": ("id", "decision_id", "round", "stage", "act", "account_id", "natural_person_id", "role",
                    "content_digest", "on", "event_id", "recorded_at"),
    "follow_up": ("id", "public_id", "case_id", "ledger", "kind", "on", "next_on", "evidence_id", "account_id",
                  "recorded_at"),
    "not_passed": ("id", "case_id", "period_due_on", "reason", "means", "noted_on", "noted_by", "noted_by_person",
                   "recorded_at"),
    "limit_pause": ("id", "decision_id", "reason", "basis", "paused_on", "paused_by", "resumed_on", "resumed_by",
                    "recorded_at"),
    "decision": ("id", "public_id", "decision_no", "kind", "case_id", "reason", "stage", "round",
                 "signatures_required", "office_level", "office_id", "office_path", "proposed_by_system", "opened_by",
                 "opened_on", "rules_area", "rules_version", "payable_through", "back_pay_fen", "objection_id",
                 "referred_to_id", "referred_path", "referred_on", "claimed_by", "claimed_at", "closed_on",
                 "recorded_at"),
}


def _erased(types: str, field: str, of: str) -> str:
    """Whether the log's copy of `field` went, of an event of `types` (SQL) that is about the row (`of`)."""
    return f"""EXISTS (SELECT 1 FROM audit_event e JOIN audit_personal p ON p.event_id = e.id
    WHERE {of} AND e.type IN ({types}) AND p.field = '{field}' AND p.erased_at IS NOT NULL)"""


_NOTE = f"NEW.note IS NOT NULL AND NEW.note = '{ERASED}'"
_FOLLOWED = _erased("'CaseFollowedUp'", "note", 'e.case_id = OLD.case_id AND e."on" = OLD."on"')
_NOTED = _erased("'NotPassedNoted'", "note", 'e.case_id = OLD.case_id AND e."on" = OLD.noted_on')
_PAUSED = _erased("'LimitPaused'", "note", """e.case_id = (SELECT d.case_id FROM decision d
    WHERE d.id = OLD.decision_id) AND e."on" = OLD.paused_on""")

refuse_where("review_step_no_update", "UPDATE", "review_step", f"""SELECT 1 WHERE {differs(*STAYS["review_step"])}
    OR NEW.opinion IS NOT NULL OR NEW.content IS NOT NULL OR NOT EXISTS (SELECT 1 FROM audit_personal p
    WHERE p.event_id = OLD.event_id AND p.field = 'opinion' AND p.erased_at IS NOT NULL)""",
             "rows of review_step never change")
refuse_where("follow_up_no_update", "UPDATE", "follow_up", f"""SELECT 1 WHERE {differs(*STAYS["follow_up"])}
    OR NOT ({_NOTE}) OR NOT {_FOLLOWED}""", "rows of follow_up never change")
refuse_where("not_passed_no_update", "UPDATE", "not_passed", f"""SELECT 1 WHERE {differs(*STAYS["not_passed"])}
    OR NEW.note IS NOT NULL OR NOT {_NOTED}""", "rows of not_passed never change")
refuse_where("limit_pause_as_made", "UPDATE", "limit_pause", f"""SELECT 1 WHERE ({AS_PAUSED}) AND
    ({differs(*STAYS["limit_pause"])} OR NOT ({_NOTE}) OR NOT {_PAUSED})""", "a pause never changes")


def _closed_decision(named: str, same: str, rest: str, reasons: str) -> str:
    """Of a closed decision, what was proposed of a person and the reasons may go. In each engine's words: `named`, the
    event names the decision; `same`, `rest`: fields as before, and without the reasons as before; `reasons`, the new
    ones."""
    events = "'DecisionOpened','DecisionEdited'"
    proposed, said = (_erased(events, field, f"e.case_id = OLD.case_id AND {named}")
                      for field in ("proposed", "reasons"))
    return f"""SELECT 1 WHERE OLD.stage IN {CLOSED_STAGES} AND ({differs(*STAYS["decision"])}
    OR NOT ({proposed} OR {said})
    OR NOT (coalesce(NEW.personal, '') = coalesce(OLD.personal, '') OR NEW.personal IS NULL AND {proposed})
    OR NOT ({same} OR {rest} AND coalesce({reasons}, '') = '{ERASED}' AND {said}))"""


refuse_where(
    "decision_closed", "UPDATE", "decision",
    _closed_decision("""instr(e.canonical, CAST('"decision":"' || OLD.public_id || '"' AS BLOB)) > 0""",
                     "NEW.fields = OLD.fields",
                     "json_remove(NEW.fields, '$.reasons') = json_remove(OLD.fields, '$.reasons')",
                     "json_extract(NEW.fields, '$.reasons')"),
    "a closed decision never changes",
    _closed_decision("""position(convert_to('"decision":"' || OLD.public_id || '"', 'UTF8') IN e.canonical) > 0""",
                     "NEW.fields::jsonb = OLD.fields::jsonb",
                     "NEW.fields::jsonb - 'reasons' = OLD.fields::jsonb - 'reasons'",
                     "NEW.fields::jsonb ->> 'reasons'"))
