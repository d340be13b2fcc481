"""Changes behind the log, one and more for each part of the replay, and whether it names them (R3)."""
from __future__ import annotations

import re

from sqlalchemy import text

from database import db
from replay import PARTS, differences

# story whose end they are made at -> part, with a word where there are several -> a change behind the log
DAMAGE = {
    "a county": {
        "cases": "UPDATE cases SET due_on = '2031-01-01'",
        "cases state": "UPDATE cases SET state = 'verified', version = version + 1",
        "decisions": "UPDATE decision SET back_pay_fen = back_pay_fen + 1",
        "arrears": "UPDATE decision_line SET pay_fen = pay_fen + 1",
        "signatures": "UPDATE review_step SET content_digest = 'other' WHERE stage = 'recheck'",
        "signatures words": "UPDATE review_step SET opinion = 'other' WHERE stage = 'recheck'",
        "signatures words gone": "UPDATE review_step SET opinion = NULL WHERE stage = 'recheck'",
        "objections words": "UPDATE objection SET grounds = 'other'",
        "months": "UPDATE benefit_month SET entitled = entitled + 1, withheld = withheld + 1",
        "rates": "UPDATE benefit_rate SET monthly_fen = monthly_fen + 1",
        "objections": "UPDATE objection SET lodged_on = '2026-01-01'",
        "pauses gone": "DELETE FROM limit_pause",
        "tasks": "UPDATE verification_task SET outcome = 'lost'",
        "certifications": "UPDATE certification SET evidence_on = '2026-01-01'",
        "notices": "UPDATE notice SET status = 'failed'",
        "limits": "UPDATE service_limit SET due_on = '2031-01-01'",
        "pauses": "UPDATE limit_pause SET paused_on = '2026-03-15'",
        "offices": "UPDATE office SET name = 'other' WHERE code = '51'",
        "accounts": "UPDATE staff_account SET office_id = (SELECT id FROM office WHERE code = '51') "
                    "WHERE username = 'li'",
        "grants": "UPDATE role_grant SET effective_on = '2020-01-01' WHERE role = 'approver'",
        "relatives": "UPDATE declared_relative SET ended_on = '2026-03-16'",
        "calendar years": "UPDATE calendar_year SET document_no = 'other'",
        "calendar days": "UPDATE calendar_day SET kind = 'worked'",
        "deaths": "UPDATE death_mark SET died_on = '2026-01-01'",
        "evidence": "UPDATE evidence SET sha256 = 'other'",
        "imports": "UPDATE import_batch SET loaded = loaded + 1",
        "installation": "UPDATE installation SET demonstration = 0",
    },
    "batches": {
        "batches": "UPDATE suspension_batch SET proposed_on = '2026-01-01'",
        "batch rows gone": "DELETE FROM suspension_row",
        "batch rows": "UPDATE suspension_row SET taken_out_by_person = NULL WHERE taken_out_on IS NOT NULL",
        "batch rows words": "UPDATE suspension_row SET reason = 'other' WHERE taken_out_on IS NOT NULL",
        "not passed": "UPDATE not_passed SET reason = 'away'",
    },
    "losses of a batch": {"gathered losses": "DELETE FROM gathered_loss"},
    "halts": {
        "halts": "UPDATE sweep_halt SET usual = 1",
        "halts state": "UPDATE sweep_halt SET status = 'halted' WHERE status = 'over'",
    },
    "corrections": {
        "sendings": "UPDATE correction_sending SET digest = 'other'",
        "corrections": "UPDATE correction SET settled_on = '2026-01-01'",
        "corrections state": "UPDATE correction SET status = 'open', sending_id = NULL",
    },
    "a month of registers": {
        "feeds": "UPDATE feed_load SET outside = outside + 1 WHERE status = 'withdrawn'",
        "feeds state": "UPDATE feed_load SET status = 'loaded' WHERE status = 'withdrawn'",
        "runs": "UPDATE matching_run SET released_by_person = 1 WHERE status = 'applied'",
        "runs state": "UPDATE matching_run SET halts = '{\"rail_travel\": {\"found\": 9}}'",
        "changes": "UPDATE list_change SET list = 'eligible', reason = 'travel_record' WHERE list = 'lost'",
        "outcomes": "UPDATE list_change SET outcome = 'certified'",
        "samples": "UPDATE matching_sample SET looked_on = '2026-01-01'",
    },
    "resolved again": {"resolutions": "UPDATE feed_resolution SET came = came + 1"},
    "links": {
        "suggestions": "DELETE FROM match_suggestion",
        "links": "UPDATE match_suggestion SET decided_on = '2026-01-01'",
    },
    "data found wrong": {
        "disputes words": "UPDATE data_dispute SET answer_note = 'other'",
        "disputes": "UPDATE data_dispute SET answer = 'kept'",
        "retractions": "UPDATE sign_retraction SET reversed_on = NULL, reversed_by = NULL, reversed_grounds = NULL",
    },
    "duties": {
        "duties": "UPDATE duty_record SET figures = '{}'",
        "inspections words": "UPDATE inspection SET finding = 'other'",
        "inspections": "UPDATE inspection SET due_on = '2026-12-31'",
    },
    "training": {"training": "UPDATE training_record SET class_hours = 12"},
    "samples of service": {"service samples": "UPDATE service_sample SET good = checked"},
    "pressings": {"pressings": "UPDATE pressing SET number_left = 0"},
    "reviews": {"follow-ups": "UPDATE follow_up SET next_on = '2027-01-01'"},
    "counts of a day": {"filed counts": "UPDATE filed_count SET number = number + 1"},
    "claims of a file": {"claims": "UPDATE import_proposal SET status = 'dismissed', reason = 'x'"},
    "money back": {
        "receipts": "UPDATE recovery SET amount_fen = amount_fen + 1",
        "pay runs": "UPDATE pay_run SET closed_on = '2026-01-01'",
        "months": "UPDATE benefit_month SET claimed_by_decision_id = NULL",
    },
    "answers of a bank": {"returns": "UPDATE payment_return SET accepted = 1 - accepted"},
    "dossiers": {"dossiers": "UPDATE dossier_issue SET sha256 = 'other'"},
    "near the age": {
        "nearing age": "UPDATE nearing_age SET told_on = '2026-01-01'",
        "nearing age state": "UPDATE nearing_age SET applied_on = NULL",
    },
}


def part_of(what: str) -> str:
    return what.removesuffix(" gone").removesuffix(" state").removesuffix(" words")


def each_is_named(story: str, whole: bool = True) -> None:
    """All is as recorded; each change of the story is named, by its part (on SQLite). whole: not only its parts are,
    but everything that stands in the database."""
    names = {part_of(what) for what in DAMAGE[story]}
    parts = PARTS if whole else [part for part in PARTS if part.name in names]
    assert not (found := differences(parts=parts)), found
    if db.engine.name != "sqlite":
        return
    for what, statement in DAMAGE[story].items():
        _damage(statement)
        found = differences(parts=[part for part in PARTS if part.name == part_of(what)])
        assert found and all(line.startswith(f"{part_of(what)} ") for line in found), (what, found)
        db.session.rollback()


def _damage(statement: str) -> None:
    """As whoever may switch triggers and keys off could; not committed."""
    connection = db.session.connection()
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    table = re.search(r"(?:UPDATE|FROM) (\w+)", statement)[1]
    triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for name in connection.scalars(triggers, {"table": table}).all():
        connection.execute(text(f"DROP TRIGGER {name}"))
    assert connection.execute(text(statement)).rowcount
