"""What the database itself refuses, whoever asks: the last word on P1, P2 and on what never changes."""
from database.triggers import append_only, keep_rows, refuse, register
from database.triggers import refuse_where as _refuse

LATER_STAGES = "('recheck', 'approval')"

_FIRST_SIDE_SIGNS = f"""
  SELECT 1 FROM decision_participant p WHERE p.decision_id = NEW.decision_id
  AND p.natural_person_id = NEW.natural_person_id AND p.side = 'first' AND NEW.act = 'sign'
  AND NEW.stage IN {LATER_STAGES}"""
_SIGNER_JOINS_FIRST = f"""
  SELECT 1 FROM review_step s JOIN decision d ON d.id = s.decision_id WHERE s.decision_id = NEW.decision_id
  AND s.natural_person_id = NEW.natural_person_id AND s.round = d.round AND s.act = 'sign'
  AND s.stage IN {LATER_STAGES} AND NEW.side = 'first'"""
_WRONG_PERSON = """
  SELECT 1 FROM staff_account a WHERE a.id = NEW.account_id AND a.natural_person_id <> NEW.natural_person_id"""
_TOO_FEW_SIGNATURES = """
  SELECT 1 WHERE NEW.stage = 'executed' AND OLD.stage <> 'executed' AND (
    SELECT count(DISTINCT s.natural_person_id) FROM review_step s
    WHERE s.decision_id = NEW.id AND s.round = NEW.round AND s.act = 'sign') < NEW.signatures_required"""
_HIGH_RISK_BELOW_THREE = """
  SELECT 1 WHERE NEW.signatures_required < 3 AND NEW.kind IN
    ('resume','back_pay_correction','terminate','restore','annul_death_mark','change_identity')
  UNION ALL SELECT 1 WHERE NEW.signatures_required < 2"""
CLOSED_STAGES = "('executed','rejected','withdrawn')"
_CLOSED = f"SELECT 1 WHERE OLD.stage IN {CLOSED_STAGES}"
_ALWAYS = "SELECT 1"


# One human being stays one human being whatever happens to accounts (P2): nobody signs under a second number.
_NUMBER_OF_STAFF = """SELECT 1 FROM staff_account WHERE staff_account.natural_person_id = OLD.id
    AND NEW.id_number_index <> OLD.id_number_index"""

_refuse("review_step_first_side", "INSERT", "review_step", _FIRST_SIDE_SIGNS, "FIRST_SIDE")
_refuse("review_step_own_person", "INSERT", "review_step", _WRONG_PERSON, "account and person differ")
_refuse("natural_person_of_staff", "UPDATE OF id_number_index", "natural_person", _NUMBER_OF_STAFF, "STAFF_NUMBER")
_refuse("decision_participant_signer", "INSERT", "decision_participant", _SIGNER_JOINS_FIRST, "SAME_PERSON")
_refuse("decision_signatures", "UPDATE OF stage", "decision", _TOO_FEW_SIGNATURES, "too few signatures")
_refuse("decision_required_insert", "INSERT", "decision", _HIGH_RISK_BELOW_THREE, "signature floor")
_refuse("decision_required_update", "UPDATE", "decision", _HIGH_RISK_BELOW_THREE, "signature floor")
_refuse("decision_round", "UPDATE OF round", "decision", "SELECT 1 WHERE NEW.round < OLD.round", "rounds only go on")
_refuse("decision_closed", "UPDATE", "decision", _CLOSED, "a closed decision never changes")
_refuse("decision_no_delete", "DELETE", "decision", _ALWAYS, "decisions are never deleted")
register(
    *append_only("review_step", ("id",), ("decision_id", "round", "natural_person_id"), ("event_id",)),
    *append_only("decision_participant", ("decision_id", "natural_person_id", "side")),
    *append_only("case_transition", ("id",), ("case_id", "step"), ("event_id",),
                 only={("case_id", "action", "period_due_on"): "action = 'lapse'"}),
    *append_only("evidence", ("id",), ("public_id",)),
    *append_only("filed_count", ('"on"', "office_path", "list", "scheme", "part")),
    *append_only("follow_up", ("id",), ("public_id",)),
)
_refuse("case_no_delete", "DELETE", "cases", _ALWAYS, "cases are never deleted")
_refuse("case_state_version", "UPDATE OF state", "cases",
        "SELECT 1 WHERE NEW.state <> OLD.state AND NEW.version <= OLD.version", "state moves with the version")

_PROMISED = ("NEW.decision_id <> OLD.decision_id OR NEW.service <> OLD.service OR NEW.working_days <> OLD.working_days"
             " OR NEW.started_on <> OLD.started_on OR NEW.basis <> OLD.basis OR NEW.by_article <> OLD.by_article")
AS_PAUSED = ("OLD.resumed_on IS NOT NULL OR NEW.decision_id <> OLD.decision_id OR NEW.paused_on <> OLD.paused_on"
              " OR NEW.reason <> OLD.reason OR NEW.basis <> OLD.basis OR NEW.note <> OLD.note"
              " OR NEW.paused_by <> OLD.paused_by")
_AS_PROPOSED = ("NEW.year <> OLD.year OR NEW.document <> OLD.document OR NEW.document_no <> OLD.document_no"
                " OR NEW.proposed_by_person <> OLD.proposed_by_person OR NEW.issued_on <> OLD.issued_on"
                " OR NEW.proposed_on <> OLD.proposed_on")
_OTHER_PERSON = """SELECT 1 FROM staff_account a
    WHERE (a.id = NEW.settled_by AND a.natural_person_id <> NEW.settled_by_person)
    OR (a.id = NEW.proposed_by AND a.natural_person_id <> NEW.proposed_by_person)"""
_SETTLED_YEAR = "SELECT 1 FROM calendar_year y WHERE y.id = NEW.calendar_year_id AND y.status <> 'proposed'"
_refuse("calendar_year_person_insert", "INSERT", "calendar_year", _OTHER_PERSON, "account and person differ")
_refuse("calendar_year_person_update", "UPDATE", "calendar_year", _OTHER_PERSON, "account and person differ")
_refuse("calendar_day_of_proposal", "INSERT", "calendar_day", _SETTLED_YEAR, "a settled year gets no more days")
register(
    refuse("calendar_year_settled", "calendar_year", "BEFORE UPDATE", "a settled year never changes",
           "OLD.status <> 'proposed'"),
    refuse("calendar_year_as_proposed", "calendar_year", "BEFORE UPDATE", "a proposed year never changes",
           _AS_PROPOSED),
    refuse("calendar_year_no_delete", "calendar_year", "BEFORE DELETE", "years of the calendar are never deleted"),
    *append_only("calendar_day", ("calendar_year_id", "day")),
    refuse("service_limit_promised", "service_limit", "BEFORE UPDATE", "what was promised never changes", _PROMISED),
    refuse("service_limit_no_delete", "service_limit", "BEFORE DELETE", "limits are never deleted"),
    refuse("limit_pause_as_made", "limit_pause", "BEFORE UPDATE", "a pause never changes", AS_PAUSED),
    refuse("limit_pause_no_delete", "limit_pause", "BEFORE DELETE", "pauses are never deleted"),
)
_refuse("pressing_no_delete", "DELETE", "pressing", _ALWAYS, "a pressing is never deleted")
_refuse("pressing_answered", "UPDATE", "pressing", "SELECT 1 WHERE OLD.status <> 'open'",
        "an answered pressing never changes")
_refuse("pressing_as_made", "UPDATE", "pressing", """SELECT 1 WHERE NEW.from_office_id <> OLD.from_office_id
    OR NEW.to_office_id <> OLD.to_office_id OR NEW.list <> OLD.list OR NEW.number <> OLD.number
    OR NEW.words <> OLD.words OR NEW.answer_by <> OLD.answer_by OR NEW.pressed_by <> OLD.pressed_by
    OR NEW."on" <> OLD."on" OR NEW.from_path <> OLD.from_path OR NEW.to_path <> OLD.to_path""",
        "what was pressed for never changes")

_OPEN_DECISION = """{0}stage IN ('draft','initial_review','recheck','approval')
    AND {0}kind IN ('suspend','stop','resume','terminate','restore')"""
register(
    keep_rows("decision", ("id",), ("public_id",), ("decision_no",), only={("case_id",): _OPEN_DECISION}),
    keep_rows("cases", ("id",), ("public_id",), ("case_no",), ("pensioner_id", "scheme", "benefit_kind")),
    keep_rows("calendar_year", ("id",), ("public_id",), only={("year",): "{0}status = 'proposed'"}),
    keep_rows("service_limit", ("decision_id",)),
    keep_rows("limit_pause", ("id",), only={("decision_id",): "{0}resumed_on IS NULL"}),
    keep_rows("pressing", ("id",), ("public_id",), only={("to_office_id", "list"): "{0}status = 'open'"}),
    *append_only("dossier_issue", ("event_id",)),
)
