"""Changes behind the log, one and more for each part of the replay, and whether it names them (R3)."""
from __future__ import annotations

import re

from sqlalchemy import text

from database import db
from replay import differences

# story whose end they are made at -> part, with a word where there are several -> a change behind the log
DAMAGE = {
    "a county": {
        "cases": "UPDATE cases SET due_on = '2031-01-01'",
        "cases state": "UPDATE cases SET state = 'verified', version = version + 1",
        "decisions": "UPDATE decision SET back_pay_fen = back_pay_fen + 1",
        "arrears": "UPDATE decision_line SET pay_fen = pay_fen + 1",
        "signatures": "UPDATE review_step SET content_digest = 'other' WHERE stage = 'recheck'",
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
    },
    "batches": {
        "batches": "UPDATE suspension_batch SET proposed_on = '2026-01-01'",
        "batch rows gone": "DELETE FROM suspension_row",
        "batch rows": "UPDATE suspension_row SET taken_out_by_person = NULL WHERE taken_out_on IS NOT NULL",
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
}


def part_of(what: str) -> str:
    return what.removesuffix(" gone").removesuffix(" state")


def each_is_named(story: str) -> None:
    """All is as recorded; each change of the story is named, and nothing beside it (on SQLite)."""
    assert differences() == []
    if db.engine.name != "sqlite":
        return
    for what, statement in DAMAGE[story].items():
        _damage(statement)
        found = differences()
        assert found and all(line.startswith(f"{part_of(what)} ") for line in found), (what, found)
        db.session.rollback()
    assert differences() == []


def _damage(statement: str) -> None:
    """As whoever may switch triggers and keys off could; not committed."""
    connection = db.session.connection()
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    table = re.search(r"(?:UPDATE|FROM) (\w+)", statement)[1]
    triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for name in connection.scalars(triggers, {"table": table}).all():
        connection.execute(text(f"DROP TRIGGER {name}"))
    assert connection.execute(text(statement)).rowcount
