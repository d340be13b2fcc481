"""More copies of erased values may be erased."""

from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "follow_up_no_update": {
        "sqlite": """CREATE TRIGGER follow_up_no_update BEFORE UPDATE ON follow_up FOR EACH ROW WHEN EXISTS (SELECT 1
           WHERE ((NEW."id" IS NULL) <> (OLD."id" IS NULL) OR NEW."id" <> OLD."id") OR
           ((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL) OR NEW."public_id" <>
           OLD."public_id") OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id"
           <> OLD."case_id") OR ((NEW."ledger" IS NULL) <> (OLD."ledger" IS NULL) OR NEW."ledger" <>
           OLD."ledger") OR ((NEW."kind" IS NULL) <> (OLD."kind" IS NULL) OR NEW."kind" <>
           OLD."kind") OR ((NEW."on" IS NULL) <> (OLD."on" IS NULL) OR NEW."on" <> OLD."on") OR
           ((NEW."next_on" IS NULL) <> (OLD."next_on" IS NULL) OR NEW."next_on" <> OLD."next_on") OR
           ((NEW."evidence_id" IS NULL) <> (OLD."evidence_id" IS NULL) OR NEW."evidence_id" <>
           OLD."evidence_id") OR ((NEW."account_id" IS NULL) <> (OLD."account_id" IS NULL) OR
           NEW."account_id" <> OLD."account_id") OR ((NEW."recorded_at" IS NULL) <>
           (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <> OLD."recorded_at") OR NOT (NEW.note
           IS NOT NULL AND NEW.note = '▇▇▇') OR NOT EXISTS (SELECT 1 FROM audit_event e JOIN
           audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND e."on" = OLD."on"
           AND e.type IN ('CaseFollowedUp') AND p.field = 'note' AND p.erased_at IS NOT NULL)) BEGIN
           SELECT RAISE(ABORT, 'rows of follow_up never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION follow_up_no_update() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF
           EXISTS (SELECT 1 WHERE ((NEW."id" IS NULL) <> (OLD."id" IS NULL) OR NEW."id" <> OLD."id")
           OR ((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL) OR NEW."public_id" <>
           OLD."public_id") OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id"
           <> OLD."case_id") OR ((NEW."ledger" IS NULL) <> (OLD."ledger" IS NULL) OR NEW."ledger" <>
           OLD."ledger") OR ((NEW."kind" IS NULL) <> (OLD."kind" IS NULL) OR NEW."kind" <>
           OLD."kind") OR ((NEW."on" IS NULL) <> (OLD."on" IS NULL) OR NEW."on" <> OLD."on") OR
           ((NEW."next_on" IS NULL) <> (OLD."next_on" IS NULL) OR NEW."next_on" <> OLD."next_on") OR
           ((NEW."evidence_id" IS NULL) <> (OLD."evidence_id" IS NULL) OR NEW."evidence_id" <>
           OLD."evidence_id") OR ((NEW."account_id" IS NULL) <> (OLD."account_id" IS NULL) OR
           NEW."account_id" <> OLD."account_id") OR ((NEW."recorded_at" IS NULL) <>
           (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <> OLD."recorded_at") OR NOT (NEW.note
           IS NOT NULL AND NEW.note = '▇▇▇') OR NOT EXISTS (SELECT 1 FROM audit_event e JOIN
           audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND e."on" = OLD."on"
           AND e.type IN ('CaseFollowedUp') AND p.field = 'note' AND p.erased_at IS NOT NULL)) THEN
           RAISE EXCEPTION 'rows of follow_up never change' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           follow_up_no_update BEFORE UPDATE ON follow_up FOR EACH ROW EXECUTE FUNCTION
           follow_up_no_update()""",
    },
    "not_passed_no_update": {
        "sqlite": """CREATE TRIGGER not_passed_no_update BEFORE UPDATE ON not_passed FOR EACH ROW WHEN EXISTS (SELECT 1
           WHERE ((NEW."id" IS NULL) <> (OLD."id" IS NULL) OR NEW."id" <> OLD."id") OR
           ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR
           ((NEW."period_due_on" IS NULL) <> (OLD."period_due_on" IS NULL) OR NEW."period_due_on" <>
           OLD."period_due_on") OR ((NEW."reason" IS NULL) <> (OLD."reason" IS NULL) OR NEW."reason"
           <> OLD."reason") OR ((NEW."means" IS NULL) <> (OLD."means" IS NULL) OR NEW."means" <>
           OLD."means") OR ((NEW."noted_on" IS NULL) <> (OLD."noted_on" IS NULL) OR NEW."noted_on"
           <> OLD."noted_on") OR ((NEW."noted_by" IS NULL) <> (OLD."noted_by" IS NULL) OR
           NEW."noted_by" <> OLD."noted_by") OR ((NEW."noted_by_person" IS NULL) <>
           (OLD."noted_by_person" IS NULL) OR NEW."noted_by_person" <> OLD."noted_by_person") OR
           ((NEW."recorded_at" IS NULL) <> (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <>
           OLD."recorded_at") OR NEW.note IS NOT NULL OR NOT EXISTS (SELECT 1 FROM audit_event e
           JOIN audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND e."on" =
           OLD.noted_on AND e.type IN ('NotPassedNoted') AND p.field = 'note' AND p.erased_at IS NOT
           NULL)) BEGIN SELECT RAISE(ABORT, 'rows of not_passed never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION not_passed_no_update() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF
           EXISTS (SELECT 1 WHERE ((NEW."id" IS NULL) <> (OLD."id" IS NULL) OR NEW."id" <> OLD."id")
           OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id")
           OR ((NEW."period_due_on" IS NULL) <> (OLD."period_due_on" IS NULL) OR NEW."period_due_on"
           <> OLD."period_due_on") OR ((NEW."reason" IS NULL) <> (OLD."reason" IS NULL) OR
           NEW."reason" <> OLD."reason") OR ((NEW."means" IS NULL) <> (OLD."means" IS NULL) OR
           NEW."means" <> OLD."means") OR ((NEW."noted_on" IS NULL) <> (OLD."noted_on" IS NULL) OR
           NEW."noted_on" <> OLD."noted_on") OR ((NEW."noted_by" IS NULL) <> (OLD."noted_by" IS
           NULL) OR NEW."noted_by" <> OLD."noted_by") OR ((NEW."noted_by_person" IS NULL) <>
           (OLD."noted_by_person" IS NULL) OR NEW."noted_by_person" <> OLD."noted_by_person") OR
           ((NEW."recorded_at" IS NULL) <> (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <>
           OLD."recorded_at") OR NEW.note IS NOT NULL OR NOT EXISTS (SELECT 1 FROM audit_event e
           JOIN audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND e."on" =
           OLD.noted_on AND e.type IN ('NotPassedNoted') AND p.field = 'note' AND p.erased_at IS NOT
           NULL)) THEN RAISE EXCEPTION 'rows of not_passed never change' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           not_passed_no_update BEFORE UPDATE ON not_passed FOR EACH ROW EXECUTE FUNCTION
           not_passed_no_update()""",
    },
    "limit_pause_as_made": {
        "sqlite": """CREATE TRIGGER limit_pause_as_made BEFORE UPDATE ON limit_pause FOR EACH ROW WHEN EXISTS (SELECT 1
           WHERE (OLD.resumed_on IS NOT NULL OR NEW.decision_id <> OLD.decision_id OR NEW.paused_on
           <> OLD.paused_on OR NEW.reason <> OLD.reason OR NEW.basis <> OLD.basis OR NEW.note <>
           OLD.note OR NEW.paused_by <> OLD.paused_by) AND (((NEW."id" IS NULL) <> (OLD."id" IS
           NULL) OR NEW."id" <> OLD."id") OR ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS
           NULL) OR NEW."decision_id" <> OLD."decision_id") OR ((NEW."reason" IS NULL) <>
           (OLD."reason" IS NULL) OR NEW."reason" <> OLD."reason") OR ((NEW."basis" IS NULL) <>
           (OLD."basis" IS NULL) OR NEW."basis" <> OLD."basis") OR ((NEW."paused_on" IS NULL) <>
           (OLD."paused_on" IS NULL) OR NEW."paused_on" <> OLD."paused_on") OR ((NEW."paused_by" IS
           NULL) <> (OLD."paused_by" IS NULL) OR NEW."paused_by" <> OLD."paused_by") OR
           ((NEW."resumed_on" IS NULL) <> (OLD."resumed_on" IS NULL) OR NEW."resumed_on" <>
           OLD."resumed_on") OR ((NEW."resumed_by" IS NULL) <> (OLD."resumed_by" IS NULL) OR
           NEW."resumed_by" <> OLD."resumed_by") OR ((NEW."recorded_at" IS NULL) <>
           (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <> OLD."recorded_at") OR NOT (NEW.note
           IS NOT NULL AND NEW.note = '▇▇▇') OR NOT EXISTS (SELECT 1 FROM audit_event e JOIN
           audit_personal p ON p.event_id = e.id WHERE e.case_id = (SELECT d.case_id FROM decision d
           WHERE d.id = OLD.decision_id) AND e."on" = OLD.paused_on AND e.type IN ('LimitPaused')
           AND p.field = 'note' AND p.erased_at IS NOT NULL))) BEGIN SELECT RAISE(ABORT,
           'a pause never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION limit_pause_as_made() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF
           EXISTS (SELECT 1 WHERE (OLD.resumed_on IS NOT NULL OR NEW.decision_id <> OLD.decision_id
           OR NEW.paused_on <> OLD.paused_on OR NEW.reason <> OLD.reason OR NEW.basis <> OLD.basis
           OR NEW.note <> OLD.note OR NEW.paused_by <> OLD.paused_by) AND (((NEW."id" IS NULL) <>
           (OLD."id" IS NULL) OR NEW."id" <> OLD."id") OR ((NEW."decision_id" IS NULL) <>
           (OLD."decision_id" IS NULL) OR NEW."decision_id" <> OLD."decision_id") OR ((NEW."reason"
           IS NULL) <> (OLD."reason" IS NULL) OR NEW."reason" <> OLD."reason") OR ((NEW."basis" IS
           NULL) <> (OLD."basis" IS NULL) OR NEW."basis" <> OLD."basis") OR ((NEW."paused_on" IS
           NULL) <> (OLD."paused_on" IS NULL) OR NEW."paused_on" <> OLD."paused_on") OR
           ((NEW."paused_by" IS NULL) <> (OLD."paused_by" IS NULL) OR NEW."paused_by" <>
           OLD."paused_by") OR ((NEW."resumed_on" IS NULL) <> (OLD."resumed_on" IS NULL) OR
           NEW."resumed_on" <> OLD."resumed_on") OR ((NEW."resumed_by" IS NULL) <> (OLD."resumed_by"
           IS NULL) OR NEW."resumed_by" <> OLD."resumed_by") OR ((NEW."recorded_at" IS NULL) <>
           (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <> OLD."recorded_at") OR NOT (NEW.note
           IS NOT NULL AND NEW.note = '▇▇▇') OR NOT EXISTS (SELECT 1 FROM audit_event e JOIN
           audit_personal p ON p.event_id = e.id WHERE e.case_id = (SELECT d.case_id FROM decision d
           WHERE d.id = OLD.decision_id) AND e."on" = OLD.paused_on AND e.type IN ('LimitPaused')
           AND p.field = 'note' AND p.erased_at IS NOT NULL))) THEN RAISE EXCEPTION
           'a pause never changes' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN
           NEW; END $$; CREATE TRIGGER limit_pause_as_made BEFORE UPDATE ON limit_pause FOR EACH ROW
           EXECUTE FUNCTION limit_pause_as_made()""",
    },
    "decision_closed": {
        "sqlite": """CREATE TRIGGER decision_closed BEFORE UPDATE ON decision FOR EACH ROW WHEN EXISTS (SELECT 1 WHERE
           OLD.stage IN ('executed','rejected','withdrawn') AND (((NEW."id" IS NULL) <> (OLD."id" IS
           NULL) OR NEW."id" <> OLD."id") OR ((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL)
           OR NEW."public_id" <> OLD."public_id") OR ((NEW."decision_no" IS NULL) <>
           (OLD."decision_no" IS NULL) OR NEW."decision_no" <> OLD."decision_no") OR ((NEW."kind" IS
           NULL) <> (OLD."kind" IS NULL) OR NEW."kind" <> OLD."kind") OR ((NEW."case_id" IS NULL) <>
           (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR ((NEW."reason" IS NULL) <>
           (OLD."reason" IS NULL) OR NEW."reason" <> OLD."reason") OR ((NEW."stage" IS NULL) <>
           (OLD."stage" IS NULL) OR NEW."stage" <> OLD."stage") OR ((NEW."round" IS NULL) <>
           (OLD."round" IS NULL) OR NEW."round" <> OLD."round") OR ((NEW."signatures_required" IS
           NULL) <> (OLD."signatures_required" IS NULL) OR NEW."signatures_required" <>
           OLD."signatures_required") OR ((NEW."office_level" IS NULL) <> (OLD."office_level" IS
           NULL) OR NEW."office_level" <> OLD."office_level") OR ((NEW."office_id" IS NULL) <>
           (OLD."office_id" IS NULL) OR NEW."office_id" <> OLD."office_id") OR ((NEW."office_path"
           IS NULL) <> (OLD."office_path" IS NULL) OR NEW."office_path" <> OLD."office_path") OR
           ((NEW."proposed_by_system" IS NULL) <> (OLD."proposed_by_system" IS NULL) OR
           NEW."proposed_by_system" <> OLD."proposed_by_system") OR ((NEW."opened_by" IS NULL) <>
           (OLD."opened_by" IS NULL) OR NEW."opened_by" <> OLD."opened_by") OR ((NEW."opened_on" IS
           NULL) <> (OLD."opened_on" IS NULL) OR NEW."opened_on" <> OLD."opened_on") OR
           ((NEW."rules_area" IS NULL) <> (OLD."rules_area" IS NULL) OR NEW."rules_area" <>
           OLD."rules_area") OR ((NEW."rules_version" IS NULL) <> (OLD."rules_version" IS NULL) OR
           NEW."rules_version" <> OLD."rules_version") OR ((NEW."payable_through" IS NULL) <>
           (OLD."payable_through" IS NULL) OR NEW."payable_through" <> OLD."payable_through") OR
           ((NEW."back_pay_fen" IS NULL) <> (OLD."back_pay_fen" IS NULL) OR NEW."back_pay_fen" <>
           OLD."back_pay_fen") OR ((NEW."objection_id" IS NULL) <> (OLD."objection_id" IS NULL) OR
           NEW."objection_id" <> OLD."objection_id") OR ((NEW."referred_to_id" IS NULL) <>
           (OLD."referred_to_id" IS NULL) OR NEW."referred_to_id" <> OLD."referred_to_id") OR
           ((NEW."referred_path" IS NULL) <> (OLD."referred_path" IS NULL) OR NEW."referred_path" <>
           OLD."referred_path") OR ((NEW."referred_on" IS NULL) <> (OLD."referred_on" IS NULL) OR
           NEW."referred_on" <> OLD."referred_on") OR ((NEW."claimed_by" IS NULL) <>
           (OLD."claimed_by" IS NULL) OR NEW."claimed_by" <> OLD."claimed_by") OR ((NEW."claimed_at"
           IS NULL) <> (OLD."claimed_at" IS NULL) OR NEW."claimed_at" <> OLD."claimed_at") OR
           ((NEW."closed_on" IS NULL) <> (OLD."closed_on" IS NULL) OR NEW."closed_on" <>
           OLD."closed_on") OR ((NEW."recorded_at" IS NULL) <> (OLD."recorded_at" IS NULL) OR
           NEW."recorded_at" <> OLD."recorded_at") OR NOT (EXISTS (SELECT 1 FROM audit_event e JOIN
           audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND
           instr(e.canonical, CAST('"decision":"' || OLD.public_id || '"' AS BLOB)) > 0 AND e.type
           IN ('DecisionOpened','DecisionEdited') AND p.field = 'proposed' AND p.erased_at IS NOT
           NULL) OR EXISTS (SELECT 1 FROM audit_event e JOIN audit_personal p ON p.event_id = e.id
           WHERE e.case_id = OLD.case_id AND instr(e.canonical, CAST('"decision":"' || OLD.public_id
           || '"' AS BLOB)) > 0 AND e.type IN ('DecisionOpened','DecisionEdited') AND p.field =
           'reasons' AND p.erased_at IS NOT NULL)) OR NOT (coalesce(NEW.personal, '') =
           coalesce(OLD.personal, '') OR NEW.personal IS NULL AND EXISTS (SELECT 1 FROM audit_event
           e JOIN audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND
           instr(e.canonical, CAST('"decision":"' || OLD.public_id || '"' AS BLOB)) > 0 AND e.type
           IN ('DecisionOpened','DecisionEdited') AND p.field = 'proposed' AND p.erased_at IS NOT
           NULL)) OR NOT (NEW.fields = OLD.fields OR json_remove(NEW.fields, '$.reasons') =
           json_remove(OLD.fields, '$.reasons') AND coalesce(json_extract(NEW.fields, '$.reasons'),
           '') = '▇▇▇' AND EXISTS (SELECT 1 FROM audit_event e JOIN audit_personal p ON p.event_id =
           e.id WHERE e.case_id = OLD.case_id AND instr(e.canonical, CAST('"decision":"' ||
           OLD.public_id || '"' AS BLOB)) > 0 AND e.type IN ('DecisionOpened','DecisionEdited') AND
           p.field = 'reasons' AND p.erased_at IS NOT NULL)))) BEGIN SELECT RAISE(ABORT,
           'a closed decision never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION decision_closed() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF EXISTS
           (SELECT 1 WHERE OLD.stage IN ('executed','rejected','withdrawn') AND (((NEW."id" IS NULL)
           <> (OLD."id" IS NULL) OR NEW."id" <> OLD."id") OR ((NEW."public_id" IS NULL) <>
           (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."decision_no"
           IS NULL) <> (OLD."decision_no" IS NULL) OR NEW."decision_no" <> OLD."decision_no") OR
           ((NEW."kind" IS NULL) <> (OLD."kind" IS NULL) OR NEW."kind" <> OLD."kind") OR
           ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR
           ((NEW."reason" IS NULL) <> (OLD."reason" IS NULL) OR NEW."reason" <> OLD."reason") OR
           ((NEW."stage" IS NULL) <> (OLD."stage" IS NULL) OR NEW."stage" <> OLD."stage") OR
           ((NEW."round" IS NULL) <> (OLD."round" IS NULL) OR NEW."round" <> OLD."round") OR
           ((NEW."signatures_required" IS NULL) <> (OLD."signatures_required" IS NULL) OR
           NEW."signatures_required" <> OLD."signatures_required") OR ((NEW."office_level" IS NULL)
           <> (OLD."office_level" IS NULL) OR NEW."office_level" <> OLD."office_level") OR
           ((NEW."office_id" IS NULL) <> (OLD."office_id" IS NULL) OR NEW."office_id" <>
           OLD."office_id") OR ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR
           NEW."office_path" <> OLD."office_path") OR ((NEW."proposed_by_system" IS NULL) <>
           (OLD."proposed_by_system" IS NULL) OR NEW."proposed_by_system" <>
           OLD."proposed_by_system") OR ((NEW."opened_by" IS NULL) <> (OLD."opened_by" IS NULL) OR
           NEW."opened_by" <> OLD."opened_by") OR ((NEW."opened_on" IS NULL) <> (OLD."opened_on" IS
           NULL) OR NEW."opened_on" <> OLD."opened_on") OR ((NEW."rules_area" IS NULL) <>
           (OLD."rules_area" IS NULL) OR NEW."rules_area" <> OLD."rules_area") OR
           ((NEW."rules_version" IS NULL) <> (OLD."rules_version" IS NULL) OR NEW."rules_version" <>
           OLD."rules_version") OR ((NEW."payable_through" IS NULL) <> (OLD."payable_through" IS
           NULL) OR NEW."payable_through" <> OLD."payable_through") OR ((NEW."back_pay_fen" IS NULL)
           <> (OLD."back_pay_fen" IS NULL) OR NEW."back_pay_fen" <> OLD."back_pay_fen") OR
           ((NEW."objection_id" IS NULL) <> (OLD."objection_id" IS NULL) OR NEW."objection_id" <>
           OLD."objection_id") OR ((NEW."referred_to_id" IS NULL) <> (OLD."referred_to_id" IS NULL)
           OR NEW."referred_to_id" <> OLD."referred_to_id") OR ((NEW."referred_path" IS NULL) <>
           (OLD."referred_path" IS NULL) OR NEW."referred_path" <> OLD."referred_path") OR
           ((NEW."referred_on" IS NULL) <> (OLD."referred_on" IS NULL) OR NEW."referred_on" <>
           OLD."referred_on") OR ((NEW."claimed_by" IS NULL) <> (OLD."claimed_by" IS NULL) OR
           NEW."claimed_by" <> OLD."claimed_by") OR ((NEW."claimed_at" IS NULL) <> (OLD."claimed_at"
           IS NULL) OR NEW."claimed_at" <> OLD."claimed_at") OR ((NEW."closed_on" IS NULL) <>
           (OLD."closed_on" IS NULL) OR NEW."closed_on" <> OLD."closed_on") OR ((NEW."recorded_at"
           IS NULL) <> (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <> OLD."recorded_at") OR NOT
           (EXISTS (SELECT 1 FROM audit_event e JOIN audit_personal p ON p.event_id = e.id WHERE
           e.case_id = OLD.case_id AND position(convert_to('"decision":"' || OLD.public_id || '"',
           'UTF8') IN e.canonical) > 0 AND e.type IN ('DecisionOpened','DecisionEdited') AND p.field
           = 'proposed' AND p.erased_at IS NOT NULL) OR EXISTS (SELECT 1 FROM audit_event e JOIN
           audit_personal p ON p.event_id = e.id WHERE e.case_id = OLD.case_id AND
           position(convert_to('"decision":"' || OLD.public_id || '"', 'UTF8') IN e.canonical) > 0
           AND e.type IN ('DecisionOpened','DecisionEdited') AND p.field = 'reasons' AND p.erased_at
           IS NOT NULL)) OR NOT (coalesce(NEW.personal, '') = coalesce(OLD.personal, '') OR
           NEW.personal IS NULL AND EXISTS (SELECT 1 FROM audit_event e JOIN audit_personal p ON
           p.event_id = e.id WHERE e.case_id = OLD.case_id AND position(convert_to('"decision":"' ||
           OLD.public_id || '"', 'UTF8') IN e.canonical) > 0 AND e.type IN
           ('DecisionOpened','DecisionEdited') AND p.field = 'proposed' AND p.erased_at IS NOT
           NULL)) OR NOT (NEW.fields::jsonb = OLD.fields::jsonb OR NEW.fields::jsonb - 'reasons' =
           OLD.fields::jsonb - 'reasons' AND coalesce(NEW.fields::jsonb ->> 'reasons', '') = '▇▇▇'
           AND EXISTS (SELECT 1 FROM audit_event e JOIN audit_personal p ON p.event_id = e.id WHERE
           e.case_id = OLD.case_id AND position(convert_to('"decision":"' || OLD.public_id || '"',
           'UTF8') IN e.canonical) > 0 AND e.type IN ('DecisionOpened','DecisionEdited') AND p.field
           = 'reasons' AND p.erased_at IS NOT NULL)))) THEN RAISE EXCEPTION
           'a closed decision never changes' USING ERRCODE = 'integrity_constraint_violation'; END
           IF; RETURN NEW; END $$; CREATE TRIGGER decision_closed BEFORE UPDATE ON decision FOR EACH
           ROW EXECUTE FUNCTION decision_closed()""",
    },
}


def upgrade() -> None:
    pass
