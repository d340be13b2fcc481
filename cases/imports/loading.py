"""One chunk of released rows: each becomes a case, a proposal, nothing new, or is quarantined after all."""
from datetime import date

from cases.imports.entering import Entry, attempt, enter, entry
from cases.imports.proposals import propose_differences
from cases.imports.register import Register
from cases.imports.rows import Record
from cases.imports.staging import record_of
from cases.models import Case, ImportBatch, ImportRow
from rules import RulesNotInForce, rules_for
from staff.actor import Actor
from workflows.case_lifecycle import CASE


def load_pensioners(batch: ImportBatch, rows: list[ImportRow], actor: Actor, on: date) -> None:
    """Inside the caller's transaction; every row of `rows` has its final status afterwards."""
    records = [(row, record_of(row.record)) for row in rows]
    codes = {code for _, r in records for code in (r.paying_office, r.residence_office) if code}
    register = Register((row.person_index for row, _ in records), codes)
    entries: list[Entry] = []
    compared: list[tuple[ImportRow, Case, Record]] = []
    for row, record in records:
        case = register.case(row.person_index, record)
        if case is not None:
            _existing(batch, row, case, record, compared)
        elif made := _new(row, record, register, actor, on):
            entries.append(made)
    enter(batch, entries, register, actor, on)
    left = propose_differences(batch, [(case, record) for _, case, record in compared], on)
    for (row, case, _), proposed in zip(compared, left, strict=True):
        row.case_id, row.status = case.id, "proposed" if proposed else "unchanged"


def _existing(batch: ImportBatch, row: ImportRow, case: Case, record: Record, compared: list) -> None:
    if case.office_path.startswith(batch.office_path):
        compared.append((row, case, record))
    else:
        quarantine(row, "id_number", "REGISTERED_ELSEWHERE")


def _new(row: ImportRow, record: Record, register: Register, actor: Actor, on: date) -> Entry | None:
    pensioner = register.pensioner(row.person_index)
    if pensioner and pensioner.name != record.name:
        return quarantine(row, "name", "PERSON_DIFFERS")
    try:
        made = entry(row, record, rules_for(record.paying_office, on, record.scheme), on)
    except RulesNotInForce:
        return quarantine(row, "paying_office", "NO_RULES_THAT_DAY")
    refused = CASE.refusals(None, f"enter_{made.state}", attempt(made, register.is_marked(row.person_index), actor, on))
    return quarantine(row, "payment_status", refused[0].code) if refused else made



def quarantine(row: ImportRow, field: str, code: str, shown: str = "") -> None:
    """A good row that the register refuses; its reason stands with it."""
    row.status, row.errors = "quarantined", [*row.errors, {"field": field, "code": code, "shown": shown}]
