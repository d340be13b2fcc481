"""What is tried against each trigger: statements, the last one to be refused, the others on the way to it."""
from __future__ import annotations

from database import db

Statements = tuple[str, ...]

NOW = "'2026-03-16 00:00:00+00:00'"
WAITING = "(SELECT id FROM decision WHERE stage = 'approval')"
DONE = "(SELECT id FROM decision WHERE stage = 'executed')"
RELEASED = "(SELECT min(id) FROM import_batch)"
HIGH_RISK = ("resume", "back_pay_correction", "terminate", "restore", "annul_death_mark", "change_identity")


def person(name: str) -> str:
    return f"(SELECT natural_person_id FROM staff_account WHERE username = '{name}')"


def account(name: str) -> str:
    return f"(SELECT id FROM staff_account WHERE username = '{name}')"


def copied(table: str, where: str, **changed: str) -> str:
    """A row like the one `where`, but for what is `changed` (column -> SQL)."""
    columns = [column.name for column in db.metadata.tables[table].columns]
    fresh = {"id": f"(SELECT max(id) + 1000 FROM {table})", "public_id": "'one of its own'"}
    values = {**{name: f'"{name}"' for name in columns}, **{k: v for k, v in fresh.items() if k in columns},
              **{name.rstrip("_"): value for name, value in changed.items()}}
    return (f"INSERT INTO {table} ({', '.join(_quoted(columns))}) "
            f"SELECT {', '.join(values[name] for name in columns)} FROM {table} WHERE {where}")


def _quoted(columns: list[str]) -> list[str]:
    return [f'"{name}"' for name in columns]


def signature(name: str, stage: str, **changed: str) -> str:
    unsigned = "(SELECT min(id) FROM audit_event WHERE id NOT IN (SELECT event_id FROM review_step))"
    given = {"natural_person_id": person(name), "account_id": account(name), "stage": f"'{stage}'",
             "event_id": unsigned} | changed
    return copied("review_step", f"decision_id = {WAITING} AND stage = 'recheck'", **given)


def decision(**changed: str) -> str:
    return copied("decision", f"id = {DONE}", decision_no="'one of its own'", stage="'draft'", **changed)


def grant(**changed: str) -> str:
    return copied("role_grant", f"account_id = {account('wang')}", **changed)


def proposed(**changed: str) -> str:
    """An import that nobody has released."""
    given = {"sha256": "'another'", "status": "'proposed'", "released_by": "NULL", "released_by_person": "NULL"}
    return copied("import_batch", f"id = {RELEASED}", **(given | changed))


def same(table: str, column: str) -> Statements:
    return (f'UPDATE {table} SET "{column}" = "{column}"',)


def never_changes(table: str, column: str) -> dict[str, tuple[Statements, ...]]:
    return {f"{table}_no_update": (same(table, column),), f"{table}_no_delete": ((f"DELETE FROM {table}",),),
            f"{table}_no_truncate": ((f"TRUNCATE {table} CASCADE",),)}


ERASE = f"UPDATE audit_personal SET salt = NULL, value = NULL, erased_at = {NOW}"
MADE = proposed()
IT = "WHERE sha256 = 'another'"

ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    **never_changes("audit_tx", "command"), **never_changes("audit_event", "type"),
    **never_changes("audit_entry", "entry"), **never_changes("audit_checkpoint", "root"),
    **never_changes("review_step", "opinion"),
    **never_changes("decision_participant", "side"), **never_changes("case_transition", "reason"),
    **never_changes("dossier_issue", "sha256"),
    **never_changes("evidence", "title"), **never_changes("audit_personal", "value"),
    "audit_personal_no_update": (
        ("UPDATE audit_personal SET salt = NULL, value = NULL",), (f"UPDATE audit_personal SET erased_at = {NOW}",),
        (ERASE.replace(" salt = NULL,", ""),), (ERASE.replace(" value = NULL,", ""),),
        (f"{ERASE}, field = 'other'",), (f"{ERASE}, event_id = event_id + 100000",),
        (ERASE, ERASE.replace("00:00:00", "01:00:00"))),
    "review_step_no_update": (
        same("review_step", "opinion"), ("UPDATE review_step SET opinion = NULL, content = NULL",),
        ("UPDATE review_step SET content = NULL, role = 'approver'",)),
    "review_step_first_side": ((signature("li", "recheck", round="9"),), (signature("li", "approval", round="9"),)),
    "review_step_own_person": ((signature("zhao", "approval", account_id=account("li")),),),
    "natural_person_of_staff": ((f"UPDATE natural_person SET id_number_index = 'other' WHERE id = {person('li')}",),),
    "decision_participant_signer": tuple(
        (*before, f"INSERT INTO decision_participant (decision_id, natural_person_id, side, why, recorded_at) "
                  f"VALUES ({WAITING}, {person(who)}, 'first', 'edited', {NOW})")
        for who, before in (("wang", ()), ("zhao", (signature("zhao", "approval"),)))),
    "decision_signatures": (
        (f"UPDATE decision SET stage = 'executed' WHERE id = {WAITING}",),
        (f"UPDATE decision SET round = round + 1 WHERE id = {WAITING}",
         "UPDATE decision SET stage = 'executed' WHERE stage = 'approval'"),
        (copied("review_step", f"decision_id = {WAITING} AND stage = 'recheck'", act="'reject'",
                natural_person_id=person("zhao"), account_id=account("zhao"), stage="'approval'",
                event_id="(SELECT min(id) FROM audit_event)"),
         f"UPDATE decision SET stage = 'executed' WHERE id = {WAITING}")),
    "decision_required_insert": (
        *((decision(kind=f"'{kind}'", signatures_required="2"),) for kind in HIGH_RISK),
        (decision(kind="'suspend'", signatures_required="1"),)),
    "decision_required_update": (
        *((f"UPDATE decision SET kind = '{kind}', signatures_required = 2 WHERE id = {WAITING}",)
          for kind in HIGH_RISK),
        (f"UPDATE decision SET kind = 'suspend', signatures_required = 1 WHERE id = {WAITING}",)),
    "decision_round": ((f"UPDATE decision SET round = round - 1 WHERE id = {WAITING}",),),
    "decision_closed": (
        (f"UPDATE decision SET back_pay_fen = 1 WHERE id = {DONE}",),
        (f"UPDATE decision SET stage = 'draft' WHERE id = {DONE}",),
        *((f"UPDATE decision SET stage = '{stage}' WHERE id = {WAITING}",
           f"UPDATE decision SET stage = 'draft' WHERE stage = '{stage}'") for stage in ("rejected", "withdrawn"))),
    "decision_no_delete": (("DELETE FROM decision",),),
    "case_no_delete": (("DELETE FROM cases",),),
    "case_state_version": (
        ("UPDATE cases SET state = 'stopped' WHERE state = 'suspended'",),
        ("UPDATE cases SET state = 'stopped', version = version - 1 WHERE state = 'suspended'",)),
    "import_batch_person_insert": (
        (proposed(proposed_by=account("li")),),
        (proposed(released_by=account("li"), released_by_person=person("wang")),),
        (proposed(released_by=account("li")),)),
    "import_batch_person_update": (
        (MADE, f"UPDATE import_batch SET proposed_by = {account('li')} {IT}"),
        (MADE, f"UPDATE import_batch SET released_by = {account('li')} {IT}"),
        (MADE, f"UPDATE import_batch SET released_by = {account('li')}, released_by_person = {person('wang')} {IT}")),
    "import_batch_released": (
        (f"UPDATE import_batch SET released_by = {account('li')}, released_by_person = {person('li')}",),
        (f"UPDATE import_batch SET proposed_by = {account('li')}, proposed_by_person = {person('li')}",),
        ("UPDATE import_batch SET released_by = NULL, released_by_person = NULL, status = 'withdrawn'",)),
    "import_batch_needs_release": tuple(
        (MADE, f"UPDATE import_batch SET status = '{status}' {IT}") for status in ("releasing", "released")),
    "import_proposal_closed": (
        ("UPDATE import_proposal SET status = 'dismissed', reason = '无误'",
         "UPDATE import_proposal SET status = 'open'"),),
    "import_proposal_as_made": tuple(
        (f"UPDATE import_proposal SET {change}",)
        for change in ("changes = 'other'", "case_id = case_id + 1", "batch_id = batch_id + 1")),
    "import_proposal_no_delete": (("DELETE FROM import_proposal",),),
    "import_batch_no_delete": (("DELETE FROM import_batch",),),
    "import_row_raw": (("UPDATE import_row SET raw = 'other'",),),
    "import_row_no_delete": (("DELETE FROM import_row",),),
    "role_grant_compatible_insert": (
        (grant(role="'inspector'"),), (grant(role="'system_administrator'"),)),
    "role_grant_compatible_update": (
        (grant(role="'inspector'", status="'checked'"),
         "UPDATE role_grant SET status = 'active' WHERE status = 'checked'"),),
    "role_grant_persons_insert": (
        (grant(role="'caseworker'", applied_by=account("wang")),),
        (grant(role="'caseworker'", checked_by="applied_by"),),
        (grant(role="'caseworker'", approved_by="checked_by"),), (grant(role="'caseworker'", approved_by="NULL"),),
        (grant(role="'caseworker'", applied_by="NULL", checked_by="NULL", approved_by="NULL"),)),
    "role_grant_persons_update": (
        (grant(role="'caseworker'", status="'checked'", approved_by="NULL"),
         "UPDATE role_grant SET status = 'active', approved_by = checked_by WHERE status = 'checked'"),
        (grant(role="'caseworker'", status="'checked'", approved_by="NULL"),
         "UPDATE role_grant SET status = 'active' WHERE status = 'checked'")),
    "role_grant_stays": tuple(
        (f"UPDATE role_grant SET {change} WHERE account_id = {account('wang')}",)
        for change in (f"account_id = {account('aside')}", "role = 'caseworker'",
                       "office_id = (SELECT id FROM office WHERE code = '51')")),
    "role_grant_no_delete": (("DELETE FROM role_grant",),),
    "staff_account_person_stays": (
        (f"UPDATE staff_account SET natural_person_id = {person('aside')} WHERE username = 'wang'",),),
}

# What a row that never changes may be like another in, so that it would take its place.
REPLACED: dict[str, tuple[tuple[str, ...], ...]] = {
    "audit_tx": (("id",), ("uid",)),
    "audit_event": (("id",), ("uid",), ("tx_id", "position"), ("case_id", "case_seq")),
    "audit_personal": (("event_id", "field"),),
    "dossier_issue": (("event_id",),),
    "audit_entry": (("place",), ("event_id",)),
    "audit_checkpoint": (("id",), ("size",)), "audit_anchor": (("id",), ("checkpoint_id", "witness")),
    "review_step": (("id",), ("decision_id", "round", "natural_person_id"), ("event_id",)),
    "decision_participant": (("decision_id", "natural_person_id", "side"),),
    "case_transition": (("id",), ("case_id", "step"), ("event_id",), ("case_id", "action", "period_due_on")),
    "evidence": (("id",), ("public_id",)),
    "filed_count": (("on", "office_path", "list", "scheme", "part"),),
    "follow_up": (("id",), ("public_id",)),
    "calendar_day": (("calendar_year_id", "day"),),
    "feed_quarantine": (("load_id", "row_number"),),
    "feed_resolution": (("id",), ("public_id",)),
    "match_suggestion": (("id",), ("public_id",), ("load_id", "row_number", "pensioner_id"),
                         ("load_id", "row_number")),
    "gathered_loss": (("batch_id", "decision_id"),),
    "correction": (("id",), ("public_id",), ("decision_id", "system"), ("retraction", "system")),
    "sign_retraction": (("id",), ("public_id",)),
    "correction_sending": (("id",), ("public_id",)),
    "not_passed": (("id",), ("case_id", "period_due_on")),
    "decision": (("id",), ("public_id",), ("decision_no",), ("case_id",)),
    "cases": (("id",), ("public_id",), ("case_no",), ("pensioner_id", "scheme", "benefit_kind")),
    "calendar_year": (("id",), ("public_id",), ("year",)),
    "service_limit": (("decision_id",),),
    "limit_pause": (("id",), ("decision_id",)),
    "pressing": (("id",), ("public_id",), ("to_office_id", "list")),
    "import_batch": (("id",), ("public_id",), ("kind", "office_id", "sha256")),
    "import_row": (("batch_id", "row_number"),),
    "import_proposal": (("id",), ("public_id",)),
    "role_grant": (("id",), ("public_id",)),
    "staff_account": (("id",), ("public_id",), ("username",)),
    "natural_person": (("id",), ("id_number_index",)),
    "suspension_batch": (("id",), ("public_id",), ("office_path", "month")),
    "suspension_row": (("id",), ("batch_id", "case_id")),
    "sweep_halt": (("id",), ("public_id",), ("office_path",)),
    "service_sample": (("id",), ("public_id",)),
    "duty_record": (("id",), ("public_id",), ("office_id", "kind", "last_month")),
    "inspection": (("id",), ("public_id",)),
    "training_record": (("id",), ("public_id",)),
}
CHOSEN = {  # the row that is replaced, where not any will do
    "case_transition": "action = 'lapse'", "audit_event": "case_id IS NOT NULL",
    "calendar_day": "calendar_year_id = (SELECT id FROM calendar_year WHERE status = 'proposed')",
    "calendar_year": "status = 'proposed'", "decision": "stage = 'approval'",
    "suspension_batch": "status = 'gathered'", "sweep_halt": "status = 'halted'",
    "suspension_row": "taken_out_on IS NULL AND batch_id = (SELECT max(id) FROM suspension_batch)",
    "limit_pause": "resumed_on IS NULL", "correction": "retraction = 'x'",
    "gathered_loss": "batch_id = (SELECT id FROM suspension_batch WHERE status = 'gathered')",
}


def replacing(table: str, columns: tuple[str, ...]) -> str:
    """A row like one that is there in `columns` alone, and in nothing else that is unique."""
    unique = {name for one in REPLACED[table] for name in one} - set(columns)
    kinds = db.metadata.tables[table].columns
    fresh = {name: "100000" if kinds[name].type.python_type is int else "'2031-01-01'" for name in unique}
    names = list(kinds.keys())
    return (f"INSERT OR REPLACE INTO {table} ({', '.join(_quoted(names))}) "
            f"SELECT {', '.join(fresh.get(name, _quoted([name])[0]) for name in names)} FROM {table} "
            f"WHERE {CHOSEN.get(table, '1 = 1')} LIMIT 1")
