"""What the database lets go by a retention rule, and nothing else of the same row (R2)."""
from __future__ import annotations

import cases.triggers  # noqa: F401  whose refusal of every change this one takes the place of
from cases.batch_triggers import differs
from database.triggers import refuse_where

# A signature never changes; what was written with it goes once the log's own copy was erased.
_STEP = ("id", "decision_id", "round", "stage", "act", "account_id", "natural_person_id", "role", "content_digest",
         "on", "event_id", "recorded_at")
refuse_where("review_step_no_update", "UPDATE", "review_step", f"""SELECT 1 WHERE {differs(*_STEP)}
    OR NEW.opinion IS NOT NULL OR NEW.content IS NOT NULL OR NOT EXISTS (SELECT 1 FROM audit_personal p
    WHERE p.event_id = OLD.event_id AND p.field = 'opinion' AND p.erased_at IS NOT NULL)""",
             "rows of review_step never change")
