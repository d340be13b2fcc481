"""What the database refuses about duties: a change of what was recorded, and a person other than the account's."""
from database.triggers import append_only, keep_rows, refuse, refuse_where, register

_RECORDED = ("office_id", "office_path", "kind", "first_month", "last_month", "due_on", "note", "done_on", "done_by",
             "done_by_person")
_ENTERED = ("office_id", "office_path", "kind", "inspector", '"on"', "finding", "entered_by", "entered_by_person")
_CORRECTED = ("correction", "corrected_on", "corrected_by", "corrected_by_person")


def _changed(columns: tuple[str, ...], besides: str = "") -> str:
    return " OR ".join([*(f"NEW.{one} <> OLD.{one}" for one in columns), *filter(None, [besides])])


def _others(*pairs: tuple[str, str]) -> str:
    """An account of NEW and the person named beside it do not belong together."""
    return "SELECT 1 FROM staff_account a WHERE " + " OR ".join(
        f"(a.id = NEW.{account} AND a.natural_person_id <> NEW.{person})" for account, person in pairs)


_DUTY = _others(("done_by", "done_by_person"), ("settled_by", "settled_by_person"))
_INSPECTION = _others(("entered_by", "entered_by_person"), ("corrected_by", "corrected_by_person"),
                      ("closed_by", "closed_by_person"))
_PAPER = ("coalesce(NEW.paper_sha256, '') <> coalesce(OLD.paper_sha256, '')"
          " OR CAST(NEW.figures AS TEXT) <> CAST(OLD.figures AS TEXT)")
_MEASURE = ("coalesce(NEW.measure, '') <> coalesce(OLD.measure, '')"
            " OR coalesce(NEW.duty_record_id, 0) <> coalesce(OLD.duty_record_id, 0) OR NEW.due_on <> OLD.due_on")

refuse_where("duty_record_person_insert", "INSERT", "duty_record", _DUTY, "account and person differ")
refuse_where("duty_record_person_update", "UPDATE", "duty_record", _DUTY, "account and person differ")
refuse_where("inspection_person_insert", "INSERT", "inspection", _INSPECTION, "account and person differ")
refuse_where("inspection_person_update", "UPDATE", "inspection", _INSPECTION, "account and person differ")
refuse_where("duty_record_as_recorded", "UPDATE", "duty_record", f"SELECT 1 WHERE {_changed(_RECORDED, _PAPER)}",
             "what was recorded of a duty never changes")
register(
    refuse("duty_record_settled", "duty_record", "BEFORE UPDATE", "a settled duty never changes",
           "OLD.status <> 'recorded'"),
    refuse("duty_record_no_delete", "duty_record", "BEFORE DELETE", "duties are never deleted"),
    refuse("inspection_as_entered", "inspection", "BEFORE UPDATE", "what was inspected never changes",
           _changed(_ENTERED, _MEASURE)),
    refuse("inspection_as_corrected", "inspection", "BEFORE UPDATE", "what was put right never changes",
           f"OLD.status = 'corrected' AND (NEW.status <> 'closed' OR {_changed(_CORRECTED)})"),
    refuse("inspection_over", "inspection", "BEFORE UPDATE", "a closed inspection never changes",
           "OLD.status IN ('clear','closed')"),
    refuse("inspection_no_delete", "inspection", "BEFORE DELETE", "inspections are never deleted"),
    keep_rows("duty_record", ("id",), ("public_id",),
              only={("office_id", "kind", "last_month"): "{0}status <> 'returned'"}),
    keep_rows("inspection", ("id",), ("public_id",)),
    *append_only("service_sample", ("id",), ("public_id",)),
)
