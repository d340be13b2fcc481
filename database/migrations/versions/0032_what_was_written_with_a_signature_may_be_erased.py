"""What was written with a signature may be erased by a retention rule, once the log's own copy was."""
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {
    "review_step_no_update": {
        "sqlite": """CREATE TRIGGER review_step_no_update BEFORE UPDATE ON review_step FOR EACH ROW WHEN EXISTS
           (SELECT 1 WHERE ((NEW."id" IS NULL) <> (OLD."id" IS NULL) OR NEW."id" <> OLD."id") OR
           ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS NULL) OR NEW."decision_id" <>
           OLD."decision_id") OR ((NEW."round" IS NULL) <> (OLD."round" IS NULL) OR NEW."round" <>
           OLD."round") OR ((NEW."stage" IS NULL) <> (OLD."stage" IS NULL) OR NEW."stage" <>
           OLD."stage") OR ((NEW."act" IS NULL) <> (OLD."act" IS NULL) OR NEW."act" <> OLD."act") OR
           ((NEW."account_id" IS NULL) <> (OLD."account_id" IS NULL) OR NEW."account_id" <>
           OLD."account_id") OR ((NEW."natural_person_id" IS NULL) <> (OLD."natural_person_id" IS NULL)
           OR NEW."natural_person_id" <> OLD."natural_person_id") OR ((NEW."role" IS NULL) <>
           (OLD."role" IS NULL) OR NEW."role" <> OLD."role") OR ((NEW."content_digest" IS NULL) <>
           (OLD."content_digest" IS NULL) OR NEW."content_digest" <> OLD."content_digest") OR
           ((NEW."on" IS NULL) <> (OLD."on" IS NULL) OR NEW."on" <> OLD."on") OR ((NEW."event_id" IS
           NULL) <> (OLD."event_id" IS NULL) OR NEW."event_id" <> OLD."event_id") OR
           ((NEW."recorded_at" IS NULL) <> (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <>
           OLD."recorded_at") OR NEW.opinion IS NOT NULL OR NEW.content IS NOT NULL OR NOT EXISTS
           (SELECT 1 FROM audit_personal p WHERE p.event_id = OLD.event_id AND p.field = 'opinion' AND
           p.erased_at IS NOT NULL)) BEGIN SELECT RAISE(ABORT, 'rows of review_step never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION review_step_no_update() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF EXISTS (SELECT 1 WHERE ((NEW."id" IS NULL) <> (OLD."id" IS NULL) OR NEW."id" <>
           OLD."id") OR ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS NULL) OR
           NEW."decision_id" <> OLD."decision_id") OR ((NEW."round" IS NULL) <> (OLD."round" IS NULL)
           OR NEW."round" <> OLD."round") OR ((NEW."stage" IS NULL) <> (OLD."stage" IS NULL) OR
           NEW."stage" <> OLD."stage") OR ((NEW."act" IS NULL) <> (OLD."act" IS NULL) OR NEW."act" <>
           OLD."act") OR ((NEW."account_id" IS NULL) <> (OLD."account_id" IS NULL) OR NEW."account_id"
           <> OLD."account_id") OR ((NEW."natural_person_id" IS NULL) <> (OLD."natural_person_id" IS
           NULL) OR NEW."natural_person_id" <> OLD."natural_person_id") OR ((NEW."role" IS NULL) <>
           (OLD."role" IS NULL) OR NEW."role" <> OLD."role") OR ((NEW."content_digest" IS NULL) <>
           (OLD."content_digest" IS NULL) OR NEW."content_digest" <> OLD."content_digest") OR
           ((NEW."on" IS NULL) <> (OLD."on" IS NULL) OR NEW."on" <> OLD."on") OR ((NEW."event_id" IS
           NULL) <> (OLD."event_id" IS NULL) OR NEW."event_id" <> OLD."event_id") OR
           ((NEW."recorded_at" IS NULL) <> (OLD."recorded_at" IS NULL) OR NEW."recorded_at" <>
           OLD."recorded_at") OR NEW.opinion IS NOT NULL OR NEW.content IS NOT NULL OR NOT EXISTS
           (SELECT 1 FROM audit_personal p WHERE p.event_id = OLD.event_id AND p.field = 'opinion' AND
           p.erased_at IS NOT NULL)) THEN RAISE EXCEPTION 'rows of review_step never change' USING
           ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           review_step_no_update BEFORE UPDATE ON review_step FOR EACH ROW EXECUTE FUNCTION
           review_step_no_update()""",
    },
}


def upgrade() -> None:
    pass
