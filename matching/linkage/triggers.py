"""What the database itself refuses of suggested links: a decision of a person that changes, a suggestion that goes."""
from database.triggers import keep_rows, refuse, register

register(
    refuse("match_suggestion_decided", "match_suggestion", "BEFORE UPDATE", "a suggestion is decided once",
           "OLD.status <> 'open'"),
    refuse("match_suggestion_no_delete", "match_suggestion", "BEFORE DELETE", "suggestions are never deleted"),
    keep_rows("match_suggestion", ("id",), ("public_id",), ("load_id", "row_number", "pensioner_id"),
              ("pensioner_id", "other_pensioner_id"), only={("load_id", "row_number"): "{0}status = 'confirmed'"}),
)
