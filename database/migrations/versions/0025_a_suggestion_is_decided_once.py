"""A suggestion that a person has decided stays as it is, and none goes (decision 104)."""
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "match_suggestion_decided": {
        "sqlite": """CREATE TRIGGER match_suggestion_decided BEFORE UPDATE ON match_suggestion WHEN (OLD.status <>
           'open') BEGIN SELECT RAISE(ABORT, 'a suggestion is decided once'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION match_suggestion_decided() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN
           RAISE EXCEPTION 'a suggestion is decided once' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER match_suggestion_decided BEFORE
           UPDATE ON match_suggestion FOR EACH ROW WHEN (OLD.status <> 'open') EXECUTE FUNCTION
           match_suggestion_decided()""",
    },
    "match_suggestion_no_delete": {
        "sqlite": """CREATE TRIGGER match_suggestion_no_delete BEFORE DELETE ON match_suggestion BEGIN SELECT
           RAISE(ABORT, 'suggestions are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION match_suggestion_no_delete() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN
           RAISE EXCEPTION 'suggestions are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER match_suggestion_no_delete
           BEFORE DELETE ON match_suggestion FOR EACH ROW EXECUTE FUNCTION
           match_suggestion_no_delete()""",
    },
    "match_suggestion_no_replace": {
        "sqlite": """CREATE TRIGGER match_suggestion_no_replace BEFORE INSERT ON match_suggestion WHEN EXISTS (SELECT 1
           FROM match_suggestion WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (load_id =
           NEW.load_id AND row_number = NEW.row_number AND pensioner_id = NEW.pensioner_id) OR
           (pensioner_id = NEW.pensioner_id AND other_pensioner_id = NEW.other_pensioner_id) OR
           (load_id = NEW.load_id AND row_number = NEW.row_number AND status = 'confirmed' AND
           NEW.status = 'confirmed')) BEGIN SELECT RAISE(ABORT,
           'rows of match_suggestion are never replaced'); END""",
    },
}


def upgrade() -> None:
    pass
